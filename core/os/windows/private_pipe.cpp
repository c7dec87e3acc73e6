#include "core/os/windows/private_pipe.h"

#include "core/os/elevation.h"
#include "core/os/windows/last_error.h"
#include "core/os/windows/security.h"
#include "core/os/windows/utf16.h"

#include <algorithm>
#include <array>
#include <random>
#include <thread>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr DWORD pipeSize = 1 << 20;
constexpr DWORD gentleEnd = 2000; // milliseconds

// Seen from the end that makes the pipes.
enum class Direction { In, Out };

std::string pathOf(const std::string &name, Direction direction)
{
    return fmt::format(R"(\\.\pipe\{}-{})", name, direction == Direction::In ? "in" : "out");
}

// Nobody from the network, and else this user alone; the elevated process of the same user is this user too.
Result<LocalMemory> onlyThisUser()
{
    const auto user = userOf(GetCurrentProcess(), "this process");
    if (!user)
        return Failure(user.error());
    return securityFrom(L"D:P(D;;GA;;;NU)(A;;GA;;;" + *user + L")");
}

Result<KernelHandle> createPipe(const std::string &name, Direction direction, void *security)
{
    const auto path = pathOf(name, direction);
    const auto widePath = toUtf16(path, "pipe name");
    if (!widePath)
        return Failure(widePath.error());
    SECURITY_ATTRIBUTES attributes{sizeof attributes, security, FALSE};
    const DWORD access = direction == Direction::In ? PIPE_ACCESS_INBOUND : PIPE_ACCESS_OUTBOUND;
    const HANDLE pipe = CreateNamedPipeW(widePath->c_str(), access | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                         PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
                                         1, pipeSize, pipeSize, 0, &attributes);
    const DWORD code = GetLastError();
    if (pipe == INVALID_HANDLE_VALUE)
        return systemFailure(code, "CreateNamedPipe", "pipe " + path);
    return KernelHandle(pipe);
}

// The making end, once it is waited on; the far end is a process we may not end, and that ends when the pipes do.
class AcceptedPipe : public PipeStream {
public:
    AcceptedPipe(std::string name, KernelHandle input, KernelHandle output, KernelHandle process)
        : PipeStream(std::move(input), std::move(output), {}), m_name(std::move(name)), m_process(std::move(process)),
          m_pid(GetProcessId(m_process.get()))
    {
    }
    ~AcceptedPipe() override { AcceptedPipe::shutdown(); }

    Result<void> waitForFarEnd(std::stop_token stop, DWORD timeout)
    {
        KernelHandle connected(CreateEventW(nullptr, TRUE, FALSE, nullptr));
        std::string why = "nobody opened it";
        std::thread watch([&] {
            const std::array waited{connected.get(), m_process.get()};
            switch (WaitForMultipleObjects(2, waited.data(), FALSE, timeout)) {
            case WAIT_OBJECT_0: return;
            case WAIT_OBJECT_0 + 1: why = fmt::format("process {} ended without opening it", m_pid); break;
            case WAIT_TIMEOUT:
                why = fmt::format("process {} did not open it within {} s", m_pid, timeout / 1000);
                break;
            default: break;
            }
            PipeStream::shutdown();
        });
        Result<void> outcome;
        {
            const std::stop_callback giveUp(stop, [this] { PipeStream::shutdown(); });
            outcome = connect(input());
            if (outcome)
                outcome = connect(output());
            SetEvent(connected.get());
            watch.join();
        }
        if (!outcome && outcome.error().kind == ErrorKind::Cancelled && !stop.stop_requested())
            return Failure(Error{.kind = ErrorKind::Disconnected, .operation = "wait for the session",
                                 .object = "pipe " + m_name, .meaning = why});
        return outcome;
    }

    void shutdown() override
    {
        PipeStream::shutdown();
        WaitForSingleObject(m_process.get(), gentleEnd);
    }

