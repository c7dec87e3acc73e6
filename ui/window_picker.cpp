#include "ui/window_picker.h"

#include "core/text/number.h"
#include "ui/crosshair.h"
#include "ui/number_text.h"
#include "ui/window_model.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace ipclens {

WindowPicker::WindowPicker(Client &client, QWidget *parent)
    : QWidget(parent), m_client(client), m_crosshair(new Crosshair(this)), m_way(new QComboBox(this)), m_pages(new QStackedWidget(this)),
      m_handle(new QLineEdit(this)), m_class(new QLineEdit(this)), m_title(new QLineEdit(this)),
      m_filter(new QLineEdit(this)), m_list(new QTableView(this)), m_note(new QLabel(this)),
      m_windows(new WindowModel(this)), m_shown(new RowFilter(m_windows, this))
{
    m_way->setObjectName(QStringLiteral("targetKind"));
    m_way->addItems({tr("Window"), tr("Class and title")});
    m_way->setToolTip(tr("A handle is one window. Class and title find it again after its program was restarted."));
    m_way->setAccessibleName(tr("How the window is found"));
    m_handle->setObjectName(QStringLiteral("window"));
    m_handle->setPlaceholderText(tr("handle in hex, or choose below"));
    m_handle->setAccessibleName(tr("Window handle"));
    m_class->setObjectName(QStringLiteral("targetClass"));
    m_class->setPlaceholderText(tr("class; empty: any"));
    m_class->setAccessibleName(tr("Window class"));
    m_title->setObjectName(QStringLiteral("targetTitle"));
    m_title->setPlaceholderText(tr("title; empty: any"));
    m_title->setAccessibleName(tr("Window title"));
    m_filter->setObjectName(QStringLiteral("windowFilter"));
    m_filter->setPlaceholderText(tr("Filter: part of title, class, process or handle"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setAccessibleName(tr("Filter windows"));
    auto *refreshButton = new QPushButton(tr("&Refresh"), this);
    refreshButton->setAutoDefault(false);
    connect(refreshButton, &QPushButton::clicked, this, &WindowPicker::refresh);

    m_list->setObjectName(QStringLiteral("windows"));
    m_list->setAccessibleName(tr("Windows"));
    m_list->setModel(m_shown);
    m_list->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_list->setSelectionMode(QAbstractItemView::SingleSelection);
    m_list->setTabKeyNavigation(false);
    m_list->setShowGrid(false);
    m_list->setWordWrap(false);
    m_list->setSortingEnabled(true);
    m_list->sortByColumn(WindowModel::Title, Qt::AscendingOrder);
    m_list->verticalHeader()->hide();
    m_list->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
    m_list->setMinimumHeight(fontMetrics().height() * 5);
    m_list->hideColumn(WindowModel::Thread);
    auto *header = m_list->horizontalHeader();
    header->setHighlightSections(false);
    header->moveSection(header->visualIndex(WindowModel::Handle), 0);
    header->setStretchLastSection(true);
    const int letter = fontMetrics().averageCharWidth();
    for (const auto &[column, letters] : {std::pair{WindowModel::Handle, 11},
                                          {WindowModel::Title, 24},
                                          {WindowModel::Class, 20},
                                          {WindowModel::Process, 18},
                                          {WindowModel::Pid, 8}})
        m_list->setColumnWidth(column, letters * letter);
    m_note->setObjectName(QStringLiteral("windowNote"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);

    auto *names = new QWidget(this);
    auto *nameRow = new QHBoxLayout(names);
    nameRow->setContentsMargins(0, 0, 0, 0);
    nameRow->addWidget(m_class, 1);
    nameRow->addWidget(m_title, 1);
    m_pages->addWidget(m_handle);
    m_pages->addWidget(names);
    m_pages->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    auto *top = new QHBoxLayout;
    top->addWidget(m_way);
    top->addWidget(m_pages, 1);
    top->addWidget(m_crosshair);
    auto *filterRow = new QHBoxLayout;
    filterRow->addWidget(m_filter, 1);
    filterRow->addWidget(refreshButton);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(top);
    layout->addLayout(filterRow);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_note);

    connect(m_way, &QComboBox::currentIndexChanged, m_pages, &QStackedWidget::setCurrentIndex);
    connect(m_way, &QComboBox::currentIndexChanged, this, &WindowPicker::changed);
    for (auto *line : {m_handle, m_class, m_title})
        connect(line, &QLineEdit::textChanged, this, &WindowPicker::changed);
    connect(m_filter, &QLineEdit::textChanged, m_shown, &RowFilter::setWords);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex &row) {
        if (row.isValid())
            choose(m_windows->row(m_shown->mapToSource(row).row()));
    });
    addCrosshair();
    refresh();
}

