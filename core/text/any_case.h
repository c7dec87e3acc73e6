// Names that differ in upper and lower case alone.
#pragma once

#include <string>
#include <string_view>

namespace ipclens {

// The same text for all names that differ in case alone, in any script. Malformed UTF-8 stays as it is.
std::string inAnyCase(std::string_view utf8);

} // namespace ipclens
