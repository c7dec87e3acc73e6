#include "ui/statistics_view.h"

#include "ui/curve_colours.h"
#include "ui/number_text.h"
#include "ui/statistics_model.h"
#include "ui/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QStyledItemDelegate>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <numeric>

namespace ipclens {
namespace {

constexpr int refreshMilliseconds = 300;

// Draws how much of all a row is as a bar under its text.
class ShareBar : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        const double share = index.data(StatisticsModel::shareRole).toDouble();
        QRectF bar = QRectF(option.rect).adjusted(2, 0, -2, -2);
        bar.setTop(bar.bottom() - 3);
        bar.setWidth(bar.width() * share);
        painter->fillRect(bar, theme::curveColor(0, option.palette));
    }
};

QString millisecondsText(double nanoseconds)
{
    return QString::number(nanoseconds / 1e6, 'f', nanoseconds < 1e7 ? 3 : 1);
}

} // namespace

StatisticsView::StatisticsView(const MessageModel &model, QWidget *parent)
    : QDialog(parent), m_model(model),
      m_feed(new MessageFeed(
          model, [this](MessageStore::Index, const MessageView &message) { m_counted.add(message); }, this)),
      m_summary(new QLabel(this)), m_note(new QLabel(this)), m_tabs(new QTabWidget(this))
{
    setWindowTitle(tr("Statistics of the traffic"));
    setObjectName(QStringLiteral("statistics"));
    m_feed->setOn(false);
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    using Table = StatisticsModel::Table;
    for (const auto &[table, title] :
         {std::pair{Table::Endpoints, tr("&Endpoints")}, std::pair{Table::Conversations, tr("&Conversations")},
          std::pair{Table::Ids, tr("&Ids")}, std::pair{Table::Sizes, tr("Si&zes")},
          std::pair{Table::Inboxes, tr("&Loss")}})
        addTable(new StatisticsModel(table, m_counted, this), title);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto *copy = buttons->addButton(tr("Copy as CS&V"), QDialogButtonBox::ActionRole);
    copy->setToolTip(tr("The selected rows, or the whole table when fewer than two are selected (Ctrl+C)"));
    connect(copy, &QPushButton::clicked, this, &StatisticsView::copyAsCsv);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_summary);
    column->addWidget(m_note);
    column->addWidget(m_tabs, 1);
    column->addWidget(buttons);

    auto *keys = new QAction(this);
    keys->setShortcut(QKeySequence::Copy);
    addAction(keys);
    connect(keys, &QAction::triggered, this, &StatisticsView::copyAsCsv);
    connect(m_feed, &MessageFeed::restarted, this, [this] { m_counted.clear(); });
    connect(m_feed, &MessageFeed::gave, this, [this] {
        if (!m_timer.isActive() && isVisible())
            m_timer.start(m_timer.interval());
    });
    connect(&model, &MessageModel::answered, this, [this](quint64 index) {
        if (index >= m_feed->next() || index < m_model.store().begin())
            return;
        m_counted.answered(m_model.store().at(index));
        if (!m_timer.isActive() && isVisible())
            m_timer.start(m_timer.interval());
    });
    m_timer.setSingleShot(true);
    m_timer.setInterval(refreshMilliseconds);
    connect(&m_timer, &QTimer::timeout, &m_refreshing, &IdleWork::start);
    connect(m_tabs, &QTabWidget::currentChanged, this, &StatisticsView::refresh);
    resize(860, 460);
    updateSummary();
}

void StatisticsView::addTable(StatisticsModel *model, const QString &title)
{
    auto *view = new QTableView(m_tabs);
    view->setModel(model);
    view->setAccessibleName(QString(title).remove(QLatin1Char('&')));
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setAlternatingRowColors(true);
    view->setShowGrid(false);
    view->setWordWrap(false);
    view->setTabKeyNavigation(false);
    view->setFrameShape(QFrame::NoFrame);
    view->verticalHeader()->hide();
    view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view->verticalHeader()->setMinimumSectionSize(0);
    view->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    view->horizontalHeader()->setHighlightSections(false);
    view->horizontalHeader()->setSectionsMovable(true);
    view->horizontalHeader()->setStretchLastSection(true);
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    view->setToolTip(tr("Double-click: show only these messages"));
    using Table = StatisticsModel::Table;
    const int letter = fontMetrics().averageCharWidth();
    for (int column = 0; column < model->columnCount(); ++column) {
        const bool isParty = (model->table() == Table::Conversations && column < 2);
        const bool isWide = isParty || (model->table() == Table::Endpoints && column == 0) ||
                            (model->table() == Table::Ids && column < 2) ||
                            (model->table() == Table::Sizes && column == 0);
        view->setColumnWidth(
            column, std::max(view->horizontalHeader()->sectionSizeHint(column) + letter, letter * (isParty  ? 34
                                                                                                   : isWide ? 22
                                                                                                            : 12)));
    }
    if (model->table() == Table::Endpoints) {
        view->setColumnWidth(1, letter * 9);  // process id
        view->setColumnWidth(7, letter * 16); // time of day
    }
    if (model->table() == Table::Sizes) {
        view->setItemDelegateForColumn(2, new ShareBar(view));
        view->setColumnWidth(2, letter * 30);
    }
    view->setSortingEnabled(true);
    if (model->table() == Table::Sizes || model->table() == Table::Inboxes)
        view->sortByColumn(0, Qt::AscendingOrder);
    else
        view->sortByColumn(model->table() == Table::Endpoints ? 3 : 2, Qt::DescendingOrder);
    connect(view, &QTableView::activated, this, [this, model](const QModelIndex &index) {
        if (const auto filter = model->filterOf(index.row()); !filter.isEmpty())
            emit filterRequested(filter);
    });
    connect(view, &QWidget::customContextMenuRequested, this, [this, view](const QPoint &at) { showMenu(view, at); });
    m_tabs->addTab(view, title);
}

