#include "core/text/value_format.h"

#include "core/text/input_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <fmt/format.h>
#include <functional>

namespace ipclens {
namespace {

constexpr std::size_t textBytes = 132; // enough for one character more than a preview shows

void appendUtf8(std::string &text, char32_t c)
{
    if (c < 0x80) {
        text += static_cast<char>(c);
    } else if (c < 0x800) {
        text += static_cast<char>(0xC0 | c >> 6);
        text += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        text += static_cast<char>(0xE0 | c >> 12);
        text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        text += static_cast<char>(0xF0 | c >> 18);
        text += static_cast<char>(0x80 | (c >> 12 & 0x3F));
        text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
        text += static_cast<char>(0x80 | (c & 0x3F));
    }
}

// Controls, and the marks that would turn the direction of the text around them.
bool isPrintable(char32_t c)
{
    const bool isControl = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool isDirection = c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    const bool isNoCharacter = c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
    return !isControl && !isDirection && !isNoCharacter;
}

template <class T>
T load(std::span<const std::byte> bytes, bool bigEndian)
{
    static_assert(std::endian::native == std::endian::little);
    std::array<std::byte, sizeof(T)> raw;
    std::copy_n(bytes.begin(), sizeof(T), raw.begin());
    if (bigEndian)
        std::ranges::reverse(raw);
    return std::bit_cast<T>(raw);
}

// The bytes from one address on, and what is to be said where they end.
class Reader {
public:
    Reader(const MemoryImage &image, Address at) : m_missing("-")
    {
        if (!image.range().contains(at))
            return;
        std::uint64_t size = image.range().end() - at;
        for (const auto &hole : image.unreadable) {
            if (hole.end() <= at || hole.begin - std::min(hole.begin, at) >= size)
                continue;
            size = hole.begin <= at ? 0 : hole.begin - at;
            m_missing = "unreadable";
            break;
        }
        m_bytes = std::span(image.bytes).subspan(at - image.address, size);
    }

    template <class T, class Format>
    DecodedValue value(std::string type, bool wide, Format format) const
    {
        DecodedValue decoded{
            .type = std::move(type), .little = m_missing, .big = sizeof(T) > 1 ? m_missing : "", .wide = wide};
        if (m_bytes.size() < sizeof(T))
            return decoded;
        decoded.little = format(load<T>(m_bytes, false));
        if (sizeof(T) > 1)
            decoded.big = format(load<T>(m_bytes, true));
        return decoded;
    }

    std::string text(std::size_t needed, const std::function<std::string(std::span<const std::byte>)> &format) const
    {
        return m_bytes.size() < needed ? m_missing : format(m_bytes.first(std::min(m_bytes.size(), textBytes)));
    }

private:
    std::span<const std::byte> m_bytes;
    std::string m_missing;
};

constexpr auto plain = [](auto value) { return fmt::format("{}", value); };

std::string formatDate(std::chrono::sys_days days, std::int64_t secondOfDay)
{
    const std::chrono::year_month_day date(days);
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), secondOfDay / 3600,
                       secondOfDay / 60 % 60, secondOfDay % 60);
}

// Closes the quote, or says that there is more.
std::string closeQuote(std::string text, bool isCut)
{
    return text + (isCut ? "\"..." : "\"");
}

} // namespace

std::string quotedUtf8(std::span<const std::byte> bytes, std::size_t limit)
{
    const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    std::string shown = "\"";
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size() && text[at] != '\0'; ++count) {
        if (count == limit)
            return closeQuote(std::move(shown), true);
        const std::size_t length = utf8Length(text, at);
        const auto lead = static_cast<unsigned char>(text[at]);
        char32_t c = lead;
        if (length > 1) {
            c = lead & (0x7Fu >> length);
            for (std::size_t i = 1; i < length; ++i)
                c = c << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
        }
        if (length == 0)
            shown += fmt::format("\\x{:02x}", lead);
        else if (isPrintable(c))
            shown += text.substr(at, length);
        else
            shown += c < 0x80 ? fmt::format("\\x{:02x}", lead) : fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        at += std::max<std::size_t>(1, length);
    }
    return closeQuote(std::move(shown), false);
}

