// Text as C and C++ write it.
#pragma once

#include <string>
#include <string_view>

namespace ipclens {

// UTF-8 as a wide literal, L"...", of which every compiler makes the same: what is not printable ASCII is an escape,
// and what is no UTF-8 becomes U+FFFD.
std::string wideLiteral(std::string_view text);

// For a comment that ends with its line: control characters, and what could make it longer, become '_'.
std::string commentText(std::string_view text);

} // namespace ipclens
