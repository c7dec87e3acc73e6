#include "core/wire/token.h"

#include <bit>

namespace ipclens {
namespace {

std::uint64_t bigEndian(std::span<const std::byte> bytes)
{
    std::uint64_t value = 0;
    for (const std::byte byte : bytes)
        value = value << 8 | std::to_integer<std::uint64_t>(byte);
    return value;
}

// Widens a two's complement number of `size` bytes.
std::uint64_t widened(std::uint64_t value, std::size_t size)
{
    const auto shift = 64 - 8 * size;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value << shift) >> shift);
}

} // namespace

std::optional<Token> readToken(std::span<const std::byte> from)
{
    using Kind = Token::Kind;
    if (from.empty())
        return std::nullopt;
    const auto first = std::to_integer<std::uint8_t>(from[0]);
    if (first <= 0x7f)
        return Token{.kind = Kind::Unsigned, .number = first};
    if (first >= 0xe0)
        return Token{.kind = Kind::Negative, .number = widened(first, 1)};
    if (first <= 0x8f)
        return Token{.kind = Kind::Map, .number = first & 0x0fu};
    if (first <= 0x9f)
        return Token{.kind = Kind::Array, .number = first & 0x0fu};
    if (first <= 0xbf)
        return Token{.kind = Kind::Text, .number = first & 0x1fu};

    Token token;
    std::size_t width = 0; // of the big-endian number behind the first byte
    switch (first) {
    case 0xc0: return token;
    case 0xc2:
    case 0xc3: return Token{.kind = Kind::Boolean, .number = first & 1u};
    case 0xc4: case 0xc5: case 0xc6: token.kind = Kind::Binary; width = std::size_t{1} << (first - 0xc4); break;
    case 0xca: case 0xcb: token.kind = Kind::Real; width = std::size_t{4} << (first - 0xca); break;
    case 0xcc: case 0xcd: case 0xce: case 0xcf:
        token.kind = Kind::Unsigned; width = std::size_t{1} << (first - 0xcc); break;
    case 0xd0: case 0xd1: case 0xd2: case 0xd3:
        token.kind = Kind::Negative; width = std::size_t{1} << (first - 0xd0); break;
    case 0xd9: case 0xda: case 0xdb: token.kind = Kind::Text; width = std::size_t{1} << (first - 0xd9); break;
    case 0xdc: case 0xdd: token.kind = Kind::Array; width = std::size_t{2} << (first - 0xdc); break;
    case 0xde: case 0xdf: token.kind = Kind::Map; width = std::size_t{2} << (first - 0xde); break;
    default: return Token{.kind = Kind::Refused};
    }
    if (from.size() < 1 + width)
        return std::nullopt;
    token.size = 1 + width;
    token.number = bigEndian(from.subspan(1, width));
    if (token.kind == Kind::Real)
        token.real = width == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(token.number))
                                : std::bit_cast<double>(token.number);
    if (token.kind == Kind::Negative) {
        token.number = widened(token.number, width);
        if (static_cast<std::int64_t>(token.number) >= 0)
            token.kind = Kind::Unsigned; // a signed form may carry a positive number
    }
    return token;
}

std::string_view describe(Token::Kind kind)
{
    switch (kind) {
    case Token::Kind::Nil: return "nothing (nil)";
    case Token::Kind::Boolean: return "true or false";
    case Token::Kind::Unsigned:
    case Token::Kind::Negative: return "a whole number";
    case Token::Kind::Real: return "a fraction";
    case Token::Kind::Text: return "text";
    case Token::Kind::Binary: return "bytes";
    case Token::Kind::Array: return "a list";
    case Token::Kind::Map: return "a map";
    case Token::Kind::Refused: break;
    }
    return "an extension type";
}

} // namespace ipclens
