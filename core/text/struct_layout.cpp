#include "core/text/struct_layout.h"

#include "core/text/character_text.h"
#include "core/text/input_text.h"
#include "core/text/typed_value.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace ipclens {
namespace {

using Kind = LayoutType::Kind;

std::uint64_t rawAt(std::span<const std::byte> bytes, std::size_t size)
{
    std::uint64_t raw = 0;
    for (std::size_t i = size; i-- > 0;)
        raw = raw << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return raw;
}

std::int64_t signedOf(std::uint64_t raw, unsigned bits)
{
    return static_cast<std::int64_t>(raw << (64 - bits)) >> (64 - bits);
}

// UTF-8 or, where it is not well-formed, ANSI.
std::string textOf(const LayoutType &array, std::span<const std::byte> bytes)
{
    constexpr std::size_t longest = 256;
    const auto size = elementsIn(array, bytes.size()) * array.element->size;
    bytes = bytes.first(std::min<std::size_t>({bytes.size(), size, longest * array.element->size}));
    if (array.element->kind == Kind::WideCharacter)
        return quotedText(bytes, TextEncoding::Utf16, ByteOrder::Little, longest);
    const auto end = std::ranges::find(bytes, std::byte{});
    const std::string_view text(reinterpret_cast<const char *>(bytes.data()),
                                static_cast<std::size_t>(end - bytes.begin()));
    std::size_t good = 0;
    for (std::size_t length = 1; good < text.size() && length > 0; good += length)
        length = utf8Length(text, good);
    const bool isCut = text.size() == longest && text.size() - good < 4; // in a character
    if (good == text.size() || isCut)
        return quotedText(std::as_bytes(std::span(text.substr(0, good))), TextEncoding::Utf8, ByteOrder::Little,
                          longest);
    std::string utf8;
    for (const char c : text)
        appendUtf8(utf8, ansiCharacter(static_cast<std::byte>(c)));
    return quotedText(std::as_bytes(std::span(utf8)), TextEncoding::Utf8, ByteOrder::Little, longest);
}

std::string character(std::uint64_t raw, bool isWide)
{
    if (raw >= 0x20 && raw < 0x7F)
        return fmt::format("{} '{}'", raw, static_cast<char>(raw));
    return isWide ? fmt::format("0x{:04x}", raw) : fmt::format("{}", raw);
}

} // namespace

std::string lineAndColumn(std::string_view text, std::size_t offset)
{
    const auto before = text.substr(0, std::min(offset, text.size()));
    const auto line = std::ranges::count(before, '\n') + 1;
    const auto begin = before.find_last_of('\n');
    const auto rest = before.substr(begin == before.npos ? 0 : begin + 1);
    const auto column =
        std::ranges::count_if(rest, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }) + 1;
    return fmt::format("line {}, column {}", line, column);
}

std::uint64_t elementsIn(const LayoutType &array, std::uint64_t bytes)
{
    return array.isOpen ? std::max(array.count, bytes / array.element->size) : array.count;
}

std::string layoutValue(const LayoutField &field, std::span<const std::byte> bytes)
{
    const LayoutType &type = *field.type;
    if (bytes.size() < type.size)
        return bytes.empty() ? "behind the end of the payload"
                             : fmt::format("only {} of {} bytes are there", bytes.size(), type.size);
    switch (type.kind) {
    case Kind::Struct:
    case Kind::Union:
        return {};
    case Kind::Array: {
        const auto kind = type.element->kind;
        return kind == Kind::Character || kind == Kind::WideCharacter ? textOf(type, bytes) : std::string();
    }
    case Kind::FileTime:
        return formatTyped(TypedKind::FileTime, ByteOrder::Little, bytes.first(type.size));
    case Kind::Guid:
        return formatTyped(TypedKind::Guid, ByteOrder::Little, bytes.first(type.size));
    default:
        break;
    }
    auto raw = rawAt(bytes, static_cast<std::size_t>(type.size));
    auto bits = static_cast<unsigned>(8 * type.size);
    if (field.bitCount > 0) {
        raw = raw >> field.bitOffset & ~std::uint64_t{0} >> (64 - field.bitCount);
        bits = field.bitCount;
    }
    const auto number = signedOf(raw, bits);
    switch (type.kind) {
    case Kind::Signed:
        return fmt::format("{} (0x{:x})", number, raw);
    case Kind::Unsigned:
        return fmt::format("{} (0x{:x})", raw, raw);
    case Kind::Float:
        return type.size == 4 ? fmt::format("{}", std::bit_cast<float>(static_cast<std::uint32_t>(raw)))
                              : fmt::format("{}", std::bit_cast<double>(raw));
    case Kind::Pointer:
        return fmt::format("0x{:x}", raw);
    case Kind::Truth:
        return raw == 0 ? std::string("false") : raw == 1 ? std::string("true") : fmt::format("true ({})", raw);
    case Kind::Character:
        return character(raw, false);
    case Kind::WideCharacter:
        return character(raw, true);
    default:
        break;
    }
    const auto value = type.isSigned ? number : static_cast<std::int64_t>(raw);
    const auto known = std::ranges::find(type.enumerators, value, &std::pair<std::string, std::int64_t>::second);
    return known != type.enumerators.end() ? fmt::format("{} ({})", known->first, value) : fmt::format("{}", value);
}

} // namespace ipclens
