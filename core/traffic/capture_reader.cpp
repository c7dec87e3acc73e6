#include "core/traffic/capture_blocks.h"
#include "core/traffic/capture_file.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <tuple>

#include <fmt/format.h>

namespace ipclens {

using namespace capture;

namespace {

constexpr std::uint32_t largestBlock = 1u << 30; // more is damage: an inbox keeps at most 64 MiB of a message
constexpr std::uint64_t second = 1'000'000'000;

// The message's own numbers are little-endian whatever the file is.
std::uint64_t littleNumber(std::span<const std::byte> bytes, std::size_t at, std::size_t size)
{
    std::uint64_t value = 0;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&value, bytes.data() + at, size);
    } else {
        for (std::size_t i = size; i-- > 0;)
            value = (value << 8) | std::to_integer<std::uint64_t>(bytes[at + i]);
    }
    return value;
}

std::string_view textAt(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

// Of "inbox 3".
std::optional<std::uint64_t> inboxIn(std::string_view description)
{
    constexpr std::string_view word = "inbox ";
    std::uint64_t inbox = 0;
    if (!description.starts_with(word))
        return {};
    const auto *const end = description.data() + description.size();
    const auto [rest, problem] = std::from_chars(description.data() + word.size(), end, inbox);
    return problem == std::errc() && rest == end ? std::optional(inbox) : std::nullopt;
}

// Takes fields off the front of a header; `isWhole` turns false, and stays so, when there are too few bytes.
struct Fields {
    std::span<const std::byte> rest;
    bool isWhole = true;

    std::span<const std::byte> bytes(std::uint64_t size)
    {
        if (size > rest.size()) {
            isWhole = false;
            rest = {};
            return {};
        }
        const auto taken = rest.first(static_cast<std::size_t>(size));
        rest = rest.subspan(taken.size());
        return taken;
    }
    std::uint64_t number(std::size_t size)
    {
        const auto taken = bytes(size);
        return taken.empty() ? 0 : littleNumber(taken, 0, size);
    }
    std::string text(std::uint64_t size) { return std::string(textAt(bytes(size))); }
    Error error()
    {
        Error error{.kind = static_cast<ErrorKind>(number(1))};
        if (nameOf(error.kind).empty())
            isWhole = false;
        number(3);
        error.code = static_cast<std::uint32_t>(number(4));
        for (auto *const part : {&error.operation, &error.object, &error.meaning, &error.hint})
            *part = text(number(2));
        return error;
    }
    MessageReference reference()
    {
        MessageReference reference{.kind = static_cast<ReferenceKind>(number(1))};
        if (nameOf(reference.kind).empty())
            isWhole = false;
        const bool hasFailure = number(1) != 0;
        const auto name = number(2);
        reference.process.pid = static_cast<std::uint32_t>(number(4));
        reference.process.created = static_cast<std::int64_t>(number(8));
        reference.address = number(8);
        const auto count = number(4);
        reference.section = text(name);
        reference.bytes = toBytes(bytes(count));
        if (hasFailure)
            reference.failure = error();
        return reference;
    }
};

} // namespace

Failure CaptureReader::damaged(std::uint64_t at, std::string meaning) const
{
    return Failure(Error{.kind = ErrorKind::Invalid,
                         .operation = "read a capture",
                         .object = fmt::format("{} at byte {}", m_name, at),
                         .meaning = std::move(meaning)});
}

std::uint64_t CaptureReader::number(Block block, std::size_t at, std::size_t size) const
{
    std::uint64_t value = 0;
    if (m_isBig) {
        for (std::size_t i = 0; i < size; ++i)
            value = (value << 8) | std::to_integer<std::uint64_t>(block[at + i]);
        return value;
    }
    return littleNumber(block, at, size);
}

void CaptureReader::beginFile(std::string name)
{
    m_name = std::move(name);
    m_filesBefore += m_offset + m_bytes.size();
    m_bytes.clear();
    m_at = m_offset = 0;
    m_isEnded = m_hasSection = false;
    m_damage.reset();
}

void CaptureReader::feed(std::span<const std::byte> bytes)
{
    m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(m_at));
    m_offset += m_at;
    m_at = 0;
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
}

