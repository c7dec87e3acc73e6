#include "core/wire/frame_reader.h"

#include "core/wire/wire.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::size_t readAhead = 64 * 1024;

// The first of `bytes` as hex and text, for an error about what they should have been.
std::string shown(std::span<const std::byte> bytes)
{
    const auto first = bytes.first(std::min<std::size_t>(bytes.size(), 32));
    std::string hex, text;
    for (const std::byte byte : first) {
        const auto value = std::to_integer<unsigned char>(byte);
        hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", value);
        text += std::isprint(value) ? static_cast<char>(value) : '.';
    }
    return fmt::format("{} \"{}\"{}", hex, text, bytes.size() > first.size() ? "..." : "");
}

} // namespace

FrameReader::FrameReader(ByteStream &stream) : m_stream(stream)
{
    m_buffer.resize(2 * readAhead);
}

Result<std::optional<ReceivedFrame>> FrameReader::next()
{
    ReceivedFrame frame;
    m_begin = m_scanned;
    m_largeBytes = 0;
    m_depth = 0;
    for (;;) {
        const auto step = scan(frame);
        if (!step)
            return Failure(step.error());
        if (*step == Step::Whole) {
            frame.head = std::span(m_buffer).subspan(m_begin, m_scanned - m_begin);
            return frame;
        }
        const auto more = fill();
        if (!more)
            return Failure(more.error());
        if (!*more) {
            if (m_end == m_begin)
                return std::nullopt;
            return closedInFrame();
        }
    }
}

Result<FrameReader::Step> FrameReader::scan(ReceivedFrame &frame)
{
    for (;;) {
        if (m_scanned > m_end) // in the middle of a text or small binary
            return Step::NeedsMore;
        if (m_depth == 0 && m_scanned > m_begin)
            return Step::Whole;
        const auto token = readToken(std::span(m_buffer).subspan(m_scanned, m_end - m_scanned));
        if (!token)
            return Step::NeedsMore;
        if (m_scanned == m_begin && (token->kind != Token::Kind::Array || token->number < 3 || token->number > 4))
            return notAFrame(m_scanned, "expected a MessagePack-RPC frame (a list of 3 or 4 items)");
        if (token->kind == Token::Kind::Refused)
            return notAFrame(m_scanned, fmt::format("expected MessagePack, at byte {} of a frame", m_scanned - m_begin));

        const auto contents = token->hasContents() ? token->number : 0;
        if (m_scanned - m_begin + m_largeBytes + token->size + contents > largestFrame)
            return notAFrame(m_scanned, fmt::format("a frame is over the limit of {} bytes, at an item of {} bytes",
                                                    largestFrame, contents));
        m_scanned += token->size;
        if (token->kind == Token::Kind::Binary && contents >= largeBinary) {
            if (auto taken = takeLarge(contents, frame); !taken)
                return Failure(taken.error());
        } else {
            m_scanned += contents;
        }
        if (auto entered = enter(*token); !entered)
            return Failure(entered.error());
    }
}

// Counts an item, and the items it will contain.
Result<void> FrameReader::enter(const Token &token)
{
    if (m_depth > 0)
        --m_open[m_depth - 1];
    const bool isContainer = token.kind == Token::Kind::Array || token.kind == Token::Kind::Map;
    if (isContainer && token.number > 0) {
        if (m_depth == deepest)
            return notAFrame(m_scanned, fmt::format("a frame is nested deeper than {} levels", deepest));
        m_open[m_depth++] = token.kind == Token::Kind::Map ? 2 * token.number : token.number;
    }
    while (m_depth > 0 && m_open[m_depth - 1] == 0)
        --m_depth;
    return {};
}

Result<void> FrameReader::takeLarge(std::size_t size, ReceivedFrame &frame)
{
    Bytes &bytes = frame.large.emplace_back();
    bytes.resize(size); // at most largestFrame, whatever a frame claims
    const auto here = std::min(size, m_end - m_scanned);
    std::memcpy(bytes.data(), m_buffer.data() + m_scanned, here);
    std::memmove(m_buffer.data() + m_scanned, m_buffer.data() + m_scanned + here, m_end - m_scanned - here);
    m_end -= here;
    m_largeBytes += size;
    for (std::size_t done = here; done < size;) {
        const auto count = m_stream.read(std::span(bytes).subspan(done));
        if (!count)
            return Failure(count.error());
        if (*count == 0)
            return closedInFrame();
        done += *count;
    }
    return {};
}

Result<bool> FrameReader::fill()
{
    if (m_begin == m_end && m_scanned == m_end)
        m_begin = m_scanned = m_end = 0;
    if (m_buffer.size() - m_end < readAhead && m_begin > 0) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_scanned -= m_begin;
        m_end -= m_begin;
        m_begin = 0;
    }
    if (m_buffer.size() - m_end < readAhead)
        m_buffer.resize(2 * m_buffer.size());
    const auto count = m_stream.read(std::span(m_buffer).subspan(m_end, readAhead));
    if (!count)
        return Failure(count.error());
    m_end += *count;
    return *count > 0;
}

Failure FrameReader::notAFrame(std::size_t at, const std::string &problem) const
{
    const auto bytes = std::span(m_buffer).subspan(at, m_end - std::min(at, m_end));
    return Failure(Error{.kind = ErrorKind::Protocol,
                         .operation = "read a frame",
                         .object = m_stream.describe(),
                         .meaning = fmt::format("{}, got {}", problem, shown(bytes)),
                         .hint = "The command must start \"ipclens-cli serve\" and print nothing else"});
}

Failure FrameReader::closedInFrame() const
{
    return Failure(Error{.kind = ErrorKind::Disconnected,
                         .operation = "read a frame",
                         .object = m_stream.describe(),
                         .meaning = "closed in the middle of a frame"});
}

} // namespace ipclens
