// The items MessagePack is made of, as they stand in a buffer (https://github.com/msgpack/msgpack/blob/master/spec.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ipclens {

// The head of one item: what it is and how much follows it. Containers' items and the contents of text and binary are
// not part of it.
struct Token {
    enum class Kind : std::uint8_t { Nil, Boolean, Unsigned, Negative, Real, Text, Binary, Array, Map, Refused };

    Kind kind = Kind::Nil;
    std::size_t size = 1;     // bytes of the head itself
    std::uint64_t number = 0; // Boolean, Unsigned, Negative (two's complement): value; Text, Binary: bytes that follow;
                              // Array: items; Map: pairs
    double real = 0;

    bool hasContents() const { return kind == Kind::Text || kind == Kind::Binary; }
};

// No value: the head goes on behind the end of `from`. Refused: extension types and the byte 0xc1, which we never send.
std::optional<Token> readToken(std::span<const std::byte> from);

// "a number", "text": for error texts.
std::string_view describe(Token::Kind kind);

} // namespace ipclens
