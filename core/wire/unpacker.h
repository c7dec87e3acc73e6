// Unpacks MessagePack into plain structs by their field names.
#pragma once

#include "core/model/fields.h"
#include "core/wire/frame_reader.h"
#include "core/wire/token.h"

#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace ipclens {

template <class T>
inline constexpr bool isOptional = false;
template <class T>
inline constexpr bool isOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool isVector = false;
template <class T>
inline constexpr bool isVector<std::vector<T>> = true;

// Reads items one after another. After a failure `problem()` says where and what, and nothing else is to be read.
// Large binaries are moved out of the frame.
class Unpacker {
public:
    Unpacker(ReceivedFrame &frame, std::size_t position) : m_frame(frame), m_position(position) {}

    std::string problem() const
    {
        return m_where.empty() ? m_problem : fmt::format("field {}: {}", m_where, m_problem);
    }
    std::size_t position() const { return m_position; }

    bool unpack(bool &value)
    {
        Token token;
        if (!take(Token::Kind::Boolean, token))
            return false;
        value = token.number != 0;
        return true;
    }

    bool unpack(double &value)
    {
        Token token;
        if (!take(token))
            return false;
        if (token.kind == Token::Kind::Real)
            value = token.real;
        else if (token.kind == Token::Kind::Unsigned)
            value = static_cast<double>(token.number);
        else if (token.kind == Token::Kind::Negative)
            value = static_cast<double>(static_cast<std::int64_t>(token.number));
        else
            return fail(fmt::format("expected a number, found {}", describe(token.kind)));
        return true;
    }

    template <std::integral Integer>
    bool unpack(Integer &value)
    {
        Token token;
        if (!take(token))
            return false;
        if (token.kind == Token::Kind::Unsigned) {
            if (!std::in_range<Integer>(token.number))
                return fail(fmt::format("{} is over the largest allowed, {}", token.number,
                                        std::numeric_limits<Integer>::max()));
            value = static_cast<Integer>(token.number);
            return true;
        }
        if (token.kind == Token::Kind::Negative) {
            const auto number = static_cast<std::int64_t>(token.number);
            if (!std::in_range<Integer>(number))
                return fail(fmt::format("{} is under the smallest allowed, {}", number,
                                        std::numeric_limits<Integer>::min()));
            value = static_cast<Integer>(number);
            return true;
        }
        return fail(fmt::format("expected a whole number, found {}", describe(token.kind)));
    }

    template <NamedEnum Enum>
    bool unpack(Enum &value)
    {
        std::string name;
        if (!unpack(name))
            return false;
        const auto known = enumFromName<Enum>(name);
        if (!known)
            return fail(fmt::format("\"{}\" is none of {}", name.substr(0, 64), enumeratorNames(Enum{})));
        value = *known;
        return true;
    }

    bool unpack(std::string &value)
    {
        std::string_view text;
        if (!takeText(text))
            return false;
        value = text;
        return true;
    }

    bool unpack(Bytes &value)
    {
        Token token;
        if (!take(Token::Kind::Binary, token))
            return false;
        if (token.number >= largeBinary)
            return takeLarge(value);
        std::span<const std::byte> contents;
        if (!takeContents(token.number, contents))
            return false;
        value.resize(contents.size());
        if (!contents.empty())
            std::memcpy(value.data(), contents.data(), contents.size());
        return true;
    }

    template <class T>
        requires isOptional<T>
    bool unpack(T &value)
    {
        const auto token = readToken(m_frame.head.subspan(m_position));
        if (token && token->kind == Token::Kind::Nil) {
            m_position += token->size;
            value.reset();
            return true;
        }
        return unpack(value.emplace());
    }

    template <class T>
        requires isVector<T>
    bool unpack(T &value)
    {
        Token token;
        if (!take(Token::Kind::Array, token) || !countItems(token.number))
            return false;
        value.clear();
        for (std::uint64_t i = 0; i < token.number; ++i) {
            if (!unpack(value.emplace_back())) {
                m_where = fmt::format("[{}]{}{}", i, m_where.empty() || m_where[0] == '[' ? "" : ".", m_where);
                return false;
            }
        }
        return true;
    }

