#include "core/traffic/capture_file.h"

#include <algorithm>
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
constexpr std::uint16_t sectionSystem = 3;
constexpr std::uint16_t sectionApplication = 4;
constexpr std::uint16_t interfaceName = 2;
constexpr std::uint16_t timeResolution = 9;
constexpr std::uint16_t timeOffset = 14;
constexpr std::uint16_t user0 = 147;

constexpr std::size_t blockFrame = 12;      // type, size, size again
constexpr std::size_t packetFields = 20;    // in front of a packet's data
constexpr std::size_t smallestHeader = 76;  // of a message
constexpr std::uint32_t largestBlock = 1u << 30; // more is damage: an inbox keeps at most 64 MiB of a message
constexpr std::int64_t second = 1'000'000'000;

void put(Bytes &bytes, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::byte>(value >> (8 * i)));
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

std::string_view cutName(const std::string &name)
{
    return std::string_view(name).substr(0, 0xFFFF);
}

std::string textAt(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

} // namespace

Bytes captureBegin(const std::string &system)
{
    Bytes file;
    auto begin = beginBlock(file, sectionBlock);
    put(file, byteOrderMagic, 4);
    put(file, 1, 2); // version 1.0
    put(file, 0, 2);
    put(file, ~std::uint64_t{0}, 8); // size of the section: not known
    putOption(file, sectionSystem, std::string_view(system).substr(0, 0xFFF0));
    putOption(file, sectionApplication, "ipclens " IPCLENS_VERSION);
    put(file, endOfOptions, 4);
    endBlock(file, begin);

    begin = beginBlock(file, interfaceBlock);
    put(file, user0, 2);
    put(file, 0, 2);
    put(file, 0, 4); // packets are not cut
    putOption(file, interfaceName, "window messages");
    putOption(file, timeResolution, "\x09");
    put(file, endOfOptions, 4);
    endBlock(file, begin);
    return file;
}

void appendToCapture(Bytes &file, const Message &message)
{
    const auto sender = cutName(message.senderName);
    const auto name = cutName(message.name);
    const auto header = smallestHeader + sender.size() + name.size();
    const auto kept = header + message.payload.size();
    const auto whole = std::max<std::uint64_t>(kept, header + (message.nullData ? 0 : message.size));

    const auto begin = beginBlock(file, packetBlock);
    put(file, 0, 4); // the interface
    const auto time = static_cast<std::uint64_t>(message.time);
    put(file, time >> 32, 4);
    put(file, time & 0xFFFFFFFF, 4);
    put(file, kept, 4);
    put(file, std::min<std::uint64_t>(whole, 0xFFFFFFFF), 4);
    put(file, "ipcm");
    put(file, 1, 1);
    put(file, message.kind == MessageKind::Registered ? 1 : 0, 1);
    put(file, message.nullData ? 1 : 0, 2);
    put(file, header, 4);
    put(file, message.sender.pid, 4);
    for (const std::uint64_t value : {message.sequence, message.senderWindow, message.id, message.wParam, message.lParam, message.size,
                                      static_cast<std::uint64_t>(message.sender.created)})
        put(file, value, 8);
    put(file, sender.size(), 2);
    put(file, name.size(), 2);
    put(file, sender);
    put(file, name);
    file.insert(file.end(), message.payload.begin(), message.payload.end());
    pad(file, begin);
    endBlock(file, begin);
}

