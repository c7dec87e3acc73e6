#include "ui/statistics_model.h"

#include "core/traffic/filter_expression.h"
#include "ui/number_text.h"

#include <algorithm>
#include <numeric>

namespace ipclens {
namespace {

struct Column {
    const char *title;
    const char *explanation;
    bool isNumber;
};

constexpr Column endpointColumns[] = {
    {QT_TRANSLATE_NOOP("StatisticsModel", "Process"),
     QT_TRANSLATE_NOOP("StatisticsModel", "Of senders what they claim, not verified"), false},
    {QT_TRANSLATE_NOOP("StatisticsModel", "PID"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Window"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Sent"), QT_TRANSLATE_NOOP("StatisticsModel", "Messages"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes sent"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Received"), QT_TRANSLATE_NOOP("StatisticsModel", "Messages"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes received"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "First"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Last"), "", true},
};
constexpr Column conversationColumns[] = {
    {QT_TRANSLATE_NOOP("StatisticsModel", "Between"),
     QT_TRANSLATE_NOOP("StatisticsModel", "Who sent the first message"), false},
    {QT_TRANSLATE_NOOP("StatisticsModel", "and"), "", false},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Messages \u2192"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes \u2192"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Messages \u2190"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes \u2190"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Mean ms"), QT_TRANSLATE_NOOP("StatisticsModel", "How long handlers took"),
     true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Longest ms"), QT_TRANSLATE_NOOP("StatisticsModel", "How long handlers took"),
     true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Lasted s"),
     QT_TRANSLATE_NOOP("StatisticsModel", "From the first to the last message"), true},
};
constexpr Column idColumns[] = {
    {QT_TRANSLATE_NOOP("StatisticsModel", "Kind"), "", false},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Id or name"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Messages"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Least"), QT_TRANSLATE_NOOP("StatisticsModel", "Size in bytes"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Mean"), QT_TRANSLATE_NOOP("StatisticsModel", "Size in bytes"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Most"), QT_TRANSLATE_NOOP("StatisticsModel", "Size in bytes"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Messages/s"),
     QT_TRANSLATE_NOOP("StatisticsModel", "Between its first and its last"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Mean ms"), QT_TRANSLATE_NOOP("StatisticsModel", "How long handlers took"),
     true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Longest ms"), QT_TRANSLATE_NOOP("StatisticsModel", "How long handlers took"),
     true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Failed"),
     QT_TRANSLATE_NOOP("StatisticsModel", "A relay had no answer of the real receiver"), true},
};
constexpr Column sizeColumns[] = {
    {QT_TRANSLATE_NOOP("StatisticsModel", "Size"), QT_TRANSLATE_NOOP("StatisticsModel", "Bytes of WM_COPYDATA"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Messages"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Share"), QT_TRANSLATE_NOOP("StatisticsModel", "Of all WM_COPYDATA messages"),
     true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes"), "", true},
};
constexpr Column inboxColumns[] = {
    {QT_TRANSLATE_NOOP("StatisticsModel", "Inbox"), QT_TRANSLATE_NOOP("StatisticsModel", "Inbox, relay or tap"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Messages"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "First no."), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Last no."), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Missing"),
     QT_TRANSLATE_NOOP("StatisticsModel",
                       "Numbers between the first and the last that are not here: dropped, let go, or not in the file"),
     true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Cut"),
     QT_TRANSLATE_NOOP("StatisticsModel", "Payloads that were not kept whole"), true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "Bytes cut"), "", true},
    {QT_TRANSLATE_NOOP("StatisticsModel", "No answer"),
     QT_TRANSLATE_NOOP("StatisticsModel", "Messages whose result is not known"), true},
};

std::span<const Column> columnsOf(StatisticsModel::Table table)
{
    using Table = StatisticsModel::Table;
    switch (table) {
    case Table::Endpoints:
        return endpointColumns;
    case Table::Conversations:
        return conversationColumns;
    case Table::Ids:
        return idColumns;
    case Table::Sizes:
        return sizeColumns;
    case Table::Inboxes:
        return inboxColumns;
    }
    return {};
}

QString partyText(const TrafficStatistics::Party &party)
{
    if (party.process.pid == 0)
        return party.window == 0 ? StatisticsModel::tr("unknown")
                                 : StatisticsModel::tr("window %1").arg(addressText(party.window));
    const auto name = party.name.empty() ? StatisticsModel::tr("process") : fromUtf8(party.name);
    const auto process = QStringLiteral("%1 %2").arg(name).arg(party.process.pid);
    return party.window == 0 ? process : QStringLiteral("%1, %2").arg(process, addressText(party.window));
}