// The size of the block that begins here; 0 while it is not all there.
Result<std::size_t> CaptureReader::nextBlock()
{
    const auto rest = Block(m_bytes).subspan(m_at);
    if (rest.size() < blockFrame)
        return 0;
    if (number(rest, 0, 4) == sectionBlock) { // the same both ways
        const auto magic = number(rest, 8, 4);
        if (magic != byteOrderMagic)
            m_isBig = !m_isBig;
        if (number(rest, 8, 4) != byteOrderMagic)
            return damaged(m_offset + m_at + 8, "this is no pcapng file: the byte order mark is wrong");
    } else if (!m_hasSection) {
        constexpr std::uint32_t pcap[] = {0xA1B2C3D4, 0xD4C3B2A1, 0xA1B23C4D, 0x4D3CB2A1};
        if (std::ranges::find(pcap, number(rest, 0, 4)) != std::end(pcap))
            return damaged(m_offset + m_at, "this is a pcap file; only pcapng files hold what ipclens saves");
        return damaged(m_offset + m_at, "this is no pcapng file: it does not begin with a section");
    }
    const auto size = number(rest, 4, 4);
    if (size < blockFrame || size % 4 != 0 || size > largestBlock)
        return damaged(m_offset + m_at + 4, fmt::format("a block has {} bytes, which cannot be", size));
    if (rest.size() < size)
        return 0;
    if (number(rest, size - 4, 4) != size)
        return damaged(m_offset + m_at + size - 4,
                       fmt::format("a block of {} bytes ends with the size {}", size, number(rest, size - 4, 4)));
    return size;
}

Result<std::optional<Message>> CaptureReader::next()
{
    for (;;) {
        auto item = nextItem();
        if (!item)
            return Failure(std::move(item.error()));
        if (!*item)
            return std::nullopt;
        if ((*item)->message)
            return (*item)->message->toMessage();
    }
}

Result<std::optional<CaptureItem>> CaptureReader::nextItem()
{
    for (;;) {
        if (auto joined = takeJoined(); !joined || *joined)
            return joined;
        if (m_damage)
            return Failure(*m_damage);
        const auto size = nextBlock();
        if (!size) {
            m_damage = size.error();
        } else if (*size > 0) {
            auto item = readBlock(Block(m_bytes).subspan(m_at, *size));
            if (item) {
                m_at += *size;
                if (*item)
                    return item;
                continue;
            }
            m_damage = item.error();
        } else if (!m_isEnded) {
            return std::optional<CaptureItem>();
        }
        // What has no end any more stood before it.
        m_parts.giveUpAll();
        if (auto joined = takeJoined(); !joined || *joined)
            return joined;
        if (!m_damage)
            return std::optional<CaptureItem>();
    }
}

CaptureReader::MaybeItem CaptureReader::readBlock(Block block)
{
    const auto nothing = [](Result<void> done) -> MaybeItem {
        if (!done)
            return Failure(std::move(done.error()));
        return std::optional<CaptureItem>();
    };
    switch (const auto type = number(block, 0, 4)) {
    case sectionBlock:
        return nothing(beginSection(block));
    case interfaceBlock:
        return nothing(addInterface(block));
    case statisticsBlock:
        return nothing(addCounts(block));
    case packetBlock:
    case obsoletePacketBlock: {
        const auto packet = packetOf(block, type == obsoletePacketBlock);
        return packet ? readPacket(*packet) : Failure(packet.error());
    }
    case simplePacketBlock:
        return damaged(m_offset + m_at, "it has packets without times, which no capture of messages has");
    default:
        return std::optional<CaptureItem>(); // blocks of other types say nothing of messages
    }
}

Result<void> CaptureReader::finish() const
{
    if (m_at < m_bytes.size())
        return damaged(m_offset + m_at, fmt::format("the file ends {} bytes into a block", m_bytes.size() - m_at));
    if (!m_hasSection)
        return damaged(0, "the file is empty");
    return {};
}

