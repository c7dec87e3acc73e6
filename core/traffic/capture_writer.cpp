#include "core/traffic/capture_blocks.h"
#include "core/traffic/capture_file.h"

#include <algorithm>

#include <fmt/format.h>

namespace ipclens {

using namespace capture;

namespace {

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

void putInterface(Bytes &file, std::string_view name, std::string_view description = {})
{
    const auto begin = beginBlock(file, interfaceBlock);
    put(file, user0, 2);
    put(file, 0, 2);
    put(file, 0, 4); // packets are not cut
    putOption(file, interfaceName, cut(name, 0xFFF0));
    if (!description.empty())
        putOption(file, interfaceDescription, description);
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

void putTime(Bytes &file, std::int64_t moment)
{
    const auto time = static_cast<std::uint64_t>(moment);
    put(file, time >> 32, 4);
    put(file, time & 0xFFFFFFFF, 4);
}

// The block's beginning, up to the size of the data, which is put in later.
std::size_t beginPacket(Bytes &file, std::uint32_t interface, std::int64_t moment)
{
    const auto begin = beginBlock(file, packetBlock);
    put(file, interface, 4);
    putTime(file, moment);
    put(file, 0, 8); // sizes: kept, and what was there
    return begin;
}

void setNumber(Bytes &file, std::size_t at, std::uint64_t value)
{
    for (std::size_t i = 0; i < 4; ++i)
        file[at + i] = static_cast<std::byte>(value >> (8 * i));
}

void putFlags(Bytes &file, const MessageView &message)
{
    put(file,
        (message.nullData ? nullData : 0) | (message.senderWaits ? 0 : posted) | (message.isAnswered ? answered : 0) |
            (message.isMarked() ? marked : 0) | (message.isPinned() ? pinned : 0),
        2);
}

// All that stands before the payload.
void putHeader(Bytes &file, const MessageView &message)
{
    const auto sender = cutName(message.senderName);
    const auto name = cutName(message.name);
    const auto receiver = cutName(message.receiverName);
    const auto title = cutName(message.senderTitle);
    const auto references = message.references.first(std::min<std::size_t>(message.references.size(), 0xFFFF));

    const auto begin = file.size();
    put(file, "ipcm");
    put(file, 2, 1);
    put(file, message.kind == MessageKind::Registered ? 1 : 0, 1);
    putFlags(file, message);
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
    if (file.size() - begin + message.payload.size() > mostInPacket) {
        put(file, message.payload.size(), 8);
        file[begin + 6] |= static_cast<std::byte>(goesOn);
    }
    setNumber(file, begin + 8, file.size() - begin);
}

// What of a message did not fit into its packet: `header` and `payload` are one behind the other there.
void putParts(Bytes &file, const MessageView &message, std::span<const std::byte> header, std::uint32_t interface)
{
    const auto total = header.size() + message.payload.size();
    for (std::size_t at = mostInPacket; at < total;) {
        const auto size = std::min(mostInPacket - partHeader, total - at);
        const auto begin = beginPacket(file, interface, message.time);
        put(file, "ipcc");
        put(file, 2, 4); // version
        for (const std::uint64_t value : {message.inbox, message.sequence, std::uint64_t{at}, std::uint64_t{total}})
            put(file, value, 8);
        const auto rest = header.subspan(std::min(at, header.size()));
        const auto first = rest.first(std::min(size, rest.size()));
        file.insert(file.end(), first.begin(), first.end());
        if (first.size() < size) {
            const auto last = message.payload.subspan(at + first.size() - header.size(), size - first.size());
            file.insert(file.end(), last.begin(), last.end());
        }
        setNumber(file, begin + 20, partHeader + size);
        setNumber(file, begin + 24, partHeader + size);
        endBlock(file, begin);
        at += size;
    }
}

void putMessage(Bytes &file, const MessageView &message, std::uint32_t interface)
{
    const auto begin = beginPacket(file, interface, message.time);
    const auto data = file.size();
    putHeader(file, message);
    const auto header = file.size() - data;
    const auto total = header + message.payload.size();
    Bytes headerAlone;
    if (total > mostInPacket)
        headerAlone = toBytes(std::span(file).subspan(data));
    if (header > mostInPacket)
        file.resize(data + mostInPacket);
    else
        file.insert(file.end(), message.payload.begin(),
                    message.payload.begin() + static_cast<std::ptrdiff_t>(std::min(total, mostInPacket) - header));
    setNumber(file, begin + 20, file.size() - data);
    const auto trueTotal = std::max<std::uint64_t>(total, header + (message.nullData ? 0 : message.size));
    setNumber(file, begin + 24, std::min<std::uint64_t>(trueTotal, 0xFFFFFFFF));
    pad(file, begin);
    if (!message.comment().empty()) {
        putOption(file, comment, cut(message.comment(), 0xFFF0));
        put(file, endOfOptions, 4);
    }
    endBlock(file, begin);
    putParts(file, message, headerAlone, interface);
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
        putInterface(file, name != m_names.end() ? std::string_view(name->second) : "window messages",
                     fmt::format("inbox {}", inbox));
    }
    return it->second;
}

void CaptureWriter::append(Bytes &file, const MessageView &message)
{
    const auto interface = interfaceOf(file, message.inbox);
    putMessage(file, message, interface);
}

void CaptureWriter::append(Bytes &file, const LateAnswer &answer)
{
    const auto interface = interfaceOf(file, answer.inbox);
    const auto begin = beginPacket(file, interface, answer.time);
    const auto data = file.size();
    const auto &outcome = answer.outcome;
    put(file, "ipco");
    put(file, 2, 1);
    put(file, outcome.failure ? 1 : 0, 3);
    for (const auto value : {answer.inbox, outcome.sequence, static_cast<std::uint64_t>(outcome.result),
                             static_cast<std::uint64_t>(outcome.duration)})
        put(file, value, 8);
    if (outcome.failure)
        putError(file, *outcome.failure);
    if (answer.messageTime)
        put(file, static_cast<std::uint64_t>(answer.time) - static_cast<std::uint64_t>(*answer.messageTime), 8);
    setNumber(file, begin + 20, file.size() - data);
    setNumber(file, begin + 24, file.size() - data);
    pad(file, begin);
    endBlock(file, begin);
}

void CaptureWriter::append(Bytes &file, std::uint64_t inbox, std::int64_t time, const InboxCounts &counts)
{
    const auto interface = interfaceOf(file, inbox);
    const auto begin = beginBlock(file, statisticsBlock);
    put(file, interface, 4);
    putTime(file, time);
    put(file, statisticsBegin, 2);
    put(file, 8, 2);
    putTime(file, counts.since);
    for (const auto &[code, value] : {std::pair{statisticsReceived, counts.received},
                                      {statisticsDropped, counts.dropped},
                                      {statisticsAccepted, counts.written}}) {
        put(file, code, 2);
        put(file, 8, 2);
        put(file, value, 8);
    }
    put(file, endOfOptions, 4);
    endBlock(file, begin);
}

} // namespace ipclens
