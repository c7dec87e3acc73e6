#include "core/traffic/message_store.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace ipclens {
namespace {

constexpr std::uint64_t most32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t longestDuration = (std::uint64_t{1} << 48) - 1;
constexpr std::uint32_t betweenPlaces = 256;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value)
{
    hash ^= value + 0x9E3779B97F4A7C15 + (hash << 6) + (hash >> 2);
    return hash * 0xFF51AFD7ED558CCD;
}

std::uint64_t hashOf(const MessageView &m)
{
    std::uint64_t hash = static_cast<std::uint64_t>(m.kind) + (m.nullData ? 2 : 0) + (m.senderWaits ? 4 : 0) +
                         (std::uint64_t{m.depth} << 3);
    for (const auto value :
         {m.senderWindow, std::uint64_t{m.sender.pid}, static_cast<std::uint64_t>(m.sender.created), m.inbox,
          m.receiverWindow, std::uint64_t{m.receiver.pid}, static_cast<std::uint64_t>(m.receiver.created)})
        hash = mixed(hash, value);
    for (const auto text : {m.senderName, m.senderTitle, m.name, m.receiverName})
        hash = mixed(hash, std::hash<std::string_view>()(text));
    return hash;
}

bool isOf(const MessageStore::Context &c, const MessageView &m)
{
    return c.senderWindow == m.senderWindow && c.kind == m.kind && c.nullData == m.nullData &&
           c.senderWaits == m.senderWaits && c.depth == m.depth && c.inbox == m.inbox && c.sender == m.sender &&
           c.receiverWindow == m.receiverWindow && c.receiver == m.receiver && c.senderName == m.senderName && c.senderTitle == m.senderTitle &&
           c.name == m.name && c.receiverName == m.receiverName;
}

bool fits(const MessageView &m)
{
    if (m.sequence > most32 ||
        (m.isAnswered && (m.duration < 0 || static_cast<std::uint64_t>(m.duration) > longestDuration)))
        return false;
    if (m.isCopied())
        return m.size <= most32 && m.payload.size() <= most32 && m.wParam == 0 && m.lParam == 0;
    return m.payload.empty() && m.size == 0;
}

std::uint64_t textBytes(std::string_view text)
{
    return text.size() > std::string().capacity() ? text.size() + 1 : 0;
}

std::uint64_t bytesOf(const Error &error)
{
    return sizeof error + textBytes(error.operation) + textBytes(error.object) + textBytes(error.meaning) +
           textBytes(error.hint);
}

// With what finds it again.
std::uint64_t bytesOf(const MessageStore::Context &context)
{
    constexpr std::uint64_t placeBytes = 64;
    return sizeof context + placeBytes + textBytes(context.senderName) + textBytes(context.senderTitle) +
           textBytes(context.name) + textBytes(context.receiverName);
}

} // namespace

MessageView MessageStore::Context::view() const
{
    MessageView view;
    view.kind = kind;
    view.nullData = nullData;
    view.senderWaits = senderWaits;
    view.depth = depth;
    view.senderWindow = senderWindow;
    view.sender = sender;
    view.senderName = senderName;
    view.senderTitle = senderTitle;
    view.name = name;
    view.inbox = inbox;
    view.receiverWindow = receiverWindow;
    view.receiver = receiver;
    view.receiverName = receiverName;
    return view;
}

std::uint32_t MessageStore::Contexts::add(Context context)
{
    m_bytes += bytesOf(context);
    m_kept.push_back({.context = std::move(context)});
    return static_cast<std::uint32_t>(size() - 1);
}

std::optional<MessageStore::Context> MessageStore::Contexts::takeUnused()
{
    if (m_kept.empty() || m_kept.front().records > 0)
        return {};
    auto context = std::move(m_kept.front().context);
    m_bytes -= bytesOf(context);
    m_kept.pop_front();
    ++m_first;
    return context;
}