Result<void> CaptureReader::beginSection(Block block)
{
    if (block.size() < blockFrame + 16)
        return damaged(m_offset + m_at, "a section's beginning is cut short");
    if (const auto major = number(block, 12, 2); major != 1)
        return damaged(m_offset + m_at + 12, fmt::format("it is a pcapng file of version {}; only 1 is known", major));
    if (m_system.empty()) {
        const auto end = block.size() - 4;
        for (std::size_t at = 24; at + 4 <= end;) {
            const auto code = number(block, at, 2), size = number(block, at + 2, 2);
            if (code == endOfOptions || size > end - at - 4)
                break;
            if (code == sectionSystem)
                m_system = textAt(block.subspan(at + 4, size));
            at += 4 + (size + 3) / 4 * 4;
        }
    }
    m_hasSection = true;
    m_firstInterface = m_interfaces.size();
    m_lastInbox = ~std::uint64_t{0};
    return {};
}

Result<void> CaptureReader::addInterface(Block block)
{
    if (block.size() < blockFrame + 8)
        return damaged(m_offset + m_at, "an interface's description is cut short");
    Interface interface {
        .linkType = static_cast<std::uint16_t>(number(block, 8, 2))
    };
    const auto end = block.size() - 4;
    for (std::size_t at = 16; at + 4 <= end;) {
        const auto code = number(block, at, 2);
        const auto size = number(block, at + 2, 2);
        if (code == endOfOptions)
            break;
        if (size > end - at - 4)
            return damaged(m_offset + m_at + at, "an option reaches behind its block");
        if (code == timeResolution && size == 1) {
            const auto value = std::to_integer<unsigned>(block[at + 4]);
            const auto power = value & 0x7F;
            if (power > ((value & 0x80) != 0 ? 62u : 18u))
                return damaged(m_offset + m_at + at, "its times are finer than can be told");
            interface.ticks = 1;
            for (unsigned i = 0; i < power; ++i)
                interface.ticks *= (value & 0x80) != 0 ? 2 : 10;
        } else if (code == timeOffset && size == 8) {
            interface.offset = static_cast<std::int64_t>(number(block, at + 4, 8));
        } else if (code == interfaceName) {
            interface.name = textAt(block.subspan(at + 4, size));
        } else if (code == interfaceDescription) {
            interface.inbox = inboxIn(textAt(block.subspan(at + 4, size)));
        }
        at += 4 + (size + 3) / 4 * 4;
    }
    m_interfaces.push_back(std::move(interface));
    return {};
}

// Other tools' statistics of their own interfaces say nothing of messages, and do no harm.
Result<void> CaptureReader::addCounts(Block block)
{
    if (block.size() < blockFrame + 12)
        return damaged(m_offset + m_at, "an interface's statistics are cut short");
    const auto index = m_firstInterface + number(block, 8, 4);
    if (index >= m_interfaces.size())
        return damaged(m_offset + m_at + 8, "statistics are of an interface of which nothing was said");
    auto &interface = m_interfaces[index];
    InboxCounts counts;
    const auto end = block.size() - 4;
    for (std::size_t at = 20; at + 12 <= end;) {
        const auto code = number(block, at, 2), size = number(block, at + 2, 2);
        if (code == endOfOptions || size > end - at - 4)
            break;
        const auto whole = size == 8 ? number(block, at + 4, 8) : 0;
        if (code == statisticsBegin && size == 8)
            counts.since = timeOf(number(block, at + 4, 4) << 32 | number(block, at + 8, 4), interface);
        else if (code == statisticsReceived)
            counts.received = whole;
        else if (code == statisticsDropped)
            counts.dropped = whole;
        else if (code == statisticsAccepted)
            counts.written = whole;
        at += 4 + (size + 3) / 4 * 4;
    }
    interface.counts = counts;
    return {};
}

std::map<std::uint64_t, InboxCounts> CaptureReader::inboxCounts() const
{
    // Those of one capture in several sections count on from one to the next; those of several captures are added.
    std::map<std::tuple<std::uint64_t, std::string, std::int64_t>, InboxCounts> captures;
    for (const auto &interface : m_interfaces)
        if (interface.inbox && interface.counts)
            captures[{*interface.inbox, interface.name, interface.counts->since}] = *interface.counts;
    std::map<std::uint64_t, InboxCounts> inboxes;
    for (const auto &[key, counts] : captures) {
        const auto [inbox, isNew] = inboxes.try_emplace(std::get<0>(key), counts);
        if (isNew)
            continue;
        inbox->second.since = std::min(inbox->second.since, counts.since);
        inbox->second.received += counts.received;
        inbox->second.dropped += counts.dropped;
        inbox->second.written += counts.written;
    }
    return inboxes;
}

