#include "ui/message_model.h"

#include "core/traffic/message_text.h"
#include "ui/number_text.h"
#include "ui/theme.h"

#include <QDateTime>
#include <QPalette>
#include <QTimer>

#include <algorithm>
#include <limits>

namespace ipclens {
namespace {

constexpr qint64 pieceMilliseconds = 8;
constexpr int sortAgainAfter = 700; // milliseconds after rows came while sorted
constexpr std::uint64_t mostRows = std::numeric_limits<int>::max();

QString hex(std::uint64_t number)
{
    return QStringLiteral("0x") + QString::number(number, 16).toUpper();
}

// Seconds with as many digits as a microsecond needs.
QString secondsText(std::int64_t nanoseconds)
{
    return QString::number(static_cast<double>(nanoseconds) / 1e9, 'f', 6);
}

QString idText(const MessageView &message)
{
    if (message.kind == MessageKind::Registered)
        return QStringLiteral("%1 (%2)").arg(fromUtf8(message.name), hex(message.id));
    return message.id < 10 ? QString::number(message.id)
                           : QStringLiteral("%1 (%2)").arg(QString::number(message.id), hex(message.id));
}

QString sizeText(const MessageView &message)
{
    if (message.kind == MessageKind::Registered)
        return {};
    if (message.nullData)
        return message.size == 0 ? MessageModel::tr("NULL") : MessageModel::tr("%1 NULL").arg(countText(message.size));
    return message.isTruncated() ? MessageModel::tr("%1 cut").arg(countText(message.size)) : countText(message.size);
}

QString resultText(const MessageView &message)
{
    if (!message.isAnswered)
        return {};
    if (message.failure)
        return MessageModel::tr("%1, failed").arg(message.result);
    return QString::number(message.result);
}

bool isNumber(int column)
{
    return column == MessageModel::Number || column == MessageModel::Delta || column == MessageModel::Size ||
           column == MessageModel::Result || column == MessageModel::Duration;
}

QString microseconds(std::int64_t time)
{
    return QString::number((time / 1000) % 1000).rightJustified(3, QLatin1Char('0'));
}

} // namespace

MessageModel::MessageModel(QObject *parent) : QAbstractTableModel(parent)
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
    if (m_showing) {
        m_end = m_store.end();
        lookAtMore();
    }
    letGo();
    emit progressed();
}

void MessageModel::letGo()
{
    const auto count = m_store.excess();
    if (count == 0)
        return;
    const auto newBegin = m_store.begin() + count;
    const auto isGone = [begin = static_cast<std::uint32_t>(m_store.begin()), count](std::uint32_t row) {
        return row - begin < count;
    };
    if (m_sortColumn >= 0) { // they go here and there
        const bool any = std::ranges::any_of(m_rows, isGone);
        if (any) {
            beginResetModel();
            m_sorted -= static_cast<std::size_t>(
                std::count_if(m_rows.begin(), m_rows.begin() + static_cast<std::ptrdiff_t>(m_sorted), isGone));
            std::erase_if(m_rows, isGone);
        }
        m_store.letGo(count);
        m_end = std::max(m_end, m_store.begin());
        m_next = std::max(m_next, m_store.begin());
        if (any)
            endResetModel();
        return;
    }
    const auto kept = std::ranges::find_if_not(m_rows, isGone);
    const auto gone = showsAll() ? static_cast<int>(std::min(newBegin, m_next) - std::min(m_store.begin(), m_next))
                                 : static_cast<int>(kept - m_rows.begin());
    if (gone > 0)
        beginRemoveRows({}, 0, gone - 1);
    m_store.letGo(count);
    m_rows.erase(m_rows.begin(), kept);
    m_end = std::max(m_end, m_store.begin());
    m_next = std::max(m_next, m_store.begin());
    if (gone > 0) {
        endRemoveRows();
        if (rows() > 0) // the first row has no time since the one before it any more
            emit dataChanged(index(0, Delta), index(0, Delta));
    }
}