QTableView *StatisticsView::currentView() const
{
    return qobject_cast<QTableView *>(m_tabs->currentWidget());
}

StatisticsModel *StatisticsView::currentTable() const
{
    return qobject_cast<StatisticsModel *>(currentView()->model());
}

void StatisticsView::showMenu(QTableView *view, const QPoint &at)
{
    QMenu menu(this);
    const auto index = view->indexAt(at);
    const auto filter = index.isValid() ? currentTable()->filterOf(index.row()) : QString();
    menu.addAction(tr("&Show only these messages"), this, [this, filter] { emit filterRequested(filter); })
        ->setEnabled(!filter.isEmpty());
    menu.addAction(tr("&Copy as CSV"), this, &StatisticsView::copyAsCsv);
    menu.exec(view->viewport()->mapToGlobal(at));
}

void StatisticsView::copyAsCsv()
{
    QList<int> rows;
    for (const auto &index : currentView()->selectionModel()->selectedRows())
        rows << index.row();
    std::sort(rows.begin(), rows.end());
    if (rows.size() < 2) {
        rows.resize(currentTable()->rowCount());
        std::iota(rows.begin(), rows.end(), 0);
    }
    QApplication::clipboard()->setText(QString::fromUtf8(currentTable()->toCsv(rows)));
}

void StatisticsView::refresh()
{
    if (!isVisible())
        return;
    QElapsedTimer timer;
    timer.start();
    currentTable()->refresh();
    updateSummary();
    // Long tables are shown less often, so that the window has most of the time for others.
    m_timer.setInterval(std::max<int>(refreshMilliseconds, static_cast<int>(timer.elapsed()) * 30));
}

void StatisticsView::updateSummary()
{
    const auto total = m_counted.total();
    const auto length = static_cast<double>(m_counted.times().length()) / 1e9;
    QStringList parts{
        tr("%1 messages, %2 in %3 s").arg(countText(total.messages), sizeText(total.bytes)).arg(length, 0, 'f', 3)};
    if (m_counted.messagesPerSecond() > 0)
        parts << tr("%1 messages/s, %2/s on average")
                     .arg(m_counted.messagesPerSecond(), 0, 'f', 1)
                     .arg(sizeText(static_cast<std::uint64_t>(m_counted.bytesPerSecond())));
    if (total.messages > 0)
        parts << tr("busiest second %1 messages, %2")
                     .arg(countText(m_counted.peak().messages), sizeText(m_counted.peak().bytes));
    if (const auto &durations = m_counted.durations(); durations.count > 0)
        parts << tr("handlers took %1 to %2 ms, %3 on average")
                     .arg(millisecondsText(static_cast<double>(durations.least)),
                          millisecondsText(static_cast<double>(durations.most)), millisecondsText(durations.mean()));
    m_summary->setText(total.messages == 0 ? tr("No message yet.")
                                           : parts.join(QStringLiteral("; ")) + QLatin1Char('.'));

    QStringList notes;
    if (m_feed->behind() > 0)
        notes << tr("Counting, %1 to go\u2026").arg(countText(m_feed->behind()));
    if (m_feed->missed() > 0)
        notes << tr("%1 messages had been let go before they were counted.").arg(countText(m_feed->missed()));
    m_note->setText(notes.join(QLatin1Char(' ')));
    m_note->setVisible(!notes.isEmpty());
}

void StatisticsView::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    m_feed->setOn(true);
    refresh();
}

void StatisticsView::hideEvent(QHideEvent *event)
{
    QDialog::hideEvent(event);
    m_feed->setOn(false);
    m_timer.stop();
}

} // namespace ipclens
