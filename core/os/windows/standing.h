// Who a process runs as.
#pragma once

#include "core/model/explanation.h"

#include <windows.h>

namespace ipclens {

// `process` was opened with PROCESS_QUERY_LIMITED_INFORMATION.
Result<Standing> standingOf(HANDLE process, const std::string &text);
bool isProtectedProcess(HANDLE process);

// "MACHINE\name"; the bare SID where nobody knows it.
std::string accountName(PSID sid);

} // namespace ipclens
