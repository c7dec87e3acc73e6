#include "ui/message_list.h"

#include "ui/number_text.h"
#include "ui/plain_text_delegate.h"
#include "ui/theme.h"

#include <QHeaderView>
#include <QInputDialog>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QShortcut>

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

constexpr qsizetype longestComment = 10'000; // in a file it has at most 65,535 bytes
constexpr auto columnsKey = "traffic/list";
constexpr auto timeKey = "traffic/time";

// The heights of the rows, which are all alike. The header of Qt would, whenever a row comes or goes, add up anew
// where each begins, and ask those that stay whether they are hidden (QHeaderViewPrivate::updateHiddenSections): 20 ms
// for eight million, with each batch that a full capture takes. Here the last ones go, whichever did, and where there
// are many rows there are some more sections than rows, so that few batches change their number.
class RowHeights : public QHeaderView {
public:
    explicit RowHeights(QWidget *parent) : QHeaderView(Qt::Vertical, parent) {}

    void setModel(QAbstractItemModel *model) override
    {
        QHeaderView::setModel(model);
        for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
            disconnect(model, signal, this, nullptr);
            connect(model, signal, this, &RowHeights::fit);
        }
    }

private:
    void fit()
    {
        constexpr int few = 1 << 16;
        const int rows = model()->rowCount();
        const int spare = rows > few ? 2 * few : 0;
        if (count() >= rows && count() <= rows + 2 * spare)
            return;
        if (rows == 0)
            initializeSections();
        else
            initializeSections(std::min(count(), rows + spare - 1), rows + spare - 1);
    }
};

} // namespace

MessageList::MessageList(MessageModel &model, QWidget *parent)
    : QTableView(parent), m_model(model), m_newBelow(new QPushButton(this)),
      m_copyWork([this] { return copyPiece(); }, this)
{
    setVerticalHeader(new RowHeights(this));
    setModel(&model);
    setItemDelegate(new PlainTextDelegate(this));
    QFont unkerned;
    unkerned.setKerning(false);
    setFont(unkerned);
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
    // It shows no selection. With the list's it would ask all rows of each column whether they are selected when it
    // paints: QItemSelectionModel::isColumnSelected().
    horizontalHeader()->setSelectionModel(new QItemSelectionModel(&model, this));
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setSectionsClickable(true);
    horizontalHeader()->setSortIndicatorShown(false);
    horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(horizontalHeader(), &QWidget::customContextMenuRequested, this, [this](QPoint at) {
        QMenu menu(this);
        addColumns(menu);
        menu.exec(horizontalHeader()->mapToGlobal(at));
    });
    connect(horizontalHeader(), &QHeaderView::sectionClicked, this, qOverload<int>(&MessageList::sortBy));
    setInitialWidths();
    restoreLayout();
    const auto shortcut = [this](const QKeySequence &keys, auto act) {
        auto *made = new QShortcut(keys, this);
        made->setContext(Qt::WidgetShortcut);
        connect(made, &QShortcut::activated, this, act);
    };
    shortcut(tr("Ctrl+Shift+M"), [this] { toggleMarks(); });
    shortcut(tr("Ctrl+Alt+C"), [this] { editComment(); });
    shortcut(tr("Ctrl+Shift+P"), [this] { togglePins(); });
    shortcut(tr("Alt+Down"), [this] { goToMarked(false); });
    shortcut(tr("Alt+Up"), [this] { goToMarked(true); });

    m_newBelow->setFocusPolicy(Qt::NoFocus); // End does the same
    m_newBelow->setToolTip(tr("Go to the newest message and stay there (End)"));
    m_newBelow->hide();
    connect(m_newBelow, &QPushButton::clicked, this, &MessageList::followTail);

    connectModel();
}

// After setModel(), so that the view has taken notice before.
void MessageList::connectModel()
{
    connect(&m_model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { rowsCame(first, last - first + 1); });
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { rowsWent(first, last - first + 1); });
    connect(&m_model, &QAbstractItemModel::modelAboutToBeReset, this, &MessageList::beforeReset);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &MessageList::afterReset);
    connect(&m_model, &QAbstractItemModel::layoutAboutToBeChanged, this, &MessageList::beforeLayout);
    connect(&m_model, &QAbstractItemModel::layoutChanged, this, &MessageList::afterLayout);
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
    fits(MessageModel::Receiver, QStringLiteral("ipclens-demo.exe 123"));
    fits(MessageModel::Result, QStringLiteral("0000"));
    fits(MessageModel::Duration, QStringLiteral("000.000 ms"));
    fits(MessageModel::Comment, QStringLiteral("a comment of some words"));
    setColumnHidden(MessageModel::Receiver, true);
    setColumnHidden(MessageModel::Comment, true);
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

