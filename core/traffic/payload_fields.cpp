#include "core/traffic/payload_fields.h"

#include "core/text/hex.h"
#include "core/traffic/filter_expression.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

namespace ipclens {
namespace {

using Kind = LayoutType::Kind;
using Span = std::span<const std::byte>;

constexpr std::size_t mostFilterBytes = 64;

// The bytes of a part. Only what lies at the end of everything goes on behind its own size: an open array.
Span partOf(Span bytes, std::uint64_t offset, std::uint64_t size, bool isLast)
{
    bytes = bytes.subspan(std::min<std::size_t>(bytes.size(), offset));
    return isLast ? bytes : bytes.first(std::min<std::size_t>(bytes.size(), size));
}

// Calls visit(name, part's field, offset in the whole, its bytes, is it last) for each part of a struct or array, until
// it returns false.
template <class Visit>
void forEachPart(const LayoutType &type, Span bytes, std::uint64_t offset, bool isLast, Visit visit)
{
    if (type.kind == Kind::Array) {
        const auto count = elementsIn(type, isLast ? bytes.size() : type.size);
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto place = i * type.element->size;
            const bool last = isLast && i + 1 == count && !type.isOpen;
            if (!visit(fmt::format("[{}]", i), LayoutField{.name = {}, .type = type.element}, offset + place,
                       partOf(bytes, place, type.element->size, last), last))
                return;
        }
        return;
    }
    for (const auto &field : type.fields) {
        const bool last = isLast && (type.kind == Kind::Union || &field == &type.fields.back());
        if (!visit(field.name, field, offset + field.offset, partOf(bytes, field.offset, field.type->size, last), last))
            return;
    }
}

bool isText(const LayoutType &type)
{
    return type.kind == Kind::Array &&
           (type.element->kind == Kind::Character || type.element->kind == Kind::WideCharacter);
}

DecodedField decoded(std::string name, const LayoutField &field, std::uint64_t offset, Span bytes, bool isLast,
                     std::size_t &left)
{
    const LayoutType &type = *field.type;
    DecodedField made{.name = std::move(name),
                      .type = field.bitCount > 0 ? fmt::format("{} : {}", type.name, field.bitCount) : type.name,
                      .value = layoutValue(field, bytes),
                      .bytes = AddressRange{offset, type.isOpen ? bytes.size() : type.size},
                      .layout = field.type,
                      .bitOffset = field.bitOffset,
                      .bitCount = field.bitCount};
    --left;
    forEachPart(type, bytes, offset, isLast,
                [&](std::string part, const LayoutField &of, std::uint64_t at, Span its, bool last) {
                    if (left == 0) {
                        made.children.push_back(fieldsLeftOut());
                        return false;
                    }
                    made.children.push_back(decoded(std::move(part), of, at, its, last, left));
                    return true;
                });
    return made;
}

void summarize(std::string &line, const LayoutField &field, Span bytes, bool isLast, std::size_t most)
{
    const LayoutType &type = *field.type;
    const bool hasParts =
        type.kind == Kind::Struct || type.kind == Kind::Union || (type.kind == Kind::Array && !isText(type));
    if (!hasParts) {
        line += bytes.size() < type.size ? "?" : layoutValue(field, bytes);
        return;
    }
    const bool isArray = type.kind == Kind::Array;
    line += isArray ? "[" : "{";
    bool isFirst = true;
    forEachPart(type, bytes, 0, isLast,
                [&](const std::string &name, const LayoutField &of, std::uint64_t, Span its, bool last) {
                    if (line.size() >= most) {
                        line += " ...";
                        return false;
                    }
                    line += isFirst ? "" : isArray ? " " : ", ";
                    isFirst = false;
                    if (!isArray && !name.empty())
                        line += name + ' ';
                    summarize(line, of, its, last, most);
                    return true;
                });
    line += isArray ? "]" : "}";
}

std::uint64_t rawOf(Span bytes)
{
    std::uint64_t raw = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        raw = raw << 8 | std::to_integer<std::uint64_t>(bytes[i]);
    return raw;
}

bool isSigned(const LayoutType &type)
{
    return type.kind == Kind::Signed || (type.kind == Kind::Enum && type.isSigned);
}

std::string numberAt(const DecodedField &field, std::string_view source)
{
    const char sign = field.layout->kind == Kind::Float ? 'f' : isSigned(*field.layout) && field.bitCount == 0 ? 'i' : 'u';
    return fmt::format("{}{}({}, {})", sign, 8 * field.bytes->size, source, field.bytes->begin);
}

std::string integerFilter(const DecodedField &field, Span part, std::string_view source)
{
    const auto raw = rawOf(part);
    const auto bits = 8 * part.size();
    const auto number = numberAt(field, source);
    if (field.bitCount > 0) {
        const auto mask = ~std::uint64_t{0} >> (64 - field.bitCount) << field.bitOffset;
        return fmt::format("{} & 0x{:x} == 0x{:x}", number, mask, raw & mask);
    }
    if (isSigned(*field.layout))
        return fmt::format("{} == {}", number, static_cast<std::int64_t>(raw << (64 - bits)) >> (64 - bits));
    return field.layout->kind == Kind::Pointer ? fmt::format("{} == 0x{:x}", number, raw)
                                               : fmt::format("{} == {}", number, raw);
}

// Its characters up to the zero that ends them.
AddressRange textRange(const DecodedField &field, Span part)
{
    const auto unit = field.layout->element->size;
    std::uint64_t size = 0;
    while (size + unit <= part.size() && rawOf(part.subspan(size, unit)) != 0)
        size += unit;
    return {field.bytes->begin, size};
}

} // namespace