std::int64_t CaptureReader::timeOf(std::uint64_t ticks, const Interface &interface)
{
    const auto rest = ticks % interface.ticks;
    std::uint64_t fraction = 0;
    if (second % interface.ticks == 0) {
        fraction = rest * (second / interface.ticks);
    } else if (interface.ticks % second == 0) {
        fraction = rest / (interface.ticks / second);
    } else { // a power of two up to 2^62, in two halves so that nothing overflows
        const auto power = std::countr_zero(interface.ticks);
        fraction = power < 32 ? rest * second >> power
                              : ((rest >> 32) * second + ((rest & 0xFFFF'FFFF) * second >> 32)) >> (power - 32);
    }
    const auto seconds = ticks / interface.ticks + static_cast<std::uint64_t>(interface.offset);
    return static_cast<std::int64_t>(seconds * second + fraction);
}

Result<CaptureReader::Packet> CaptureReader::packetOf(Block block, bool isObsolete) const
{
    const auto at = m_offset + m_at;
    if (block.size() < blockFrame + packetFields)
        return damaged(at, "a packet is cut short");
    const auto index = number(block, 8, isObsolete ? 2 : 4);
    if (index >= m_interfaces.size() - m_firstInterface)
        return damaged(at + 8, fmt::format("a packet is of interface {}, of which nothing was said", index));
    if (const auto linkType = m_interfaces[m_firstInterface + index].linkType; linkType != user0) {
        const auto name = linkTypeName(linkType);
        return damaged(at, fmt::format("its packets are of link type {}{}, not messages that ipclens saved", linkType,
                                       name.empty() ? "" : fmt::format(" ({})", name)));
    }
    const auto kept = number(block, 20, 4);
    if (kept > block.size() - blockFrame - packetFields)
        return damaged(at + 20, "a packet reaches behind its block");
    const auto options = 8 + packetFields + (kept + 3) / 4 * 4;
    return Packet{.at = at + 8 + packetFields,
                  .data = block.subspan(8 + packetFields, kept),
                  .options = options + 4 < block.size() ? block.subspan(options, block.size() - 4 - options) : Block(),
                  .interface = static_cast<std::uint32_t>(m_firstInterface + index),
                  .ticks = number(block, 12, 4) << 32 | number(block, 16, 4),
                  .isCut = kept < number(block, 24, 4)};
}

CaptureReader::MaybeItem CaptureReader::readPacket(const Packet &packet)
{
    m_parts.pass();
    m_lastTime = timeOf(packet.ticks, m_interfaces[packet.interface]);
    const auto kind = textAt(packet.data.first(std::min<std::size_t>(packet.data.size(), 4)));
    if (kind == "ipco" && packet.data.size() >= outcomeHeader) {
        auto answer = readAnswer(packet);
        return answer ? MaybeItem(std::move(*answer)) : Failure(std::move(answer.error()));
    }
    if (kind == "ipcc" && packet.data.size() >= partHeader) {
        if (auto added = addPart(packet); !added)
            return Failure(std::move(added.error()));
        return std::optional<CaptureItem>();
    }
    if (kind == "ipcm" && packet.data.size() >= smallestHeader && (littleNumber(packet.data, 6, 2) & goesOn) != 0) {
        beginLarge(packet);
        return std::optional<CaptureItem>();
    }
    auto message = readMessage(packet.at, packet.data, packet.interface, commentIn(packet.options));
    return message ? MaybeItem(std::move(*message)) : Failure(std::move(message.error()));
}

Result<CaptureItem> CaptureReader::readAnswer(const Packet &packet) const
{
    const auto data = packet.data;
    if (data[4] != std::byte{2})
        return damaged(packet.at + 4,
                       fmt::format("an answer is of version {}; only 2 is known", std::to_integer<int>(data[4])));
    LateAnswer answer{.inbox = littleNumber(data, 8, 8),
                      .outcome = {.sequence = littleNumber(data, 16, 8),
                                  .result = static_cast<std::int64_t>(littleNumber(data, 24, 8)),
                                  .duration = static_cast<std::int64_t>(littleNumber(data, 32, 8)),
                                  .failure = {}},
                      .time = m_lastTime,
                      .messageTime = {}};
    Fields fields{data.subspan(outcomeHeader)};
    if (data[5] != std::byte{})
        answer.outcome.failure = fields.error();
    if (!fields.isWhole)
        return damaged(packet.at + outcomeHeader, "an answer is cut short");
    if (fields.rest.size() >= 8)
        answer.messageTime = static_cast<std::int64_t>(static_cast<std::uint64_t>(m_lastTime) - fields.number(8));
    return CaptureItem{.message = {}, .answer = std::move(answer), .interface = packet.interface};
}

// The inbox stands behind the names of the first header, both of which a first packet always holds.
void CaptureReader::beginLarge(const Packet &packet)
{
    const auto inbox = smallestHeader + littleNumber(packet.data, 72, 2) + littleNumber(packet.data, 74, 2);
    const MessageParts::Key key{.interface = packet.interface,
                                .ticks = packet.ticks,
                                .inbox = inbox + 8 <= packet.data.size() ? littleNumber(packet.data, inbox, 8) : 0,
                                .sequence = littleNumber(packet.data, 16, 8)};
    m_parts.begin(key, {.place = packet.at, .bytes = packet.data, .isCut = packet.data.size() < mostInPacket},
                  {.time = m_lastTime, .interface = key.interface, .comment = commentIn(packet.options)});
}

Result<void> CaptureReader::addPart(const Packet &packet)
{
    const auto data = packet.data;
    if (data[4] != std::byte{2})
        return damaged(packet.at + 4, fmt::format("a large message goes on in version {}; only 2 is known",
                                                  std::to_integer<int>(data[4])));
    const auto offset = littleNumber(data, 24, 8), total = littleNumber(data, 32, 8);
    if (offset == 0 || total > largestBlock || offset > total || data.size() - partHeader > total - offset)
        return damaged(packet.at + 24, fmt::format("a large message of {} bytes goes on at byte {}", total, offset));
    m_parts.add({.interface = packet.interface,
                 .ticks = packet.ticks,
                 .inbox = littleNumber(data, 8, 8),
                 .sequence = littleNumber(data, 16, 8)},
                {.place = packet.at,
                 .offset = offset,
                 .total = total,
                 .bytes = data.subspan(partHeader),
                 .isCut = packet.isCut});
    return {};
}

CaptureReader::MaybeItem CaptureReader::takeJoined()
{
    while (auto joined = m_parts.take()) {
        m_joined = std::move(*joined);
        m_lastTime = m_joined.time;
        auto item = readMessage(m_joined.place, m_joined.bytes, m_joined.interface, m_joined.comment);
        if (item)
            return MaybeItem(std::move(*item));
        if (m_joined.isWhole)
            return Failure(std::move(item.error()));
        // Not even its header is all there; it is among those that are incomplete.
    }
    return std::optional<CaptureItem>();
}

std::optional<Error> CaptureReader::incomplete() const
{
    const auto &missing = m_parts.missing();
    if (missing.messages == 0)
        return {};
    const auto others = missing.messages - 1;
    return damaged(missing.place, missing.what + (others == 0 ? "" : fmt::format("; so it is with {} others", others)))
        .error();
}

// What other tools leave behind a packet's data is theirs: only comments are looked for.
std::string CaptureReader::commentIn(Block options) const
{
    std::string text;
    while (options.size() >= 4) {
        const auto code = number(options, 0, 2), size = number(options, 2, 2);
        if (code == endOfOptions || size > options.size() - 4)
            break;
        if (code == comment) {
            text += text.empty() ? "" : "\n";
            text += textAt(options.subspan(4, size));
        }
        options = options.subspan(std::min<std::size_t>(options.size(), 4 + (size + 3) / 4 * 4));
    }
    return text;
}

// At m_lastTime.
Result<CaptureItem> CaptureReader::readMessage(std::uint64_t at, Block data, std::uint32_t interface,
                                               std::string comment)
{
    auto message = readFields(at, data);
    if (!message)
        return Failure(std::move(message.error()));
    message->time = m_lastTime;
    m_annotation.comment = std::move(comment);
    message->annotation = m_annotation.isEmpty() ? nullptr : &m_annotation;
    if (message->inbox != m_lastInbox) {
        m_lastInbox = message->inbox;
        m_inboxNames.try_emplace(m_lastInbox, m_interfaces[interface].name);
    }
    return CaptureItem{.message = *message, .answer = {}, .interface = interface};
}

// All but the time, which stands in front of the data.
Result<MessageView> CaptureReader::readFields(std::uint64_t at, Block data)
{
    const auto field = [&data](std::size_t offset, std::size_t size) { return littleNumber(data, offset, size); };
    if (data.size() < smallestHeader || textAt(data.first(4)) != "ipcm")
        return damaged(at, "a packet is no message that ipclens saved");
    const auto version = field(4, 1);
    if (version != 1 && version != 2)
        return damaged(at + 4, fmt::format("a message is of version {}; only 1 and 2 are known", version));
    if (field(5, 1) > 1)
        return damaged(at + 5, fmt::format("a message is of kind {}", field(5, 1)));
    const auto header = field(8, 4);
    const auto sender = field(72, 2), name = field(74, 2);
    if (header > data.size() || header < smallestHeader + sender + name + (version == 2 ? secondHeader : 0))
        return damaged(at + 8, "a message's header is cut short");
    const auto flags = field(6, 2);
    MessageView message;
    message.sequence = field(16, 8);
    message.kind = field(5, 1) == 1 ? MessageKind::Registered : MessageKind::CopyData;
    message.senderWindow = field(24, 8);
    message.sender = {.pid = static_cast<std::uint32_t>(field(12, 4)),
                      .created = static_cast<std::int64_t>(field(64, 8))};
    message.senderName = textAt(data.subspan(smallestHeader, sender));
    message.name = textAt(data.subspan(smallestHeader + sender, name));
    message.id = field(32, 8);
    message.wParam = field(40, 8);
    message.lParam = field(48, 8);
    message.size = field(56, 8);
    message.nullData = (flags & nullData) != 0;
    message.payload = data.subspan(header);
    m_annotation = {};
    m_references.clear();
    if (version == 2) {
        m_annotation = {.marked = (flags & marked) != 0, .pinned = (flags & pinned) != 0, .comment = {}};
        message.senderWaits = (flags & posted) == 0;
        message.isAnswered = (flags & answered) != 0;
        if (auto second = readSecond(at, data.first(header), smallestHeader + sender + name, message); !second)
            return Failure(std::move(second.error()));
    }
    return message;
}

// What stands behind the names, from `second` on.
Result<void> CaptureReader::readSecond(std::uint64_t at, Block header, std::size_t second, MessageView &message)
{
    const auto later = [&](std::size_t offset, std::size_t size) {
        return littleNumber(header, second + offset, size);
    };
    message.inbox = later(0, 8);
    message.receiverWindow = later(8, 8);
    message.receiver = {.pid = static_cast<std::uint32_t>(later(16, 4)),
                        .created = static_cast<std::int64_t>(later(24, 8))};
    message.depth = static_cast<std::uint32_t>(later(20, 4));
    message.result = static_cast<std::int64_t>(later(32, 8));
    message.duration = static_cast<std::int64_t>(later(40, 8));
    Fields fields{header.subspan(second + secondHeader)};
    message.receiverName = textAt(fields.bytes(later(48, 2)));
    message.senderTitle = textAt(fields.bytes(later(54, 2)));
    if ((later(52, 2) & 1) != 0) {
        m_failure = fields.error();
        message.failure = &m_failure;
    }
    for (auto count = later(50, 2); count > 0 && fields.isWhole; --count)
        m_references.push_back(fields.reference());
    if (!fields.isWhole)
        return damaged(at + second, "a message's header is cut short");
    message.references = m_references;
    return {};
}

} // namespace ipclens
