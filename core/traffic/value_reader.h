// The values of a filter being read: fields, functions, literals, and signs between them.
#pragma once

#include "core/traffic/filter_text.h"

namespace ipclens::filter {

class ValueReader : protected FilterText {
public:
    explicit ValueReader(std::string_view text) : FilterText(text) {}

    Operand readAlone(); // nothing may follow

protected:
    // What stands on the other side of a relation: beside bytes, 10 is a byte.
    enum class Beside { Anything, Bytes };

    using FilterText::fail;
    [[noreturn]] void fail(const Operand &operand, std::string meaning) const
    {
        fail(operand.offset, operand.length, std::move(meaning));
    }
    void checkDepth(int depth) const; // of brackets, "!" and calls

    void beginValue() { m_signs = 0; } // before the first of a test's values
    Operand readValue(int depth, Beside beside) { return readRest(readPrimary(depth, beside), 0, depth); }
    Operand readPrimary(int depth, Beside beside); // without signs, or in brackets
    // What follows `left`: signs that bind stronger than `strength`, each with another value.
    Operand readRest(Operand left, int strength, int depth);

private:
    std::optional<Function> takeSign(int &strength);
    Operand calculated(Function sign, Operand left, Operand right) const;
    Operand readNamed(int depth);
    void readSlice(Operand &of, std::size_t begin);
    Operand readCall(const FunctionInfo &info, int depth);
    void checkArgument(const FunctionInfo &info, Operand &call) const;
    void readWhere(Operand &call, int depth);

    int m_signs = 0; // in the values of one test: as deep as they may be in one another
};

// What `read` gives, or what was thrown for its caller to catch.
template <class Read>
auto caught(Read read) -> Parsed<decltype(read())>
{
    try {
        return read();
    } catch (Wrong &wrong) {
        return std::unexpected(std::move(wrong.problem));
    }
}

} // namespace ipclens::filter
