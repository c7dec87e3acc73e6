#include "core/text/date_time.h"

#include "core/text/input_text.h"

#include <chrono>
#include <fmt/format.h>

namespace ipclens {
namespace {

using namespace std::chrono;

constexpr std::uint64_t perSecond = 10'000'000; // of a FILETIME
constexpr std::int64_t secondsPerDay = 86'400;
constexpr sys_days fileTimeEpoch = year{1601} / January / 1;

std::string formatDate(sys_days day, std::int64_t secondOfDay)
{
    const year_month_day date(day);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), secondOfDay / 3600,
                       secondOfDay / 60 % 60, secondOfDay % 60);
}

// A date and time of day as typed.
struct Moment {
    sys_days day;
    std::int64_t secondOfDay = 0;
    std::uint64_t fraction = 0; // in 100 ns
    std::size_t fractionAt = 0; // where it is in the text; 0: there is none
};

class MomentReader {
public:
    explicit MomentReader(std::string_view text) : m_text(text) {}

    Parsed<Moment> read()
    {
        Moment moment;
        const auto y = number(4, 0, 9999, "a year of four digits");
        const auto m = y && expect('-') ? number(2, 1, 12, "a month, 01 to 12") : failed();
        const std::size_t dayAt = m_at + 1;
        const auto d = m && expect('-') ? number(2, 1, 31, "a day, 01 to 31") : failed();
        if (!d)
            return std::unexpected(m_problem);
        const year_month_day date = year{static_cast<int>(*y)} / static_cast<unsigned>(*m) / static_cast<unsigned>(*d);
        if (!date.ok())
            return std::unexpected(TextProblem{dayAt, 2, "that month has no such day"});
        moment.day = sys_days(date);
        if (m_at == m_text.size())
            return moment;
        if (m_text[m_at] != ' ' && m_text[m_at] != 'T')
            return std::unexpected(TextProblem{m_at, 1, "a space and the time of day were expected, as 10:27:01"});
        ++m_at;
        if (!readTime(moment))
            return std::unexpected(m_problem);
        return moment;
    }

private:
    std::optional<std::int64_t> failed() const { return std::nullopt; }

    std::optional<std::int64_t> number(std::size_t digits, std::int64_t least, std::int64_t most, std::string_view what)
    {
        const std::size_t begin = m_at;
        std::int64_t value = 0;
        while (m_at < m_text.size() && m_at - begin < digits && m_text[m_at] >= '0' && m_text[m_at] <= '9')
            value = value * 10 + (m_text[m_at++] - '0');
        if (m_at - begin == digits && value >= least && value <= most)
            return value;
        m_problem = {begin, std::max<std::size_t>(m_at - begin, begin < m_text.size() ? 1 : 0),
                     fmt::format("{} was expected", what)};
        return std::nullopt;
    }

    bool expect(char c)
    {
        if (m_at < m_text.size() && m_text[m_at] == c) {
            ++m_at;
            return true;
        }
        m_problem = {m_at, m_at < m_text.size() ? 1u : 0u, fmt::format("'{}' was expected: 2023-11-23 10:27:01", c)};
        return false;
    }

    bool readTime(Moment &moment)
    {
        const auto hour = number(2, 0, 23, "an hour, 00 to 23");
        const auto minute = hour && expect(':') ? number(2, 0, 59, "a minute, 00 to 59") : failed();
        if (!minute)
            return false;
        std::optional<std::int64_t> second = 0;
        if (m_at < m_text.size() && m_text[m_at] == ':') {
            ++m_at;
            second = number(2, 0, 59, "a second, 00 to 59");
            if (!second || !readFraction(moment))
                return false;
        }
        moment.secondOfDay = *hour * 3600 + *minute * 60 + *second;
        if (m_at < m_text.size() && m_text[m_at] == 'Z')
            ++m_at;
        if (m_at < m_text.size())
            m_problem = {m_at, m_text.size() - m_at, "nothing was expected behind the time, which is in UTC"};
        return m_at == m_text.size();
    }

    bool readFraction(Moment &moment)
    {
        if (m_at >= m_text.size() || m_text[m_at] != '.')
            return true;
        moment.fractionAt = m_at++;
        std::uint64_t unit = perSecond;
        while (m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9' && unit > 1) {
            unit /= 10;
            moment.fraction += unit * static_cast<std::uint64_t>(m_text[m_at++] - '0');
        }
        if (unit < perSecond)
            return true;
        m_problem = {m_at, m_at < m_text.size() ? 1u : 0u, "digits of a second were expected"};
        return false;
    }

    const std::string_view m_text;
    std::size_t m_at = 0;
    TextProblem m_problem;
};

} // namespace

std::string formatFileTime(std::uint64_t hundredNanoseconds)
{
    constexpr std::uint64_t perDay = perSecond * secondsPerDay;
    constexpr auto daysUntil10000 =
        static_cast<std::uint64_t>((sys_days(year{10000} / January / 1) - fileTimeEpoch).count());
    const std::uint64_t day = hundredNanoseconds / perDay;
    if (day >= daysUntil10000)
        return "no date";
    return formatDate(fileTimeEpoch + days(day), static_cast<std::int64_t>(hundredNanoseconds % perDay / perSecond)) +
           fmt::format(".{:07}", hundredNanoseconds % perSecond);
}

std::string formatUnixTime(std::int64_t seconds)
{
    constexpr std::int64_t first = sys_days(year{0} / January / 1).time_since_epoch().count() * secondsPerDay;
    constexpr std::int64_t behindLast = sys_days(year{10000} / January / 1).time_since_epoch().count() * secondsPerDay;
    if (seconds < first || seconds >= behindLast)
        return "no date";
    const std::int64_t day = seconds >= 0 ? seconds / secondsPerDay : -((-seconds + secondsPerDay - 1) / secondsPerDay);
    return formatDate(sys_days(days(day)), seconds - day * secondsPerDay);
}

Parsed<std::uint64_t> parseFileTime(std::string_view text)
{
    const auto moment = MomentReader(text).read();
    if (!moment)
        return std::unexpected(moment.error());
    const std::int64_t day = (moment->day - fileTimeEpoch).count();
    if (day < 0)
        return std::unexpected(TextProblem{0, 4, "a FILETIME begins with the year 1601"});
    return static_cast<std::uint64_t>(day * secondsPerDay + moment->secondOfDay) * perSecond + moment->fraction;
}

Parsed<std::int64_t> parseUnixTime(std::string_view text)
{
    const auto moment = MomentReader(text).read();
    if (!moment)
        return std::unexpected(moment.error());
    if (moment->fraction > 0)
        return std::unexpected(
            TextProblem{moment->fractionAt, text.size() - moment->fractionAt, "it counts whole seconds"});
    return moment->day.time_since_epoch().count() * secondsPerDay + moment->secondOfDay;
}

} // namespace ipclens
