#include "core/text/network_text.h"

#include "core/text/hex.h"
#include "core/text/input_text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace ipclens {
namespace {

std::unexpected<TextProblem> wrong(std::string_view text, std::size_t offset, std::string meaning)
{
    return std::unexpected(TextProblem{offset, offset < text.size() ? 1u : 0u, std::move(meaning)});
}

// One byte of two hex digits.
Parsed<std::byte> readByte(std::string_view text, std::size_t &at)
{
    int value = 0;
    for (int i = 0; i < 2; ++i, ++at) {
        const int digit = at < text.size() ? hexDigit(text[at]) : -1;
        if (digit < 0)
            return wrong(text, at, fmt::format("a hex digit was expected, found {}", characterAt(text, at)));
        value = value << 4 | digit;
    }
    return static_cast<std::byte>(value);
}

// Eight groups, some of which "::" stands for.
struct Ipv6Groups {
    std::array<std::uint16_t, 8> groups{};
    std::size_t count = 0;
    std::optional<std::size_t> gap; // the number of groups before "::"
};

// A group at `at`, or the dotted quad at the end.
std::optional<TextProblem> readGroup(std::string_view text, std::size_t &at, Ipv6Groups &into)
{
    const std::size_t begin = at;
    unsigned value = 0;
    while (at < text.size() && hexDigit(text[at]) >= 0 && at - begin < 5)
        value = value << 4 | static_cast<unsigned>(hexDigit(text[at++]));
    if (at < text.size() && text[at] == '.') {
        const auto quad = parseIpv4(text.substr(begin));
        if (!quad)
            return TextProblem{begin + quad.error().offset, quad.error().length, quad.error().meaning};
        if (into.count > 6)
            return TextProblem{begin, text.size() - begin, "there is no room for a dotted address behind seven groups"};
        for (std::size_t i = 0; i < 4; i += 2)
            into.groups[into.count++] = static_cast<std::uint16_t>(std::to_integer<unsigned>((*quad)[i]) << 8 |
                                                                   std::to_integer<unsigned>((*quad)[i + 1]));
        at = text.size();
        return std::nullopt;
    }
    if (at == begin)
        return TextProblem{at, at < text.size() ? 1u : 0u,
                           fmt::format("a group of hex digits was expected, found {}", characterAt(text, at))};
    if (at - begin > 4)
        return TextProblem{begin, at - begin, "a group has at most four digits"};
    if (into.count == 8)
        return TextProblem{begin, at - begin, "an IPv6 address has eight groups"};
    into.groups[into.count++] = static_cast<std::uint16_t>(value);
    return std::nullopt;
}

} // namespace

std::string formatGuid(std::span<const std::byte> bytes)
{
    return fmt::format("{{{}-{}-{}-{}-{}}}", toHex(bytes.first(4)), toHex(bytes.subspan(4, 2)),
                       toHex(bytes.subspan(6, 2)), toHex(bytes.subspan(8, 2)), toHex(bytes.subspan(10, 6)));
}

Parsed<Bytes> parseGuid(std::string_view text)
{
    std::size_t at = 0;
    const bool hasBraces = text.starts_with('{');
    at += hasBraces;
    Bytes bytes;
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            if (at >= text.size() || text[at] != '-')
                return wrong(text, at, fmt::format("a dash was expected, found {}", characterAt(text, at)));
            ++at;
        }
        const auto byte = readByte(text, at);
        if (!byte)
            return std::unexpected(byte.error());
        bytes.push_back(*byte);
    }
    if (hasBraces && (at >= text.size() || text[at] != '}'))
        return wrong(text, at, fmt::format("a closing brace was expected, found {}", characterAt(text, at)));
    at += hasBraces;
    if (at < text.size())
        return wrong(text, at, "nothing was expected behind the GUID");
    return bytes;
}

std::string formatIpv4(std::span<const std::byte> bytes)
{
    const auto part = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
    return fmt::format("{}.{}.{}.{}", part(0), part(1), part(2), part(3));
}

