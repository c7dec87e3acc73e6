// Memory as text for other programs: what "copy as" puts on the clipboard.
#pragma once

#include "core/model/memory.h"

#include <span>
#include <string_view>

namespace ipclens {

IPCLENS_ENUM(CopyFormat, Hex, CArray, StdArray, Python, Base64, HexDump, Address)

struct CopyFormatInfo {
    CopyFormat format;
    std::string_view title; // "C array"
};
std::span<const CopyFormatInfo> copyFormats();

// Unreadable bytes are ?? in Hex and HexDump and marked by a comment in CArray and StdArray; Python and Base64 have no
// way to mark them and fail with Unreadable. `base` is added to shown addresses. Without a newline at its end.
Result<std::string> copyAs(CopyFormat format, const MemoryImage &image, Address base = 0);

} // namespace ipclens