// While sorted, what comes at the end does not stay there, and nobody waits for it.
void MessageList::rowsCame(int first, int count)
{
    scheduleDelayedItemsLayout(); // the header asks for it only when its own number has changed
    const int top = verticalScrollBar()->value();
    const bool isAbove = first < top || (first == top && first + count < m_model.rowCount());
    m_goesToTail = m_following;
    if (!m_following && isAbove && top > 0) {
        m_adjusting = true;
        executeDelayedItemsLayout();
        verticalScrollBar()->setValue(top + count);
        m_adjusting = false;
    }
    if (!m_following && m_model.sortColumn() < 0 && !isAbove) {
        m_newCount += static_cast<std::uint64_t>(count);
        updateButton();
    }
}

// Once for all rows that came and went since the last time.
void MessageList::updateGeometries()
{
    const bool adjusting = std::exchange(m_adjusting, true);
    QTableView::updateGeometries();
    if (hasSpareSections()) {
        const int visible = viewport()->height() / verticalHeader()->defaultSectionSize();
        verticalScrollBar()->setRange(0, std::max(model()->rowCount() - visible, 0));
        endAtLastRow();
    }
    if (std::exchange(m_goesToTail, false) && m_following)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    m_adjusting = adjusting;
}

void MessageList::scrollContentsBy(int dx, int dy)
{
    QTableView::scrollContentsBy(dx, dy);
    endAtLastRow();
}

bool MessageList::hasSpareSections() const
{
    // Not m_model, which may be gone already when the list is hidden at its end. None yet while it is made.
    return model() && verticalHeader()->count() > model()->rowCount();
}

// With the bar at its end Qt shows the last section at the bottom.
void MessageList::endAtLastRow()
{
    const auto *bar = verticalScrollBar();
    if (!hasSpareSections() || bar->maximum() == 0 || bar->value() != bar->maximum())
        return;
    verticalHeader()->setOffset(model()->rowCount() * verticalHeader()->defaultSectionSize() - viewport()->height());
    viewport()->update();
}

QModelIndex MessageList::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers)
{
    const auto next = QTableView::moveCursor(action, modifiers);
    if (next.isValid() || action != MovePageDown)
        return next;
    return m_model.index(m_model.rowCount() - 1, std::max(currentIndex().column(), 0)); // it was a spare section
}

void MessageList::rowsAboutToBeRemoved(const QModelIndex &parent, int first, int last)
{
    m_valueBefore = verticalScrollBar()->value();
    m_currentBefore = current();
    // Where the current row goes, Qt scrolls to another one; and the bar may be pushed to its new end. Neither is the
    // user going there.
    m_adjusting = true;
    QTableView::rowsAboutToBeRemoved(parent, first, last);
}

// What the user looks at stays where it is.
void MessageList::rowsWent(int first, int count)
{
    scheduleDelayedItemsLayout();
    m_goesToTail = m_following;
    if (!m_following) {
        m_adjusting = true;
        executeDelayedItemsLayout();
        const int above = std::clamp(m_valueBefore - first, 0, count);
        verticalScrollBar()->setValue(std::max(m_valueBefore - above, 0));
    }
    m_adjusting = false;
    if (current() != m_currentBefore)
        emit currentMessageChanged();
}

void MessageList::beforeLayout()
{
    const int top = rowAt(0), bottom = rowAt(viewport()->height() - 1);
    const auto currentRow = currentIndex().isValid() ? currentIndex().row() : -1;
    const bool isInSight = currentRow >= top && top >= 0 && (bottom < 0 || currentRow <= bottom);
    const int row = isInSight ? currentRow : top;
    m_anchor = row >= 0 ? std::optional(m_model.indexOfRow(row)) : std::nullopt;
    m_anchorOffset = row - top;
}

// The order has changed. Where the user asked for it, the current message is what they want to see; else a sorted
// capture goes on, and what is looked at stays where it is.
void MessageList::afterLayout()
{
    m_adjusting = true;
    executeDelayedItemsLayout();
    const bool goesToCurrent = std::exchange(m_goesToCurrent, false);
    const int row = m_anchor ? m_model.rowOfIndex(*m_anchor) : -1;
    if (goesToCurrent && currentIndex().isValid())
        scrollTo(currentIndex(), QAbstractItemView::PositionAtCenter);
    else if (goesToCurrent)
        scrollToTop();
    else if (row >= 0)
        verticalScrollBar()->setValue(row - m_anchorOffset);
    m_adjusting = false;
}

