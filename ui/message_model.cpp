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
constexpr std::uint64_t mostRows = std::numeric_limits<int>::max();

QString hex(std::uint64_t number)
{
    return QStringLiteral("0x") + QString::number(number, 16).toUpper();
}

// Seconds with as many digits as a microsecond needs.
QString deltaText(std::int64_t nanoseconds)
{
    return QString::number(static_cast<double>(nanoseconds) / 1e9, 'f', 6);
}

QString idText(const Message &message)
{
    if (message.kind == MessageKind::Registered)
        return QStringLiteral("%1 (%2)").arg(QString::fromStdString(message.name), hex(message.id));
    return message.id < 10 ? QString::number(message.id)
                           : QStringLiteral("%1 (%2)").arg(QString::number(message.id), hex(message.id));
}

QString sizeText(const Message &message)
{
    if (message.kind == MessageKind::Registered)
        return {};
    if (message.nullData)
        return message.size == 0 ? MessageModel::tr("NULL") : MessageModel::tr("%1 NULL").arg(countText(message.size));
    return message.isTruncated() ? MessageModel::tr("%1 cut").arg(countText(message.size)) : countText(message.size);
}

} // namespace

MessageModel::MessageModel(QObject *parent) : QAbstractTableModel(parent)
{
}

void MessageModel::setLimit(std::uint64_t bytes)
{
    m_store.setLimit(bytes);
    append({});
}

void MessageModel::append(std::vector<Message> messages)
{
    m_store.append(std::move(messages));
    if (m_showing) {
        m_end = m_store.end();
        lookAtMore();
    }

    const auto count = m_store.excess();
    if (count == 0) {
        emit progressed();
        return;
    }
    const auto newBegin = m_store.begin() + count;
    const auto kept = m_filter.isEmpty() ? m_rows.begin() : std::ranges::lower_bound(m_rows, newBegin);
    const auto gone = m_filter.isEmpty()
                          ? static_cast<int>(std::min(newBegin, m_next) - std::min(m_store.begin(), m_next))
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
    emit progressed();
}

void MessageModel::clear()
{
    beginResetModel();
    m_store.clear();
    m_rows.clear();
    m_end = m_next = 0;
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
    m_filter = std::move(filter);
    m_rows.clear();
    m_next = m_store.begin();
    if (m_filter.isEmpty())
        m_next = std::min(m_end, m_store.begin() + mostRows);
    else
        for (const auto index : matchesInOnePiece())
            m_rows.push_back(index);
    endResetModel();
    lookAtMore();
    emit progressed();
}

// Looks at messages from m_next on until time is up; the ones that match.
std::vector<MessageModel::Index> MessageModel::matchesInOnePiece()
{
    std::vector<Index> found;
    QElapsedTimer timer;
    timer.start();
    std::uint64_t looked = 0;
    for (; m_next < m_end; ++m_next) {
        const Message &message = m_store.at(m_next);
        // Asking for the time costs as much as looking at a small message.
        looked += 64 + message.payload.size();
        if (looked > 16 * 1024) {
            looked = 0;
            if (timer.elapsed() >= pieceMilliseconds)
                break;
        }
        if (m_filter.matches(message))
            found.push_back(m_next);
    }
    return found;
}

void MessageModel::lookAtMore()
{
    if (m_next < m_end && m_filter.isEmpty()) {
        const auto end = std::min(m_end, m_store.begin() + mostRows);
        if (end > m_next) {
            beginInsertRows({}, rows(), rows() + static_cast<int>(end - m_next) - 1);
            m_next = end;
            endInsertRows();
        }
    } else if (m_next < m_end) {
        const auto found = matchesInOnePiece();
        if (!found.empty()) {
            beginInsertRows({}, rows(), rows() + static_cast<int>(found.size()) - 1);
            m_rows.insert(m_rows.end(), found.begin(), found.end());
            endInsertRows();
        }
        if (m_next < m_end && !m_continuing) {
            m_continuing = true;
            QTimer::singleShot(0, this, [this] {
                m_continuing = false;
                lookAtMore();
                emit progressed();
            });
        }
    }
}

