#include "ui/explorer_page.h"

#include "ui/error_bar.h"
#include "ui/icons.h"
#include "ui/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSettings>
#include <QTreeView>
#include <QVBoxLayout>

namespace ipclens {

namespace {

constexpr int refreshInterval = 2000; // milliseconds
constexpr int retryInterval = 10000;  // after a refusal

} // namespace

ExplorerPage::ExplorerPage(Client &client, const QString &name, QAbstractItemModel *rows, QWidget *parent)
    : QWidget(parent), m_client(client), m_rows(rows), m_filter(new RowFilter(rows, this)),
      m_controls(new QHBoxLayout), m_filterLine(new QLineEdit(this)), m_error(new ErrorBar(this)),
      m_view(new QTreeView(this)), m_empty(new QLabel(m_view->viewport()))
{
    setObjectName(name);
    rows->setParent(this);

    m_filterLine->setObjectName(QStringLiteral("filter"));
    m_filterLine->setPlaceholderText(tr("Filter"));
    m_filterLine->setClearButtonEnabled(true);
    m_filterLine->setToolTip(tr("Shows the rows in which all these words occur, in any column (Ctrl+F)"));
    m_filterLine->setAccessibleName(tr("Filter of the list"));

    m_view->setModel(m_filter);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(0, Qt::AscendingOrder);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->header()->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->header()->setToolTip(tr("Click to sort, right-click to choose columns"));
    m_view->setFrameShape(QFrame::NoFrame);

    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto *overlay = new QVBoxLayout(m_view->viewport());
    overlay->setContentsMargins(16, 24, 16, 16);
    overlay->addWidget(m_empty);
    overlay->addStretch();

    m_controls->setContentsMargins(4, 4, 4, 4);
    m_controls->addWidget(m_filterLine, 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(m_controls);
    column->addWidget(m_error);
    column->addWidget(m_view, 1);

    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &ExplorerPage::refresh);
    connect(m_filterLine, &QLineEdit::textChanged, this, [this](const QString &words) {
        m_filter->setWords(words);
        explainEmptiness();
    });
    connect(m_view, &QTreeView::activated, this,
            [this](const QModelIndex &index) { activate(m_filter->mapToSource(index).row()); });
    connect(m_view, &QTreeView::customContextMenuRequested, this, &ExplorerPage::showMenu);
    connect(m_view->header(), &QHeaderView::customContextMenuRequested, this, &ExplorerPage::showColumnMenu);
    connect(&m_client, &Client::stateChanged, this, &ExplorerPage::connectionChanged);
    explainEmptiness();
}

void ExplorerPage::setFilter(const QString &words)
{
    m_filterLine->setText(words);
}

void ExplorerPage::focusFilter()
{
    m_filterLine->setFocus(Qt::ShortcutFocusReason);
    m_filterLine->selectAll();
}

void ExplorerPage::save(QSettings &settings) const
{
    settings.setValue(objectName() + QStringLiteral("/columns"), m_view->header()->saveState());
    settings.setValue(objectName() + QStringLiteral("/filter"), m_filterLine->text());
}

void ExplorerPage::restore(QSettings &settings)
{
    m_columnsFitted = m_view->header()->restoreState(
        settings.value(objectName() + QStringLiteral("/columns")).toByteArray());
    setFilter(settings.value(objectName() + QStringLiteral("/filter")).toString());
}

int ExplorerPage::currentRow() const
{
    const auto index = m_filter->mapToSource(m_view->currentIndex());
    return index.isValid() ? index.row() : -1;
}

void ExplorerPage::refresh()
{
    if (m_asking || m_client.state() != Client::State::Connected)
        return;
    m_next.stop();
    m_asking = true;
    ask();
}

void ExplorerPage::askAgain()
{
    m_askOnceMore = m_asking;
    m_answered = false;
    explainEmptiness();
    refresh();
}

void ExplorerPage::answered(const Error *failure)
{
    m_asking = false;
    if (m_client.state() == Client::State::Connected) { // else the window says what happened
        m_answered = true;
        if (failure)
            m_error->showError(*failure);
        else
            m_error->clear();
    }
    if (!failure && !m_columnsFitted && m_rows->rowCount() > 0) {
        m_columnsFitted = true;
        for (int column = 0; column < m_rows->columnCount(); ++column) {
            m_view->resizeColumnToContents(column);
            m_view->setColumnWidth(column,
                                   std::min(m_view->columnWidth(column), fontMetrics().averageCharWidth() * 32));
        }
    }
    explainEmptiness();
    emit refreshed();
    if (std::exchange(m_askOnceMore, false))
        refresh();
    else if (isVisible())
        m_next.start(failure ? retryInterval : refreshInterval);
}

void ExplorerPage::keepScroll(const std::function<void()> &change)
{
    const bool atTop = m_view->verticalScrollBar()->value() == 0;
    const QPersistentModelIndex top(m_view->indexAt(QPoint(1, 1)));
    change();
    if (!atTop && top.isValid())
        m_view->scrollTo(top, QAbstractItemView::PositionAtTop);
}

void ExplorerPage::addControl(QWidget *control)
{
    m_controls->addWidget(control);
}

void ExplorerPage::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

void ExplorerPage::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_next.stop();
}

void ExplorerPage::connectionChanged()
{
    m_answered = false;
    m_error->clear();
    explainEmptiness();
    if (isVisible())
        refresh();
}

void ExplorerPage::explainEmptiness()
{
    QString why;
    if (m_filter->rowCount() == 0) {
        if (m_rows->rowCount() > 0)
            why = m_rows->rowCount() == 1 ? tr("The one row does not match the filter.")
                                            : tr("None of the %1 rows matches the filter.").arg(m_rows->rowCount());
        else if (m_client.state() == Client::State::Connecting)
            why = tr("Connecting to %1\u2026").arg(m_client.name());
        else if (m_client.state() == Client::State::Lost)
            why = tr("Not connected to %1. Reconnect with Session \u203a Reconnect.").arg(m_client.name());
        else if (!m_answered)
            why = tr("Reading\u2026");
        else if (m_error->isHidden())
            why = whyEmpty();
    }
    m_empty->setText(why);
    m_empty->setVisible(!why.isEmpty());
}

void ExplorerPage::showMenu(const QPoint &position)
{
    const auto index = m_filter->mapToSource(m_view->indexAt(position));
    QMenu menu(this);
    fillMenu(menu, index.isValid() ? index.row() : -1);
    menu.addSeparator();
    menu.addAction(icon(Sign::Refresh), tr("Refresh"), QKeySequence::Refresh, this, &ExplorerPage::refresh);
    menu.exec(m_view->viewport()->mapToGlobal(position));
}

void ExplorerPage::showColumnMenu(const QPoint &position)
{
    QMenu menu(this);
    auto *header = m_view->header();
    for (int column = 0; column < m_rows->columnCount(); ++column) {
        auto *action = menu.addAction(m_rows->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!header->isSectionHidden(column));
        action->setEnabled(column != 0); // a list without its names helps nobody
        connect(action, &QAction::toggled, header, [header, column](bool shown) {
            header->setSectionHidden(column, !shown);
            if (shown && header->sectionSize(column) < 40)
                header->resizeSection(column, 80);
        });
    }
    menu.exec(header->mapToGlobal(position));
}

} // namespace ipclens
