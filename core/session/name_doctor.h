// Finds out what became of an object's name.
#pragma once

#include "core/session/sharing_commands.h"

namespace ipclens {

Result<NameReport> diagnoseName(System &system, const DiagnoseName &command, std::stop_token stop);

} // namespace ipclens