std::string quotedUtf16(std::span<const std::byte> bytes, bool bigEndian, std::size_t limit)
{
    const auto unit = [&](std::size_t at) -> char32_t { return load<std::uint16_t>(bytes.subspan(at), bigEndian); };
    std::string shown = "\"";
    std::size_t count = 0;
    for (std::size_t at = 0; at + 1 < bytes.size() && unit(at) != 0; at += 2, ++count) {
        if (count == limit)
            return closeQuote(std::move(shown), true);
        char32_t c = unit(at);
        const bool isHigh = c >= 0xD800 && c < 0xDC00;
        if (isHigh && at + 3 < bytes.size() && unit(at + 2) >= 0xDC00 && unit(at + 2) < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (unit(at + 2) - 0xDC00);
            at += 2;
        }
        const bool isLoneSurrogate = c >= 0xD800 && c < 0xE000;
        if (!isLoneSurrogate && isPrintable(c))
            appendUtf8(shown, c);
        else
            shown += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    }
    return closeQuote(std::move(shown), false);
}

std::string formatFileTime(std::uint64_t hundredNanoseconds)
{
    using namespace std::chrono;
    constexpr std::uint64_t perSecond = 10'000'000;
    constexpr std::uint64_t perDay = perSecond * 86'400;
    constexpr sys_days epoch = year{1601} / January / 1;
    constexpr auto daysUntil10000 = static_cast<std::uint64_t>((sys_days(year{10000} / January / 1) - epoch).count());
    const std::uint64_t day = hundredNanoseconds / perDay;
    if (day >= daysUntil10000)
        return "no date";
    return formatDate(epoch + days(day), static_cast<std::int64_t>(hundredNanoseconds % perDay / perSecond)) +
           fmt::format(".{:07}", hundredNanoseconds % perSecond);
}

std::string formatUnixTime(std::int64_t seconds)
{
    using namespace std::chrono;
    constexpr std::int64_t perDay = 86'400;
    constexpr std::int64_t first = sys_days(year{0} / January / 1).time_since_epoch().count() * perDay;
    constexpr std::int64_t behindLast = sys_days(year{10000} / January / 1).time_since_epoch().count() * perDay;
    if (seconds < first || seconds >= behindLast)
        return "no date";
    const std::int64_t day = seconds >= 0 ? seconds / perDay : -((-seconds + perDay - 1) / perDay);
    return formatDate(sys_days(days(day)), seconds - day * perDay);
}

std::vector<DecodedValue> decodeValues(const MemoryImage &image, Address at)
{
    const Reader reader(image, at);
    std::vector<DecodedValue> values;
    values.push_back(reader.value<std::uint8_t>("u8", false, plain));
    values.push_back(reader.value<std::int8_t>("i8", false, [](std::int8_t v) { return fmt::format("{}", int{v}); }));
    values.push_back(reader.value<std::uint8_t>(
        "binary", false, [](std::uint8_t v) { return fmt::format("{:04b} {:04b}", v >> 4, v & 15); }));
    values.push_back(reader.value<std::uint8_t>("bool", false, [](std::uint8_t v) {
        return v == 0 ? "false" : v == 1 ? "true" : "true (not 1)";
    }));
    values.push_back(reader.value<std::uint16_t>("u16", false, plain));
    values.push_back(reader.value<std::int16_t>("i16", false, plain));
    values.push_back(reader.value<std::uint32_t>("u32", false, plain));
    values.push_back(reader.value<std::int32_t>("i32", false, plain));
    values.push_back(reader.value<float>("f32", false, plain));
    values.push_back(reader.value<std::uint64_t>("u64", true, plain));
    values.push_back(reader.value<std::int64_t>("i64", true, plain));
    values.push_back(reader.value<double>("f64", true, plain));
    values.push_back(
        reader.value<std::uint64_t>("pointer", true, [](std::uint64_t v) { return fmt::format("0x{:016x}", v); }));
    values.push_back(reader.value<std::uint64_t>("FILETIME", true, formatFileTime));
    values.push_back(reader.value<std::int32_t>("unix 32", true, formatUnixTime));
    values.push_back(reader.value<std::int64_t>("unix 64", true, formatUnixTime));
    values.push_back(
        {.type = "UTF-8", .little = reader.text(1, [](auto bytes) { return quotedUtf8(bytes); }), .wide = true});
    values.push_back({.type = "UTF-16",
                      .little = reader.text(2, [](auto bytes) { return quotedUtf16(bytes, false); }),
                      .big = reader.text(2, [](auto bytes) { return quotedUtf16(bytes, true); }),
                      .wide = true});
    return values;
}

} // namespace ipclens
