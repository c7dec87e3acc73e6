#include "core/traffic/replay_item.h"

namespace ipclens {

std::optional<SeriesItem> replayItem(const MessageView &message, bool claimSender)
{
    if (message.isCopied() && message.isTruncated())
        return {};
    SeriesItem item{.kind = message.kind,
                    .id = message.id,
                    .sender = claimSender && message.isCopied() ? message.senderWindow : 0,
                    .message = std::string(message.name),
                    .wParam = message.wParam,
                    .lParam = message.lParam,
                    .time = message.time};
    if (message.isCopied() && !message.nullData)
        item.data = toBytes(message.payload);
    if (message.isAnswered && !message.failure)
        item.expected = message.result;
    return item;
}

} // namespace ipclens
