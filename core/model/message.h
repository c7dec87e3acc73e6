// Messages as an inbox received them.
#pragma once

#include "core/model/error.h"
#include "core/model/process.h"

namespace ipclens {

IPCLENS_ENUM(MessageKind, CopyData, Registered)

// What a message leads to, read when it arrived, by a tap some 10 ms later: its sender may change or free it at once.
IPCLENS_ENUM(ReferenceKind, Section, Pointer)
struct MessageReference {
    ReferenceKind kind = ReferenceKind::Section;
    std::string section;           // name of an existing mapping that the payload gives
    ProcessKey process;            // in which `address` points
    Address address = 0;
    Bytes bytes;                   // the first bytes there, at most the inbox's cap for them
    std::optional<Error> failure;  // why there are none
    bool operator==(const MessageReference &) const = default;
    IPCLENS_FIELDS(kind, section, process, address, bytes, failure)
};

// What came of a message; told when its sender has been answered.
struct MessageOutcome {
    std::uint64_t sequence = 0;
    std::int64_t result = 0;       // what the sender was given
    std::int64_t duration =
        0; // nanoseconds from arrival to the answer, how long the sender waited; in a relay of the receiver's own
    std::optional<Error> failure;  // why a relay has no answer of the real receiver
    bool operator==(const MessageOutcome &) const = default;
    IPCLENS_FIELDS(sequence, result, duration, failure)
};

struct Message {
    std::uint64_t sequence = 0;    // 1, 2, 3, ... per inbox, also counting messages that were dropped
    std::int64_t time =
        0; // arrival, nanoseconds since 1970 UTC, from a monotonic clock with one anchor in each session
    MessageKind kind = MessageKind::CopyData;
    std::uint64_t senderWindow = 0; // the sender's claim (wParam of WM_COPYDATA), unverified; 0 for registered messages
    ProcessKey sender; // owner of senderWindow at arrival, or up to 100 ms before; pid 0: there is no such window
    std::string
        senderName; // executable name of that process; empty when unknown, or when it had ended before a tap was read
    std::string senderTitle;        // of senderWindow at arrival, or up to 100 ms before
    std::string name;               // of a registered message
    std::uint64_t id = 0;           // dwData of WM_COPYDATA, or the registered message's number
    std::uint64_t wParam = 0;       // registered messages only
    std::uint64_t lParam = 0;       // registered messages only
    std::uint64_t size = 0;         // true cbData, also when the payload was cut
    bool nullData = false;          // lpData was NULL, or the whole COPYDATASTRUCT was
    Bytes payload;                  // at most the inbox's cap
    std::uint64_t inbox = 0;        // which inbox, relay or tap of the session or the capture took it
    std::uint64_t receiverWindow = 0; // the window it was sent to: the inbox's own, a relay's or tap's target
    ProcessKey receiver;
    std::string receiverName;       // executable name
    std::uint32_t depth = 0;        // how many handlers of this inbox were running when it arrived: a message inside a message
    bool senderWaits = true;        // the sender waits for the handler (SendMessage), not so for posted messages
    std::optional<MessageOutcome> outcome; // none while the handler runs, and in captures that never saw it
    std::vector<MessageReference> references;

    bool isTruncated() const { return payload.size() < size && !nullData; }
    bool operator==(const Message &) const = default;
    IPCLENS_FIELDS(sequence, time, kind, senderWindow, sender, senderName, senderTitle, name, id, wParam, lParam, size,
                   nullData, payload, inbox, receiverWindow, receiver, receiverName, depth, senderWaits, outcome, references)
};

} // namespace ipclens
