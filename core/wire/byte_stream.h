// A pair of one-way byte streams to another process: what the wire needs of an operating system.
#pragma once

#include "core/model/error.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace ipclens {

// One thread may read while another writes.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    // Waits for at least one byte; 0 when the far end closed. At most into.size().
    virtual Result<std::size_t> read(std::span<std::byte> into) = 0;
    // Writes all pieces, in order, waiting while the far end is slow.
    virtual Result<void> write(std::span<const std::span<const std::byte>> pieces) = 0;
    // Writes as many leading bytes as it can without waiting, and says how many; a stream that cannot promise that writes none.
    virtual Result<std::size_t> writeNow(std::span<const std::span<const std::byte>> pieces)
    {
        static_cast<void>(pieces);
        return 0;
    }
    // Ends reading and writing, also those under way in other threads. Any thread; more than once is fine.
    virtual void shutdown() = 0;
    // Who is at the far end, and what its standard error said last, for error texts.
    virtual std::string describe() const = 0;
};

// This process's standard input and output, switched to binary. Once in a process.
std::unique_ptr<ByteStream> standardStreams();

// Starts `command` (through /bin/sh on Linux, CreateProcess on Windows) and owns its standard input and output.
// shutdown() and the destructor close its input, give it 2 s to end, then end it and what it started.
Result<std::unique_ptr<ByteStream>> startChild(const std::string &command);

// Two ends of a stream within this process, for tests and benchmarks.
std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> streamPair();

} // namespace ipclens