std::string_view linkTypeName(std::uint16_t linkType)
{
    struct Name {
        std::uint16_t type;
        std::string_view name;
    };
    constexpr Name names[] = {{0, "BSD loopback"}, {1, "Ethernet"}, {101, "raw IP"}, {105, "IEEE 802.11"}, {113, "Linux cooked"},
                              {127, "radiotap"}, {189, "USB, Linux"}, {220, "USB, Linux, padded"}, {227, "SocketCAN"},
                              {249, "USBPcap"}, {276, "Linux cooked, version 2"}};
    const auto *const found = std::ranges::find(names, linkType, &Name::type);
    if (found != std::end(names))
        return found->name;
    return linkType >= user0 && linkType < user0 + 16 ? "another user's own" : "";
}

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
    for (std::size_t i = 0; i < size; ++i)
        value = (value << 8) | std::to_integer<std::uint64_t>(block[at + (m_isBig ? i : size - 1 - i)]);
    return value;
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
        const auto size = nextBlock();
        if (!size)
            return Failure(size.error());
        if (*size == 0)
            return std::nullopt;
        const auto block = Block(m_bytes).subspan(m_at, *size);
        const auto type = number(block, 0, 4);
        Result<void> done;
        if (type == sectionBlock) {
            done = beginSection(block);
        } else if (type == interfaceBlock) {
            done = addInterface(block);
        } else if (type == packetBlock) {
            auto message = readPacket(block);
            if (!message)
                return Failure(std::move(message.error()));
            m_at += *size;
            return std::optional<Message>(std::move(*message));
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
    m_hasSection = true;
    m_interfaces.clear();
    return {};
}

Result<void> CaptureReader::addInterface(Block block)
{
    if (block.size() < blockFrame + 8)
        return damaged(m_offset + m_at, "an interface's description is cut short");
    Interface interface{.linkType = static_cast<std::uint16_t>(number(block, 8, 2))};
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
        }
        at += 4 + (size + 3) / 4 * 4;
    }
    m_interfaces.push_back(interface);
    return {};
}

std::int64_t CaptureReader::timeOf(std::uint64_t ticks, const Interface &interface) const
{
    const auto seconds = ticks / interface.ticks;
    const auto rest = static_cast<double>(ticks % interface.ticks) / static_cast<double>(interface.ticks) * second;
    const auto fraction = interface.ticks == second ? static_cast<std::int64_t>(ticks % second) : static_cast<std::int64_t>(rest);
    return static_cast<std::int64_t>((seconds + static_cast<std::uint64_t>(interface.offset)) * second) + fraction;
}

Result<Message> CaptureReader::readPacket(Block block) const
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
        return damaged(at, fmt::format("its packets are of link type {}{}, not messages that ipclens saved", interface.linkType,
                                       name.empty() ? "" : fmt::format(" ({})", name)));
    }
    const auto kept = number(block, 20, 4);
    if (kept > block.size() - blockFrame - packetFields)
        return damaged(at + 20, "a packet reaches behind its block");
    const auto data = block.subspan(8 + packetFields, kept);
    // The message's own numbers are little-endian whatever the file is.
    const auto field = [&data](std::size_t offset, std::size_t size) {
        std::uint64_t value = 0;
        for (std::size_t i = size; i-- > 0;)
            value = (value << 8) | std::to_integer<std::uint64_t>(data[offset + i]);
        return value;
    };
    const auto begin = at + 8 + packetFields;
    if (data.size() < smallestHeader || textAt(data.first(4)) != "ipcm")
        return damaged(begin, "a packet is no message that ipclens saved");
    if (field(4, 1) != 1)
        return damaged(begin + 4, fmt::format("a message is of version {}; only 1 is known", field(4, 1)));
    if (field(5, 1) > 1)
        return damaged(begin + 5, fmt::format("a message is of kind {}", field(5, 1)));
    const auto header = field(8, 4);
    const auto sender = field(72, 2), name = field(74, 2);
    if (header > data.size() || header < smallestHeader + sender + name)
        return damaged(begin + 8, "a message's header is cut short");
    Message message{.sequence = field(16, 8),
                    .time = timeOf((number(block, 12, 4) << 32) | number(block, 16, 4), interface),
                    .kind = field(5, 1) == 1 ? MessageKind::Registered : MessageKind::CopyData,
                    .senderWindow = field(24, 8),
                    .sender = {.pid = static_cast<std::uint32_t>(field(12, 4)),
                               .created = static_cast<std::int64_t>(field(64, 8))},
                    .senderName = textAt(data.subspan(smallestHeader, sender)),
                    .name = textAt(data.subspan(smallestHeader + sender, name)),
                    .id = field(32, 8),
                    .wParam = field(40, 8),
                    .lParam = field(48, 8),
                    .size = field(56, 8),
                    .nullData = (field(6, 2) & 1) != 0};
    const auto payload = data.subspan(header);
    message.payload.assign(payload.begin(), payload.end());
    return message;
}

} // namespace ipclens
