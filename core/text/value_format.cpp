#include "core/text/value_format.h"

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::size_t textBytes = 132; // enough for one character more than a preview shows

// The readable bytes from one address on, and what is to be said where they end.
struct Reachable {
    std::span<const std::byte> bytes;
    std::string_view missing = "-";
};

Reachable reachableFrom(const MemoryImage &image, Address at)
{
    Reachable reachable;
    if (!image.range().contains(at))
        return reachable;
    std::uint64_t size = image.range().end() - at;
    const auto hole = std::ranges::find_if(image.unreadable, [&](const auto &range) { return range.end() > at; });
    if (hole != image.unreadable.end() && hole->begin < at + size) {
        size = hole->begin <= at ? 0 : hole->begin - at;
        reachable.missing = "unreadable";
    }
    reachable.bytes = std::span(image.bytes).subspan(at - image.address, size);
    return reachable;
}

bool isWide(const TypedType &type)
{
    return type.isText || type.size >= 8 || type.kind == TypedKind::Unix32;
}

} // namespace

std::vector<DecodedValue> decodeValues(const MemoryImage &image, Address at)
{
    const Reachable reachable = reachableFrom(image, at);
    std::vector<DecodedValue> values;
    for (const TypedType &type : typedTypes()) {
        const auto text = [&](ByteOrder order) {
            if (reachable.bytes.size() < type.size)
                return std::string(reachable.missing);
            return formatTyped(type.kind, order, reachable.bytes.first(std::min(reachable.bytes.size(), textBytes)));
        };
        values.push_back({.type = std::string(type.name),
                          .little = text(ByteOrder::Little),
                          .big = type.hasByteOrder ? text(ByteOrder::Big) : std::string(),
                          .wide = isWide(type),
                          .kind = type.kind});
    }
    return values;
}

} // namespace ipclens
