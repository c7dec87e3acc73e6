// Times as people write them into a filter.
#include "core/traffic/filter_text.h"

#include <charconv>
#include <ctime>
#include <limits>

namespace ipclens::filter {

std::optional<std::int64_t> parseLocalTime(std::string_view text)
{
    const auto number = [&text](std::size_t digits) -> std::optional<int> {
        int value = 0;
        if (text.size() < digits)
            return {};
        const auto [end, code] = std::from_chars(text.data(), text.data() + digits, value);
        if (code != std::errc{} || end != text.data() + digits)
            return {};
        text.remove_prefix(digits);
        return value;
    };
    const auto sign = [&text](char c) {
        const bool found = !text.empty() && text.front() == c;
        text.remove_prefix(found ? 1 : 0);
        return found;
    };
    const auto now = std::time(nullptr);
    std::tm day{};
    if (const auto *today = std::localtime(&now)) // parsing is for one thread at a time: the user types it
        day = *today;
    if (text.size() > 4 && text[4] == '-') {
        const auto year = number(4);
        const bool first = sign('-');
        const auto month = number(2);
        const bool second = sign('-');
        const auto date = number(2);
        if (!year || !month || !date || !first || !second || *month < 1 || *month > 12 || *date < 1 || *date > 31)
            return {};
        day.tm_year = *year - 1900;
        day.tm_mon = *month - 1;
        day.tm_mday = *date;
        if (!sign(' ') && !sign('T'))
            return {};
    }
    const auto hour = number(2);
    const bool colon = sign(':');
    const auto minute = number(2);
    if (!hour || !colon || !minute || *hour > 23 || *minute > 59)
        return {};
    std::optional<int> second = 0;
    std::int64_t fraction = 0;
    if (sign(':')) {
        second = number(2);
        if (!second || *second > 59)
            return {};
        if (sign('.')) {
            if (text.empty() || text.size() > 9)
                return {};
            std::int64_t unit = 100'000'000;
            for (; !text.empty(); text.remove_prefix(1), unit /= 10) {
                if (text.front() < '0' || text.front() > '9')
                    return {};
                fraction += (text.front() - '0') * unit;
            }
        }
    }
    if (!text.empty())
        return {};
    day.tm_hour = *hour;
    day.tm_min = *minute;
    day.tm_sec = *second;
    day.tm_isdst = -1;
    const std::tm asked = day;
    const std::int64_t seconds = std::mktime(&day);
    // mktime() makes the second of March of the 30th of February; years from 1678 to 2261 have nanoseconds that fit.
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;
    if (seconds == -1 || seconds < -most || seconds > most || day.tm_mon != asked.tm_mon ||
        day.tm_mday != asked.tm_mday)
        return {};
    return seconds * 1'000'000'000 + fraction;
}

} // namespace ipclens::filter
