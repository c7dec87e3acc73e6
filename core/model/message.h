// Messages as an inbox received them.
#pragma once

#include "core/model/process.h"

namespace ipclens {

IPCLENS_ENUM(MessageKind, CopyData, Registered)

struct Message {
    std::uint64_t sequence = 0;    // 1, 2, 3, ... per inbox, also counting messages that were dropped
    std::int64_t time = 0;         // arrival, nanoseconds since 1970 UTC, from a monotonic clock with one anchor
    MessageKind kind = MessageKind::CopyData;
    std::uint64_t senderWindow = 0; // the sender's claim (wParam of WM_COPYDATA), unverified; 0 for registered messages
    ProcessKey sender;              // owner of senderWindow at arrival; pid 0 when there is no such window
    std::string senderName;         // executable name of that process; empty when unknown
    std::string name;               // of a registered message
    std::uint64_t id = 0;           // dwData of WM_COPYDATA, or the registered message's number
    std::uint64_t wParam = 0;       // registered messages only
    std::uint64_t lParam = 0;       // registered messages only
    std::uint64_t size = 0;         // true cbData, also when the payload was cut
    bool nullData = false;          // lpData was NULL, or the whole COPYDATASTRUCT was
    Bytes payload;                  // at most the inbox's cap

    bool isTruncated() const { return payload.size() < size && !nullData; }
    bool operator==(const Message &) const = default;
    IPCLENS_FIELDS(sequence, time, kind, senderWindow, sender, senderName, name, id, wParam, lParam, size, nullData,
                   payload)
};

} // namespace ipclens
