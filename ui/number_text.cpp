#include "ui/number_text.h"

#include "core/text/hex.h"

#include <QDateTime>
#include <QLocale>

namespace ipclens {

QString countText(std::uint64_t count)
{
    return QLocale(QLocale::English).toString(static_cast<qulonglong>(count));
}

QString sizeText(std::uint64_t bytes)
{
    static constexpr const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    std::size_t unit = 0;
    double value = static_cast<double>(bytes);
    while (value >= 1024 && unit + 1 < std::size(units)) {
        value /= 1024;
        ++unit;
    }
    const bool whole = value == static_cast<double>(static_cast<std::uint64_t>(value)) || value >= 100;
    return QStringLiteral("%1 %2").arg(QString::number(value, 'f', whole ? 0 : 1), QLatin1String(units[unit]));
}

QString addressText(Address address)
{
    return QStringLiteral("0x%1").arg(static_cast<qulonglong>(address), 0, 16);
}

QString bytesText(std::span<const std::byte> bytes, std::size_t limit)
{
    if (bytes.size() <= limit)
        return fromUtf8(toHex(bytes, " "));
    return QStringLiteral("%1 \u2026 (%2 bytes)").arg(fromUtf8(toHex(bytes.first(limit), " ")), countText(bytes.size()));
}

QString clockText(std::int64_t time)
{
    const auto moment = QDateTime::fromMSecsSinceEpoch(time / 1'000'000);
    const bool today = moment.date() == QDate::currentDate();
    return moment.toString(today ? QStringLiteral("HH:mm:ss.zzz") : QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz"));
}

} // namespace ipclens