std::uint64_t MessageModel::apply(std::uint64_t inbox, std::span<const MessageOutcome> outcomes)
{
    std::uint64_t lost = 0;
    Index first = m_store.end(), last = m_store.begin();
    for (const auto &outcome : outcomes) {
        const auto index = m_store.apply(inbox, outcome);
        lost += !index;
        if (index)
            emit answered(*index);
        first = std::min(first, index.value_or(first));
        last = std::max(last, index.value_or(last));
    }
    if (first <= last && first < m_store.end()) {
        if (showsAll() && first < m_next)
            emit dataChanged(index(rowOfIndex(first), 0),
                             index(rowOfIndex(std::min(last, m_next - 1)), ColumnCount - 1));
        else if (rows() > 0)
            emit dataChanged(index(0, 0), index(rows() - 1, ColumnCount - 1)); // a view repaints what is in sight
    }
    return lost;
}

void MessageModel::clear()
{
    beginResetModel();
    m_sort.reset();
    m_store.clear();
    m_rows.clear();
    m_end = m_next = 0;
    m_sorted = 0;
    m_scan = m_filter.isEmpty() ? nullptr : std::make_unique<FilterScan>(m_filter);
    endResetModel();
    emit progressed();
}

void MessageModel::setShowing(bool on)
{
    m_showing = on;
    if (on) {
        m_end = m_store.end();
        lookAtMore();
    }
    emit progressed();
}

void MessageModel::setFilter(MessageFilter filter)
{
    beginResetModel();
    m_sort.reset();
    m_filter = std::move(filter);
    m_scan = m_filter.isEmpty() ? nullptr : std::make_unique<FilterScan>(m_filter);
    m_rows.clear();
    m_sorted = 0;
    m_next = m_store.begin();
    if (showsAll())
        m_next = std::min(m_end, m_store.begin() + mostRows);
    else
        find(m_rows);
    endResetModel();
    lookAtMore();
    sortSoon();
    emit progressed();
}

