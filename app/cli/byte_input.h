// Bytes of a file or of standard input, as they come.
#pragma once

#include "core/model/bytes.h"
#include "core/model/error.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

namespace ipclens {

// A file (UTF-8 path), or standard input for "-".
class ByteInput {
public:
    static constexpr std::size_t pieceSize = 1 << 20;

    // `operation` is for errors.
    static Result<ByteInput> open(const std::string &path, std::string operation = "read a capture");
    // All of it; OutOfRange when it has more than `most` bytes.
    static Result<Bytes> readAll(const std::string &path, const char *operation, std::size_t most);
    // What is there, at most `into`; waits for the first byte. 0: the end.
    Result<std::size_t> read(std::span<std::byte> into);

private:
    struct Closer {
        void operator()(std::FILE *file) const { std::fclose(file); }
    };
    ByteInput(std::string path, std::string operation) : m_path(std::move(path)), m_operation(std::move(operation)) {}

    std::string m_path;
    std::string m_operation;
    std::unique_ptr<std::FILE, Closer> m_file; // none: standard input
};

// The same, read by a thread of its own, so that waiting for bytes can end before there are any. Destroying it does not
// wait for a read under way. The next 8 MiB are read ahead.
class LiveInput {
public:
    static Result<LiveInput> open(const std::string &path);
    // The next bytes; empty ones at the end. None: the deadline came first.
    Result<std::optional<Bytes>> next(std::optional<std::chrono::steady_clock::time_point> deadline = {});
    ~LiveInput();
    LiveInput(LiveInput &&) = default;

private:
    struct Queue;
    explicit LiveInput(ByteInput input);

    std::shared_ptr<Queue> m_queue;
};

} // namespace ipclens
