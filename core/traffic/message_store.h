// The messages of a capture, kept in order of arrival.
#pragma once

#include "core/traffic/message_view.h"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ipclens {

// Append-only, except that the oldest messages can be let go to stay within limits; what was let go is counted. A
// message keeps its index for as long as the store is not cleared. A message takes sizeof(Record) bytes and its
// payload: what many have in common (from whom to whom) is kept once, what few have stands in tables beside. One thread
// at a time.
class MessageStore {
public:
    using Index = std::uint64_t;

    // What many messages have in common.
    struct Context {
        MessageKind kind = MessageKind::CopyData;
        bool nullData = false;
        bool senderWaits = true;
        std::uint32_t depth = 0;
        std::uint64_t senderWindow = 0;
        ProcessKey sender;
        std::string senderName;
        std::string senderTitle;
        std::string name;
        std::uint64_t inbox = 0;
        std::uint64_t receiverWindow = 0;
        ProcessKey receiver;
        std::string receiverName;

        MessageView view() const; // of a message of which nothing else is known
    };

    // Contexts by the number that records have. The oldest are forgotten when no record has them any more; in their
    // place stands the first that is kept.
    class Contexts {
    public:
        const Context &operator[](std::size_t number) const
        {
            return m_kept.empty() ? m_none : m_kept[std::max(number, m_first) - m_first].context;
        }
        bool has(std::size_t number) const { return number >= m_first && number < size(); }
        std::size_t size() const { return m_first + m_kept.size(); } // also those that were forgotten
        std::size_t kept() const { return m_kept.size(); }           // the last so many
        std::uint64_t bytes() const { return m_bytes; }

        std::uint32_t add(Context context);
        void use(std::size_t number) { ++m_kept[number - m_first].records; }
        void letGo(std::size_t number) { --m_kept[number - m_first].records; }
        // Takes away the oldest that no record has.
        std::optional<Context> takeUnused();

    private:
        struct Kept {
            Context context;
            std::uint64_t records = 0;
        };
        std::deque<Kept> m_kept;
        std::size_t m_first = 0;
        std::uint64_t m_bytes = 0;
        Context m_none;
    };

    // What is a message's own. Of one whose numbers do not fit in here `isOdd` is set and at() alone tells the truth.
    struct Record {
        std::int64_t time;
        std::uint64_t id;
        std::uint64_t first;  // wParam; or the true size, and above it, from bit 32 on, how many bytes are kept
        std::uint64_t second; // lParam; or the address of the payload
        std::int64_t result;
        std::uint32_t sequence;
        std::uint32_t context;
        std::uint64_t duration : 48;
        std::uint64_t isAnswered : 1;
        std::uint64_t isOdd : 1;
        std::uint64_t hasMore : 1; // an entry in m_more
        std::uint64_t isAnnotated : 1;

        std::uint32_t size() const { return static_cast<std::uint32_t>(first); }
        std::uint32_t kept() const { return static_cast<std::uint32_t>(first >> 32); }
        std::span<const std::byte> payload() const
        {
            return {reinterpret_cast<const std::byte *>(static_cast<std::uintptr_t>(second)), kept()};
        }
    };

    // 0: no limit.
    struct Limits {
        std::uint64_t bytes = 0;
        std::uint64_t messages = 0;
        std::int64_t age = 0; // nanoseconds before the newest message
        bool operator==(const Limits &) const = default;
    };

    MessageStore() = default;
    MessageStore(MessageStore &&) = default;
    MessageStore &operator=(MessageStore &&) = default;

    void append(const MessageView &message); // with its annotation
    void append(std::span<const Message> messages);
    void append(MessageStore other); // the messages of another store; costs next to nothing

    // The inbox's message of that number; messages of an inbox are taken to have come in the order of their numbers.
    std::optional<Index> find(std::uint64_t inbox, std::uint64_t sequence) const;
    // What came of the inbox's message of that number; which one it was, if it is still there.
    std::optional<Index> apply(std::uint64_t inbox, const MessageOutcome &outcome);
    // The same where it is known which message that is; false: it is not there any more.
    bool applyAt(Index index, const MessageOutcome &outcome);