// Looks at messages from m_next on until time is up. False when there are more.
bool MessageModel::find(std::vector<std::uint32_t> &found)
{
    QElapsedTimer timer;
    timer.start();
    while (m_next < m_end && timer.elapsed() < pieceMilliseconds) {
        if (m_scan) {
            m_next = m_scan->find(m_store, m_next, m_end, found);
        } else { // all, but sorted
            const auto end = std::min<Index>(m_end, m_next + 65'536);
            for (; m_next < end; ++m_next)
                found.push_back(static_cast<std::uint32_t>(m_next));
        }
    }
    return m_next >= m_end;
}

void MessageModel::lookAtMore()
{
    if (m_next >= m_end)
        return;
    if (showsAll()) {
        const auto end = std::min(m_end, m_store.begin() + mostRows);
        if (end > m_next) {
            beginInsertRows({}, rows(), rows() + static_cast<int>(end - m_next) - 1);
            m_next = end;
            endInsertRows();
        }
        return;
    }
    std::vector<std::uint32_t> found;
    const bool all = find(found);
    if (!found.empty()) {
        beginInsertRows({}, rows(), rows() + static_cast<int>(found.size()) - 1);
        m_rows.insert(m_rows.end(), found.begin(), found.end());
        endInsertRows();
        sortSoon();
    }
    if (!all && !m_continuing) {
        m_continuing = true;
        QTimer::singleShot(0, this, [this] {
            m_continuing = false;
            lookAtMore();
            emit progressed();
        });
    }
}

// Sorting. ------------------------------------------------------------------------------------------------------------

void MessageModel::sort(int column, Qt::SortOrder order)
{
    if (column == m_sortColumn && order == m_sortOrder)
        return;
    const bool wasByArrival = m_sortColumn < 0;
    m_sort.reset();
    m_sortTimer.stop();
    m_sortOrder = order;
    m_sortColumn = column < 0 ? -1 : column;
    if (column < 0) {
        setFilter(std::move(m_filter));
        return;
    }
    if (wasByArrival && m_filter.isEmpty()) { // from now on there is a list of rows; they are the same for now
        m_rows.resize(static_cast<std::size_t>(m_next - m_store.begin()));
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            m_rows[i] = static_cast<std::uint32_t>(m_store.begin() + i);
    }
    startSort();
}

void MessageModel::sortSoon()
{
    if (m_sortColumn >= 0 && !m_sort && !m_sortTimer.isActive() && m_sorted < m_rows.size())
        m_sortTimer.start();
}

void MessageModel::startSort()
{
    if (m_sortColumn < 0 || m_sort)
        return;
    auto rows = m_rows;
    std::ranges::sort(rows, {},
                      [begin = static_cast<std::uint32_t>(m_store.begin())](std::uint32_t row) { return row - begin; });
    m_sort = std::make_unique<MessageSort>(m_store, std::move(rows), m_sortColumn, m_sortOrder == Qt::DescendingOrder);
    connect(m_sort.get(), &MessageSort::finished, this, &MessageModel::takeSorted);
    emit progressed();
}

void MessageModel::takeSorted()
{
    auto rows = m_sort->takeRows(m_store.begin());
    m_sort.release()->deleteLater();
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const auto persistent = persistentIndexList();
    std::vector<std::pair<std::uint32_t, int>> places; // message, place in `persistent`
    for (const auto &index : persistent)
        places.emplace_back(m_rows[static_cast<std::size_t>(index.row())], static_cast<int>(places.size()));
    std::ranges::sort(places);
    // What came while sorting stays at the end.
    auto sorted = rows;
    std::ranges::sort(sorted);
    m_sorted = rows.size();
    for (const auto row : m_rows)
        if (!std::ranges::binary_search(sorted, row))
            rows.push_back(row);
    m_rows = std::move(rows);
    QModelIndexList moved(persistent.size());
    if (!places.empty()) {
        for (std::size_t row = 0; row < m_rows.size(); ++row) {
            for (auto place = std::ranges::lower_bound(places, m_rows[row], {}, &std::pair<std::uint32_t, int>::first);
                 place != places.end() && place->first == m_rows[row]; ++place)
                moved[place->second] = index(static_cast<int>(row), persistent[place->second].column());
        }
    }
    changePersistentIndexList(persistent, moved);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    sortSoon();
    emit progressed();
}

// What the user says of messages. ------------------------------------------------------------------------------------

void MessageModel::annotate(Index index, Annotation annotation)
{
    if (index < m_store.begin() || index >= m_store.end())
        return;
    m_store.annotate(index, std::move(annotation));
    if (const int row = rowOfIndex(index); row >= 0)
        emit dataChanged(this->index(row, 0), this->index(row, ColumnCount - 1));
    emit annotated();
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
    if (rows() > 0)
        emit dataChanged(index(0, 0), index(rows() - 1, ColumnCount - 1));
}

// Rows. ---------------------------------------------------------------------------------------------------------------

int MessageModel::rows() const
{
    return showsAll() ? static_cast<int>(m_next - m_store.begin()) : static_cast<int>(m_rows.size());
}

MessageModel::Index MessageModel::indexOfRow(int row) const
{
    const auto begin = m_store.begin();
    if (showsAll())
        return begin + static_cast<Index>(row);
    return begin +
           static_cast<std::uint32_t>(m_rows[static_cast<std::size_t>(row)] - static_cast<std::uint32_t>(begin));
}

MessageView MessageModel::messageAt(int row) const
{
    return m_store.at(indexOfRow(row));
}

int MessageModel::rowOfIndex(Index index) const
{
    if (index < m_store.begin() || index >= m_next)
        return -1;
    if (showsAll())
        return static_cast<int>(index - m_store.begin());
    const auto wanted = static_cast<std::uint32_t>(index);
    auto found = m_rows.end();
    if (m_sortColumn < 0) {
        const auto order = [begin = static_cast<std::uint32_t>(m_store.begin())](std::uint32_t row) {
            return row - begin;
        };
        found = std::ranges::lower_bound(m_rows, order(wanted), {}, order);
        return found != m_rows.end() && *found == wanted ? static_cast<int>(found - m_rows.begin()) : -1;
    }
    found = std::ranges::find(m_rows, wanted);
    return found != m_rows.end() ? static_cast<int>(found - m_rows.begin()) : -1;
}

int MessageModel::rowNearTime(std::int64_t time) const
{
    if (m_sortColumn >= 0) {
        int best = rows() - 1;
        auto nearest = std::numeric_limits<std::int64_t>::max();
        for (int row = 0; row < rows(); ++row) {
            const auto at = m_store.records(indexOfRow(row)).front().time;
            if (at >= time && at < nearest) {
                nearest = at;
                best = row;
            }
        }
        return best;
    }
    // Times ascend within a capture; a stepped clock between two captures only makes the answer less near.
    int low = 0, high = rows();
    while (low < high) {
        const int middle = low + (high - low) / 2;
        if (messageAt(middle).time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < rows() ? low : rows() - 1;
}

int MessageModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : rows();
}

int MessageModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant MessageModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), column);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::Alignment((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case Qt::ToolTipRole:
        return toolTip(messageAt(index.row()), column);
    case Qt::ForegroundRole: {
        const auto message = messageAt(index.row());
        if ((column == Size && message.isTruncated()) || (column == Result && message.failure))
            return theme::color(theme::Role::WarningText, QPalette());
        if (column == Sender && message.sender.pid == 0)
            return theme::color(theme::Role::Muted, QPalette());
        return {};
    }
    case Qt::BackgroundRole:
        if (const auto colour = m_rules.colourOf(messageAt(index.row())))
            return theme::color(*colour, QPalette());
        return {};
    case Qt::FontRole:
        if (messageAt(index.row()).isMarked()) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    default:
        return {};
    }
}