// The test that a message is from or to that party.
QString partyTest(const TrafficStatistics::Party &party, const QString &side)
{
    if (party.window != 0)
        return QStringLiteral("%1.window == %2").arg(side, addressText(party.window));
    if (party.process.pid != 0)
        return QStringLiteral("%1.pid == %2").arg(side).arg(party.process.pid);
    return QStringLiteral("!%1.pid").arg(side);
}

// Least and most size of the n-th row of the histogram.
std::pair<std::uint64_t, std::uint64_t> sizesOf(std::size_t power)
{
    if (power == 0)
        return {0, 0};
    const auto least = std::uint64_t{1} << (power - 1);
    return {least, least + (least - 1)};
}

} // namespace

StatisticsModel::StatisticsModel(Table table, const TrafficStatistics &counted, QObject *parent)
    : QAbstractTableModel(parent), m_table(table), m_counted(counted)
{
    refresh();
}

StatisticsModel::Cell StatisticsModel::count(std::uint64_t number)
{
    return {countText(number), static_cast<double>(number), true};
}

StatisticsModel::Cell StatisticsModel::bytes(std::uint64_t number)
{
    return {sizeText(number), static_cast<double>(number), true};
}

StatisticsModel::Cell StatisticsModel::milliseconds(double nanoseconds)
{
    return {nanoseconds == 0 ? QString() : QString::number(nanoseconds / 1e6, 'f', 3), nanoseconds / 1e6, true};
}

StatisticsModel::Cell StatisticsModel::seconds(double number)
{
    return {QString::number(number, 'f', number < 100 ? 3 : 0), number, true};
}

StatisticsModel::Cell StatisticsModel::time(std::int64_t time)
{
    return {clockText(time), static_cast<double>(time), false};
}

StatisticsModel::Cell StatisticsModel::words(const QString &text)
{
    return {text, 0, false};
}

std::size_t StatisticsModel::entries() const
{
    switch (m_table) {
    case Table::Endpoints:
        return m_counted.endpoints().size();
    case Table::Conversations:
        return m_counted.conversations().size();
    case Table::Ids:
        return m_counted.ids().size();
    case Table::Inboxes:
        return m_counted.inboxes().size();
    case Table::Sizes:
        break;
    }
    const auto &sizes = m_counted.sizes();
    const auto last =
        std::find_if(sizes.rbegin(), sizes.rend(), [](const auto &volume) { return volume.messages > 0; });
    return static_cast<std::size_t>(sizes.rend() - last);
}

StatisticsModel::Cell StatisticsModel::cell(std::size_t entry, int column) const
{
    const bool isOthers = entry >= TrafficStatistics::mostRows;
    switch (m_table) {
    case Table::Endpoints:
        return endpointCell(m_counted.endpoints()[entry], isOthers, column);
    case Table::Conversations:
        return conversationCell(m_counted.conversations()[entry], isOthers, column);
    case Table::Ids:
        return idCell(m_counted.ids()[entry], isOthers, column);
    case Table::Sizes:
        return sizeCell(entry, column);
    case Table::Inboxes:
        return inboxCell(m_counted.inboxes()[entry], isOthers, column);
    }
    return {};
}

StatisticsModel::Cell StatisticsModel::endpointCell(const TrafficStatistics::Endpoint &row, bool isOthers,
                                                    int column) const
{
    switch (column) {
    case 0:
        if (isOthers)
            return words(tr("all others"));
        return words(row.party.process.pid == 0 ? tr("unknown") : fromUtf8(row.party.name));
    case 1: {
        auto pid = count(row.party.process.pid);
        pid.text = row.party.process.pid == 0 ? QString() : QString::number(row.party.process.pid);
        return pid;
    }
    case 2:
        return {row.party.window == 0 ? QString() : addressText(row.party.window),
                static_cast<double>(row.party.window), false};
    case 3:
        return count(row.sent.messages);
    case 4:
        return bytes(row.sent.bytes);
    case 5:
        return count(row.received.messages);
    case 6:
        return bytes(row.received.bytes);
    case 7:
        return time(row.times.first);
    default:
        return time(row.times.last);
    }
}

