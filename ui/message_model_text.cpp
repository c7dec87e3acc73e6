// What the cells of a list of messages say.
#include "ui/message_model.h"

#include "core/traffic/message_text.h"
#include "ui/layout_dialog.h"
#include "ui/number_text.h"

#include <QDateTime>
#include <QFont>
#include <QPalette>

namespace ipclens {
namespace {

constexpr std::size_t rememberedColours = 4096;
constexpr std::size_t mostSummary = 160; // characters

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
        if (const auto colour = colourOf(index.row()))
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

// Asked for each cell of each row in sight, again and again; a rule may look through a whole payload.
std::optional<theme::Role> MessageModel::colourOf(int row) const
{
    const auto index = indexOfRow(row);
    if (const auto known = m_colours.find(index); known != m_colours.end())
        return known->second;
    if (m_colours.size() >= rememberedColours)
        m_colours.clear();
    return m_colours[index] = m_rules.colourOf(m_store.at(index));
}

// To the one before it of those shown, in order of arrival whatever the rows' order.
std::optional<std::int64_t> MessageModel::sincePrevious(int row, const MessageView &message) const
{
    const auto before = foundBefore(indexOfRow(row));
    return before ? std::optional(message.time - m_store.records(*before).front().time) : std::nullopt;
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
    case Delta: {
        const auto since = sincePrevious(row, message);
        return since ? secondsText(*since) : QString();
    }
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
        return fromUtf8(summary(message, mostSummary, m_layouts->of(message)));
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
        return secondsText(message.time - m_firstTime.value_or(message.time));
    case TimeFormat::SincePrevious:
        return secondsText(sincePrevious(row, message).value_or(0));
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
            return tr("Seconds since the message before it, of those shown");
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
