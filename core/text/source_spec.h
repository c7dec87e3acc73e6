// The text form of a memory source: section:NAME, process:PID, module:PID/DLL/SECTION, handle:PID/HANDLE,
// file:PATH, snapshot:PATH.
#pragma once

#include "core/session/commands.h"

namespace ipclens {

Result<SourceSpec> parseSourceSpec(std::string_view text);
std::string toText(const SourceSpec &spec);

} // namespace ipclens