void MessageList::beforeReset()
{
    m_adjusting = true;
    // The row that is current because the list got the focus was chosen by nobody.
    m_currentBefore = selectionModel()->hasSelection() ? current() : std::nullopt;
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
        copyRows(CopyForm::Row);
        return;
    }
    if (event->matches(QKeySequence::Find)) {
        emit findRequested();
        return;
    }
    QTableView::keyPressEvent(event);
    if (event->key() == Qt::Key_End)
        followTail();
}

std::vector<MessageModel::Index> MessageList::selected() const
{
    auto ranges = selectionModel()->selection();
    std::ranges::sort(ranges, {}, [](const QItemSelectionRange &range) { return range.top(); });
    std::vector<MessageModel::Index> indices;
    for (const auto &range : ranges)
        for (int row = range.top(); row <= range.bottom(); ++row)
            indices.push_back(m_model.indexOfRow(row));
    return indices;
}

// What the user says of messages. ------------------------------------------------------------------------------------

void MessageList::annotate(const std::function<void(Annotation &)> &change)
{
    auto indices = selected();
    if (indices.empty() && current())
        indices.push_back(*current());
    m_model.annotate(std::move(indices), change);
}

void MessageList::toggleMarks()
{
    if (!current())
        return;
    const bool on = !m_model.annotation(*current()).marked;
    annotate([on](Annotation &annotation) { annotation.marked = on; });
}

void MessageList::togglePins()
{
    if (!current())
        return;
    const bool on = !m_model.annotation(*current()).pinned;
    annotate([on](Annotation &annotation) { annotation.pinned = on; });
}

void MessageList::editComment()
{
    if (!current())
        return;
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QInputDialog::UsePlainTextEditForTextInput);
    dialog->setWindowTitle(tr("Comment"));
    dialog->setLabelText(tr("Comment of message %1:").arg(countText(m_model.store().at(*current()).sequence)));
    dialog->setTextValue(fromUtf8(m_model.annotation(*current()).comment));
    const auto index = *current();
    connect(dialog, &QInputDialog::textValueSelected, this, [this, index](const QString &text) {
        auto annotation = m_model.annotation(index);
        annotation.comment = text.trimmed().left(longestComment).toStdString();
        if (!annotation.comment.empty())
            setColumnHidden(MessageModel::Comment, false);
        m_model.annotate(index, std::move(annotation));
        if (text.trimmed().size() > longestComment)
            emit noticed(
                tr("A comment has at most %1 characters; the rest of it was cut").arg(countText(longestComment)));
    });
    dialog->open();
}

void MessageList::goToMarked(bool backwards)
{
    const auto &annotations = m_model.store().annotations();
    std::vector<int> rows;
    for (const auto &[index, annotation] : annotations)
        if (const int row = annotation.marked ? m_model.rowOfIndex(index) : -1; row >= 0)
            rows.push_back(row);
    if (rows.empty())
        return;
    std::ranges::sort(rows);
    const int from = currentIndex().isValid() ? currentIndex().row() : -1;
    const auto next = std::ranges::upper_bound(rows, from);
    const auto before = std::ranges::lower_bound(rows, from);
    if (backwards)
        goToRow(before == rows.begin() ? rows.back() : *std::prev(before));
    else
        goToRow(next == rows.end() ? rows.front() : *next);
}

// Columns. ------------------------------------------------------------------------------------------------------------

// Upwards, downwards, and in order of arrival again.
void MessageList::sortBy(int column)
{
    if (m_model.sortColumn() != column)
        sortBy(column, Qt::AscendingOrder);
    else if (m_model.sortOrder() == Qt::AscendingOrder)
        sortBy(column, Qt::DescendingOrder);
    else
        sortBy(-1, Qt::AscendingOrder);
}

void MessageList::sortBy(int column, Qt::SortOrder order)
{
    m_goesToCurrent = column >= 0;
    m_model.sort(column, order);
    auto *header = horizontalHeader();
    header->setSortIndicatorShown(column >= 0);
    header->setSortIndicator(column, order);
    if (column >= 0)
        setFollowing(false);
}

void MessageList::saveLayout() const
{
    QSettings settings;
    settings.setValue(QLatin1String(columnsKey), horizontalHeader()->saveState());
    settings.setValue(QLatin1String(timeKey), static_cast<int>(m_model.timeFormat()));
}

void MessageList::restoreLayout()
{
    const QSettings settings;
    horizontalHeader()->restoreState(settings.value(QLatin1String(columnsKey)).toByteArray());
    horizontalHeader()->setSortIndicatorShown(false);
    const int format = settings.value(QLatin1String(timeKey)).toInt();
    if (format >= 0 && format <= static_cast<int>(TimeFormat::Epoch))
        m_model.setTimeFormat(static_cast<TimeFormat>(format));
}

} // namespace ipclens
