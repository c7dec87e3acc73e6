// Captures of messages as pcapng files, which Wireshark reads, too (resources/ipclens.lua dissects them).
//
// One section, an interface of link type USER0 (147) with times in nanoseconds for each inbox, named by its class and
// title, and one enhanced packet block a message; its comment is the packet's. The packet's data is a header and the
// payload; numbers are little-endian, texts UTF-8 without a zero:
//
//    0  4  "ipcm"                              32  8  id: dwData, or the registered message's number
//    4  1  version: 2                          40  8  wParam  (registered messages)
//    5  1  kind: 0 WM_COPYDATA, 1 registered   48  8  lParam  (registered messages)
//    6  2  flags, below                        56  8  true size of the payload
//    8  4  size of the header                  64  8  creation time of the sender's process, as the session gave it
//   12  4  sender's process id, 0: unknown     72  2  bytes of the sender's program name
//   16  8  number in the inbox                 74  2  bytes of the registered message's name
//   24  8  claimed sender window               76     the two names
//
// Flags: 1 lpData was NULL, 2 the sender did not wait, 4 it was answered, 8 marked by the user, 16 pinned by the user,
// 32 it goes on in other packets, below. Behind the names, since version 2:
//
//    0  8  number of the inbox                 32  8  result that the sender was given
//    8  8  receiver's window                   40  8  nanoseconds until then
//   16  4  receiver's process id               48  2  bytes of the receiver's program name
//   20  4  depth                               50  2  number of references
//   24  8  creation time of that process       52  2  1: why a relay had no answer follows
//                                              54  2  bytes of the title of the sender's window
//                                              56     name and title, the failure if any, the references
//
//   failure:    1 kind, 3 unused, 4 system's code, then operation, object, meaning and hint, each as 2 bytes of size
//   and its text reference:  1 kind, 1 has a failure, 2 bytes of the section's name, 4 process id, 8 its creation time,
//   8 address, 4 count of
//               bytes, the name, the bytes, the failure if any
//
// An answer that came when its message was written already is a packet of its own:
//
//    0  4  "ipco"    4  1  version: 2    5  1  1: has a failure    6  2  unused
//    8  8  number of the inbox   16  8  number in the inbox   24  8  result   32  8  nanoseconds   40  the failure
//   and, unless an early version wrote it, 8 bytes: nanoseconds from the message's time to this packet's
//
// A packet has at most 262,144 bytes: Wireshark's tools take no larger ones. A message with more (flag 32: goes on)
// fills its packet, its header ends with 8 bytes, the number of its payload's, and what did not fit follows in packets
// of the same interface and time, between which others may stand:
//
//    0  4  "ipcc"    4  1  version: 2    5  3  unused    8  8  number of the inbox   16  8  number in the inbox
//   24  8  where its bytes belong in the message's packet   32  8  bytes of that packet with all of these   40  the
//   bytes
//
// What an inbox has counted stands in interface statistics blocks, of which the last counts: isb_starttime is when it
// was opened, isb_ifrecv what it received since then, isb_ifdrop what of that was lost, isb_filteraccept what was
// written. The description of an interface is "inbox " and its number.
//
// A larger header has fields of later versions behind all of these. What was cut is known by the true size.
#pragma once

#include "core/traffic/message_parts.h"
#include "core/traffic/message_view.h"

#include <map>
#include <optional>

namespace ipclens {

// What a file begins with when nothing is known of its inboxes; `system` is where it was captured.
Bytes captureBegin(const std::string &system);
// Appends one message, of an unnamed inbox.
void appendToCapture(Bytes &file, const MessageView &message);

// What came of a message that was written before it was answered.
struct LateAnswer {
    std::uint64_t inbox = 0;
    MessageOutcome outcome;                  // its sequence says of which message
    std::int64_t time = 0;                   // when it was given
    std::optional<std::int64_t> messageTime; // tells messages of one number apart, as merged captures have them
    bool operator==(const LateAnswer &) const = default;
};

// What an inbox counted while it was captured.
struct InboxCounts {
    std::int64_t since = 0;     // when it was opened, nanoseconds since 1970 UTC
    std::uint64_t received = 0; // since then
    std::uint64_t dropped = 0;  // of these: lost before anybody saw them
    std::uint64_t written = 0;  // of these: what a filter let into the capture
    bool operator==(const InboxCounts &) const = default;
};

// Writes captures in which inboxes have names. The caller puts what is appended to `file` into a file.
class CaptureWriter {
public:
    CaptureWriter(Bytes &file, const std::string &system);

    // Before the first message of that inbox.
    void nameInbox(std::uint64_t inbox, std::string name) { m_names[inbox] = std::move(name); }
    void append(Bytes &file, const MessageView &message);
    // Of a message that was appended unanswered, at any time.
    void append(Bytes &file, const LateAnswer &answer);
    // As of `time`; those that were appended before are forgotten.
    void append(Bytes &file, std::uint64_t inbox, std::int64_t time, const InboxCounts &counts);

private:
    std::uint32_t interfaceOf(Bytes &file, std::uint64_t inbox);

