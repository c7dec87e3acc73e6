// Why a message was not answered.
#pragma once

#include "core/model/error.h"

#include <cstdint>

#include <windows.h>

namespace ipclens {

// Of a SendMessageTimeout that gave 0 and left `code` as the last error; `timeout` in milliseconds.
Error sendError(DWORD code, std::uint64_t window, std::uint32_t timeout);

} // namespace ipclens
