// Cuts a byte stream into MessagePack-RPC frames.
#pragma once

#include "core/model/bytes.h"
#include "core/wire/byte_stream.h"
#include "core/wire/token.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace ipclens {

// Binaries of at least this many bytes do not pass through the reader's buffer.
inline constexpr std::size_t largeBinary = 32 * 1024;

// One frame. `head` is the frame without the contents of its large binaries, and valid until the reader is asked for the
// next one; their contents are in `large`, in order.
struct ReceivedFrame {
    std::span<const std::byte> head;
    std::vector<Bytes> large;
};

// Finds where frames end without looking at what they mean. The contents of large binaries are read straight into the
// Bytes they end up in: that is why this is not done with a library's parser, which wants a frame in one buffer.
// Used by one thread.
class FrameReader {
public:
    explicit FrameReader(ByteStream &stream);

    // No value: the far end closed between two frames. Protocol: what came is not a frame, or over `largestFrame`.
    // Disconnected: closed in the middle of a frame.
    Result<std::optional<ReceivedFrame>> next();

private:
    enum class Step { Whole, NeedsMore };
    static constexpr std::size_t deepest = 16;

    Result<Step> scan(ReceivedFrame &frame);
    Result<void> enter(const Token &token);
    Result<void> takeLarge(std::size_t size, ReceivedFrame &frame);
    Result<bool> fill(); // false: the far end closed
    Failure notAFrame(std::size_t at, const std::string &problem) const;
    Failure closedInFrame() const;

    ByteStream &m_stream;
    Bytes m_buffer;
    std::size_t m_begin = 0; // of the frame under way
    std::size_t m_scanned = 0;
    std::size_t m_end = 0; // of what has been read
    std::size_t m_largeBytes = 0;
    std::array<std::uint64_t, deepest> m_open{}; // items still to come in each open container
    std::size_t m_depth = 0;
};

} // namespace ipclens