StatisticsModel::Cell StatisticsModel::conversationCell(const TrafficStatistics::Conversation &row, bool isOthers,
                                                        int column) const
{
    switch (column) {
    case 0:
        return words(isOthers ? tr("all others") : partyText(m_counted.endpoints()[row.first].party));
    case 1:
        return words(isOthers ? QString() : partyText(m_counted.endpoints()[row.second].party));
    case 2:
        return count(row.forth.messages);
    case 3:
        return bytes(row.forth.bytes);
    case 4:
        return count(row.back.messages);
    case 5:
        return bytes(row.back.bytes);
    case 6:
        return milliseconds(row.durations.mean());
    case 7:
        return milliseconds(static_cast<double>(row.durations.most));
    default:
        return seconds(static_cast<double>(row.times.length()) / 1e9);
    }
}

StatisticsModel::Cell StatisticsModel::idCell(const TrafficStatistics::Id &row, bool isOthers, int column) const
{
    switch (column) {
    case 0:
        return words(isOthers                            ? QString()
                     : row.kind == MessageKind::CopyData ? QStringLiteral("WM_COPYDATA")
                                                         : tr("registered"));
    case 1:
        if (isOthers)
            return words(tr("all others"));
        if (row.kind == MessageKind::Registered)
            return words(fromUtf8(row.name));
        return {row.id < 10 ? QString::number(row.id)
                            : QStringLiteral("%1 (%2)").arg(QString::number(row.id), addressText(row.id)),
                static_cast<double>(row.id), false};
    case 2:
        return count(row.volume.messages);
    case 3:
        return bytes(row.volume.bytes);
    case 4:
        return bytes(row.least);
    case 5:
        return bytes(row.volume.messages == 0 ? 0 : row.volume.bytes / row.volume.messages);
    case 6:
        return bytes(row.most);
    case 7: {
        const double length = static_cast<double>(row.times.length()) / 1e9;
        auto rate = seconds(length < 1 ? 0 : static_cast<double>(row.volume.messages) / length);
        if (length < 1)
            rate.text.clear();
        return rate;
    }
    case 8:
        return milliseconds(row.durations.mean());
    case 9:
        return milliseconds(static_cast<double>(row.durations.most));
    default:
        return count(row.failed);
    }
}

StatisticsModel::Cell StatisticsModel::sizeCell(std::size_t power, int column) const
{
    const auto &volume = m_counted.sizes()[power];
    switch (column) {
    case 0: {
        const auto [least, most] = sizesOf(power);
        const auto text = power < 2 ? countText(least) : tr("%1 to %2").arg(countText(least), countText(most));
        return {text, static_cast<double>(power), false};
    }
    case 1:
        return count(volume.messages);
    case 2: {
        std::uint64_t all = 0;
        for (const auto &size : m_counted.sizes())
            all += size.messages;
        const double share = all == 0 ? 0 : static_cast<double>(volume.messages) / static_cast<double>(all);
        return {QStringLiteral("%1 %").arg(share * 100, 0, 'f', 1), share, true};
    }
    default:
        return bytes(volume.bytes);
    }
}

StatisticsModel::Cell StatisticsModel::inboxCell(const TrafficStatistics::InboxCount &row, bool isOthers,
                                                 int column) const
{
    switch (column) {
    case 0:
        return isOthers ? words(tr("all others")) : count(row.inbox);
    case 1:
        return count(row.volume.messages);
    case 2:
        return bytes(row.volume.bytes);
    case 3:
        return count(row.firstSequence);
    case 4:
        return count(row.lastSequence);
    case 5:
        return count(row.missing());
    case 6:
        return count(row.truncated);
    case 7:
        return bytes(row.cutBytes);
    default:
        return count(row.unanswered);
    }
}

void StatisticsModel::arrange()
{
    if (m_sortColumn < 0)
        return;
    std::vector<Cell> keys(entries());
    for (std::size_t i = 0; i < keys.size(); ++i)
        keys[i] = cell(i, m_sortColumn);
    const auto before = [&](std::size_t a, std::size_t b) {
        const Cell &left = keys[a], &right = keys[b];
        if (left.number != right.number)
            return m_order == Qt::AscendingOrder ? left.number < right.number : right.number < left.number;
        const int order = left.isNumber ? 0 : left.text.compare(right.text, Qt::CaseInsensitive);
        if (order != 0)
            return m_order == Qt::AscendingOrder ? order < 0 : order > 0;
        return a < b;
    };
    std::ranges::sort(m_rows, before);
}