    template <HasFields T>
    bool unpack(T &value)
    {
        Token token;
        if (!take(Token::Kind::Map, token))
            return false;
        constexpr auto count = std::tuple_size_v<decltype(value.fields())>;
        std::size_t expected = 0; // the far end usually packs the same fields in the same order
        for (std::uint64_t i = 0; i < token.number; ++i) {
            std::string_view name;
            if (!takeText(name))
                return false;
            const std::size_t field = indexOf<T, count>(name, expected);
            if (field == count) {
                if (!skip())
                    return false;
                continue;
            }
            expected = field + 1;
            if (!unpackField(value, field, std::make_index_sequence<count>())) {
                m_where = fmt::format("{}{}{}", name, m_where.empty() || m_where[0] == '[' ? "" : ".", m_where);
                return false;
            }
        }
        return true;
    }

    // Of an array; false when the next item is something else.
    bool takeArray(std::uint64_t &count)
    {
        Token token;
        if (!take(Token::Kind::Array, token))
            return false;
        count = token.number;
        return true;
    }

    bool takeNil()
    {
        const auto token = readToken(m_frame.head.subspan(m_position));
        if (!token || token->kind != Token::Kind::Nil)
            return false;
        m_position += token->size;
        return true;
    }

    // One item with all that belongs to it.
    bool skip()
    {
        for (std::uint64_t open = 1; open > 0; --open) {
            Token token;
            if (!take(token))
                return false;
            if (token.kind == Token::Kind::Array)
                open += token.number;
            else if (token.kind == Token::Kind::Map)
                open += 2 * token.number;
            Bytes unused;
            std::span<const std::byte> contents;
            const bool isLarge = token.kind == Token::Kind::Binary && token.number >= largeBinary;
            if (isLarge ? !takeLarge(unused) : token.hasContents() && !takeContents(token.number, contents))
                return false;
        }
        return true;
    }

private:
    // A short frame can claim millions of empty items that are large once unpacked.
    static constexpr std::uint64_t mostItems = 4'000'000;

    template <class T, std::size_t count>
    static std::size_t indexOf(std::string_view name, std::size_t expected)
    {
        static const auto names = [] {
            std::array<std::string_view, count> all;
            for (std::size_t i = 0; i < count; ++i)
                all[i] = nthName(T::fieldNames, i);
            return all;
        }();
        if (expected < count && names[expected] == name)
            return expected;
        for (std::size_t i = 0; i < count; ++i)
            if (names[i] == name)
                return i;
        return count;
    }

    template <class T, std::size_t... indices>
    bool unpackField(T &value, std::size_t field, std::index_sequence<indices...>)
    {
        [[maybe_unused]] auto fields = value.fields();
        bool done = true;
        static_cast<void>(((indices == field && (done = unpack(std::get<indices>(fields)), true)) || ...));
        return done;
    }

    bool take(Token &token)
    {
        const auto next = readToken(m_frame.head.subspan(m_position));
        if (!next)
            return fail("the frame ends too early");
        token = *next;
        m_position += token.size;
        return true;
    }

    bool take(Token::Kind kind, Token &token)
    {
        if (!take(token))
            return false;
        return token.kind == kind || fail(fmt::format("expected {}, found {}", describe(kind), describe(token.kind)));
    }

    bool takeContents(std::uint64_t size, std::span<const std::byte> &contents)
    {
        if (size > m_frame.head.size() - m_position)
            return fail("the frame ends too early");
        contents = m_frame.head.subspan(m_position, size);
        m_position += size;
        return true;
    }

    bool takeText(std::string_view &text)
    {
        Token token;
        std::span<const std::byte> contents;
        if (!take(Token::Kind::Text, token) || !takeContents(token.number, contents))
            return false;
        text = {reinterpret_cast<const char *>(contents.data()), contents.size()};
        return true;
    }

    bool takeLarge(Bytes &bytes)
    {
        if (m_nextLarge == m_frame.large.size())
            return fail("the frame ends too early");
        bytes = std::move(m_frame.large[m_nextLarge++]);
        return true;
    }

    bool countItems(std::uint64_t count)
    {
        m_items += count;
        return m_items <= mostItems || fail(fmt::format("the lists of one frame hold over {} items", mostItems));
    }

    bool fail(std::string problem)
    {
        m_problem = std::move(problem);
        return false;
    }

    ReceivedFrame &m_frame;
    std::size_t m_position;
    std::size_t m_nextLarge = 0;
    std::uint64_t m_items = 0;
    std::string m_where;
    std::string m_problem;
};

} // namespace ipclens
