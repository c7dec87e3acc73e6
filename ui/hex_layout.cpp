#include "ui/hex_layout.h"

#include <algorithm>
#include <bit>
#include <charconv>

namespace ipclens {
namespace {

constexpr int floatDigits = 7; // significant ones; the inspector shows all
constexpr int doubleDigits = 10;

std::uint64_t numberOf(std::span<const std::byte> bytes, ByteOrder order)
{
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t at = order == ByteOrder::Little ? bytes.size() - 1 - i : i;
        number = number << 8 | std::to_integer<std::uint64_t>(bytes[at]);
    }
    return number;
}

bool isSigned(ValueType unit)
{
    return unit == ValueType::I8 || unit == ValueType::I16 || unit == ValueType::I32 || unit == ValueType::I64;
}

// Writes the digits of the lowest `into.size() * bits` bits.
void writeDigits(std::uint64_t number, int bits, std::span<char> into)
{
    for (auto at = into.rbegin(); at != into.rend(); ++at) {
        *at = "0123456789abcdef"[number & ((1u << bits) - 1)];
        number >>= bits;
    }
}

void alignRight(const char *begin, const char *end, std::span<char> into)
{
    const auto size = std::min<std::size_t>(static_cast<std::size_t>(end - begin), into.size());
    std::ranges::fill(into, ' ');
    std::copy_n(begin, size, into.end() - static_cast<std::ptrdiff_t>(size));
}

} // namespace

int valueWidth(ValueType unit, HexRadix radix)
{
    const int size = static_cast<int>(sizeOf(unit));
    if (unit == ValueType::F32)
        return 13; // -1.175494e-38
    if (unit == ValueType::F64)
        return 17; // -1.797693135e+308
    if (radix == HexRadix::Hex)
        return 2 * size;
    if (radix == HexRadix::Binary)
        return 8 * size;
    switch (size) {
    case 1:
        return isSigned(unit) ? 4 : 3;
    case 2:
        return isSigned(unit) ? 6 : 5;
    case 4:
        return isSigned(unit) ? 11 : 10;
    default:
        return 20;
    }
}

void writeValue(std::span<const std::byte> bytes, const HexLayout &layout, std::span<char> into)
{
    const std::uint64_t number = numberOf(bytes, layout.order);
    char text[40];
    std::to_chars_result written{text, {}};
    if (layout.unit == ValueType::F32) {
        written = std::to_chars(text, std::end(text), std::bit_cast<float>(static_cast<std::uint32_t>(number)),
                                std::chars_format::general, floatDigits);
    } else if (layout.unit == ValueType::F64) {
        written = std::to_chars(text, std::end(text), std::bit_cast<double>(number), std::chars_format::general,
                                doubleDigits);
    } else if (layout.radix == HexRadix::Hex) {
        writeDigits(number, 4, into);
        return;
    } else if (layout.radix == HexRadix::Binary) {
        writeDigits(number, 1, into);
        return;
    } else if (isSigned(layout.unit)) {
        const auto unused = 64 - 8 * static_cast<int>(bytes.size());
        written = std::to_chars(text, std::end(text), static_cast<std::int64_t>(number << unused) >> unused);
    } else {
        written = std::to_chars(text, std::end(text), number);
    }
    alignRight(text, written.ptr, into);
}

} // namespace ipclens
