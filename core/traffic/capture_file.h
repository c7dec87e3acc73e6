// Captures of messages as pcapng files, which Wireshark reads, too (resources/ipclens.lua dissects them).
//
// One section, one interface of link type USER0 (147) with times in nanoseconds, one enhanced packet block a message. Its data is
// a header and the payload; numbers are little-endian, texts UTF-8 without a zero:
//
//    0  4  "ipcm"                              32  8  id: dwData, or the registered message's number
//    4  1  version: 1                          40  8  wParam  (registered messages)
//    5  1  kind: 0 WM_COPYDATA, 1 registered   48  8  lParam  (registered messages)
//    6  2  flags: 1 lpData was NULL            56  8  true size of the payload
//    8  4  size of the header                  64  8  creation time of the sender's process, as the session gave it
//   12  4  sender's process id, 0: unknown     72  2  bytes of the sender's program name
//   16  8  number in the inbox                 74  2  bytes of the registered message's name
//   24  8  claimed sender window               76     the two names
//
// A larger header has fields of later versions behind the names. What was cut is known by the true size.
#pragma once

#include "core/model/message.h"

#include <optional>

namespace ipclens {

// What a file begins with; `system` is where it was captured.
Bytes captureBegin(const std::string &system);
// Appends one message.
void appendToCapture(Bytes &file, const Message &message);

// Reads what captureBegin() and appendToCapture() write, also when other tools have cut, merged or byte-swapped it. A plain state
// machine: it is fed bytes and gives messages.
class CaptureReader {
public:
    // `name` is for errors: a path.
    explicit CaptureReader(std::string name) : m_name(std::move(name)) {}

    // The file's next bytes, in pieces of any size.
    void feed(std::span<const std::byte> bytes);
    // The next message; none when more bytes are needed for one. After an error, which names the place in the file, there is no more.
    Result<std::optional<Message>> next();
    // Whether the file may end here; an error when it ends inside of a block.
    Result<void> finish() const;

private:
    struct Interface {
        std::uint16_t linkType = 0;
        std::uint64_t ticks = 1'000'000; // a second
        std::int64_t offset = 0;         // seconds
    };
    using Block = std::span<const std::byte>;

    Failure damaged(std::uint64_t at, std::string meaning) const;
    std::uint64_t number(Block block, std::size_t at, std::size_t size) const;
    Result<std::size_t> nextBlock();
    Result<void> beginSection(Block block);
    Result<void> addInterface(Block block);
    Result<Message> readPacket(Block block) const;
    std::int64_t timeOf(std::uint64_t ticks, const Interface &interface) const;

    std::string m_name;
    Bytes m_bytes;              // fed and not yet read
    std::size_t m_at = 0;       // in m_bytes
    std::uint64_t m_offset = 0; // of m_bytes in the file
    bool m_hasSection = false;
    bool m_isBig = false; // byte order of the section
    std::vector<Interface> m_interfaces;
};

// "Ethernet"; empty for those without a well-known name.
std::string_view linkTypeName(std::uint16_t linkType);

} // namespace ipclens
