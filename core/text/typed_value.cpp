#include "core/text/typed_value.h"

#include "core/text/character_text.h"
#include "core/text/date_time.h"
#include "core/text/input_text.h"
#include "core/text/network_text.h"
#include "core/text/number.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr TypedType types[] = {{TypedKind::U8, "u8", 1, false, false},
                               {TypedKind::I8, "i8", 1, false, false},
                               {TypedKind::Binary, "binary", 1, false, false},
                               {TypedKind::Bool, "bool", 1, false, false},
                               {TypedKind::Char, "char", 1, false, false},
                               {TypedKind::U16, "u16", 2, true, false},
                               {TypedKind::I16, "i16", 2, true, false},
                               {TypedKind::F16, "f16", 2, true, false},
                               {TypedKind::U32, "u32", 4, true, false},
                               {TypedKind::I32, "i32", 4, true, false},
                               {TypedKind::F32, "f32", 4, true, false},
                               {TypedKind::U64, "u64", 8, true, false},
                               {TypedKind::I64, "i64", 8, true, false},
                               {TypedKind::F64, "f64", 8, true, false},
                               {TypedKind::Pointer32, "pointer 32", 4, true, false},
                               {TypedKind::Pointer64, "pointer", 8, true, false},
                               {TypedKind::Guid, "GUID", 16, true, false},
                               {TypedKind::FileTime, "FILETIME", 8, true, false},
                               {TypedKind::Unix32, "unix 32", 4, true, false},
                               {TypedKind::Unix64, "unix 64", 8, true, false},
                               {TypedKind::Rgb, "RGB", 3, true, false},
                               {TypedKind::Rgba, "RGBA", 4, true, false},
                               {TypedKind::Ipv4, "IPv4", 4, true, false},
                               {TypedKind::Ipv6, "IPv6", 16, false, false},
                               {TypedKind::Utf8, "UTF-8", 1, false, true},
                               {TypedKind::Utf16, "UTF-16", 2, true, true},
                               {TypedKind::Utf32, "UTF-32", 4, true, true}};

std::unexpected<TextProblem> wrong(std::string_view text, std::size_t offset, std::size_t length, std::string meaning)
{
    offset = std::min(offset, text.size());
    return std::unexpected(TextProblem{offset, std::min(length, text.size() - offset), std::move(meaning)});
}

std::uint64_t load(std::span<const std::byte> bytes, ByteOrder order)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::to_integer<std::uint64_t>(bytes[i])
                 << 8 * (order == ByteOrder::Little ? i : bytes.size() - 1 - i);
    return value;
}

Bytes store(std::uint64_t value, std::size_t size, ByteOrder order)
{
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::byte>(value >> 8 * (order == ByteOrder::Little ? i : size - 1 - i)));
    return bytes;
}

std::int64_t signExtended(std::uint64_t value, std::size_t size)
{
    const auto unused = static_cast<int>(64 - 8 * size);
    return static_cast<std::int64_t>(value << unused) >> unused;
}

std::uint64_t largestOf(std::size_t size)
{
    return ~std::uint64_t{0} >> (64 - 8 * size);
}

bool isSigned(TypedKind kind)
{
    return kind == TypedKind::I8 || kind == TypedKind::I16 || kind == TypedKind::I32 || kind == TypedKind::I64 ||
           kind == TypedKind::Unix32 || kind == TypedKind::Unix64;
}

// Integers. -----------------------------------------------------------------------------------------------------------

// Digits of 2, 10 or 16 from `at` to the end; separators and, in binary, spaces between them.
Parsed<std::uint64_t> readDigits(std::string_view text, std::size_t at, unsigned radix)
{
    const std::size_t begin = at;
    std::uint64_t value = 0;
    bool any = false;
    for (; at < text.size(); ++at) {
        if (any && (text[at] == '\'' || text[at] == '_' || (radix == 2 && text[at] == ' ')))
            continue;
        const auto digit = static_cast<unsigned>(hexDigit(text[at])); // -1 becomes larger than any digit
        if (digit >= radix)
            return wrong(text, at, std::max<std::size_t>(1, utf8Length(text, at)),
                         fmt::format("{} is not a {} digit", characterAt(text, at),
                                     radix == 2    ? "binary"
                                     : radix == 10 ? "decimal"
                                                   : "hex"));
        if (value > (~std::uint64_t{0} - digit) / radix)
            return wrong(text, begin, text.size() - begin, "the number is larger than 64 bits hold");
        value = value * radix + digit;
        any = true;
    }
    if (!any)
        return wrong(text, begin, 0, "digits were expected");
    return value;
}

