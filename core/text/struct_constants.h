// Whole numbers in a struct: sizes of arrays, values of enums.
#pragma once

#include "core/text/struct_tokens.h"

#include <functional>

namespace ipclens::structs {

// The tokens with the one that is looked at.
class TokenReader {
public:
    explicit TokenReader(std::string_view text) : m_tokens(text) { advance(); }

protected:
    [[noreturn]] static void fail(const Token &token, std::string meaning);
    static std::string shown(const Token &token); // for an error

    void advance() { m_token = m_tokens.next(); }
    bool take(std::string_view text);
    void expect(std::string_view text);
    std::string expectName(std::string_view what);

    // An expression of C, without choices and comparisons. 64 bits, wrapping.
    std::int64_t readConstant() { return readJoined(0, 0); }
    virtual std::uint64_t readSizeOf() = 0; // behind "sizeof"
    void define(const std::string &constant, std::int64_t value) { m_constants[constant] = value; }

    Tokens m_tokens;
    Token m_token;

    ~TokenReader() = default;

private:
    std::int64_t readJoined(int strength, int depth);
    std::int64_t readFactor(int depth);

    std::map<std::string, std::int64_t, std::less<>> m_constants;
};

} // namespace ipclens::structs