QString MessageModel::text(int row, int column) const
{
    const auto message = messageAt(row);
    switch (column) {
    case Number: {
        // Signs, because nothing is said by bold type or colour alone.
        auto number = countText(message.sequence);
        if (message.isPinned())
            number.prepend(QStringLiteral("\u25b8 "));
        return message.isMarked() ? QStringLiteral("\u25cf ") + number : number;
    }
    case Time:
        return timeColumn(row, message);
    case Delta:
        return row == 0 ? QString() : secondsText(message.time - messageAt(row - 1).time);
    case Sender:
        return senderText(message);
    case Receiver:
        return receiverText(message);
    case Kind:
        return fromUtf8(toText(message.kind));
    case Id:
        return idText(message);
    case Size:
        return sizeText(message);
    case Result:
        return resultText(message);
    case Duration:
        return message.isAnswered ? durationText(message.duration) : QString();
    case Comment:
        return fromUtf8(message.comment()).simplified();
    case Summary:
        return fromUtf8(summary(message));
    default:
        return {};
    }
}

QString MessageModel::timeColumn(int row, const MessageView &message) const
{
    switch (m_timeFormat) {
    case TimeFormat::Local:
        return timeText(message.time);
    case TimeFormat::Utc:
        return QDateTime::fromMSecsSinceEpoch(message.time / 1'000'000, Qt::UTC)
                   .toString(QStringLiteral("HH:mm:ss.zzz")) +
               microseconds(message.time) + QLatin1Char('Z');
    case TimeFormat::SinceFirst:
        return secondsText(message.time - m_store.records(m_store.begin()).front().time);
    case TimeFormat::SincePrevious:
        return secondsText(row == 0 ? 0 : message.time - messageAt(row - 1).time);
    case TimeFormat::Epoch:
        return QStringLiteral("%1.%2")
            .arg(message.time / 1'000'000'000)
            .arg(message.time / 1000 % 1'000'000, 6, 10, QLatin1Char('0'));
    }
    return {};
}

QVariant MessageModel::toolTip(const MessageView &message, int column) const
{
    switch (column) {
    case Number: {
        QStringList said;
        if (message.isMarked())
            said += tr("marked");
        if (message.isPinned())
            said += tr("pinned: shown whatever the filter");
        if (!message.comment().empty())
            said += fromUtf8(message.comment());
        return said.isEmpty() ? QVariant() : said.join(QLatin1Char('\n'));
    }
    case Sender:
        if (message.kind != MessageKind::CopyData)
            return tr("A registered message does not say who sent it");
        return tr("The sender's own claim (wParam), not verified: window %1").arg(hex(message.senderWindow)) +
               (message.senderTitle.empty() ? QString() : tr(", \u201c%1\u201d").arg(fromUtf8(message.senderTitle)));
    case Receiver:
        return message.receiverWindow != 0 ? QVariant(tr("window %1").arg(hex(message.receiverWindow))) : QVariant();
    case Size:
        if (message.isTruncated())
            return tr("The first %1 of %2 bytes were kept")
                .arg(countText(message.payload.size()), countText(message.size));
        return {};
    case Time:
        return QDateTime::fromMSecsSinceEpoch(message.time / 1'000'000).toString(Qt::ISODateWithMs);
    case Result:
        if (message.failure)
            return fromUtf8(ipclens::toText(*message.failure));
        return message.isAnswered ? QVariant(hex(static_cast<std::uint64_t>(message.result)))
                                  : QVariant(tr("Not answered, or not seen"));
    case Comment:
        return message.comment().empty() ? QVariant() : fromUtf8(message.comment());
    default:
        return {};
    }
}

QVariant MessageModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::Alignment((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (role == Qt::ToolTipRole) {
        switch (section) {
        case Number:
            return tr("Number in the inbox, counting messages that were dropped");
        case Delta:
            return tr("Seconds since the row above");
        case Sender:
            return tr("Who the message says it is from: the sender's own claim, not verified");
        case Size:
            return tr("True size in bytes, also where less was kept");
        case Result:
            return tr("What the sender was given");
        case Duration:
            return tr("How long the sender waited for the answer");
        case Summary:
            return tr("The payload as text, or else its bytes. Sorted by the first 16 bytes");
        default:
            return {};
        }
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Number:
        return tr("No.");
    case Time:
        switch (m_timeFormat) {
        case TimeFormat::Local:
            return tr("Time");
        case TimeFormat::Utc:
            return tr("Time (UTC)");
        case TimeFormat::SinceFirst:
            return tr("Since first s");
        case TimeFormat::SincePrevious:
            return tr("Since previous s");
        case TimeFormat::Epoch:
            return tr("Since 1970 s");
        }
        return {};
    case Delta:
        return tr("Delta s");
    case Sender:
        return tr("Sender (claimed)");
    case Receiver:
        return tr("Receiver");
    case Kind:
        return tr("Kind");
    case Id:
        return tr("Id / name");
    case Size:
        return tr("Size");
    case Result:
        return tr("Result");
    case Duration:
        return tr("Duration");
    case Comment:
        return tr("Comment");
    default:
        return tr("Summary");
    }
}

QString MessageModel::timeText(std::int64_t time)
{
    return QDateTime::fromMSecsSinceEpoch(time / 1'000'000).toString(QStringLiteral("HH:mm:ss.zzz")) +
           microseconds(time);
}

QString MessageModel::durationText(std::int64_t nanoseconds)
{
    if (nanoseconds < 1'000'000)
        return tr("%1 \u00b5s").arg(static_cast<double>(nanoseconds) / 1e3, 0, 'f', 1);
    if (nanoseconds < 10'000'000'000)
        return tr("%1 ms").arg(static_cast<double>(nanoseconds) / 1e6, 0, 'f', 3);
    return tr("%1 s").arg(static_cast<double>(nanoseconds) / 1e9, 0, 'f', 3);
}

QString MessageModel::senderText(const MessageView &message)
{
    if (message.sender.pid != 0) {
        const auto name = message.senderName.empty() ? tr("process") : fromUtf8(message.senderName);
        return QStringLiteral("%1 %2").arg(name).arg(message.sender.pid);
    }
    if (message.kind == MessageKind::Registered)
        return tr("unknown");
    return message.senderWindow == 0 ? tr("none given") : tr("%1, no such window").arg(hex(message.senderWindow));
}

QString MessageModel::receiverText(const MessageView &message)
{
    if (message.receiver.pid != 0)
        return QStringLiteral("%1 %2")
            .arg(message.receiverName.empty() ? tr("process") : fromUtf8(message.receiverName))
            .arg(message.receiver.pid);
    return message.receiverWindow != 0 ? hex(message.receiverWindow) : QString();
}

} // namespace ipclens