void WindowPicker::addCrosshair()
{
    m_crosshair->setObjectName(QStringLiteral("crosshair"));
    m_crosshair->setAccessibleName(tr("Point at a window"));
    m_crosshair->setToolTip(tr("Drag this onto a window of another program. With Shift, onto a control in it; Escape gives up.\n"
                               "Only for windows on this screen: not with a session elsewhere."));
    connect(m_crosshair, &Crosshair::movedOver, this, [this](QPoint at, Qt::KeyboardModifiers keys) {
        point({.point = at, .innermost = keys.testFlag(Qt::ShiftModifier)});
    });
    connect(m_crosshair, &Crosshair::droppedOn, this, [this](QPoint at, Qt::KeyboardModifiers keys) {
        point({.point = at, .innermost = keys.testFlag(Qt::ShiftModifier), .chooses = true});
    });
    connect(m_crosshair, &Crosshair::cancelled, this, [this] {
        m_next.reset();
        note({});
    });
    connect(&m_client, &Client::stateChanged, this, &WindowPicker::showCrosshair);
    showCrosshair();
}

void WindowPicker::showCrosshair()
{
    const bool isHere = m_client.state() == Client::State::Connected && m_client.host().system.starts_with("Windows") &&
                        m_client.host().pid == QCoreApplication::applicationPid();
    m_crosshair->setVisible(isHere);
}

// One question at a time: the mouse is faster than the answers may be.
void WindowPicker::point(Pointing at)
{
    if (m_asked) {
        m_next = at;
        return;
    }
    m_asked = at;
    m_client.call(FindWindowAt{.x = at.point.x(), .y = at.point.y(), .innermost = at.innermost}, this,
                  [this](const Result<Window> &window) {
                      const Pointing asked = *std::exchange(m_asked, std::nullopt);
                      if (const auto next = std::exchange(m_next, std::nullopt))
                          point(*next);
                      else if (asked.chooses || m_crosshair->isDragged())
                          pointed(asked, window);
                  });
}

void WindowPicker::pointed(const Pointing &at, const Result<Window> &window)
{
    if (!window)
        return note(fromUtf8(toText(window.error())));
    if (window->process.pid == QCoreApplication::applicationPid())
        return note(tr("ipclens' own window. Move it aside, or choose in the list."));
    const QString title = window->title.empty() ? tr("(untitled)") : tr("\u201c%1\u201d").arg(fromUtf8(window->title));
    note(tr("%1, class %2, %3 (%4), %5")
             .arg(title, fromUtf8(window->className), fromUtf8(window->processName), QString::number(window->process.pid),
                  addressText(window->handle)));
    if (!at.chooses)
        return;
    m_list->selectionModel()->clear(); // the list may not have it, and must not seem to say otherwise
    choose(*window);
}

void WindowPicker::choose(const Window &window)
{
    m_handle->setText(addressText(window.handle));
    m_class->setText(fromUtf8(window.className));
    m_title->setText(fromUtf8(window.title));
}

void WindowPicker::setWindow(std::uint64_t handle)
{
    m_handle->setText(handle == 0 ? QString() : addressText(handle));
}

void WindowPicker::setByName(bool on)
{
    m_way->setCurrentIndex(on ? 1 : 0);
}

bool WindowPicker::isByName() const
{
    return m_way->currentIndex() == 1;
}

QLineEdit *WindowPicker::field() const
{
    return isByName() ? m_class : m_handle;
}

Result<WindowTarget> WindowPicker::target() const
{
    const auto none = [](const char *what, const char *hint) {
        return Failure(Error{.kind = ErrorKind::Invalid, .operation = what, .meaning = "there is none", .hint = hint});
    };
    if (isByName()) {
        WindowTarget target{.className = m_class->text().toStdString(), .title = m_title->text().toStdString()};
        if (target.className.empty() && target.title.empty())
            return none("window class and title", "Choose a window in the list, or type its class, its title or both");
        return target;
    }
    const auto text = m_handle->text().trimmed();
    auto handle = text.isEmpty() ? Result<std::uint64_t>(0) : parseAddress(text.toStdString());
    if (!handle) {
        handle.error().operation = "window handle";
        return Failure(handle.error());
    }
    if (*handle == 0)
        return none("window handle", "Choose a window in the list, or type its handle in hex");
    return WindowTarget{.window = *handle};
}

void WindowPicker::note(const QString &text)
{
    m_note->setText(text);
    m_note->setVisible(!text.isEmpty());
}

void WindowPicker::refresh()
{
    note(tr("Asking for windows\u2026"));
    m_client.call(ListWindows{}, this, [this](Result<WindowList> reply) {
        if (!reply)
            return note(fromUtf8(toText(reply.error())));
        m_windows->merge(std::move(reply->windows));
        note(m_windows->rowCount() == 0 ? tr("This session sees no windows. A handle can still be typed.") : QString());
    });
}

} // namespace ipclens
