#include "ui/message_list.h"

#include "ui/number_text.h"
#include "ui/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

constexpr int mostCopiedRows = 100'000;

} // namespace

MessageList::MessageList(MessageModel &model, QWidget *parent)
    : QTableView(parent), m_model(model), m_newBelow(new QPushButton(this))
{
    setModel(&model);
    setAccessibleName(tr("Messages"));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    // Rows of one height, asked of nobody: a million rows cost no more than what is visible.
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(0);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setSectionsMovable(true);
    setInitialWidths();

    m_newBelow->setFocusPolicy(Qt::NoFocus); // End does the same
    m_newBelow->setToolTip(tr("Go to the newest message and stay there (End)"));
    m_newBelow->hide();
    connect(m_newBelow, &QPushButton::clicked, this, &MessageList::followTail);

    // After setModel(), so that the view has taken notice before.
    connect(&model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { rowsCame(last - first + 1); });
    connect(&model, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] {
        m_valueBefore = verticalScrollBar()->value();
        m_adjusting = true; // the bar may be pushed to its new end meanwhile, which is not the user going there
    });
    connect(&model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { rowsWent(last - first + 1); });
    connect(&model, &QAbstractItemModel::modelAboutToBeReset, this, &MessageList::beforeReset);
    connect(&model, &QAbstractItemModel::modelReset, this, &MessageList::afterReset);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &MessageList::scrolled);
}

void MessageList::setInitialWidths()
{
    const auto fits = [this](int column, const QString &sample) {
        const int text = std::max(fontMetrics().horizontalAdvance(sample), horizontalHeader()->sectionSizeHint(column));
        setColumnWidth(column, text + fontMetrics().averageCharWidth() * 2);
    };
    fits(MessageModel::Number, QStringLiteral("100,000"));
    fits(MessageModel::Time, QStringLiteral("00:00:00.000000"));
    fits(MessageModel::Delta, QStringLiteral("00.000000"));
    fits(MessageModel::Sender, QStringLiteral("ipclens-demo.exe 123"));
    fits(MessageModel::Kind, QStringLiteral("WM_COPYDATA"));
    fits(MessageModel::Id, QStringLiteral("Mapped (0xC001)"));
    fits(MessageModel::Size, QStringLiteral("1,048,576"));
}

std::optional<MessageModel::Index> MessageList::current() const
{
    const auto index = currentIndex();
    return index.isValid() ? std::optional(m_model.indexOfRow(index.row())) : std::nullopt;
}

void MessageList::goToRow(int row)
{
    if (row < 0)
        return;
    setCurrentIndex(m_model.index(row, 0));
    scrollTo(m_model.index(row, 0), QAbstractItemView::PositionAtCenter);
}

void MessageList::followTail()
{
    setFollowing(true);
    scrollToBottom();
}

void MessageList::setFollowing(bool following)
{
    m_following = following;
    if (following)
        m_newCount = 0;
    updateButton();
}

void MessageList::scrolled(int value)
{
    if (!m_adjusting)
        setFollowing(value >= verticalScrollBar()->maximum());
}

void MessageList::rowsCame(int count)
{
    if (m_following) {
        m_adjusting = true;
        scrollToBottom();
        m_adjusting = false;
    } else {
        m_newCount += static_cast<std::uint64_t>(count);
        updateButton();
    }
}

// The oldest rows went: what the user looks at stays where it is.
void MessageList::rowsWent(int count)
{
    m_adjusting = true;
    executeDelayedItemsLayout();
    if (m_following)
        scrollToBottom();
    else
        verticalScrollBar()->setValue(std::max(m_valueBefore - count, 0));
    m_adjusting = false;
}

void MessageList::beforeReset()
{
    m_adjusting = true;
    m_currentBefore = current();
    const int top = rowAt(0);
    m_topTimeBefore = top >= 0 ? m_model.messageAt(top).time : 0;
}

void MessageList::afterReset()
{
    executeDelayedItemsLayout();
    const int row = m_currentBefore ? m_model.rowOfIndex(*m_currentBefore) : -1;
    if (row >= 0)
        setCurrentIndex(m_model.index(row, 0));
    if (m_following)
        scrollToBottom();
    else if (row >= 0)
        scrollTo(m_model.index(row, 0), QAbstractItemView::PositionAtCenter);
    else if (const int near = m_model.rowNearTime(m_topTimeBefore); near >= 0)
        scrollTo(m_model.index(near, 0), QAbstractItemView::PositionAtTop);
    m_adjusting = false;
    m_newCount = 0;
    scrolled(verticalScrollBar()->value());
    emit currentMessageChanged(); // a reset takes the current row away without saying so
}

void MessageList::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    if (!m_adjusting)
        emit currentMessageChanged();
}