    std::map<std::uint64_t, std::string> m_names;
    std::map<std::uint64_t, std::uint32_t> m_interfaces;
};

// What a capture file holds: one of the two. The message refers to the reader's bytes, until it is asked for the next
// one.
struct CaptureItem {
    std::optional<MessageView> message;
    std::optional<LateAnswer> answer; // of a message before it
    std::uint32_t interface = 0;      // counted through all sections: those of merged captures are different ones
};

// Reads what is written above, and version 1 of it, also when other tools have cut, merged or byte-swapped it. A plain
// state machine: it is fed bytes and gives messages.
class CaptureReader {
public:
    // `name` is for errors: a path.
    explicit CaptureReader(std::string name) : m_name(std::move(name)) {}

    // What follows is of another file of the same capture, also when the one before it was damaged or cut.
    void beginFile(std::string name);
    // The file's next bytes, in pieces of any size.
    void feed(std::span<const std::byte> bytes);
    // There are no more: large messages of which the end is missing are given as far as they go.
    void end() { m_isEnded = true; }
    // The next message or answer; none when more bytes are needed for one. After an error, which names the place in
    // the file, there is no more.
    Result<std::optional<CaptureItem>> nextItem();
    // The next message; answers that come on their own are left out.
    Result<std::optional<Message>> next();
    std::uint64_t bytesRead() const { return m_filesBefore + m_offset + m_at; } // of all files, up to the last item
    // Of the inboxes of messages so far; empty for unnamed ones.
    const std::map<std::uint64_t, std::string> &inboxNames() const { return m_inboxNames; }
    // Of the inboxes that have told it so far; those of merged captures together.
    std::map<std::uint64_t, InboxCounts> inboxCounts() const;
    bool hasSection() const { return m_hasSection; }       // it is a capture, up to here
    const std::string &system() const { return m_system; } // of the first section
    // Whether the file may end here; an error when it ends inside of a block.
    Result<void> finish() const;
    // Which large messages are incomplete so far: how many, and where the first is.
    std::optional<Error> incomplete() const;

private:
    struct Interface {
        std::uint16_t linkType = 0;
        std::uint64_t ticks = 1'000'000; // a second
        std::int64_t offset = 0;         // seconds
        std::string name;
        std::optional<std::uint64_t> inbox;
        std::optional<InboxCounts> counts;
    };
    using Block = std::span<const std::byte>;

    struct Packet {
        std::uint64_t at = 0; // of the data in the file
        Block data;
        Block options;
        std::uint32_t interface = 0;
        std::uint64_t ticks = 0;
        bool isCut = false;
    };

    Failure damaged(std::uint64_t at, std::string meaning) const;
    std::uint64_t number(Block block, std::size_t at, std::size_t size) const;
    Result<std::size_t> nextBlock();
    // These give no item where a block has none, or where one is not complete yet.
    using MaybeItem = Result<std::optional<CaptureItem>>;
    MaybeItem readBlock(Block block);
    MaybeItem readPacket(const Packet &packet);
    MaybeItem takeJoined();
    Result<void> beginSection(Block block);
    Result<void> addInterface(Block block);
    Result<void> addCounts(Block block);
    Result<Packet> packetOf(Block block, bool isObsolete) const;
    Result<CaptureItem> readAnswer(const Packet &packet) const;
    Result<void> addPart(const Packet &packet);
    void beginLarge(const Packet &packet);
    Result<CaptureItem> readMessage(std::uint64_t at, Block data, std::uint32_t interface, std::string comment);
    Result<MessageView> readFields(std::uint64_t at, Block data);
    Result<void> readSecond(std::uint64_t at, Block header, std::size_t second, MessageView &message);
    std::string commentIn(Block options) const;
    static std::int64_t timeOf(std::uint64_t ticks, const Interface &interface);

    std::string m_name;
    Bytes m_bytes;              // fed and not yet read
    std::size_t m_at = 0;       // in m_bytes
    std::uint64_t m_offset = 0; // of m_bytes in the file
    std::uint64_t m_filesBefore = 0; // bytes
    bool m_isEnded = false;
    std::optional<Error> m_damage;
    bool m_hasSection = false;
    bool m_isBig = false; // byte order of the section
    std::vector<Interface> m_interfaces; // of all sections
    std::size_t m_firstInterface = 0;    // of this section
    MessageParts m_parts;
    MessageParts::Joined m_joined; // the last that was put together
    std::map<std::uint64_t, std::string> m_inboxNames;
    std::uint64_t m_lastInbox = ~std::uint64_t{0};
    std::string m_system;
    std::int64_t m_lastTime = 0;
    // What the last message refers to, beside bytes.
    Error m_failure;
    std::vector<MessageReference> m_references;
    Annotation m_annotation;
};

// "Ethernet"; empty for those without a well-known name.
std::string_view linkTypeName(std::uint16_t linkType);

} // namespace ipclens