DecodedField fieldsLeftOut()
{
    return {.name = "...", .type = {}, .value = "more is left out", .bytes = {}};
}

std::vector<DecodedField> layoutFields(const LayoutType &layout, std::span<const std::byte> bytes, std::size_t most)
{
    auto left = most + 1; // with the struct itself
    // What it is shared by is the caller's: here it is only looked at.
    const LayoutField whole{.name = {}, .type = std::shared_ptr<const LayoutType>(std::shared_ptr<void>(), &layout)};
    return std::move(decoded({}, whole, 0, bytes, true, left).children);
}

std::string layoutSummary(const LayoutType &layout, std::span<const std::byte> bytes, std::size_t most)
{
    const LayoutField whole{.name = {}, .type = std::shared_ptr<const LayoutType>(std::shared_ptr<void>(), &layout)};
    std::string line;
    summarize(line, whole, bytes, true, most);
    return line.substr(1, line.size() - 2); // without its own braces
}

std::string layoutFilter(const DecodedField &field, std::span<const std::byte> bytes, std::string_view source)
{
    if (!field.layout || !field.bytes || field.bytes->begin > bytes.size() ||
        bytes.size() - field.bytes->begin < field.bytes->size)
        return {};
    const auto part = bytes.subspan(field.bytes->begin, field.bytes->size);
    switch (field.layout->kind) {
    case Kind::Signed:
    case Kind::Unsigned:
    case Kind::Pointer:
    case Kind::Truth:
    case Kind::Character:
    case Kind::WideCharacter:
    case Kind::Enum:
    case Kind::FileTime:
        return integerFilter(field, part, source);
    case Kind::Float: {
        const double value = part.size() == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(rawOf(part)))
                                              : std::bit_cast<double>(rawOf(part));
        if (std::isfinite(value))
            return fmt::format("{} == {}", numberAt(field, source), value);
        break;
    }
    case Kind::Array:
        if (isText(*field.layout))
            if (const auto text = textRange(field, part); text.size > 0)
                return bytesFilter(text, bytes, source);
        break;
    default:
        break;
    }
    return bytesFilter(*field.bytes, bytes, source);
}

std::string layoutNumber(const DecodedField &field, std::string_view source)
{
    if (!field.layout || !field.bytes || field.bitCount > 0)
        return {};
    switch (field.layout->kind) {
    case Kind::Signed:
    case Kind::Unsigned:
    case Kind::Truth:
    case Kind::Character:
    case Kind::WideCharacter:
    case Kind::Enum:
    case Kind::Float:
        return numberAt(field, source);
    default:
        return {};
    }
}

std::string bytesFilter(AddressRange range, std::span<const std::byte> bytes, std::string_view source)
{
    if (range.size == 0 || range.size > mostFilterBytes || range.begin > bytes.size() ||
        bytes.size() - range.begin < range.size)
        return {};
    const auto part = bytes.subspan(range.begin, range.size);
    const auto isPlain = [](std::byte byte) { return byte >= std::byte{0x20} && byte < std::byte{0x7F}; };
    const std::string_view text(reinterpret_cast<const char *>(part.data()), part.size());
    const auto value = range.size > 2 && std::ranges::all_of(part, isPlain) ? quotedLiteral(text) : toHex(part, ":");
    return fmt::format("{}[{}:{}] == {}", source, range.begin, range.size, value);
}

} // namespace ipclens