std::uint32_t MessageStore::contextOf(const MessageView &message)
{
    // One that is old and still in use becomes new: else those that came after it could never be forgotten.
    const auto isRecent = [this](std::uint32_t number) { return number + oldContext >= m_contexts.size(); };
    if (m_contexts.has(m_lastContext) && isRecent(m_lastContext) && isOf(m_contexts[m_lastContext], message))
        return m_lastContext;
    const auto hash = hashOf(message);
    const auto [begin, end] = m_contextsByHash.equal_range(hash);
    auto known = begin;
    while (known != end && !isOf(m_contexts[known->second], message))
        ++known;
    if (known != end && isRecent(known->second))
        return m_lastContext = known->second;
    m_lastContext = m_contexts.add({.kind = message.kind,
                                    .nullData = message.nullData,
                                    .senderWaits = message.senderWaits,
                                    .depth = message.depth,
                                    .senderWindow = message.senderWindow,
                                    .sender = message.sender,
                                    .senderName = std::string(message.senderName),
                                    .senderTitle = std::string(message.senderTitle),
                                    .name = std::string(message.name),
                                    .inbox = message.inbox,
                                    .receiverWindow = message.receiverWindow,
                                    .receiver = message.receiver,
                                    .receiverName = std::string(message.receiverName)});
    if (known != end)
        known->second = m_lastContext;
    else
        m_contextsByHash.emplace(hash, m_lastContext);
    return m_lastContext;
}

// Of those that no record has any more.
void MessageStore::forgetContexts()
{
    for (;;) {
        const auto number = m_contexts.size() - m_contexts.kept();
        const auto context = m_contexts.takeUnused();
        if (!context)
            return;
        const auto [begin, end] = m_contextsByHash.equal_range(hashOf(context->view()));
        const auto known = std::find_if(begin, end, [&](const auto &entry) { return entry.second == number; });
        if (known != end) // else it has become new meanwhile
            m_contextsByHash.erase(known);
    }
}

// The payload of the message that is appended next; its address.
std::uint64_t MessageStore::store(std::span<const std::byte> payload)
{
    if (payload.empty())
        return 0;
    std::byte *place = nullptr;
    if (payload.size() > largePayload) {
        auto &bytes = m_large[m_end];
        bytes.resize(payload.size());
        place = bytes.data();
    } else {
        if (m_blocks.empty() || m_blocks.back().used + payload.size() > blockSize)
            m_blocks.push_back({.bytes = std::make_unique_for_overwrite<std::byte[]>(blockSize)});
        Block &block = m_blocks.back();
        place = block.bytes.get() + block.used;
        block.used += payload.size();
        block.last = m_end;
    }
    std::memcpy(place, payload.data(), payload.size());
    return reinterpret_cast<std::uintptr_t>(place);
}

void MessageStore::push(const Record &record)
{
    if (m_chunks.empty() || m_chunks.back().size() == chunkSize)
        m_chunks.emplace_back().reserve(chunkSize);
    m_chunks.back().push_back(record);
    if (m_end == 0)
        m_firstTime = record.time;
    m_contexts.use(record.context);
    ++m_end;
    m_bytes += cost(m_end - 1);
}

void MessageStore::append(const MessageView &message)
{
    Record record{};
    record.time = message.time;
    record.id = message.id;
    record.context = contextOf(message);
    if (!fits(message)) {
        record.isOdd = 1;
        record.hasMore = 1;
        m_hasOdd = true;
        m_more[m_end].whole = std::make_unique<Message>(message.toMessage());
    } else {
        record.sequence = static_cast<std::uint32_t>(message.sequence);
        if (message.isCopied()) {
            record.first = message.size | std::uint64_t{message.payload.size()} << 32;
            record.second = store(message.payload);
        } else {
            record.first = message.wParam;
            record.second = message.lParam;
        }
        record.isAnswered = message.isAnswered;
        record.result = message.isAnswered ? message.result : 0;
        record.duration = static_cast<std::uint64_t>(message.isAnswered ? message.duration : 0) & longestDuration;
        if (message.failure || !message.references.empty()) {
            record.hasMore = 1;
            More &more = m_more[m_end];
            if (message.failure)
                more.failure = *message.failure;
            more.references.assign(message.references.begin(), message.references.end());
        }
    }
    if (message.annotation && !message.annotation->isEmpty()) {
        record.isAnnotated = 1;
        m_annotations[m_end] = *message.annotation;
    }
    noteInbox(message.inbox, message.sequence, m_end);
    push(record);
}

void MessageStore::append(std::span<const Message> messages)
{
    for (const auto &message : messages)
        append(message);
}