    std::string describe() const override
    {
        DWORD status = 0;
        if (WaitForSingleObject(m_process.get(), 200) != WAIT_OBJECT_0 || !GetExitCodeProcess(m_process.get(), &status))
            return fmt::format("elevated session in process {}", m_pid);
        return fmt::format("elevated session in process {} (ended with exit status {})", m_pid, status);
    }

private:
    Result<void> connect(WaitingHandle &end)
    {
        ULONG client = 0;
        const auto code = end.use([&](HANDLE pipe) -> DWORD {
            // Connected already is a failure to wait.
            if (!ConnectNamedPipe(pipe, nullptr) && GetLastError() != ERROR_PIPE_CONNECTED)
                return GetLastError();
            return GetNamedPipeClientProcessId(pipe, &client) ? 0 : GetLastError();
        });
        if (!code || *code == ERROR_OPERATION_ABORTED)
            return Failure(Error{.kind = ErrorKind::Cancelled, .operation = "wait for the session",
                                 .object = "pipe " + m_name, .meaning = "was shut down"});
        if (*code != 0)
            return systemFailure(*code, "ConnectNamedPipe", "pipe " + m_name);
        if (client != m_pid)
            return Failure(Error{.kind = ErrorKind::Refused,
                                 .operation = "wait for the session",
                                 .object = "pipe " + m_name,
                                 .meaning = fmt::format("process {} opened it, but process {} was to", client, m_pid)});
        return {};
    }

    const std::string m_name;
    const KernelHandle m_process;
    const DWORD m_pid;
};

} // namespace

PrivatePipe::PrivatePipe(std::string name, KernelHandle input, KernelHandle output)
    : m_name(std::move(name)), m_input(std::move(input)), m_output(std::move(output))
{
}

Result<PrivatePipe> PrivatePipe::create()
{
    std::random_device random; // the system's generator for secrets
    auto name = fmt::format("ipclens-{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
    const auto security = onlyThisUser();
    if (!security)
        return Failure(security.error());
    auto input = createPipe(name, Direction::In, security->get());
    auto output = input ? createPipe(name, Direction::Out, security->get()) : Failure(input.error());
    if (!output)
        return Failure(output.error());
    return PrivatePipe(std::move(name), std::move(*input), std::move(*output));
}

Result<std::unique_ptr<ByteStream>> PrivatePipe::accept(KernelHandle process, std::stop_token stop, DWORD timeout) &&
{
    auto stream = std::make_unique<AcceptedPipe>(m_name, std::move(m_input), std::move(m_output), std::move(process));
    if (auto outcome = stream->waitForFarEnd(stop, timeout); !outcome)
        return Failure(outcome.error());
    return stream;
}

Result<std::unique_ptr<ByteStream>> openPrivatePipe(const std::string &name, std::uint32_t server)
{
    if (name.find_first_of("\\/") != std::string::npos)
        return invalidInput("pipe name", name, "it holds a path separator");
    const auto open = [&](Direction direction) -> Result<KernelHandle> {
        const auto path = pathOf(name, direction);
        const auto widePath = toUtf16(path, "pipe name");
        if (!widePath)
            return Failure(widePath.error());
        // We have more rights than who made the pipe: it may learn who we are, but not act as us.
        const HANDLE pipe =
            CreateFileW(widePath->c_str(), direction == Direction::In ? GENERIC_WRITE : GENERIC_READ, 0, nullptr,
                        OPEN_EXISTING, SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr);
        DWORD code = GetLastError();
        if (pipe == INVALID_HANDLE_VALUE)
            return systemFailure(code, "open the session's pipe", "pipe " + path,
                                 code == ERROR_ACCESS_DENIED ? "It is open only to the user who asked for the session"
                                                             : "");
        KernelHandle owner(pipe);
        ULONG maker = 0;
        const BOOL told = GetNamedPipeServerProcessId(pipe, &maker);
        code = GetLastError();
        if (!told)
            return systemFailure(code, "GetNamedPipeServerProcessId", "pipe " + path);
        if (maker != server)
            return Failure(Error{.kind = ErrorKind::Refused,
                                 .operation = "open the session's pipe",
                                 .object = "pipe " + path,
                                 .meaning = fmt::format("process {} made it, but process {} was to", maker, server)});
        return owner;
    };
    auto output = open(Direction::In); // what comes in there goes out here
    auto input = output ? open(Direction::Out) : Failure(output.error());
    if (!input)
        return Failure(input.error());
    return std::make_unique<PipeStream>(std::move(*input), std::move(*output), "pipe " + name);
}

} // namespace ipclens
