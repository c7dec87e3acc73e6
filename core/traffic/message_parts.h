// Messages that were written in several packets, as they are put together again.
#pragma once

#include "core/model/bytes.h"

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>

namespace ipclens {

// Takes the first packets of large messages and those in which they go on, in any order and with others between them,
// and gives the messages when they are complete. One that cannot become so is given as far as it goes without a gap,
// and told as missing. Keeps at most mostHeld bytes. One thread.
class MessageParts {
public:
    static constexpr std::uint64_t mostHeld = std::uint64_t{256} << 20;
    static constexpr std::uint64_t mostBetween = 4096; // packets between two parts of a message

    // Which message a packet belongs to. The time tells messages of merged captures apart.
    struct Key {
        std::uint32_t interface = 0;
        std::uint64_t ticks = 0;
        std::uint64_t inbox = 0;
        std::uint64_t sequence = 0;
        bool operator==(const Key &) const = default;
    };
    struct Part {
        std::uint64_t place = 0;  // of its packet in the file
        std::uint64_t offset = 0; // of its bytes in the message's packet; 0: the first part
        std::uint64_t total = 0;  // bytes of that packet; 0: the first part does not say
        std::span<const std::byte> bytes;
        bool isCut = false; // a tool has cut the packet
    };
    // A message's packet, and what its first part says beside the bytes.
    struct Joined {
        Bytes bytes;
        bool isWhole = false;
        std::uint64_t place = 0;
        std::int64_t time = 0;
        std::uint32_t interface = 0;
        std::string comment;
    };

    void begin(const Key &key, const Part &part, Joined about);
    void add(const Key &key, const Part &part);
    // A packet came: what has waited too long is given up.
    void pass();
    void giveUpAll();
    // Removes one that is complete or given up, in the order in which they became so.
    std::optional<Joined> take();

    // Messages of which something was missing, and where the first of them begins.
    struct Missing {
        std::uint64_t messages = 0;
        std::uint64_t place = 0;
        std::string what;
    };
    const Missing &missing() const { return m_missing; }

private:
    struct Open {
        Key key;
        std::optional<Joined> joined;         // none until the first part comes; the bytes are without a gap
        std::map<std::uint64_t, Bytes> early; // parts behind a gap, by offset
        std::uint64_t place = 0;              // of the part that came first
        std::uint64_t total = 0;
        std::uint64_t since = 0; // m_passed when the last part came
        bool isGivenUp = false;  // what still comes of it is dropped
    };
    using Place = std::list<Open>::iterator;

    Place openFor(const Key &key, const Part &part);
    void put(Place open, const Part &part);
    void giveUp(Open &open);
    void release(Open &open);

    std::list<Open> m_open; // the oldest first
    std::deque<Joined> m_ready;
    std::uint64_t m_held = 0;
    std::uint64_t m_passed = 0;
    Missing m_missing;
};

} // namespace ipclens