Parsed<Bytes> parseIpv4(std::string_view text)
{
    Bytes bytes;
    for (std::size_t at = 0;; ++at) {
        const std::size_t begin = at;
        unsigned value = 0;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at - begin < 4)
            value = value * 10 + static_cast<unsigned>(text[at++] - '0');
        if (at == begin)
            return wrong(text, at, fmt::format("a number was expected, found {}", characterAt(text, at)));
        // A leading zero would be octal to some programs and decimal to others.
        if (value > 255 || (at - begin > 1 && text[begin] == '0'))
            return std::unexpected(
                TextProblem{begin, at - begin, "each of the four numbers is 0 to 255, without zeros before it"});
        bytes.push_back(static_cast<std::byte>(value));
        if (bytes.size() == 4)
            return at == text.size() ? Parsed<Bytes>(std::move(bytes))
                                     : wrong(text, at, "nothing was expected behind the fourth number");
        if (at >= text.size() || text[at] != '.')
            return wrong(text, at, fmt::format("a dot was expected, found {}", characterAt(text, at)));
    }
}

std::string formatIpv6(std::span<const std::byte> bytes)
{
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i)
        groups[i] = std::to_integer<unsigned>(bytes[2 * i]) << 8 | std::to_integer<unsigned>(bytes[2 * i + 1]);
    // The longest run of zero groups, the first of equals, and never a single one (RFC 5952, 4.2).
    std::size_t gap = 8;
    std::size_t gapSize = 1;
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t size = 0;
        while (i + size < 8 && groups[i + size] == 0)
            ++size;
        if (size > gapSize) {
            gap = i;
            gapSize = size;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8;) {
        if (i == gap) {
            text += "::";
            i += gapSize;
            continue;
        }
        if (!text.empty() && !text.ends_with(':'))
            text += ':';
        text += fmt::format("{:x}", groups[i++]);
    }
    return text;
}

Parsed<Bytes> parseIpv6(std::string_view text)
{
    Ipv6Groups found;
    std::size_t at = 0;
    if (text.starts_with(':') && !text.starts_with("::"))
        return wrong(text, 0, "a single colon cannot begin an address");
    while (at < text.size()) {
        if (text.substr(at).starts_with("::")) {
            if (found.gap)
                return std::unexpected(TextProblem{at, 2, "\"::\" can stand only once"});
            found.gap = found.count;
            at += 2;
            if (at == text.size())
                break;
        } else if (found.count > 0) {
            if (text[at] != ':')
                return wrong(text, at, fmt::format("a colon was expected, found {}", characterAt(text, at)));
            ++at;
        }
        if (const auto problem = readGroup(text, at, found))
            return std::unexpected(*problem);
    }
    if (found.gap ? found.count > 7 : found.count < 8)
        return wrong(text, text.size(),
                     found.gap ? "\"::\" stands for at least one group" : "eight groups were expected, or \"::\"");
    const std::size_t before = found.gap.value_or(8);
    Bytes bytes(16, std::byte{});
    for (std::size_t i = 0; i < found.count; ++i) {
        const std::size_t to = i < before ? i : 8 - found.count + i;
        bytes[2 * to] = static_cast<std::byte>(found.groups[i] >> 8);
        bytes[2 * to + 1] = static_cast<std::byte>(found.groups[i]);
    }
    return bytes;
}

std::string formatColour(std::span<const std::byte> bytes)
{
    return '#' + toHex(bytes);
}

Parsed<Bytes> parseColour(std::string_view text, std::size_t size)
{
    std::size_t at = text.starts_with('#') ? 1 : 0;
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) {
        const auto byte = readByte(text, at);
        if (!byte)
            return std::unexpected(byte.error());
        bytes.push_back(*byte);
    }
    if (at < text.size())
        return wrong(text, at, fmt::format("nothing was expected behind {} hex digits", 2 * size));
    return bytes;
}

} // namespace ipclens
