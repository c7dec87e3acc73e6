#include "ui/bookmarks_dock.h"

#include "ui/bookmark_dialog.h"
#include "ui/bookmark_model.h"
#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/said_label.h"

#include <QAction>
#include <QBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QToolButton>
#include <QTreeView>

namespace ipclens {

namespace {

constexpr int refreshInterval = 250; // milliseconds

} // namespace

BookmarksDock::BookmarksDock(Client &client, QWidget *parent)
    : QWidget(parent), m_client(client), m_model(new BookmarkModel(this)), m_error(new ErrorBar(this)),
      m_view(new QTreeView(this)), m_empty(addHint(*m_view)), m_add(new QToolButton(this)),
      m_edit(new QToolButton(this)), m_remove(new QToolButton(this))
{
    setObjectName(QStringLiteral("bookmarks"));
    m_view->setModel(m_model);
    m_view->setObjectName(QStringLiteral("bookmarkList"));
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setAllColumnsShowFocus(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setAccessibleName(tr("Bookmarks"));
    m_view->setEditTriggers(QAbstractItemView::EditKeyPressed);
    const int letter = fontMetrics().averageCharWidth();
    m_view->setColumnWidth(BookmarkModel::Name, 28 * letter);
    m_view->setColumnWidth(BookmarkModel::Place, 28 * letter);
    m_view->setColumnWidth(BookmarkModel::Type, 12 * letter);
    m_add->setText(tr("Add\u2026"));
    m_add->setToolTip(tr("Bookmark the place of the cursor (Ctrl+D)"));
    m_edit->setText(tr("Edit\u2026"));
    m_remove->setText(tr("Remove"));
    m_remove->setToolTip(tr("Remove this bookmark (Delete)"));

    auto *row = new QHBoxLayout;
    row->setContentsMargins(6, 2, 6, 4);
    for (auto *button : {m_add, m_edit, m_remove})
        row->addWidget(button);
    row->addStretch();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_error);
    column->addWidget(m_view, 1);
    column->addLayout(row);

    auto *remove = new QAction(tr("&Remove"), m_view);
    remove->setShortcut(Qt::Key_Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, &BookmarksDock::removeChosen);
    auto *edit = new QAction(tr("&Edit\u2026"), m_view);
    connect(edit, &QAction::triggered, this, &BookmarksDock::editChosen);
    m_view->addActions({edit, remove});
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);

    m_refresh.setInterval(refreshInterval);
    connect(&m_refresh, &QTimer::timeout, this, &BookmarksDock::readValues);
    connect(m_add, &QToolButton::clicked, this, &BookmarksDock::addRequested);
    connect(m_edit, &QToolButton::clicked, this, &BookmarksDock::editChosen);
    connect(m_remove, &QToolButton::clicked, this, &BookmarksDock::removeChosen);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &BookmarksDock::updateControls);
    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        emit goToRequested(m_source.source, m_model->bookmarks()[static_cast<std::size_t>(index.row())].address);
    });
    connect(m_model, &BookmarkModel::renamed, this, [this](int renamed, const QString &name) {
        Bookmark changed = m_model->bookmarks()[static_cast<std::size_t>(renamed)];
        changed.name = name;
        m_bookmarks->set(renamed, changed);
    }, Qt::QueuedConnection); // the list starts over, which it cannot in the middle of an edit
    connect(m_model, &BookmarkModel::valueTyped, this, [this](Address at, const Bytes &expected, const Bytes &bytes) {
        emit editRequested(m_source.source, at, expected, bytes);
    });
    connect(m_model, &BookmarkModel::inputRefused, this,
            [this](const QString &why) { m_error->showText(why, ErrorBar::Level::Error); });
    setBookmarks(nullptr, {});
}

void BookmarksDock::setBookmarks(Bookmarks *bookmarks, const SourceInfo &source)
{
    if (m_bookmarks)
        m_bookmarks->disconnect(this);
    m_bookmarks = bookmarks;
    m_source = source;
    const auto show = [this] {
        const auto chosen = m_view->currentIndex().row();
        m_model->setBookmarks(m_bookmarks ? m_bookmarks->all() : std::vector<Bookmark>(), m_source.base);
        m_view->setCurrentIndex(m_model->index(std::min(chosen, m_model->rowCount() - 1), 0));
        updateControls();
        readValues();
    };
    if (m_bookmarks)
        connect(m_bookmarks, &Bookmarks::changed, this, show);
    show();
}

void BookmarksDock::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_refresh.start();
    readValues();
}

void BookmarksDock::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_refresh.stop();
}

void BookmarksDock::readValues()
{
    if (m_isReading || !isVisible() || m_source.source == 0 || m_model->rowCount() == 0 ||
        m_client.state() != Client::State::Connected)
        return;
    ReadMemory read{.source = m_source.source, .ranges = {}};
    for (const auto &bookmark : m_model->bookmarks())
        read.ranges.push_back({bookmark.address, bookmark.size()});
    m_isReading = true;
    m_client.call(std::move(read), this, [this, source = m_source.source](const Result<MemoryImages> &reply) {
        m_isReading = false;
        if (reply && source == m_source.source) // else its tab says that it is stale
            m_model->setValues(reply->images);
    });
}

void BookmarksDock::editChosen()
{
    const int row = m_view->currentIndex().row();
    if (row < 0 || !m_bookmarks)
        return;
    const Bookmark &chosen = m_model->bookmarks()[static_cast<std::size_t>(row)];
    auto *dialog = new BookmarkDialog(chosen, addressText(chosen.address + m_source.base), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, m_bookmarks, [bookmarks = m_bookmarks, dialog, row] {
        if (row < static_cast<int>(bookmarks->all().size()))
            bookmarks->set(row, dialog->bookmark());
    });
    dialog->open();
}

void BookmarksDock::removeChosen()
{
    if (const int row = m_view->currentIndex().row(); row >= 0 && m_bookmarks)
        m_bookmarks->remove(row);
}

void BookmarksDock::updateControls()
{
    const bool has = m_view->currentIndex().isValid();
    m_add->setEnabled(m_bookmarks);
    m_edit->setEnabled(has);
    m_remove->setEnabled(has);
    m_empty->setVisible(m_model->rowCount() == 0);
    m_empty->setText(m_bookmarks ? tr("No bookmarks yet. Ctrl+D gives the place of the cursor a name.")
                                 : tr("Bookmarks belong to memory: open a mapping or a process."));
}

} // namespace ipclens