int MessageModel::rows() const
{
    return m_filter.isEmpty() ? static_cast<int>(m_next - m_store.begin()) : static_cast<int>(m_rows.size());
}

MessageModel::Index MessageModel::indexOfRow(int row) const
{
    return m_filter.isEmpty() ? m_store.begin() + static_cast<Index>(row) : m_rows[static_cast<std::size_t>(row)];
}

const Message &MessageModel::messageAt(int row) const
{
    return m_store.at(indexOfRow(row));
}

int MessageModel::rowOfIndex(Index index) const
{
    if (index < m_store.begin() || index >= m_next)
        return -1;
    if (m_filter.isEmpty())
        return static_cast<int>(index - m_store.begin());
    const auto found = std::ranges::lower_bound(m_rows, index);
    return found != m_rows.end() && *found == index ? static_cast<int>(found - m_rows.begin()) : -1;
}

int MessageModel::rowNearTime(std::int64_t time) const
{
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
    const Message &message = messageAt(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(index.row(), column);
    case Qt::TextAlignmentRole:
        if (column == Number || column == Delta || column == Size)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    case Qt::ToolTipRole:
        return toolTip(message, column);
    case Qt::ForegroundRole:
        if (column == Size && message.isTruncated())
            return theme::color(theme::Role::WarningText, QPalette());
        if (column == Sender && message.sender.pid == 0)
            return theme::color(theme::Role::Muted, QPalette());
        return {};
    default:
        return {};
    }
}

QVariant MessageModel::text(int row, int column) const
{
    const Message &message = messageAt(row);
    switch (column) {
    case Number:
        return countText(message.sequence);
    case Time:
        return timeText(message.time);
    case Delta:
        return row == 0 ? QString() : deltaText(message.time - messageAt(row - 1).time);
    case Sender:
        return senderText(message);
    case Kind: {
        const auto kind = toText(message.kind);
        return QString::fromLatin1(kind.data(), static_cast<qsizetype>(kind.size()));
    }
    case Id:
        return idText(message);
    case Size:
        return sizeText(message);
    case Summary:
        return QString::fromStdString(summary(message));
    default:
        return {};
    }
}

QVariant MessageModel::toolTip(const Message &message, int column) const
{
    if (column == Sender && message.kind == MessageKind::CopyData)
        return tr("The sender's own claim (wParam), not verified: window %1").arg(hex(message.senderWindow));
    if (column == Sender)
        return tr("A registered message does not say who sent it");
    if (column == Size && message.isTruncated())
        return tr("The first %1 of %2 bytes were kept").arg(countText(message.payload.size()), countText(message.size));
    if (column == Time)
        return QDateTime::fromMSecsSinceEpoch(message.time / 1'000'000).toString(Qt::ISODateWithMs);
    return {};
}

QVariant MessageModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole) {
        const bool right = section == Number || section == Delta || section == Size;
        return QVariant::fromValue(Qt::Alignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    }
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
        return tr("Time");
    case Delta:
        return tr("Delta s");
    case Sender:
        return tr("Sender (claimed)");
    case Kind:
        return tr("Kind");
    case Id:
        return tr("Id / name");
    case Size:
        return tr("Size");
    default:
        return tr("Summary");
    }
}

QString MessageModel::timeText(std::int64_t time)
{
    const auto micro = (time / 1000) % 1000;
    return QDateTime::fromMSecsSinceEpoch(time / 1'000'000).toString(QStringLiteral("HH:mm:ss.zzz")) +
           QString::number(micro).rightJustified(3, QLatin1Char('0'));
}

QString MessageModel::senderText(const Message &message)
{
    if (message.sender.pid != 0) {
        const auto name = message.senderName.empty() ? tr("process") : QString::fromStdString(message.senderName);
        return QStringLiteral("%1 %2").arg(name).arg(message.sender.pid);
    }
    if (message.kind == MessageKind::Registered)
        return tr("unknown");
    return message.senderWindow == 0 ? tr("none given") : tr("%1, no such window").arg(hex(message.senderWindow));
}

} // namespace ipclens