void MessageStore::append(MessageStore other)
{
    m_hasOdd |= other.m_hasOdd;
    std::unordered_map<std::uint32_t, std::uint32_t> contexts; // its numbers, and ours
    const auto to = [shift = m_end - other.m_begin](Index index) { return index + shift; };
    for (auto &block : other.m_blocks) {
        block.last = to(block.last);
        m_blocks.push_back(std::move(block));
    }
    for (auto &[index, bytes] : other.m_large)
        m_large.emplace_hint(m_large.end(), to(index), std::move(bytes));
    for (auto &[index, more] : other.m_more)
        m_more.emplace_hint(m_more.end(), to(index), std::move(more));
    for (auto &[index, annotation] : other.m_annotations)
        m_annotations.emplace_hint(m_annotations.end(), to(index), std::move(annotation));
    const auto odd = [this](Index index) { return m_more.at(index).whole->sequence; };
    for (auto index = other.m_begin; index < other.m_end;) {
        for (Record record : other.records(index)) {
            const auto [context, isNew] = contexts.try_emplace(record.context);
            if (isNew)
                context->second = contextOf(other.m_contexts[record.context].view());
            record.context = context->second;
            noteInbox(m_contexts[record.context].inbox, record.isOdd ? odd(m_end) : record.sequence, m_end);
            push(record);
            ++index;
        }
    }
}

// Where messages are. ------------------------------------------------------------------------------------------------

MessageStore::Record &MessageStore::record(Index index)
{
    const auto offset = index - m_chunksBegin;
    return m_chunks[offset / chunkSize][offset % chunkSize];
}

const MessageStore::Record &MessageStore::record(Index index) const
{
    const auto offset = index - m_chunksBegin;
    return m_chunks[offset / chunkSize][offset % chunkSize];
}

std::span<const MessageStore::Record> MessageStore::records(Index index) const
{
    assert(index >= m_begin && index < m_end);
    const auto offset = index - m_chunksBegin;
    return std::span(m_chunks[offset / chunkSize]).subspan(offset % chunkSize);
}

MessageView MessageStore::at(Index index) const
{
    assert(index >= m_begin && index < m_end);
    const Record &from = record(index);
    const Annotation *const annotation = from.isAnnotated ? &m_annotations.at(index) : nullptr;
    const More *const more = from.hasMore ? &m_more.at(index) : nullptr;
    MessageView view = from.isOdd ? MessageView(*more->whole, annotation) : m_contexts[from.context].view();
    view.sinceFirst = timeBetween(m_firstTime, from.time);
    if (index > m_begin)
        view.sincePrevious = timeBetween(record(index - 1).time, from.time);
    if (from.isOdd)
        return view;
    view.annotation = annotation;
    view.sequence = from.sequence;
    view.time = from.time;
    view.id = from.id;
    if (view.isCopied()) {
        view.size = from.size();
        view.payload = from.payload();
    } else {
        view.wParam = from.first;
        view.lParam = from.second;
    }
    view.isAnswered = from.isAnswered;
    view.result = from.result;
    view.duration = static_cast<std::int64_t>(from.duration);
    if (more) {
        view.failure = more->failure ? &*more->failure : nullptr;
        view.references = more->references;
    }
    return view;
}

void MessageStore::noteInbox(std::uint64_t inbox, std::uint64_t sequence, Index index)
{
    auto &known = m_inboxes[inbox];
    if (known.since++ % betweenPlaces == 0)
        known.places.emplace_back(sequence, index);
}

std::optional<MessageStore::Index> MessageStore::find(std::uint64_t inbox, std::uint64_t sequence) const
{
    const auto known = m_inboxes.find(inbox);
    if (known == m_inboxes.end())
        return {};
    const auto &[places, since, next] = known->second;
    // From `index` on; stops behind `most` messages of that inbox, or at one that came later than what is looked for.
    const auto look = [&](Index index, std::uint32_t most) -> std::optional<Index> {
        for (index = std::max(index, m_begin); index < m_end && most > 0; ++index) {
            const Record &candidate = record(index);
            if (m_contexts[candidate.context].inbox != inbox)
                continue;
            --most;
            const auto number = sequenceOf(index);
            if (number == sequence) {
                next = index + 1;
                return index;
            }
            if (number > sequence)
                break;
        }
        return {};
    };
    if (const auto found = look(next, 8))
        return found;
    const auto place = std::ranges::upper_bound(places, sequence, {}, &std::pair<std::uint64_t, Index>::first);
    return place == places.begin() ? std::nullopt : look(std::prev(place)->second, betweenPlaces);
}

std::optional<MessageStore::Index> MessageStore::apply(std::uint64_t inbox, const MessageOutcome &outcome)
{
    const auto index = find(inbox, outcome.sequence);
    if (index)
        setOutcome(*index, outcome);
    return index;
}

bool MessageStore::applyAt(Index index, const MessageOutcome &outcome)
{
    if (index < m_begin || index >= m_end || sequenceOf(index) != outcome.sequence)
        return false;
    setOutcome(index, outcome);
    return true;
}

std::uint64_t MessageStore::sequenceOf(Index index) const
{
    const Record &of = record(index);
    return of.isOdd ? m_more.at(index).whole->sequence : of.sequence;
}

