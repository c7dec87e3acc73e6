// One message as it is looked at, wherever it is kept.
#pragma once

#include "core/model/message.h"

#include <optional>

namespace ipclens {

// What the user has said of a message.
struct Annotation {
    bool marked = false;
    bool pinned = false; // shown whatever the filter
    std::string comment;

    bool isEmpty() const { return !marked && !pinned && comment.empty(); }
    bool operator==(const Annotation &) const = default;
};

// The fields of Message and what the user said of it. Refers to a Message, to a record of a MessageStore or to bytes of
// a capture file, and is good for as long as that stays as it is.
struct MessageView {
    std::uint64_t sequence = 0;
    std::int64_t time = 0;
    MessageKind kind = MessageKind::CopyData;
    bool nullData = false;
    bool senderWaits = true;
    bool isAnswered = false; // result, duration and failure mean something
    std::uint32_t depth = 0;
    std::uint64_t senderWindow = 0;
    ProcessKey sender;
    std::string_view senderName;
    std::string_view senderTitle;
    std::string_view name;
    std::uint64_t id = 0;
    std::uint64_t wParam = 0;
    std::uint64_t lParam = 0;
    std::uint64_t size = 0;
    std::span<const std::byte> payload;
    std::uint64_t inbox = 0;
    std::uint64_t receiverWindow = 0;
    ProcessKey receiver;
    std::string_view receiverName;
    std::int64_t result = 0;
    std::int64_t duration = 0;
    const Error *failure = nullptr;
    std::span<const MessageReference> references;
    const Annotation *annotation = nullptr;
    // Nanoseconds since the capture's first message and since the one before this, where those are known.
    std::optional<std::int64_t> sinceFirst;
    std::optional<std::int64_t> sincePrevious;

    MessageView() = default;
    MessageView(const Message &message, const Annotation *said = nullptr) // NOLINT: a message can be looked at anywhere
        : sequence(message.sequence), time(message.time), kind(message.kind), nullData(message.nullData),
          senderWaits(message.senderWaits), isAnswered(message.outcome.has_value()), depth(message.depth),
          senderWindow(message.senderWindow), sender(message.sender), senderName(message.senderName),
          senderTitle(message.senderTitle), name(message.name), id(message.id), wParam(message.wParam),
          lParam(message.lParam), size(message.size), payload(message.payload), inbox(message.inbox),
          receiverWindow(message.receiverWindow), receiver(message.receiver), receiverName(message.receiverName),
          result(isAnswered ? message.outcome->result : 0), duration(isAnswered ? message.outcome->duration : 0),
          failure(isAnswered && message.outcome->failure ? &*message.outcome->failure : nullptr),
          references(message.references), annotation(said)
    {
    }

    bool isCopied() const { return kind == MessageKind::CopyData; }
    bool isTruncated() const { return payload.size() < size && !nullData; }
    bool isMarked() const { return annotation && annotation->marked; }
    bool isPinned() const { return annotation && annotation->pinned; }
    std::string_view comment() const { return annotation ? std::string_view(annotation->comment) : std::string_view(); }

    Message toMessage() const;
};

// Places messages that come one by one in time: how long after the first of them, and after the one before.
class MessageClock {
public:
    void place(MessageView &message);

private:
    std::optional<std::int64_t> m_first;
    std::int64_t m_previous = 0;
};

// later - earlier, also of times that a damaged file has made up.
constexpr std::int64_t timeBetween(std::int64_t earlier, std::int64_t later)
{
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier));
}

} // namespace ipclens
