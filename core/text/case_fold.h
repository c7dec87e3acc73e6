// Upper and lower case of all scripts, one character for one.
#pragma once

#include <cstdint>
#include <vector>

namespace ipclens {

// Unicode's simple case folding: what differs in case alone folds to the same. It is one character to one character in
// every language: the sharp s is not "ss", and the dotted and dotless i of Turkish are letters of their own.
char32_t foldedCase(char32_t character);

// All characters that fold to the same, `character` itself first: k, K and the Kelvin sign.
std::vector<char32_t> caseVariants(char32_t character);

} // namespace ipclens
