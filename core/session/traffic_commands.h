// Commands about messages: windows that take them, sending one, sending many.
#pragma once

#include "core/session/command_types.h"

namespace ipclens {

using SeriesId = std::uint64_t;

struct InboxOpened {
    InboxId inbox = 0;
    std::uint64_t window = 0;
    std::vector<RegisteredMessage> registered;
    Window receiver;  // of a relay or a tap: whose messages it sees; else without a handle
    std::string note; // what the user should know about it; empty when there is nothing to say
    IPCLENS_FIELDS(inbox, window, registered, receiver, note)
};
struct OpenInbox {
    using Reply = InboxOpened;
    static constexpr std::string_view name = "inbox.open";
    InboxRequest request;
    IPCLENS_FIELDS(request)
};
// Relays and taps are inboxes in all that follows.
struct OpenRelay {
    using Reply = InboxOpened;
    static constexpr std::string_view name = "relay.open";
    RelayRequest request;
    IPCLENS_FIELDS(request)
};
// Loads a DLL of ours into another program: refused unless the request says that the user agrees.
struct OpenTap {
    using Reply = InboxOpened;
    static constexpr std::string_view name = "tap.open";
    TapRequest request;
    IPCLENS_FIELDS(request)
};
// Stops and goes on capturing. While it is off the window answers as before; what comes is counted as skipped.
struct SetInboxCapturing {
    using Reply = Done;
    static constexpr std::string_view name = "inbox.setCapturing";
    InboxId inbox = 0;
    bool on = true;
    IPCLENS_FIELDS(inbox, on)
};
// Delivers what is still queued in a last batch before it replies.
struct CloseInbox {
    using Reply = Done;
    static constexpr std::string_view name = "inbox.close";
    InboxId inbox = 0;
    IPCLENS_FIELDS(inbox)
};

struct SendCopyData {
    using Reply = SendOutcome;
    static constexpr std::string_view name = "window.sendCopyData";
    std::uint64_t window = 0;
    std::uint64_t sender = 0;
    std::uint64_t id = 0;
    std::optional<Bytes> data; // no value: lpData = NULL
    std::uint32_t timeout = 5000; // milliseconds, at most 60,000
    IPCLENS_FIELDS(window, sender, id, data, timeout)
};
struct SendRegistered {
    using Reply = SendOutcome;
    static constexpr std::string_view name = "window.sendRegistered";
    std::uint64_t window = 0;
    std::string message;
    std::uint64_t wParam = 0;
    std::uint64_t lParam = 0;
    std::uint32_t timeout = 5000;
    IPCLENS_FIELDS(window, message, wParam, lParam, timeout)
};

// In which encoding the data of an item has variables: {n} becomes the number of this sending (1, 2, 3, ...), {time} the time of day
// in UTC, "2024-05-06T07:08:09.123Z". Other braces stay as they are.
IPCLENS_ENUM(SeriesVariables, None, Utf8, Utf16)

// One message of a series.
struct SeriesItem {
    MessageKind kind = MessageKind::CopyData;
    std::uint64_t id = 0;      // dwData
    std::uint64_t sender = 0;  // the window to claim as sender of WM_COPYDATA
    std::optional<Bytes> data; // no value: lpData = NULL
    SeriesVariables variables = SeriesVariables::None;
    std::string message;       // name of a registered message
    std::uint64_t wParam = 0;  // registered messages
    std::uint64_t lParam = 0;
    std::int64_t time = 0;     // when it was recorded, nanoseconds; only differences count
    std::optional<std::int64_t> expected; // the result it had then, to be compared with
    IPCLENS_FIELDS(kind, id, sender, data, variables, message, wParam, lParam, time, expected)
};

IPCLENS_ENUM(SeriesTiming,
    Recorded, // with the recorded pauses, divided by `speed`
    Rate,     // `rate` a second
    None)     // the next as soon as the one before has been answered

struct SeriesStarted {
    SeriesId series = 0;
    std::uint64_t window = 0;
    IPCLENS_FIELDS(series, window)
};
// Sends messages one after another, each when the one before has been answered, and tells about it in SeriesUpdate
// events. The target is looked for anew when it is gone. At most 16 series at a time. One that is sent more than once
// keeps its items, at most 10 million and 1 GiB of them; else there is no limit.
struct StartSeries {
    using Reply = SeriesStarted;
    static constexpr std::string_view name = "series.start";
    WindowTarget target;
    std::vector<SeriesItem> items;
    bool more = false;         // AddToSeries brings more items
    std::uint64_t repeat = 1;  // times that all items are sent; 0: until stopped
    SeriesTiming timing = SeriesTiming::None;
    double speed = 1;          // Recorded: 2 is twice as fast; over 0
    double rate = 1;           // Rate: 0.001 to 1,000,000
    std::uint32_t timeout = 5000; // of each message, milliseconds, 1 to 60,000
    bool stopAtFailure = false;
    IPCLENS_FIELDS(target, items, more, repeat, timing, speed, rate, timeout, stopAtFailure)
};
// Adds items to a series that was started with `more`. The reply comes when few of them are still to be sent: whoever
// waits for it before the next command brings no more than that. One that is refused ends the series.
struct AddToSeries {
    using Reply = Done;
    static constexpr std::string_view name = "series.add";
    SeriesId series = 0;
    std::vector<SeriesItem> items;
    bool more = true; // false: these were the last
    IPCLENS_FIELDS(series, items, more)
};
// The message under way is still waited for: the last SeriesUpdate follows when it has been answered.
struct StopSeries {
    using Reply = Done;
    static constexpr std::string_view name = "series.stop";
    SeriesId series = 0;
    IPCLENS_FIELDS(series)
};

// Events. -------------------------------------------------------------------------------------------------------------

struct MessageBatch {
    static constexpr std::string_view name = "inbox.batch";
    InboxId inbox = 0;
    std::vector<Message> messages;
    std::uint64_t received = 0; // these four count since the inbox was opened
    std::uint64_t dropped = 0;
    std::uint64_t droppedBytes = 0;
    std::uint64_t truncated = 0;
    // Of messages in earlier batches that came without one, in the order in which they ended. Most messages bring their own.
    std::vector<MessageOutcome> outcomes;
    std::uint64_t skipped = 0;  // counts like the four above: received while capturing was off
    std::optional<Error> ended; // told once: why no more will come, as when a tap's program has ended; closing it is still needed
    std::optional<Error>
        notice; // told when it begins: a relay that is passed by, because senders find another window before it
    IPCLENS_FIELDS(inbox, messages, received, dropped, droppedBytes, truncated, outcomes, skipped, ended, notice)
};

IPCLENS_ENUM(SeriesVerdict,
    Sent,      // there was nothing to compare with
    Equal,     // the result is the recorded one
    Different,
    Failed)    // see `failure`
struct SeriesOutcome {
    std::uint64_t number = 0; // of this sending, 1, 2, 3, ...
    std::uint64_t item = 0;   // index of the item
    std::int64_t time = 0;    // when it was sent, nanoseconds since 1970 UTC
    std::int64_t result = 0;
    std::int64_t duration = 0; // nanoseconds
    SeriesVerdict verdict = SeriesVerdict::Sent;
    std::optional<Error> failure;
    bool operator==(const SeriesOutcome &) const = default;
    IPCLENS_FIELDS(number, item, time, result, duration, verdict, failure)
};
// About ten times a second, and once at the end. The counts are of the whole series so far.
struct SeriesUpdate {
    static constexpr std::string_view name = "series.update";
    SeriesId series = 0;
    std::vector<SeriesOutcome> outcomes; // since the last update, without gaps
    std::uint64_t total = 0;             // sendings planned; 0: not known
    std::uint64_t sent = 0;              // answered ones
    std::uint64_t failed = 0;
    std::uint64_t equal = 0;
    std::uint64_t different = 0;
    bool finished = false;
    std::optional<Error> failure;        // why it ended early; none: all was sent, or it was stopped
    IPCLENS_FIELDS(series, outcomes, total, sent, failed, equal, different, finished, failure)
};

} // namespace ipclens
