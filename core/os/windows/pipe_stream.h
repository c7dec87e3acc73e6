// Bytes over the two handles of pipes, which other threads can make anybody stop waiting on.
#pragma once

#include "core/os/windows/unique_handle.h"
#include "core/wire/byte_stream.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace ipclens {

// A handle to the calling thread that other threads can cancel its waiting with.
HANDLE thisThread();

// A handle that one thread at a time waits on, and that any thread can make it stop waiting on. Anonymous pipes know no
// overlapped operations, so the waiting thread is woken by CancelSynchronousIo.
class WaitingHandle {
public:
    WaitingHandle() = default;
    explicit WaitingHandle(KernelHandle handle) : m_handle(std::move(handle)) {}

    // `call` uses the handle and gives what it wants; no value once shut down.
    template <class Call>
    auto use(Call call) -> std::optional<decltype(call(HANDLE()))>
    {
        {
            const std::scoped_lock lock(m_mutex);
            if (m_isShutDown)
                return std::nullopt;
            m_user = thisThread();
        }
        auto result = call(m_handle.get());
        const std::scoped_lock lock(m_mutex);
        m_user = nullptr;
        m_left.notify_all();
        return result;
    }

    void shutdown();

private:
    KernelHandle m_handle;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_left;
    HANDLE m_user = nullptr; // the thread that may be waiting
    bool m_isShutDown = false;
};

// A stream over two one-way pipes: a handle that is waited on for input takes no output meanwhile.
class PipeStream : public ByteStream {
public:
    PipeStream(KernelHandle input, KernelHandle output, std::string description);
    ~PipeStream() override;

    Result<std::size_t> read(std::span<std::byte> into) override;
    Result<void> write(std::span<const std::span<const std::byte>> pieces) override;
    void shutdown() override;
    std::string describe() const override { return m_description; }

protected:
    WaitingHandle &input() { return m_input; }
    WaitingHandle &output() { return m_output; }

private:
    Result<void> writeOne(std::span<const std::byte> piece);

    std::mutex m_reading;
    std::mutex m_writing; // guards m_joined too
    WaitingHandle m_input;
    WaitingHandle m_output;
    std::vector<std::byte> m_joined;
    const std::string m_description;
};

} // namespace ipclens