    // An empty annotation takes away what there was.
    void annotate(Index index, Annotation annotation);
    const std::map<Index, Annotation> &annotations() const { return m_annotations; }

    // Indices of the kept messages: begin() <= index < end().
    Index begin() const { return m_begin; }
    Index end() const { return m_end; }
    std::uint64_t size() const { return m_end - m_begin; }
    bool isEmpty() const { return m_end == m_begin; }
    MessageView at(Index index) const; // good until messages are let go or annotated

    // For whoever looks at very many: records that lie side by side, from `index` on.
    std::span<const Record> records(Index index) const;
    const Contexts &contexts() const { return m_contexts; }

    bool hasOdd() const { return m_hasOdd; } // among all that were ever in it

    std::uint64_t bytes() const { return m_bytes + m_contexts.bytes(); } // memory held for messages

    // Take effect when the owner acts on excess().
    void setLimits(const Limits &limits) { m_limits = limits; }
    const Limits &limits() const { return m_limits; }
    // How many of the oldest messages have to go to get within the limits. The newest message always stays.
    std::uint64_t excess() const;
    // Lets the `count` oldest messages go; at most size().
    void letGo(std::uint64_t count);
    std::uint64_t letGoCount() const { return m_letGoCount; }
    std::uint64_t letGoBytes() const { return m_letGoBytes; } // of their payloads

    void clear(); // also the counts of what was let go; indices start at 0 again; limits stay

private:
    static constexpr std::uint64_t chunkSize = (256 << 10) / sizeof(Record); // pools give blocks of powers of two
    static constexpr std::size_t blockSize = 4 << 20;
    static constexpr std::size_t largePayload = 256 << 10;     // has memory of its own
    static constexpr std::size_t oldContext = 4096;            // so many behind the newest one
    using Chunk = std::vector<Record, BytesAllocator<Record>>; // its capacity is chunkSize

    // Payloads one behind the other. What of it was never used was never touched either, and takes no memory.
    struct Block {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t used = 0;
        Index last = 0; // message in it
    };
    struct More {
        std::unique_ptr<Message> whole; // of an odd one
        std::optional<Error> failure;
        std::vector<MessageReference> references;
    };
    // Where the messages of an inbox are: one in so many of them.
    struct InboxPlaces {
        std::vector<std::pair<std::uint64_t, Index>> places; // sequence and index, both ascending
        std::uint32_t since = 0;
        mutable Index next = 0; // behind the last that was found: outcomes come nearly in order
    };

    Record &record(Index index);
    const Record &record(Index index) const;
    void push(const Record &record);
    void noteInbox(std::uint64_t inbox, std::uint64_t sequence, Index index);
    std::uint64_t sequenceOf(Index index) const;
    void setOutcome(Index index, const MessageOutcome &outcome);
    std::uint32_t contextOf(const MessageView &message);
    std::uint64_t store(std::span<const std::byte> payload);
    std::uint64_t cost(Index index) const;
    void forgetContexts();

    std::deque<Chunk> m_chunks;
    Index m_chunksBegin = 0; // index of the first slot of the first chunk; a multiple of chunkSize
    Index m_begin = 0;
    Index m_end = 0;
    std::int64_t m_firstTime = 0; // of the first message, also when that was let go

    Contexts m_contexts;
    std::unordered_multimap<std::uint64_t, std::uint32_t> m_contextsByHash; // of each context the last one
    std::uint32_t m_lastContext = 0;
    std::deque<Block> m_blocks;
    std::map<Index, Bytes> m_large;
    std::map<Index, More> m_more;
    std::map<Index, Annotation> m_annotations;
    std::unordered_map<std::uint64_t, InboxPlaces> m_inboxes;

    bool m_hasOdd = false;
    std::uint64_t m_bytes = 0;
    Limits m_limits;
    std::uint64_t m_letGoCount = 0;
    std::uint64_t m_letGoBytes = 0;
};

static_assert(sizeof(MessageStore::Record) == 56);

} // namespace ipclens
