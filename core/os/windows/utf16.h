// UTF-8, which ipclens speaks, and UTF-16, which Windows speaks.
#pragma once

#include "core/model/error.h"

#include <string>
#include <string_view>

namespace ipclens {

// Invalid when `text` is not valid UTF-8 or holds a NUL, at which Windows would silently stop; `what` names it in the
// error.
Result<std::wstring> toUtf16(std::string_view text, const char *what);

// As above for NT names, in which a NUL is a character like any other.
Result<std::wstring> toUtf16WithNuls(std::string_view text, const char *what);

// Half a surrogate pair, which Windows allows in names, becomes U+FFFD: such a text does not lead back to the name.
std::string toUtf8(std::wstring_view text);
bool isExactInUtf8(std::wstring_view text);

} // namespace ipclens