// The bit pattern, in the lowest `size` bytes.
Parsed<std::uint64_t> parseInteger(std::string_view text, std::size_t size, bool isSignedType)
{
    std::size_t at = 0;
    const bool isNegative = text.starts_with('-');
    at += isNegative || text.starts_with('+');
    unsigned radix = 10;
    const auto prefix = text.substr(at, 2);
    if (prefix == "0x" || prefix == "0X")
        radix = 16;
    else if (prefix == "0b" || prefix == "0B")
        radix = 2;
    const auto digits = readDigits(text, radix == 10 ? at : at + 2, radix);
    if (!digits)
        return digits;
    const std::uint64_t largest = largestOf(size);
    const std::uint64_t half = largest / 2;
    const auto outside = [&] {
        return isSignedType ? wrong(text, 0, text.size(), fmt::format("it holds -{} to {}", half + 1, half))
                            : wrong(text, 0, text.size(), fmt::format("it holds 0 to {}", largest));
    };
    if (isNegative) {
        if (!isSignedType && *digits > 0)
            return outside();
        return *digits <= half + 1 ? Parsed<std::uint64_t>((~*digits + 1) & largest) : outside();
    }
    const bool isPattern = radix != 10;
    return *digits <= (isSignedType && !isPattern ? half : largest) ? digits : outside();
}

// A number in brackets behind `word`: "nan(0x7fc00001)", "true (42)".
std::optional<Parsed<std::uint64_t>> parseInBrackets(std::string_view text, std::string_view word, std::size_t size)
{
    if (!text.starts_with(word) || !text.ends_with(')'))
        return std::nullopt;
    auto number = parseInteger(text.substr(word.size(), text.size() - word.size() - 1), size, false);
    if (!number)
        number.error().offset += word.size();
    return number;
}

// Floats. -------------------------------------------------------------------------------------------------------------

struct FloatShape {
    std::uint64_t sign, infinity, quiet; // bit patterns
};