void MessageList::updateButton()
{
    m_newBelow->setVisible(m_newCount > 0);
    if (m_newCount == 0)
        return;
    m_newBelow->setText(tr("\u2193 %1 new below").arg(countText(m_newCount)));
    m_newBelow->adjustSize();
    const QRect area = viewport()->geometry();
    m_newBelow->move(area.left() + (area.width() - m_newBelow->width()) / 2, area.bottom() - m_newBelow->height() - 4);
    m_newBelow->raise();
}

QString MessageList::newBelowText() const
{
    return m_newBelow->isHidden() ? QString() : m_newBelow->text();
}

void MessageList::resizeEvent(QResizeEvent *event)
{
    const bool adjusting = std::exchange(m_adjusting, true); // rows that go can resize the viewport
    QTableView::resizeEvent(event);
    if (m_following)
        scrollToBottom();
    m_adjusting = adjusting;
    updateButton();
}

void MessageList::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (m_model.rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(theme::color(theme::Role::Muted, palette()));
    const QString text = m_model.unfiltered() > 0 ? tr("Filtering\u2026")
                         : m_model.store().isEmpty() || m_model.filter().isEmpty()
                             ? tr("No message yet")
                             : tr("None of %1 messages matches the filter").arg(countText(m_model.store().size()));
    painter.drawText(viewport()->rect().adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, text);
}

void MessageList::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyRows();
        return;
    }
    QTableView::keyPressEvent(event);
    if (event->key() == Qt::Key_End)
        followTail();
}

void MessageList::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    auto *copy = menu.addAction(tr("Copy rows"), this, &MessageList::copyRows);
    copy->setShortcut(QKeySequence::Copy);
    copy->setEnabled(selectionModel()->hasSelection());
    if (const auto index = indexAt(viewport()->mapFromGlobal(event->globalPos())); index.isValid())
        addFilters(menu, index);
    else if (currentIndex().isValid())
        addFilters(menu, currentIndex());
    menu.addAction(tr("Go to the newest"), this, &MessageList::followTail);
    menu.exec(event->globalPos());
}

// Tests that the message of a row passes; the one of the clicked column first.
void MessageList::addFilters(QMenu &menu, const QModelIndex &index)
{
    const Message &message = m_model.messageAt(index.row());
    const bool copied = message.kind == MessageKind::CopyData;
    std::vector<std::pair<int, QString>> tests;
    if (message.sender.pid != 0)
        tests.emplace_back(MessageModel::Sender, QStringLiteral("sender.pid == %1").arg(message.sender.pid));
    if (!message.senderName.empty())
        tests.emplace_back(MessageModel::Sender,
                           QStringLiteral("sender.exe == %1").arg(fromUtf8(quotedLiteral(message.senderName))));
    tests.emplace_back(MessageModel::Id,
                       copied ? QStringLiteral("data.id == %1").arg(message.id)
                              : QStringLiteral("message.name == %1").arg(fromUtf8(quotedLiteral(message.name))));
    const auto kind = toText(message.kind);
    tests.emplace_back(MessageModel::Kind, QStringLiteral("kind == \"%1\"").arg(fromUtf8(std::string(kind))));
    if (copied)
        tests.emplace_back(MessageModel::Size, QStringLiteral("size == %1").arg(message.size));
    std::ranges::stable_partition(tests, [&](const auto &test) { return test.first == index.column(); });

    const std::pair<QString, std::pair<QString, QString>> ways[] = {
        {tr("&Show only"), {{}, QStringLiteral("%1")}},
        {tr("Show &also only"), {QStringLiteral("&&"), QStringLiteral("%1")}},
        {tr("&Or show"), {QStringLiteral("||"), QStringLiteral("%1")}},
        {tr("&Hide"), {QStringLiteral("&&"), QStringLiteral("!(%1)")}}};
    menu.addSeparator();
    for (const auto &[title, way] : ways) {
        auto *part = menu.addMenu(title);
        for (const auto &[column, test] : tests) {
            const QString shown = QString(test).replace(QLatin1Char('&'), QLatin1String("&&"));
            part->addAction(shown, this, [this, sign = way.first, filter = way.second.arg(test)] {
                emit filterRequested(sign, filter);
            });
        }
    }
    menu.addSeparator();
}

// As text with tabs, for a spreadsheet or an issue.
void MessageList::copyRows()
{
    auto ranges = selectionModel()->selection();
    std::ranges::sort(ranges, {}, [](const QItemSelectionRange &range) { return range.top(); });
    QString text;
    int copied = 0;
    for (const auto &range : ranges) {
        for (int row = range.top(); row <= range.bottom() && copied < mostCopiedRows; ++row, ++copied) {
            QStringList cells;
            for (int column = 0; column < MessageModel::ColumnCount; ++column)
                cells += m_model.index(row, column).data().toString();
            text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
        }
    }
    if (copied == mostCopiedRows)
        text += tr("(only the first %1 rows)\n").arg(countText(mostCopiedRows));
    QApplication::clipboard()->setText(text);
}

} // namespace ipclens
