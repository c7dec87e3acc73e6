// Addresses as people write them in a "go to" line: "7ff6`1000+20", "demo.exe+0x10", "[[0x1000]+8]+4", "+40".
//
//   expression  = [ "+" | "-" ] sum            a leading sign counts from where one is: "+10", "-8*4"
//   sum         = product { ("+" | "-") product }
//   product     = value { "*" value }
//   value       = number | name | "(" sum ")" | pointer
//   pointer     = [ "u8" | "u16" | "u32" | "u64" ] "[" sum "]"     the number stored there; without a prefix: a pointer
//   number      = hex digits, with or without 0x; decimal digits after 0n; ' _ ` may stand between digits
//   name        = word | word "!" word | word "/" word | the same with quoted words
//
// Numbers are hex: "10" is sixteen and "0n10" is ten, as in WinDbg. A word of hex digits alone is a number: the module
// "cafe" is written "cafe.exe", or in quotes. A name is a module ("demo.exe", "kernel32"), an export
// ("demo.dll!PeerBytes"), a section of a module ("demo.dll/.MYSEC"), or the mapped object of a region ("MySharedMem",
// with any part of its path before it). In quotes anything but a quote may be in a name. Without quotes a dash is a
// minus, except before a piece that ends in .exe, .dll and the like: "ipclens-demo.exe+10" is what it looks like.
#pragma once

#include "core/model/memory.h"
#include "core/text/text_problem.h"

#include <functional>
#include <span>

namespace ipclens {

// A parsed expression. Operands come before what uses them, and the last node is the whole.
struct AddressExpression {
    enum class Kind { Number, Here, Name, Export, Section, Pointer, Add, Subtract, Multiply };
    struct Node {
        Kind kind = Kind::Number;
        std::size_t offset = 0; // of its text
        std::size_t length = 0;
        std::uint64_t number = 0; // Number; Pointer: bytes to read, 0 for a pointer's
        std::string name;         // Name, Export and Section: of the module or mapped object
        std::string member;       // Export and Section
        std::size_t left = 0;     // index of an operand: arithmetic, and Pointer
        std::size_t right = 0;    // arithmetic
    };
    std::string text;
    std::vector<Node> nodes;

    static constexpr std::size_t longest = 4096; // bytes of text
    static constexpr std::size_t deepest = 64;   // brackets within brackets
};

// Looks at nothing but the text.
Parsed<AddressExpression> parseAddressExpression(std::string_view text);

// Where the parts of an expression that are not numbers come from.
struct AddressResolver {
    Address here = 0;
    std::uint32_t pointerSize = 8;
    std::function<Result<Address>(const std::string &name)> name;
    std::function<Result<Address>(const std::string &module, const std::string &name)> exported;
    std::function<Result<Address>(const std::string &module, const std::string &name)> section;
    std::function<Result<std::uint64_t>(Address address, std::uint32_t size)> pointer; // size: 1, 2, 4 or 8
};

struct AddressValue {
    Address address = 0;
    std::vector<std::string> steps; // "demo.exe = 0x140000000", "[0x140000010] = 0x7f0000"
};

// Errors name the part of the text that could not be evaluated; sums outside 0 to 2^64-1 are errors.
Result<AddressValue> evaluateAddress(const AddressExpression &expression, const AddressResolver &resolver);

// What the word before the cursor may become.
struct AddressCompletions {
    std::size_t offset = 0; // the word that a completion replaces, in bytes of the text
    std::size_t length = 0;
    std::vector<std::string> texts; // as they are to be inserted: with quotes where they are needed
};
// Names of which the word is a part, in any case; those that begin with it come first. None for an empty word, a number
// included: "de" may become "demo.exe".
AddressCompletions completeAddress(std::string_view text, std::size_t cursor, std::span<const std::string> names,
                                   std::size_t limit = 20);

// A name as it must stand in an expression.
std::string quotedName(const std::string &name);

} // namespace ipclens
