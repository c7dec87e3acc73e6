// Conclusions about what is refused.
#pragma once

#include "core/session/sharing_commands.h"

namespace ipclens {

Explanation explain(AccessFacts facts);

// What an error is about, so that it can be explained further; none when it is no refusal, or of something that has no owner.
std::optional<ExplainTarget> explainTargetOf(const Error &error);

// process:PID, section:NAME, object:NAME, handle:PID/HANDLE, window:HANDLE.
Result<ExplainTarget> parseExplainTarget(std::string_view text);

} // namespace ipclens