FloatShape shapeOf(std::size_t size)
{
    return size == 2   ? FloatShape{0x8000, 0x7C00, 0x7E00}
           : size == 4 ? FloatShape{0x8000'0000, 0x7F80'0000, 0x7FC0'0000}
                       : FloatShape{0x8000'0000'0000'0000, 0x7FF0'0000'0000'0000, 0x7FF8'0000'0000'0000};
}

double halfValue(std::uint64_t bits)
{
    const auto fraction = static_cast<double>(bits & 0x3FF);
    const int exponent = static_cast<int>(bits >> 10 & 0x1F);
    const double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
    return bits & 0x8000 ? -size : size;
}

// The nearest half, ties to even; no value: too large.
std::optional<std::uint64_t> halfBits(double value)
{
    const std::uint64_t sign = std::signbit(value) ? 0x8000 : 0;
    const double size = std::abs(value);
    if (size >= 65520)
        return std::nullopt;
    if (size <
        std::ldexp(1.0, -14)) // nearbyint() gives 1024 where the smallest normal number is nearest: its own pattern
        return sign | static_cast<std::uint64_t>(std::nearbyint(std::ldexp(size, 24)));
    const int exponent = std::ilogb(size);
    const auto fraction = static_cast<std::uint64_t>(std::nearbyint(std::ldexp(size, 10 - exponent)));
    return sign | ((static_cast<std::uint64_t>(exponent + 14) << 10) + fraction);
}

template <class T>
std::optional<T> readDecimal(std::string_view text)
{
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string formatFloat(std::uint64_t bits, std::size_t size)
{
    const FloatShape shape = shapeOf(size);
    const bool isNegative = bits & shape.sign;
    const std::uint64_t unsignedBits = bits & ~shape.sign;
    if (unsignedBits == shape.infinity)
        return isNegative ? "-inf" : "inf";
    if (unsignedBits == shape.quiet)
        return isNegative ? "-nan" : "nan";
    if (unsignedBits > shape.infinity)
        return fmt::format("nan(0x{:0{}x})", bits, 2 * size);
    if (size == 8)
        return fmt::format("{}", std::bit_cast<double>(bits));
    if (size == 4)
        return fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    const double value = halfValue(bits);
    if (std::abs(value) >= 1 && value == std::trunc(value))
        return fmt::format("{:.0f}", value);
    for (int digits = 1; digits < 5; ++digits) { // the shortest text that means this half
        auto text = fmt::format("{:.{}g}", value, digits);
        const auto read = readDecimal<double>(text);
        if (read && halfBits(*read) == bits)
            return text;
    }
    return fmt::format("{:.5g}", value);
}

Parsed<std::uint64_t> parseFloat(std::string_view text, std::size_t size)
{
    const FloatShape shape = shapeOf(size);
    if (const auto pattern = parseInBrackets(text, "nan(", size)) {
        if (*pattern && (**pattern & ~shape.sign) <= shape.infinity)
            return wrong(text, 4, text.size() - 5, "this bit pattern is a number, not a nan");
        return *pattern;
    }
    const bool isNegative = text.starts_with('-');
    const std::uint64_t sign = isNegative ? shape.sign : 0;
    const auto digits = text.substr(isNegative || text.starts_with('+'));
    if (digits == "inf" || digits == "infinity")
        return sign | shape.infinity;
    if (digits == "nan")
        return sign | shape.quiet;
    double value = 0;
    float single = 0;
    const char *const end = digits.data() + digits.size();
    // A float is read as one: by way of a double it would be rounded twice.
    const auto read =
        size == 4 ? std::from_chars(digits.data(), end, single) : std::from_chars(digits.data(), end, value);
    const auto at = static_cast<std::size_t>(read.ptr - text.data());
    if (read.ec == std::errc::invalid_argument || digits.starts_with('-') ||
        std::isalpha(static_cast<unsigned char>(digits.empty() ? '0' : digits[0])))
        return wrong(text, static_cast<std::size_t>(digits.data() - text.data()), text.size(),
                     "a number was expected, as 1.5, -2e-3 or inf");
    if (read.ptr != end)
        return wrong(text, at, text.size(), "nothing was expected behind the number");
    const auto half = size == 2 && read.ec == std::errc() ? halfBits(value) : std::optional<std::uint64_t>(0);
    if (read.ec == std::errc::result_out_of_range || !half)
        return wrong(text, 0, text.size(), fmt::format("f{} has no number as large or as small as that", 8 * size));
    return sign | (size == 2   ? *half
                   : size == 4 ? std::bit_cast<std::uint32_t>(single)
                               : std::bit_cast<std::uint64_t>(value));
}

// Other forms. --------------------------------------------------------------------------------------------------------

TextEncoding encodingOf(TypedKind kind)
{
    return kind == TypedKind::Char    ? TextEncoding::Ascii
           : kind == TypedKind::Utf16 ? TextEncoding::Utf16
           : kind == TypedKind::Utf32 ? TextEncoding::Utf32
                                      : TextEncoding::Utf8;
}

std::string formatChar(std::byte byte)
{
    if (byte == std::byte{0})
        return "'\\0'";
    std::string text = quotedText(std::span(&byte, 1), TextEncoding::Ascii, ByteOrder::Little);
    if (byte == std::byte{'"'})
        text = "'\"'";
    else if (byte == std::byte{'\''})
        text = "'\\''";
    else
        text.front() = text.back() = '\'';
    return text;
}

Parsed<Bytes> parseChar(std::string_view text)
{
    const bool isQuoted = text.size() > 2 && text.front() == '\'' && text.back() == '\'';
    const auto inside = isQuoted ? text.substr(0, text.size() - 1) : text;
    std::size_t at = isQuoted ? 1 : 0;
    if (at >= inside.size())
        return wrong(text, 0, 0, "a character was expected, as 'A' or '\\x41'");
    Bytes bytes;
    if (auto read = readLiteralCharacter(inside, at, TextEncoding::Ascii, ByteOrder::Little, bytes); !read)
        return std::unexpected(read.error());
    if (at < inside.size())
        return wrong(text, at, inside.size() - at, "one character was expected");
    return bytes;
}

// The bytes of a GUID as its text has them, or back: only its first three groups are numbers with a byte order.
Bytes turnedGuid(std::span<const std::byte> bytes, ByteOrder order)
{
    Bytes turned = toBytes(bytes.first(16));
    if (order == ByteOrder::Little) {
        std::reverse(turned.begin(), turned.begin() + 4);
        std::reverse(turned.begin() + 4, turned.begin() + 6);
        std::reverse(turned.begin() + 6, turned.begin() + 8);
    }
    return turned;
}

// Red first, or blue first with alpha where it is.
Bytes turnedColour(std::span<const std::byte> bytes, std::size_t size, ByteOrder order)
{
    Bytes turned = toBytes(bytes.first(size));
    if (order == ByteOrder::Little)
        std::swap(turned[0], turned[2]);
    return turned;
}

Bytes turned(std::span<const std::byte> bytes, std::size_t size, ByteOrder order)
{
    Bytes turned = toBytes(bytes.first(size));
    if (order == ByteOrder::Little)
        std::ranges::reverse(turned);
    return turned;
}

std::string formatTime(TypedKind kind, std::uint64_t value, std::size_t size)
{
    const std::int64_t seconds = signExtended(value, size);
    std::string text = kind == TypedKind::FileTime ? formatFileTime(value) : formatUnixTime(seconds);
    if (text == "no date")
        text += kind == TypedKind::FileTime ? fmt::format(" ({})", value) : fmt::format(" ({})", seconds);
    return text;
}

Parsed<std::uint64_t> parseTime(TypedKind kind, std::string_view text, std::size_t size)
{
    const bool isFileTime = kind == TypedKind::FileTime;
    const bool isDate = text.find('-', 1) != text.npos || text.find(':') != text.npos;
    constexpr std::string_view noDate = "no date (";
    if (text.starts_with(noDate) && text.ends_with(')')) {
        auto number = parseInteger(text.substr(noDate.size(), text.size() - noDate.size() - 1), size, !isFileTime);
        if (!number)
            number.error().offset += noDate.size();
        return number;
    }
    if (!isDate)
        return parseInteger(text, size, !isFileTime);
    if (isFileTime)
        return parseFileTime(text);
    const auto seconds = parseUnixTime(text);
    if (!seconds)
        return std::unexpected(seconds.error());
    const auto value = static_cast<std::uint64_t>(*seconds) & largestOf(size);
    if (signExtended(value, size) != *seconds)
        return wrong(text, 0, text.size(), "32 bits hold 1901-12-13 20:45:52 to 2038-01-19 03:14:07");
    return value;
}

Parsed<std::uint64_t> parseBool(std::string_view text)
{
    if (text == "true" || text == "false")
        return text == "true" ? 1 : 0;
    if (auto number = parseInBrackets(text, "true (", 1))
        return *number;
    if (!text.empty() && std::isalpha(static_cast<unsigned char>(text[0])))
        return wrong(text, 0, text.size(), "true, false or a number was expected");
    return parseInteger(text, 1, false);
}

Parsed<std::uint64_t> parsePointer(std::string_view text, std::size_t size)
{
    const auto value = parseAddress(text);
    if (!value)
        return wrong(text, 0, text.size(), value.error().meaning);
    if (*value > largestOf(size))
        return wrong(text, 0, text.size(), "it is larger than 32 bits hold");
    return *value;
}

std::string formatInteger(TypedKind kind, std::uint64_t value, std::size_t size)
{
    return isSigned(kind) ? fmt::format("{}", signExtended(value, size)) : fmt::format("{}", value);
}

// Of `text` without spaces around it.
Parsed<Bytes> parseValue(const TypedType &type, ByteOrder order, std::string_view text)
{
    const auto stored = [&](Parsed<std::uint64_t> value) {
        return value ? Parsed<Bytes>(store(*value, type.size, order)) : std::unexpected(value.error());
    };
    const auto reordered = [&](Parsed<Bytes> bytes, auto turn) {
        if (bytes)
            *bytes = turn(*bytes);
        return bytes;
    };
    switch (type.kind) {
    case TypedKind::U8:
    case TypedKind::U16:
    case TypedKind::U32:
    case TypedKind::U64:
    case TypedKind::I8:
    case TypedKind::I16:
    case TypedKind::I32:
    case TypedKind::I64: return stored(parseInteger(text, type.size, isSigned(type.kind)));
    case TypedKind::Binary: {
        const auto digits = readDigits(text, text.starts_with("0b") || text.starts_with("0B") ? 2 : 0, 2);
        if (digits && *digits > 0xFF)
            return wrong(text, 0, text.size(), "a byte has eight bits");
        return stored(digits);
    }
    case TypedKind::Bool: return stored(parseBool(text));
    case TypedKind::F16:
    case TypedKind::F32:
    case TypedKind::F64: return stored(parseFloat(text, type.size));
    case TypedKind::Pointer32:
    case TypedKind::Pointer64: return stored(parsePointer(text, type.size));
    case TypedKind::FileTime:
    case TypedKind::Unix32:
    case TypedKind::Unix64: return stored(parseTime(type.kind, text, type.size));
    case TypedKind::Guid:
        return reordered(parseGuid(text), [&](const Bytes &bytes) { return turnedGuid(bytes, order); });
    case TypedKind::Rgb:
    case TypedKind::Rgba:
        return reordered(parseColour(text, type.size),
                         [&](const Bytes &bytes) { return turnedColour(bytes, type.size, order); });
    case TypedKind::Ipv4:
        return reordered(parseIpv4(text), [&](const Bytes &bytes) { return turned(bytes, 4, order); });
    case TypedKind::Ipv6: return parseIpv6(text);
    case TypedKind::Char: return parseChar(text);
    case TypedKind::Utf8:
    case TypedKind::Utf16:
    case TypedKind::Utf32: break;
    }
    return parseQuotedText(text, encodingOf(type.kind), order);
}

} // namespace

std::span<const TypedType> typedTypes()
{
    return types;
}

const TypedType &typedType(TypedKind kind)
{
    return types[static_cast<std::size_t>(kind)];
}

TypedKind kindOf(ValueType type)
{
    switch (type) {
    case ValueType::U8: return TypedKind::U8;
    case ValueType::I8: return TypedKind::I8;
    case ValueType::U16: return TypedKind::U16;
    case ValueType::I16: return TypedKind::I16;
    case ValueType::U32: return TypedKind::U32;
    case ValueType::I32: return TypedKind::I32;
    case ValueType::U64: return TypedKind::U64;
    case ValueType::I64: return TypedKind::I64;
    case ValueType::F32: return TypedKind::F32;
    case ValueType::F64: break;
    }
    return TypedKind::F64;
}

std::string formatTyped(TypedKind kind, ByteOrder order, std::span<const std::byte> bytes, std::size_t limit)
{
    const TypedType &type = typedType(kind);
    const std::size_t size = type.size;
    if (bytes.size() < size)
        return "-";
    if (type.isText)
        return quotedText(bytes, encodingOf(kind), order, limit);
    const std::uint64_t value = size <= 8 ? load(bytes.first(size), order) : 0;
    switch (kind) {
    case TypedKind::Binary: return fmt::format("{:04b} {:04b}", value >> 4, value & 15);
    case TypedKind::Bool: return value == 0 ? "false" : value == 1 ? "true" : fmt::format("true ({})", value);
    case TypedKind::Char: return formatChar(bytes[0]);
    case TypedKind::F16:
    case TypedKind::F32:
    case TypedKind::F64: return formatFloat(value, size);
    case TypedKind::Pointer32:
    case TypedKind::Pointer64: return fmt::format("0x{:0{}x}", value, 2 * size);
    case TypedKind::Guid: return formatGuid(turnedGuid(bytes, order));
    case TypedKind::FileTime:
    case TypedKind::Unix32:
    case TypedKind::Unix64: return formatTime(kind, value, size);
    case TypedKind::Rgb:
    case TypedKind::Rgba: return formatColour(turnedColour(bytes, size, order));
    case TypedKind::Ipv4: return formatIpv4(turned(bytes, size, order));
    case TypedKind::Ipv6: return formatIpv6(bytes);
    default: return formatInteger(kind, value, size);
    }
}

std::string formatTypedHex(TypedKind kind, ByteOrder order, std::span<const std::byte> bytes)
{
    const TypedType &type = typedType(kind);
    const bool isInteger = kind == TypedKind::U8 || kind == TypedKind::U16 || kind == TypedKind::U32 ||
                           kind == TypedKind::U64 || kind == TypedKind::I8 || kind == TypedKind::I16 ||
                           kind == TypedKind::I32 || kind == TypedKind::I64;
    if (!isInteger || bytes.size() < type.size)
        return {};
    const std::uint64_t value = load(bytes.first(type.size), order);
    if (isSigned(kind) && signExtended(value, type.size) < 0)
        return fmt::format("-0x{:x}", (~value + 1) & largestOf(type.size));
    return fmt::format("0x{:x}", value);
}

Parsed<Bytes> parseTyped(TypedKind kind, ByteOrder order, std::string_view text)
{
    const TypedType &type = typedType(kind);
    const bool keepsSpaces = (type.isText && !trimmed(text).starts_with('"')) || text == " ";
    const auto inside = keepsSpaces ? text : trimmed(text);
    if (inside.empty() && !type.isText)
        return wrong(text, 0, text.size(), fmt::format("a {} was expected", type.name));
    auto bytes = parseValue(type, order, inside);
    if (!bytes)
        bytes.error().offset += static_cast<std::size_t>(inside.data() - text.data());
    return bytes;
}

} // namespace ipclens
