// Everything that decodes what a far end sends, fed with any bytes.
#pragma once

#include "core/wire/codec.h"
#include "tests/unit/memory_stream.h"

namespace ipclens {

// Cuts `bytes` into frames and unpacks each as everything it could be. Must return, whatever they are. The number of frames
// that were whole.
inline int decodeFrames(std::span<const std::byte> bytes, std::size_t atOnce)
{
    MemoryStream stream(bytes, atOnce);
    FrameReader reader(stream);
    int count = 0;
    for (;; ++count) {
        const auto received = reader.next();
        if (!received || !*received)
            return count;
        const auto decode = [&](auto unpack) {
            if (auto frame = IncomingFrame::open(**received))
                unpack(*frame);
        };
        decode([](IncomingFrame &frame) { return frame.command(); });
        decode([](IncomingFrame &frame) { return frame.event(); });
        decode([](IncomingFrame &frame) { return frame.hello(); });
        decode([](IncomingFrame &frame) { return frame.helloResponse(); });
        decode([](IncomingFrame &frame) { return frame.cancelledCall(); });
        for (std::size_t i = 0; i < std::variant_size_v<AnyCommand>; ++i)
            decode([i](IncomingFrame &frame) { return frame.reply(i); });
    }
}

} // namespace ipclens
