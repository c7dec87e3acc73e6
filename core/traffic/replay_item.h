// A captured message as it is sent again.
#pragma once

#include "core/session/traffic_commands.h"
#include "core/traffic/message_view.h"

namespace ipclens {

// With the result that is expected, if it was recorded. None: its payload was cut when it was captured, and half of it
// is another message. `claimSender`: names the recorded window as the sender, to which its receiver may answer; by now
// it can be anybody's.
std::optional<SeriesItem> replayItem(const MessageView &message, bool claimSender);

} // namespace ipclens
