#include "core/traffic/capture_file.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace ipclens {
namespace {

// Block types, options and link types are those of draft-ietf-opsawg-pcapng and the registry of link types.
constexpr std::uint32_t sectionBlock = 0x0A0D0D0A;
constexpr std::uint32_t interfaceBlock = 1;
constexpr std::uint32_t simplePacketBlock = 3;
constexpr std::uint32_t packetBlock = 6;
constexpr std::uint32_t byteOrderMagic = 0x1A2B3C4D;
constexpr std::uint16_t endOfOptions = 0;
constexpr std::uint16_t comment = 1;
constexpr std::uint16_t sectionSystem = 3;
constexpr std::uint16_t sectionApplication = 4;
constexpr std::uint16_t interfaceName = 2;
constexpr std::uint16_t timeResolution = 9;
constexpr std::uint16_t timeOffset = 14;
constexpr std::uint16_t user0 = 147;

constexpr std::size_t blockFrame = 12;     // type, size, size again
constexpr std::size_t packetFields = 20;   // in front of a packet's data
constexpr std::size_t smallestHeader = 76; // of a message
constexpr std::size_t secondHeader = 56;   // behind the names, since version 2
constexpr std::size_t outcomeHeader = 40;
constexpr std::uint64_t nullData = 1, posted = 2, answered = 4, marked = 8, pinned = 16; // flags
constexpr std::uint32_t largestBlock = 1u << 30; // more is damage: an inbox keeps at most 64 MiB of a message
constexpr std::int64_t second = 1'000'000'000;

void put(Bytes &bytes, std::uint64_t value, std::size_t size)
{
    const auto at = bytes.size();
    bytes.resize(at + size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[at + i] = static_cast<std::byte>(value >> (8 * i));
}

void put(Bytes &bytes, std::string_view text)
{
    const auto raw = std::as_bytes(std::span(text));
    bytes.insert(bytes.end(), raw.begin(), raw.end());
}

void pad(Bytes &bytes, std::size_t from)
{
    while ((bytes.size() - from) % 4 != 0)
        bytes.push_back(std::byte{});
}

void putOption(Bytes &bytes, std::uint16_t code, std::string_view value)
{
    put(bytes, code, 2);
    put(bytes, value.size(), 2);
    put(bytes, value);
    pad(bytes, bytes.size() - value.size());
}

// Begins a block; endBlock() puts in its size.
std::size_t beginBlock(Bytes &bytes, std::uint32_t type)
{
    const auto begin = bytes.size();
    put(bytes, type, 4);
    put(bytes, 0, 4);
    return begin;
}

void endBlock(Bytes &bytes, std::size_t begin)
{
    pad(bytes, begin);
    const auto size = static_cast<std::uint32_t>(bytes.size() - begin + 4);
    put(bytes, size, 4);
    for (std::size_t i = 0; i < 4; ++i)
        bytes[begin + 4 + i] = static_cast<std::byte>(size >> (8 * i));
}

// At most `most` bytes of UTF-8, not ending inside of a character.
std::string_view cut(std::string_view text, std::size_t most)
{
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;
    return text.substr(0, most);
}

std::string_view cutName(std::string_view name)
{
    return cut(name, 0xFFFF);
}

std::string_view textAt(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

void putSection(Bytes &file, const std::string &system)
{
    const auto begin = beginBlock(file, sectionBlock);
    put(file, byteOrderMagic, 4);
    put(file, 1, 2); // version 1.0
    put(file, 0, 2);
    put(file, ~std::uint64_t{0}, 8); // size of the section: not known
    putOption(file, sectionSystem, cut(system, 0xFFF0));
    putOption(file, sectionApplication, "ipclens " IPCLENS_VERSION);
    put(file, endOfOptions, 4);
    endBlock(file, begin);
}

void putInterface(Bytes &file, std::string_view name)
{
    const auto begin = beginBlock(file, interfaceBlock);
    put(file, user0, 2);
    put(file, 0, 2);
    put(file, 0, 4); // packets are not cut
    putOption(file, interfaceName, cut(name, 0xFFF0));
    putOption(file, timeResolution, "\x09");
    put(file, endOfOptions, 4);
    endBlock(file, begin);
}

void putError(Bytes &file, const Error &error)
{
    put(file, static_cast<std::uint64_t>(error.kind), 4);
    put(file, error.code, 4);
    for (const auto *const text : {&error.operation, &error.object, &error.meaning, &error.hint}) {
        put(file, cutName(*text).size(), 2);
        put(file, cutName(*text));
    }
}

void putReference(Bytes &file, const MessageReference &reference)
{
    put(file, static_cast<std::uint64_t>(reference.kind), 1);
    put(file, reference.failure ? 1 : 0, 1);
    put(file, cutName(reference.section).size(), 2);
    put(file, reference.process.pid, 4);
    put(file, static_cast<std::uint64_t>(reference.process.created), 8);
    put(file, reference.address, 8);
    put(file, reference.bytes.size(), 4);
    put(file, cutName(reference.section));
    file.insert(file.end(), reference.bytes.begin(), reference.bytes.end());
    if (reference.failure)
        putError(file, *reference.failure);
}

// The block's beginning, up to the size of the data, which is put in later.
std::size_t beginPacket(Bytes &file, std::uint32_t interface, std::int64_t moment)
{
    const auto begin = beginBlock(file, packetBlock);
    put(file, interface, 4);
    const auto time = static_cast<std::uint64_t>(moment);
    put(file, time >> 32, 4);
    put(file, time & 0xFFFFFFFF, 4);
    put(file, 0, 8); // sizes: kept, and what was there
    return begin;
}

void setNumber(Bytes &file, std::size_t at, std::uint64_t value)
{
    for (std::size_t i = 0; i < 4; ++i)
        file[at + i] = static_cast<std::byte>(value >> (8 * i));
}

void putMessage(Bytes &file, const MessageView &message, std::uint32_t interface)
{
    const auto sender = cutName(message.senderName);
    const auto name = cutName(message.name);
    const auto receiver = cutName(message.receiverName);
    const auto title = cutName(message.senderTitle);
    const auto references = message.references.first(std::min<std::size_t>(message.references.size(), 0xFFFF));

    const auto begin = beginPacket(file, interface, message.time);
    const auto data = file.size();
    put(file, "ipcm");
    put(file, 2, 1);
    put(file, message.kind == MessageKind::Registered ? 1 : 0, 1);
    put(file,
        (message.nullData ? nullData : 0) | (message.senderWaits ? 0 : posted) | (message.isAnswered ? answered : 0) |
            (message.isMarked() ? marked : 0) | (message.isPinned() ? pinned : 0),
        2);
    put(file, 0, 4); // size of the header
    put(file, message.sender.pid, 4);
    for (const std::uint64_t value : {message.sequence, message.senderWindow, message.id, message.wParam,
                                      message.lParam, message.size, static_cast<std::uint64_t>(message.sender.created)})
        put(file, value, 8);
    put(file, sender.size(), 2);
    put(file, name.size(), 2);
    put(file, sender);
    put(file, name);

    put(file, message.inbox, 8);
    put(file, message.receiverWindow, 8);
    put(file, message.receiver.pid, 4);
    put(file, message.depth, 4);
    for (const auto value : {message.receiver.created, message.result, message.duration})
        put(file, static_cast<std::uint64_t>(value), 8);
    put(file, receiver.size(), 2);
    put(file, references.size(), 2);
    put(file, message.failure ? 1 : 0, 2);
    put(file, title.size(), 2);
    put(file, receiver);
    put(file, title);
    if (message.failure)
        putError(file, *message.failure);
    for (const auto &reference : references)
        putReference(file, reference);

    const auto header = file.size() - data;
    setNumber(file, data + 8, header);
    setNumber(file, begin + 20, header + message.payload.size());
    setNumber(file, begin + 24,
              std::min<std::uint64_t>(std::max<std::uint64_t>(header + message.payload.size(),
                                                              header + (message.nullData ? 0 : message.size)),
                                      0xFFFFFFFF));
    file.insert(file.end(), message.payload.begin(), message.payload.end());
    pad(file, begin);
    if (!message.comment().empty()) {
        putOption(file, comment, cut(message.comment(), 0xFFF0));
        put(file, endOfOptions, 4);
    }
    endBlock(file, begin);
}

} // namespace

Bytes captureBegin(const std::string &system)
{
    Bytes file;
    putSection(file, system);
    putInterface(file, "window messages");
    return file;
}

void appendToCapture(Bytes &file, const MessageView &message)
{
    putMessage(file, message, 0);
}

CaptureWriter::CaptureWriter(Bytes &file, const std::string &system)
{
    putSection(file, system);
}

std::uint32_t CaptureWriter::interfaceOf(Bytes &file, std::uint64_t inbox)
{
    const auto [it, isNew] = m_interfaces.try_emplace(inbox, static_cast<std::uint32_t>(m_interfaces.size()));
    if (isNew) {
        const auto name = m_names.find(inbox);
        putInterface(file, name != m_names.end() ? std::string_view(name->second) : "window messages");
    }
    return it->second;
}

void CaptureWriter::append(Bytes &file, const MessageView &message)
{
    const auto interface = interfaceOf(file, message.inbox);
    putMessage(file, message, interface);
}

void CaptureWriter::append(Bytes &file, std::uint64_t inbox, std::int64_t time, const MessageOutcome &outcome)
{
    const auto interface = interfaceOf(file, inbox);
    const auto begin = beginPacket(file, interface, time);
    const auto data = file.size();
    put(file, "ipco");
    put(file, 2, 1);
    put(file, outcome.failure ? 1 : 0, 3);
    for (const auto value : {inbox, outcome.sequence, static_cast<std::uint64_t>(outcome.result),
                             static_cast<std::uint64_t>(outcome.duration)})
        put(file, value, 8);
    if (outcome.failure)
        putError(file, *outcome.failure);
    setNumber(file, begin + 20, file.size() - data);
    setNumber(file, begin + 24, file.size() - data);
    pad(file, begin);
    endBlock(file, begin);
}

std::string_view linkTypeName(std::uint16_t linkType)
{
    struct Name {
        std::uint16_t type;
        std::string_view name;
    };
    constexpr Name names[] = {{0, "BSD loopback"},
                              {1, "Ethernet"},
                              {101, "raw IP"},
                              {105, "IEEE 802.11"},
                              {113, "Linux cooked"},
                              {127, "radiotap"},
                              {189, "USB, Linux"},
                              {220, "USB, Linux, padded"},
                              {227, "SocketCAN"},
                              {249, "USBPcap"},
                              {276, "Linux cooked, version 2"}};
    const auto *const found = std::ranges::find(names, linkType, &Name::type);
    if (found != std::end(names))
        return found->name;
    return linkType >= user0 && linkType < user0 + 16 ? "another user's own" : "";
}

namespace {

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
        const auto size = nextBlock();
        if (!size)
            return Failure(size.error());
        if (*size == 0)
            return std::optional<CaptureItem>();
        const auto block = Block(m_bytes).subspan(m_at, *size);
        const auto type = number(block, 0, 4);
        Result<void> done;
        if (type == sectionBlock) {
            done = beginSection(block);
        } else if (type == interfaceBlock) {
            done = addInterface(block);
        } else if (type == packetBlock) {
            auto item = readPacket(block);
            if (!item)
                return Failure(std::move(item.error()));
            m_at += *size;
            return std::optional<CaptureItem>(std::move(*item));
        } else if (type == simplePacketBlock) {
            return damaged(m_offset + m_at, "it has packets without times, which no capture of messages has");
        }
        if (!done)
            return Failure(std::move(done.error()));
        m_at += *size; // blocks of other types say nothing of messages
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
    if (!m_hasSection) {
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
    m_interfaces.clear();
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
        }
        at += 4 + (size + 3) / 4 * 4;
    }
    m_interfaces.push_back(std::move(interface));
    return {};
}

std::int64_t CaptureReader::timeOf(std::uint64_t ticks, const Interface &interface) const
{
    const auto seconds = ticks / interface.ticks;
    const auto rest = static_cast<double>(ticks % interface.ticks) / static_cast<double>(interface.ticks) * second;
    const auto fraction =
        interface.ticks == second ? static_cast<std::int64_t>(ticks % second) : static_cast<std::int64_t>(rest);
    return static_cast<std::int64_t>((seconds + static_cast<std::uint64_t>(interface.offset)) * second) + fraction;
}

Result<CaptureItem> CaptureReader::readPacket(Block block)
{
    const auto at = m_offset + m_at;
    if (block.size() < blockFrame + packetFields)
        return damaged(at, "a packet is cut short");
    const auto index = number(block, 8, 4);
    if (index >= m_interfaces.size())
        return damaged(at + 8, fmt::format("a packet is of interface {}, of which nothing was said", index));
    const Interface &interface = m_interfaces[index];
    if (interface.linkType != user0) {
        const auto name = linkTypeName(interface.linkType);
        return damaged(at, fmt::format("its packets are of link type {}{}, not messages that ipclens saved",
                                       interface.linkType, name.empty() ? "" : fmt::format(" ({})", name)));
    }
    const auto kept = number(block, 20, 4);
    if (kept > block.size() - blockFrame - packetFields)
        return damaged(at + 20, "a packet reaches behind its block");
    const auto data = block.subspan(8 + packetFields, kept);
    const auto begin = at + 8 + packetFields;
    m_lastTime = timeOf((number(block, 12, 4) << 32) | number(block, 16, 4), interface);
    if (data.size() >= outcomeHeader && textAt(data.first(4)) == "ipco")
        return readOutcome(begin, data);
    auto message = readMessage(begin, data);
    if (!message)
        return Failure(std::move(message.error()));
    message->time = m_lastTime;
    const auto options = 8 + packetFields + (kept + 3) / 4 * 4;
    if (options + 4 < block.size())
        readComment(block.subspan(options, block.size() - 4 - options));
    message->annotation = m_annotation.isEmpty() ? nullptr : &m_annotation;
    if (message->inbox != m_lastInbox) {
        m_lastInbox = message->inbox;
        m_inboxNames.try_emplace(m_lastInbox, interface.name);
    }
    return CaptureItem{.message = *message, .outcome = {}};
}

Result<CaptureItem> CaptureReader::readOutcome(std::uint64_t at, Block data) const
{
    if (data[4] != std::byte{2})
        return damaged(at + 4,
                       fmt::format("an answer is of version {}; only 2 is known", std::to_integer<int>(data[4])));
    CaptureItem item{.message = {},
                     .outcome = MessageOutcome{.sequence = littleNumber(data, 16, 8),
                                               .result = static_cast<std::int64_t>(littleNumber(data, 24, 8)),
                                               .duration = static_cast<std::int64_t>(littleNumber(data, 32, 8)),
                                               .failure = {}},
                     .inbox = littleNumber(data, 8, 8)};
    if (data[5] != std::byte{}) {
        Fields fields{data.subspan(outcomeHeader)};
        item.outcome->failure = fields.error();
        if (!fields.isWhole)
            return damaged(at + outcomeHeader, "an answer is cut short");
    }
    return item;
}

// What other tools leave behind a packet's data is theirs: only comments are looked for.
void CaptureReader::readComment(Block options)
{
    while (options.size() >= 4) {
        const auto code = number(options, 0, 2), size = number(options, 2, 2);
        if (code == endOfOptions || size > options.size() - 4)
            return;
        if (code == comment) {
            m_annotation.comment += m_annotation.comment.empty() ? "" : "\n";
            m_annotation.comment += textAt(options.subspan(4, size));
        }
        options = options.subspan(std::min<std::size_t>(options.size(), 4 + (size + 3) / 4 * 4));
    }
}

// All but the time, which stands in front of the data.
Result<MessageView> CaptureReader::readMessage(std::uint64_t at, Block data)
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
    m_annotation = {.marked = (flags & marked) != 0, .pinned = (flags & pinned) != 0, .comment = {}};
    m_references.clear();
    if (version == 1) {
        m_annotation = {};
        return message;
    }

    const auto second = smallestHeader + sender + name;
    const auto later = [&](std::size_t offset, std::size_t size) { return field(second + offset, size); };
    message.senderWaits = (flags & posted) == 0;
    message.isAnswered = (flags & answered) != 0;
    message.inbox = later(0, 8);
    message.receiverWindow = later(8, 8);
    message.receiver = {.pid = static_cast<std::uint32_t>(later(16, 4)),
                        .created = static_cast<std::int64_t>(later(24, 8))};
    message.depth = static_cast<std::uint32_t>(later(20, 4));
    message.result = static_cast<std::int64_t>(later(32, 8));
    message.duration = static_cast<std::int64_t>(later(40, 8));
    Fields fields{data.subspan(second + secondHeader, header - second - secondHeader)};
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
    return message;
}

} // namespace ipclens
