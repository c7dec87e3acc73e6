#include "core/os/windows/pipe_stream.h"

#include "core/os/windows/last_error.h"

#include <algorithm>
#include <chrono>

namespace ipclens {
namespace {

constexpr std::size_t joinedBytes = 16 * 1024;

Failure shutDown(std::string operation)
{
    return Failure(Error{.kind = ErrorKind::Cancelled, .operation = std::move(operation), .meaning = "was shut down"});
}

} // namespace

// Kept for the thread, because making one takes long. Not in a thread_local: GCC for Windows frees their memory before it
// calls their destructors.
HANDLE thisThread()
{
    static const DWORD slot = FlsAlloc([](void *kept) {
        if (kept)
            CloseHandle(kept);
    });
    HANDLE thread = FlsGetValue(slot);
    if (!thread) {
        const HANDLE process = GetCurrentProcess();
        if (DuplicateHandle(process, GetCurrentThread(), process, &thread, THREAD_TERMINATE, FALSE, 0) &&
            !FlsSetValue(slot, thread)) {
            CloseHandle(thread);
            thread = nullptr;
        }
    }
    return thread;
}

void WaitingHandle::shutdown()
{
    std::unique_lock lock(m_mutex);
    m_isShutDown = true;
    // Cancelling does nothing just before the other thread begins to wait: hence again, until it has left.
    while (m_user) {
        CancelSynchronousIo(m_user);
        m_left.wait_for(lock, std::chrono::milliseconds(1), [this] { return !m_user; });
    }
    m_handle = {};
}

PipeStream::PipeStream(KernelHandle input, KernelHandle output, std::string description)
    : m_input(std::move(input)), m_output(std::move(output)), m_description(std::move(description))
{
}

PipeStream::~PipeStream()
{
    PipeStream::shutdown();
}

Result<std::size_t> PipeStream::read(std::span<std::byte> into)
{
    const std::scoped_lock reading(m_reading);
    struct Read {
        DWORD count = 0;
        DWORD code = 0;
    };
    const auto result = m_input.use([&](HANDLE handle) {
        Read read;
        const auto most = static_cast<DWORD>(std::min<std::size_t>(into.size(), MAXLONG));
        if (!ReadFile(handle, into.data(), most, &read.count, nullptr))
            read.code = GetLastError();
        return read;
    });
    if (!result || result->code == ERROR_OPERATION_ABORTED)
        return shutDown("read from the stream");
    // The end of a pipe is a failure on Windows and a success with nothing read on Wine when the pipe is Unix's.
    if (result->code == ERROR_BROKEN_PIPE || result->code == ERROR_HANDLE_EOF)
        return 0;
    if (result->code != 0)
        return systemFailure(result->code, "read from the stream", describe());
    return result->count;
}

Result<void> PipeStream::write(std::span<const std::span<const std::byte>> pieces)
{
    const std::scoped_lock writing(m_writing);
    m_joined.clear();
    const auto writeJoined = [this] {
        auto written = writeOne(m_joined);
        m_joined.clear();
        return written;
    };
    for (const auto piece : pieces) {
        // Each call has its price, and a reader woken by a frame's head alone waits again: small pieces go together.
        if (m_joined.size() + piece.size() <= joinedBytes) {
            m_joined.insert(m_joined.end(), piece.begin(), piece.end());
            continue;
        }
        if (auto written = writeJoined(); !written)
            return written;
        if (auto written = writeOne(piece); !written)
            return written;
    }
    return writeJoined();
}

void PipeStream::shutdown()
{
    m_input.shutdown();
    m_output.shutdown();
}

Result<void> PipeStream::writeOne(std::span<const std::byte> piece)
{
    while (!piece.empty()) {
        DWORD count = 0;
        const auto code = m_output.use([&](HANDLE handle) -> DWORD {
            const auto most = static_cast<DWORD>(std::min<std::size_t>(piece.size(), MAXLONG));
            return WriteFile(handle, piece.data(), most, &count, nullptr) ? 0 : GetLastError();
        });
        if (!code || *code == ERROR_OPERATION_ABORTED)
            return shutDown("write to the stream");
        if (*code == ERROR_BROKEN_PIPE || *code == ERROR_NO_DATA)
            return Failure(Error{.kind = ErrorKind::Disconnected, .code = static_cast<std::uint32_t>(*code),
                                 .operation = "write to the stream", .object = describe(),
                                 .meaning = "the far end closed it"});
        if (*code != 0)
            return systemFailure(*code, "write to the stream", describe());
        piece = piece.subspan(count);
    }
    return {};
}

} // namespace ipclens