void MessageStore::setOutcome(Index index, const MessageOutcome &outcome)
{
    Record &to = record(index);
    m_bytes -= cost(index);
    if (to.isOdd) {
        m_more.at(index).whole->outcome = outcome;
    } else if (outcome.duration < 0 || static_cast<std::uint64_t>(outcome.duration) > longestDuration) {
        auto whole = std::make_unique<Message>(at(index).toMessage());
        whole->outcome = outcome;
        to.isOdd = to.hasMore = 1;
        m_hasOdd = true;
        m_more[index] = {.whole = std::move(whole), .failure = {}, .references = {}};
    } else {
        to.isAnswered = 1;
        to.result = outcome.result;
        to.duration = static_cast<std::uint64_t>(outcome.duration) & longestDuration;
        if (outcome.failure) {
            to.hasMore = 1;
            m_more[index].failure = outcome.failure;
        }
    }
    m_bytes += cost(index);
}

void MessageStore::annotate(Index index, Annotation annotation)
{
    assert(index >= m_begin && index < m_end);
    m_bytes -= cost(index);
    record(index).isAnnotated = !annotation.isEmpty();
    if (annotation.isEmpty())
        m_annotations.erase(index);
    else
        m_annotations[index] = std::move(annotation);
    m_bytes += cost(index);
}

// Limits. -------------------------------------------------------------------------------------------------------------

std::uint64_t MessageStore::cost(Index index) const
{
    const Record &of = record(index);
    std::uint64_t bytes = sizeof(Record);
    if (!of.isOdd && m_contexts[of.context].kind == MessageKind::CopyData)
        bytes += of.kept();
    if (of.isAnnotated)
        bytes += sizeof(Annotation) + textBytes(m_annotations.at(index).comment);
    if (of.hasMore) {
        const More &more = m_more.at(index);
        bytes += sizeof more + (more.failure ? bytesOf(*more.failure) : 0);
        const auto &references = more.whole ? more.whole->references : more.references;
        for (const auto &reference : references)
            bytes += sizeof reference + reference.bytes.size() + textBytes(reference.section) +
                     (reference.failure ? bytesOf(*reference.failure) : 0);
        if (more.whole)
            bytes += sizeof(Message) + more.whole->payload.size() + textBytes(more.whole->senderName) +
                     textBytes(more.whole->name);
    }
    return bytes;
}

std::uint64_t MessageStore::excess() const
{
    if (isEmpty())
        return 0;
    auto held = bytes();
    auto index = m_begin;
    const auto contextShare = m_contexts.bytes() / size(); // that goes with a message, about
    const auto newest = record(m_end - 1).time;
    for (; index + 1 < m_end; ++index) {
        const bool tooMany = m_limits.messages != 0 && m_end - index > m_limits.messages;
        const bool tooLarge = m_limits.bytes != 0 && held > m_limits.bytes;
        const bool tooOld = m_limits.age != 0 && newest - record(index).time > m_limits.age;
        if (!tooMany && !tooLarge && !tooOld)
            break;
        held -= std::min(held, cost(index) + contextShare);
    }
    return index - m_begin;
}

void MessageStore::letGo(std::uint64_t count)
{
    count = std::min(count, size());
    for (; count > 0; --count) {
        const Record &oldest = record(m_begin);
        m_bytes -= cost(m_begin);
        m_contexts.letGo(oldest.context);
        m_letGoBytes += at(m_begin).payload.size();
        ++m_letGoCount;
        if (oldest.hasMore)
            m_more.erase(m_begin);
        if (oldest.isAnnotated)
            m_annotations.erase(m_begin);
        if (++m_begin - m_chunksBegin == chunkSize) {
            m_chunks.pop_front();
            m_chunksBegin = m_begin;
        }
    }
    forgetContexts();
    m_large.erase(m_large.begin(), m_large.lower_bound(m_begin));
    while (!m_blocks.empty() && m_blocks.front().last < m_begin)
        m_blocks.pop_front();
    for (auto &[inbox, known] : m_inboxes) {
        // The last place before the first message kept is still where looking begins.
        auto &places = known.places;
        const auto first = std::ranges::lower_bound(places, m_begin, {}, &std::pair<std::uint64_t, Index>::second);
        if (first - places.begin() > 64)
            places.erase(places.begin(), first - 1);
    }
}

void MessageStore::clear()
{
    const auto limits = m_limits;
    *this = MessageStore();
    m_limits = limits;
}

} // namespace ipclens