void StatisticsModel::refresh()
{
    const auto now = entries();
    if (now < m_rows.size()) { // it was cleared
        beginResetModel();
        m_rows.resize(now);
        std::iota(m_rows.begin(), m_rows.end(), std::size_t{0});
        arrange();
        endResetModel();
        return;
    }
    if (now > m_rows.size()) {
        beginInsertRows({}, static_cast<int>(m_rows.size()), static_cast<int>(now) - 1);
        for (auto entry = m_rows.size(); entry < now; ++entry)
            m_rows.push_back(entry);
        endInsertRows();
    }
    if (m_rows.empty())
        return;
    if (m_sortColumn >= 0)
        sort(m_sortColumn, m_order);
    emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void StatisticsModel::sort(int column, Qt::SortOrder order)
{
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    m_sortColumn = column;
    m_order = order;
    const auto held = persistentIndexList();
    std::vector<std::size_t> entriesHeld;
    for (const auto &index : held)
        entriesHeld.push_back(m_rows[static_cast<std::size_t>(index.row())]);
    if (column < 0)
        std::ranges::sort(m_rows);
    else
        arrange();
    std::vector<int> places(m_rows.size());
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        places[m_rows[row]] = static_cast<int>(row);
    QModelIndexList moved;
    for (qsizetype i = 0; i < held.size(); ++i)
        moved << index(places[entriesHeld[static_cast<std::size_t>(i)]], held[i].column());
    changePersistentIndexList(held, moved);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

QString StatisticsModel::filterOf(int row) const
{
    const auto entry = m_rows[static_cast<std::size_t>(row)];
    if (m_table != Table::Sizes && entry >= TrafficStatistics::mostRows)
        return {};
    switch (m_table) {
    case Table::Endpoints: {
        const auto &party = m_counted.endpoints()[entry].party;
        return QStringLiteral("%1 || %2")
            .arg(partyTest(party, QStringLiteral("sender")), partyTest(party, QStringLiteral("receiver")));
    }
    case Table::Conversations: {
        const auto &talk = m_counted.conversations()[entry];
        const auto &one = m_counted.endpoints()[talk.first].party, &other = m_counted.endpoints()[talk.second].party;
        const auto way = [](const auto &from, const auto &to) {
            return QStringLiteral("%1 && %2")
                .arg(partyTest(from, QStringLiteral("sender")), partyTest(to, QStringLiteral("receiver")));
        };
        if (talk.first == talk.second)
            return way(one, other);
        return QStringLiteral("%1 || %2").arg(way(one, other), way(other, one));
    }
    case Table::Ids: {
        const auto &id = m_counted.ids()[entry];
        if (id.kind == MessageKind::CopyData)
            return QStringLiteral("data.id == %1").arg(id.id);
        return id.name.empty() ? QStringLiteral("message.id == %1").arg(id.id)
                               : QStringLiteral("message.name == %1").arg(fromUtf8(quotedLiteral(id.name)));
    }
    case Table::Sizes: {
        const auto [least, most] = sizesOf(entry);
        return least == most ? QStringLiteral("size == %1").arg(least)
                             : QStringLiteral("size in {%1..%2}").arg(least).arg(most);
    }
    case Table::Inboxes:
        return QStringLiteral("inbox == %1").arg(m_counted.inboxes()[entry].inbox);
    }
    return {};
}

QByteArray StatisticsModel::toCsv(const QList<int> &rows) const
{
    const auto quoted = [](QString text) {
        return QLatin1Char('"') + text.replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
    };
    QStringList fields;
    for (int column = 0; column < columnCount(); ++column)
        fields << quoted(headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
    QString csv = fields.join(QLatin1Char(',')) + QLatin1Char('\n');
    for (const int row : rows) {
        fields.clear();
        for (int column = 0; column < columnCount(); ++column) {
            const auto value = cell(m_rows[static_cast<std::size_t>(row)], column);
            fields << (value.isNumber ? QString::number(value.number, 'g', 15) : quoted(value.text));
        }
        csv += fields.join(QLatin1Char(',')) + QLatin1Char('\n');
    }
    return csv.toUtf8();
}

int StatisticsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int StatisticsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(columnsOf(m_table).size());
}

QVariant StatisticsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto entry = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::DisplayRole)
        return cell(entry, index.column()).text;
    if (role == Qt::TextAlignmentRole)
        return headerData(index.column(), Qt::Horizontal, role);
    if (role == shareRole)
        return m_table == Table::Sizes ? cell(entry, 2).number : 0;
    return {};
}

QVariant StatisticsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const auto &column = columnsOf(m_table)[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole)
        return tr(column.title);
    if (role == Qt::ToolTipRole && *column.explanation != 0)
        return tr(column.explanation);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue<int>(Qt::AlignVCenter | (column.isNumber ? Qt::AlignRight : Qt::AlignLeft));
    return {};
}

} // namespace ipclens
