// The words of a pasted C struct, as they are once the preprocessor is done.
#pragma once

#include "core/text/struct_layout.h"

#include <map>
#include <string>
#include <vector>

namespace ipclens::structs {

// Thrown from deep inside and caught where reading began.
struct Wrong {
    TextProblem problem;
};

struct Token {
    enum class Type { Word, Number, Sign, End } type = Type::End;
    std::string_view text;
    std::size_t offset = 0; // in the whole text; of what a macro gives: where that stands
    std::size_t length = 0;
};

bool isLetter(char c);
bool isDigit(char c);
// 42, 0x2a, 052, with u and l behind it.
std::optional<std::uint64_t> integerOf(std::string_view text);

// Reads tokens from left to right: without comments, with macros written out, #pragma pack kept in mind.
class Tokens {
public:
    explicit Tokens(std::string_view text);

    Token next(); // End again and again at the end
    std::uint64_t pack() const { return m_pack; }

private:
    struct Source {
        std::string_view text;
        std::size_t at = 0;
        const std::string *macro = nullptr; // none: the whole text
    };

    [[noreturn]] static void fail(std::size_t offset, std::size_t length, std::string meaning);
    void skip(Source &source);
    void readDirective();
    void define(std::string_view line);
    void readPack(std::string_view line, std::size_t offset, std::size_t length);
    bool isInside(const std::string &macro) const;

    std::vector<Source> m_sources; // the innermost macro last
    Token m_use;                   // of the outermost macro that is being written out
    std::map<std::string, std::string, std::less<>> m_macros;
    bool m_isLineBegin = true;
    std::size_t m_count = 0; // of tokens from macros
    std::uint64_t m_pack = 8;
    std::vector<std::uint64_t> m_packs;
};

} // namespace ipclens::structs
