#include "ui/message_model.h"

#include "ui/layout_dialog.h"

#include <QElapsedTimer>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

namespace ipclens {
namespace {

constexpr qint64 findMilliseconds = 8; // more than IdleWork's: after each the list is laid out and painted
constexpr int sortAgainAfter = 700;      // milliseconds after rows came while sorted
constexpr std::uint64_t mostRows = std::numeric_limits<int>::max();
constexpr std::size_t mostSingleChanges = 256; // rows that come and go one by one; of more the model is reset

} // namespace

MessageModel::MessageModel(QObject *parent)
    : QAbstractTableModel(parent), m_layouts(std::make_unique<UserLayouts>()), m_looking(
                                                                                   [this] {
                                                                                       const bool isMore = lookAtMore();
                                                                                       emit progressed();
                                                                                       return isMore;
                                                                                   },
                                                                                   this),
      m_annotating([this] { return annotatePiece(); }, this)
{
    m_sortTimer.setSingleShot(true);
    m_sortTimer.setInterval(sortAgainAfter);
    connect(&m_sortTimer, &QTimer::timeout, this, &MessageModel::startSort);
}

MessageModel::~MessageModel() = default;

void MessageModel::setLimits(const MessageStore::Limits &limits)
{
    m_store.setLimits(limits);
    letGo();
    emit progressed();
}

void MessageModel::append(std::span<const Message> messages)
{
    m_store.append(messages);
    appended();
}

void MessageModel::append(MessageStore messages)
{
    m_store.append(std::move(messages));
    appended();
}

void MessageModel::appended()
{
    if (!m_firstTime && !m_store.isEmpty())
        m_firstTime = m_store.records(m_store.begin()).front().time;
    if (m_showing) {
        m_end = m_store.end();
        if (!m_looking.isActive() && lookAtMore())
            m_looking.start();
    }
    letGo();
    emit progressed();
}

// Letting go. ---------------------------------------------------------------------------------------------------------

void MessageModel::letGo()
{
    const auto count = m_store.excess();
    if (count == 0)
        return;
    if (isSorted()) { // they stand here and there: they go with the next sort
        m_isStale = true;
        if (isFarOverLimits()) {
            beginResetModel();
            m_sort.reset();
            forget(count);
            orderByArrival();
            endResetModel();
            startSort();
        }
        sortSoon();
        return;
    }
    const auto end = m_store.begin() + count;
    const auto gone =
        showsAll() ? static_cast<std::size_t>(std::min(end, m_next) - m_store.begin()) : firstPlaceFrom(end);
    if (gone > 0)
        beginRemoveRows({}, 0, static_cast<int>(gone) - 1);
    forget(count);
    if (gone > 0) {
        endRemoveRows();
        if (rows() > 0) // the first row has no time since the one before it any more
            emit dataChanged(index(0, Delta), index(0, Delta));
    }
}

bool MessageModel::isFarOverLimits() const
{
    constexpr std::uint64_t bytes = 64 << 20, messages = 100'000;
    const auto &limits = m_store.limits();
    return (limits.bytes != 0 && m_store.bytes() > limits.bytes + limits.bytes / 2 + bytes) ||
           (limits.messages != 0 && m_store.size() > limits.messages + limits.messages / 2 + messages);
}

void MessageModel::forget(std::uint64_t count)
{
    m_found.erase(m_found.begin(),
                  m_found.begin() + static_cast<std::ptrdiff_t>(firstPlaceFrom(m_store.begin() + count)));
    m_store.letGo(count);
    m_end = std::max(m_end, m_store.begin());
    m_next = std::max(m_next, m_store.begin());
}

std::uint64_t MessageModel::apply(std::uint64_t inbox, std::span<const MessageOutcome> outcomes)
{
    std::vector<Index> changed;
    for (const auto &outcome : outcomes)
        if (const auto index = m_store.apply(inbox, outcome))
            changed.push_back(*index);
    showAnswers(changed);
    return outcomes.size() - changed.size();
}

std::uint64_t MessageModel::apply(std::span<const std::pair<Index, MessageOutcome>> outcomes)
{
    std::vector<Index> changed;
    for (const auto &[index, outcome] : outcomes)
        if (m_store.applyAt(index, outcome))
            changed.push_back(index);
    showAnswers(changed);
    return outcomes.size() - changed.size();
}

void MessageModel::showAnswers(const std::vector<Index> &changed)
{
    for (const auto index : changed) {
        m_colours.erase(index);
        emit answered(index);
    }
    if (changed.empty())
        return;
    lookAgain(changed);
    const auto [first, last] = std::ranges::minmax(changed);
    if (showsAll() && !isSorted() && first < m_next)
        emit dataChanged(index(rowOfIndex(first), 0), index(rowOfIndex(std::min(last, m_next - 1)), ColumnCount - 1));
    else if (rows() > 0)
        emit dataChanged(index(0, 0), index(rows() - 1, ColumnCount - 1)); // a view repaints what is in sight
    if (m_sortColumn == Result || m_sortColumn == Duration) {
        m_isStale = true;
        sortSoon();
    }
}

void MessageModel::clear()
{
    beginResetModel();
    m_sort.reset();
    m_looking.stop();
    m_toAnnotate.clear();
    m_store.clear();
    m_found.clear();
    m_order = {};
    m_colours.clear();
    m_firstTime.reset();
    m_end = m_next = 0;
    m_isStale = false;
    m_scan = m_filter.isEmpty() ? nullptr : std::make_unique<FilterScan>(m_filter);
    endResetModel();
    emit progressed();
}

// Filtering. ----------------------------------------------------------------------------------------------------------

void MessageModel::setShowing(bool on)
{
    m_showing = on;
    if (on) {
        m_end = m_store.end();
        if (!m_looking.isActive() && lookAtMore())
            m_looking.start();
    }
    emit progressed();
}

void MessageModel::setFilter(MessageFilter filter)
{
    beginResetModel();
    m_sort.reset();
    m_filter = std::move(filter);
    m_scan = m_filter.isEmpty() ? nullptr : std::make_unique<FilterScan>(m_filter);
    m_found.clear();
    m_next = m_store.begin();
    if (showsAll())
        m_next = std::min(m_end, m_store.begin() + mostRows);
    else
        find(m_found);
    if (isSorted())
        orderByArrival();
    endResetModel();
    if (m_next < m_end && !showsAll())
        m_looking.start();
    startSort();
    emit progressed();
}

// Looks at messages from m_next on until time is up. False when there are more.
bool MessageModel::find(std::vector<std::uint32_t> &found)
{
    QElapsedTimer timer;
    timer.start();
    while (m_next < m_end && timer.elapsed() < findMilliseconds)
        m_next = m_scan->find(m_store, m_next, m_end, found);
    return m_next >= m_end;
}

// True: there is more to look at.
bool MessageModel::lookAtMore()
{
    std::vector<std::uint32_t> found;
    bool all = true;
    if (showsAll()) {
        const auto end = std::min(m_end, m_store.begin() + mostRows);
        if (end <= m_next)
            return false;
        if (!isSorted()) {
            beginInsertRows({}, rows(), rows() + static_cast<int>(end - m_next) - 1);
            m_next = end;
            endInsertRows();
            return false;
        }
        found.resize(static_cast<std::size_t>(end - m_next));
        std::iota(found.begin(), found.end(), static_cast<std::uint32_t>(m_next));
        m_next = end;
    } else {
        all = find(found);
        if (isSorted())
            m_found.insert(m_found.end(), found.begin(), found.end());
    }
    if (!found.empty())
        insertRows(static_cast<std::size_t>(rows()), found);
    return !all;
}

// While sorted, at the end only, and of messages that are among m_found already.
void MessageModel::insertRows(std::size_t at, std::span<const std::uint32_t> messages)
{
    beginInsertRows({}, static_cast<int>(at), static_cast<int>(at + messages.size()) - 1);
    if (isSorted())
        m_order.append(messages);
    else
        m_found.insert(m_found.begin() + static_cast<std::ptrdiff_t>(at), messages.begin(), messages.end());
    endInsertRows();
    if (isSorted()) {
        m_isStale = true;
        sortSoon();
    }
}

bool MessageModel::passes(Index index) const
{
    const auto message = m_store.at(index);
    return message.isPinned() || m_filter.matches(message);
}

// Messages of which something has changed may pass the filter now, or not any more.
void MessageModel::lookAgain(std::span<const Index> messages)
{
    if (showsAll())
        return;
    std::vector<Index> coming, going;
    for (const auto index : messages) {
        if (index < m_store.begin() || index >= m_next)
            continue;
        const bool isFound = placeOf(index).has_value(), isWanted = passes(index);
        if (isFound != isWanted)
            (isWanted ? coming : going).push_back(index);
    }
    if (coming.empty() && going.empty())
        return;
    for (auto *all : {&coming, &going}) {
        std::ranges::sort(*all);
        all->erase(std::unique(all->begin(), all->end()), all->end());
    }
    if (isSorted())
        changeFound(coming, going);
    else
        changeRows(coming, going);
    if (!isSorted())
        return;
    // In the list they come at the end, and go with the next sort.
    for (const auto index : coming)
        if (m_order.rowOf(index) < 0 && (!m_sort || index >= m_store.begin() + m_goWithSort))
            insertRows(m_order.size(), std::array{static_cast<std::uint32_t>(index)});
    m_isStale = true;
    sortSoon();
}

// In order of arrival, both.
void MessageModel::changeFound(std::span<const Index> coming, std::span<const Index> going)
{
    if (!going.empty())
        std::erase_if(m_found, [&](auto message) { return std::ranges::binary_search(going, indexOf(message)); });
    const auto middle = static_cast<std::ptrdiff_t>(m_found.size());
    std::ranges::transform(coming, std::back_inserter(m_found),
                           [](auto index) { return static_cast<std::uint32_t>(index); });
    std::ranges::inplace_merge(m_found, m_found.begin() + middle, {},
                               [this](auto message) { return indexOf(message); });
}

void MessageModel::changeRows(std::span<const Index> coming, std::span<const Index> going)
{
    if (coming.size() + going.size() > mostSingleChanges) {
        beginResetModel();
        changeFound(coming, going);
        endResetModel();
        return;
    }
    for (const auto index : going) {
        const auto row = static_cast<int>(*placeOf(index));
        beginRemoveRows({}, row, row);
        m_found.erase(m_found.begin() + row);
        endRemoveRows();
    }
    for (const auto index : coming)
        insertRows(firstPlaceFrom(index), std::array{static_cast<std::uint32_t>(index)});
}

// Sorting. ------------------------------------------------------------------------------------------------------------

void MessageModel::sort(int column, Qt::SortOrder order)
{
    if (column == m_sortColumn && order == m_sortOrder)
        return;
    const bool wasByArrival = !isSorted();
    m_sort.reset();
    m_sortTimer.stop();
    m_sortOrder = order;
    if (column < 0) {
        beginResetModel();
        m_sortColumn = -1;
        m_order = {};
        m_isStale = false;
        endResetModel();
        letGo();
        emit progressed();
        return;
    }
    m_sortColumn = column;
    if (wasByArrival)
        orderByArrival(); // the rows are the same for now
    startSort();
}

void MessageModel::orderByArrival()
{
    std::vector<std::uint32_t> rows(found());
    for (std::size_t place = 0; place < rows.size(); ++place)
        rows[place] = static_cast<std::uint32_t>(foundAt(place));
    m_order = MessageOrder(std::move(rows), m_store.begin(), m_store.end());
}

void MessageModel::sortSoon()
{
    if (isSorted() && m_isStale && !m_sort && !m_sortTimer.isActive())
        m_sortTimer.start();
}

void MessageModel::startSort()
{
    if (!isSorted() || m_sort)
        return;
    m_isStale = false;
    m_goWithSort = m_store.excess();
    const auto first = m_store.begin() + m_goWithSort;
    std::vector<std::uint32_t> messages;
    messages.reserve(found());
    for (std::size_t place = 0; place < found(); ++place)
        if (const auto index = foundAt(place); index >= first)
            messages.push_back(static_cast<std::uint32_t>(index));
    m_sort = std::make_unique<MessageSort>(m_store, std::move(messages), m_order.rows(), m_sortColumn,
                                           m_sortOrder == Qt::DescendingOrder, nullptr);
    connect(m_sort.get(), &MessageSort::finished, this, &MessageModel::takeSorted);
    emit progressed();
}

void MessageModel::takeSorted()
{
    auto [order, sorted] = m_sort->take();
    m_sort.release()->deleteLater();
    const auto gone = order.size() - sorted;
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    // What came while sorting stays at the end.
    order.append(std::span(m_order.rows()).subspan(order.size()));
    const auto persistent = persistentIndexList();
    QModelIndexList moved;
    moved.reserve(persistent.size());
    for (const auto &each : persistent)
        moved << index(order.rowOf(indexOf(m_order[static_cast<std::size_t>(each.row())])), each.column());
    m_order = std::move(order);
    changePersistentIndexList(persistent, moved);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    if (gone > 0) {
        beginRemoveRows({}, static_cast<int>(sorted), static_cast<int>(sorted + gone) - 1);
        m_order.erase(sorted, gone);
    }
    forget(std::exchange(m_goWithSort, 0));
    if (gone > 0)
        endRemoveRows();
    letGo();
    sortSoon();
    emit progressed();
}

// What the user says of messages. ------------------------------------------------------------------------------------

void MessageModel::annotate(std::vector<Index> messages, std::function<void(Annotation &)> change)
{
    m_toAnnotate.push_back({.messages = std::move(messages), .change = std::move(change)});
    if (!m_annotating.isActive() && annotatePiece())
        m_annotating.start();
}

void MessageModel::annotate(Index index, Annotation annotation)
{
    annotate(std::vector{index}, [said = std::move(annotation)](Annotation &now) { now = said; });
}

bool MessageModel::annotatePiece()
{
    QElapsedTimer timer;
    timer.start();
    std::vector<Index> changed;
    while (!m_toAnnotate.empty() && timer.elapsed() < IdleWork::pieceMilliseconds) {
        auto &[messages, done, change] = m_toAnnotate.front();
        const auto end = std::min(messages.size(), done + 64);
        for (; done < end; ++done) {
            const auto index = messages[done];
            if (index < m_store.begin() || index >= m_store.end())
                continue;
            auto said = annotation(index);
            change(said);
            m_store.annotate(index, std::move(said));
            m_colours.erase(index);
            changed.push_back(index);
        }
        if (done == messages.size())
            m_toAnnotate.pop_front();
    }
    if (!changed.empty()) {
        lookAgain(changed);
        const int row = changed.size() == 1 ? rowOfIndex(changed.front()) : -1;
        if (row >= 0)
            emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
        else if (rows() > 0)
            emit dataChanged(index(0, 0), index(rows() - 1, ColumnCount - 1));
        if (m_sortColumn == Comment) {
            m_isStale = true;
            sortSoon();
        }
        emit annotated();
    }
    return !m_toAnnotate.empty();
}

Annotation MessageModel::annotation(Index index) const
{
    const auto found = m_store.annotations().find(index);
    return found != m_store.annotations().end() ? found->second : Annotation();
}

void MessageModel::setTimeFormat(TimeFormat format)
{
    m_timeFormat = format;
    emit headerDataChanged(Qt::Horizontal, Time, Time);
    if (rows() > 0)
        emit dataChanged(index(0, Time), index(rows() - 1, Time));
}

void MessageModel::setColourRules(ColourRules rules)
{
    m_rules = std::move(rules);
    m_colours.clear();
    if (rows() > 0)
        emit dataChanged(index(0, 0), index(rows() - 1, ColumnCount - 1));
}

void MessageModel::layoutsChanged()
{
    m_layouts->forget();
    if (rows() > 0)
        emit dataChanged(index(0, Summary), index(rows() - 1, Summary));
}

// Rows. ---------------------------------------------------------------------------------------------------------------

int MessageModel::rows() const
{
    return static_cast<int>(isSorted() ? m_order.size() : found());
}

std::size_t MessageModel::found() const
{
    return showsAll() ? static_cast<std::size_t>(m_next - m_store.begin()) : m_found.size();
}

MessageModel::Index MessageModel::indexOf(std::uint32_t message) const
{
    const auto begin = m_store.begin();
    return begin + static_cast<std::uint32_t>(message - static_cast<std::uint32_t>(begin));
}

MessageModel::Index MessageModel::foundAt(std::size_t place) const
{
    return showsAll() ? m_store.begin() + place : indexOf(m_found[place]);
}

// Among m_found: of the first message that is not before `index`.
std::size_t MessageModel::firstPlaceFrom(Index index) const
{
    const auto at = std::ranges::lower_bound(m_found, index, {}, [this](auto message) { return indexOf(message); });
    return static_cast<std::size_t>(at - m_found.begin());
}

std::optional<std::size_t> MessageModel::placeOf(Index index) const
{
    if (index < m_store.begin() || index >= m_next)
        return {};
    if (showsAll())
        return static_cast<std::size_t>(index - m_store.begin());
    const auto place = firstPlaceFrom(index);
    return place < m_found.size() && indexOf(m_found[place]) == index ? std::optional(place) : std::nullopt;
}

std::optional<MessageModel::Index> MessageModel::foundBefore(Index index) const
{
    if (showsAll())
        return index > m_store.begin() ? std::optional(index - 1) : std::nullopt;
    const auto place = firstPlaceFrom(index);
    return place > 0 ? std::optional(indexOf(m_found[place - 1])) : std::nullopt;
}

MessageModel::Index MessageModel::indexOfRow(int row) const
{
    const auto place = static_cast<std::size_t>(row);
    return isSorted() ? indexOf(m_order[place]) : foundAt(place);
}

MessageView MessageModel::messageAt(int row) const
{
    return m_store.at(indexOfRow(row));
}

int MessageModel::rowOfIndex(Index index) const
{
    if (isSorted())
        return index >= m_store.begin() ? m_order.rowOf(index) : -1;
    const auto place = placeOf(index);
    return place ? static_cast<int>(*place) : -1;
}

int MessageModel::rowNearTime(std::int64_t time) const
{
    // Times ascend within a capture; a stepped clock between two captures only makes the answer less near.
    std::size_t low = 0, high = found();
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        if (m_store.records(foundAt(middle)).front().time < time)
            low = middle + 1;
        else
            high = middle;
    }
    if (found() == 0)
        return -1;
    return rowOfIndex(foundAt(std::min(low, found() - 1)));
}

int MessageModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : rows();
}

int MessageModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

} // namespace ipclens
