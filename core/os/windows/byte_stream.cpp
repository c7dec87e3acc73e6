#include "core/wire/byte_stream.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/pipe_stream.h"
#include "core/os/windows/utf16.h"
#include "core/wire/last_words.h"

#include <array>
#include <cstdio>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <io.h>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr DWORD pipeSize = 1 << 20;
constexpr DWORD gentleEnd = 2000;       // milliseconds

struct Pipe {
    KernelHandle readEnd, writeEnd;
};

Result<Pipe> makePipe()
{
    Pipe pipe;
    if (!CreatePipe(pipe.readEnd.receive(), pipe.writeEnd.receive(), nullptr, pipeSize)) {
        const DWORD code = GetLastError();
        return systemFailure(code, "CreatePipe", {});
    }
    return pipe;
}

// A child with pipes on its three standard handles, in a job of its own, so that what it starts can be ended with it.
class ChildStream : public PipeStream {
public:
    ChildStream(const std::string &command, KernelHandle process, KernelHandle job, KernelHandle input,
                KernelHandle output, KernelHandle words)
        : PipeStream(std::move(input), std::move(output), {}), m_command(command), m_process(std::move(process)),
          m_job(std::move(job)), m_words(std::move(words)), m_listener([this] { listen(); })
    {
    }

    ~ChildStream() override
    {
        ChildStream::shutdown();
        m_words.shutdown();
        m_listener.join();
    }

    void shutdown() override
    {
        PipeStream::shutdown();
        if (WaitForSingleObject(m_process.get(), gentleEnd) == WAIT_OBJECT_0)
            return;
        if (!m_job || !TerminateJobObject(m_job.get(), 1))
            TerminateProcess(m_process.get(), 1);
        WaitForSingleObject(m_process.get(), INFINITE);
    }

    // Waits a moment for a child that has closed its streams to end and for its last words.
    std::string describe() const override
    {
        std::string state = "still running";
        if (WaitForSingleObject(m_process.get(), 200) == WAIT_OBJECT_0) {
            DWORD status = 0;
            GetExitCodeProcess(m_process.get(), &status);
            state = fmt::format("ended with exit status {}", status);
        }
        return m_lastWords.describe(m_command, state);
    }

private:
    void listen()
    {
        std::array<char, 1024> buffer;
        for (;;) {
            const auto count = m_words.use([&](HANDLE handle) -> DWORD {
                DWORD got = 0;
                return ReadFile(handle, buffer.data(), static_cast<DWORD>(buffer.size()), &got, nullptr) ? got : 0;
            });
            if (!count || *count == 0)
                break;
            m_lastWords.add({buffer.data(), *count});
        }
        m_lastWords.finish();
    }

    const std::string m_command;
    const KernelHandle m_process;
    const KernelHandle m_job; // none when it could not be made
    WaitingHandle m_words;
    LastWords m_lastWords;
    std::thread m_listener;
};

// Starts `command` with these standard handles, inheriting no others.
Result<KernelHandle> startProcess(const std::string &command, std::array<HANDLE, 3> standard, HANDLE job)
{
    const auto object = fmt::format("command \"{}\"", command);
    auto line = toUtf16(command, "command");
    if (!line)
        return Failure(line.error());
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    std::vector<std::byte> buffer(size);
    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = standard[0];
    startup.StartupInfo.hStdOutput = standard[1];
    startup.StartupInfo.hStdError = standard[2];
    startup.lpAttributeList = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(buffer.data());
    if (!InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size)) {
        const DWORD code = GetLastError();
        return systemFailure(code, "InitializeProcThreadAttributeList", object);
    }
    for (const HANDLE handle : standard)
        SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, standard.data(),
                              sizeof standard, nullptr, nullptr);
    PROCESS_INFORMATION started{};
    const BOOL created = CreateProcessW(nullptr, line->data(), nullptr, nullptr, TRUE,
                                        EXTENDED_STARTUPINFO_PRESENT | CREATE_NO_WINDOW | CREATE_SUSPENDED, nullptr,
                                        nullptr, &startup.StartupInfo, &started);
    const DWORD code = GetLastError();
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    if (!created)
        return systemFailure(code, "CreateProcess", object);
    KernelHandle process(started.hProcess);
    const KernelHandle thread(started.hThread);
    if (job)
        AssignProcessToJobObject(job, process.get()); // without it only the child itself can be ended
    ResumeThread(thread.get());
    return process;
}

KernelHandle duplicated(DWORD which)
{
    KernelHandle copy;
    const HANDLE self = GetCurrentProcess();
    DuplicateHandle(self, GetStdHandle(which), self, copy.receive(), 0, FALSE, DUPLICATE_SAME_ACCESS);
    return copy;
}

} // namespace

std::unique_ptr<ByteStream> standardStreams()
{
    auto input = duplicated(STD_INPUT_HANDLE);
    auto output = duplicated(STD_OUTPUT_HANDLE);
    // What anybody prints must not end up between our frames.
    std::fflush(stdout);
    _dup2(_fileno(stderr), _fileno(stdout));
    SetStdHandle(STD_OUTPUT_HANDLE, GetStdHandle(STD_ERROR_HANDLE));
    return std::make_unique<PipeStream>(std::move(input), std::move(output), "standard input and output");
}

Result<std::unique_ptr<ByteStream>> startChild(const std::string &command)
{
    auto toChild = makePipe();
    auto fromChild = toChild ? makePipe() : Failure(toChild.error());
    auto words = fromChild ? makePipe() : Failure(fromChild.error());
    if (!words)
        return Failure(words.error());
    KernelHandle job(CreateJobObjectW(nullptr, nullptr));
    auto process = startProcess(command, {toChild->readEnd.get(), fromChild->writeEnd.get(), words->writeEnd.get()},
                                job.get());
    if (!process)
        return Failure(process.error());
    return std::make_unique<ChildStream>(command, std::move(*process), std::move(job), std::move(fromChild->readEnd),
                                         std::move(toChild->writeEnd), std::move(words->readEnd));
}

std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> streamPair()
{
    auto there = makePipe();
    auto back = makePipe();
    if (!there || !back)
        throw std::system_error(static_cast<int>((there ? back : there).error().code), std::system_category(),
                                "CreatePipe");
    return {std::make_unique<PipeStream>(std::move(there->readEnd), std::move(back->writeEnd), "stream pair"),
            std::make_unique<PipeStream>(std::move(back->readEnd), std::move(there->writeEnd), "stream pair")};
}

} // namespace ipclens
