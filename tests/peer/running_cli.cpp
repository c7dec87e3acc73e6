#include "tests/peer/running_cli.h"

#include <array>
#include <fmt/format.h>

namespace ipclens::test {
namespace {

constexpr std::chrono::seconds deadline{120}; // far beyond what anything here takes

struct Pipe {
    HANDLE read = nullptr;
    HANDLE write = nullptr;

    Pipe()
    {
        if (!CreatePipe(&read, &write, nullptr, 1 << 16))
            throwLastError("CreatePipe");
    }
};

// Only while a child is made: another one would keep a pipe open that it does not know of.
class Inherited {
public:
    explicit Inherited(HANDLE handle) : m_handle(handle)
    {
        SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    }
    ~Inherited() { CloseHandle(m_handle); }
    Inherited(const Inherited &) = delete;
    Inherited &operator=(const Inherited &) = delete;

private:
    const HANDLE m_handle;
};

} // namespace

RunningCli::RunningCli(const std::vector<std::string> &arguments, RunningCli *from) : m_command(cliCommand(arguments))
{
    HANDLE input = nullptr;
    if (from) {
        input = std::exchange(from->m_out.pipe, nullptr);
    } else {
        const Pipe pipe;
        input = pipe.read;
        m_input = pipe.write;
    }
    const Pipe out, err;
    m_out.pipe = out.read;
    m_err.pipe = err.read;
    {
        const Inherited input2(input), output(out.write), error(err.write);
        STARTUPINFOW startup{};
        startup.cb = sizeof startup;
        startup.dwFlags = STARTF_USESTDHANDLES;
        startup.hStdInput = input;
        startup.hStdOutput = out.write;
        startup.hStdError = err.write;
        std::wstring command = wide(m_command);
        PROCESS_INFORMATION info{};
        if (!CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &info))
            throwLastError("CreateProcess");
        CloseHandle(info.hThread);
        m_process = info.hProcess;
    }
    readInto(m_err);
}

RunningCli::~RunningCli()
{
    closeInput();
    TerminateProcess(m_process, 9);
    WaitForSingleObject(m_process, INFINITE);
    for (Stream *stream : {&m_out, &m_err}) {
        if (stream->reader.joinable())
            stream->reader.join();
        if (stream->pipe)
            CloseHandle(stream->pipe);
    }
    CloseHandle(m_process);
}

void RunningCli::readInto(Stream &stream)
{
    if (stream.reader.joinable())
        return;
    if (!stream.pipe)
        throw std::runtime_error("another program reads what it prints");
    stream.reader = std::jthread([this, &stream] {
        std::array<char, 1 << 16> piece;
        DWORD count = 0;
        bool goesOn = true;
        while (goesOn) {
            goesOn =
                ReadFile(stream.pipe, piece.data(), static_cast<DWORD>(piece.size()), &count, nullptr) && count > 0;
            const std::scoped_lock lock(m_mutex);
            if (goesOn)
                stream.text.append(piece.data(), count);
            stream.isEnded = !goesOn;
            m_changed.notify_all();
        }
    });
}

void RunningCli::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        DWORD count = 0;
        if (!WriteFile(m_input, bytes.data(), static_cast<DWORD>(bytes.size()), &count, nullptr))
            throwLastError("WriteFile");
        bytes = bytes.subspan(count);
    }
}

void RunningCli::closeInput()
{
    if (m_input)
        CloseHandle(std::exchange(m_input, nullptr));
}

std::string RunningCli::waitFor(Stream &stream, const std::function<bool(const std::string &)> &condition)
{
    readInto(stream);
    std::unique_lock lock(m_mutex);
    const bool holds = m_changed.wait_for(lock, deadline, [&] { return stream.isEnded || condition(stream.text); }) &&
                       condition(stream.text);
    if (!holds)
        throw std::runtime_error(
            fmt::format("{} does not print what is waited for, but: {}{}", m_command, m_out.text, m_err.text));
    return stream.text;
}

std::string RunningCli::waitForOutput(const std::function<bool(const std::string &)> &condition)
{
    return waitFor(m_out, condition);
}

std::string RunningCli::waitForError(const std::function<bool(const std::string &)> &condition)
{
    return waitFor(m_err, condition);
}

void RunningCli::kill()
{
    TerminateProcess(m_process, 9);
    if (WaitForSingleObject(m_process, 120'000) != WAIT_OBJECT_0)
        throw std::runtime_error("a killed process does not end");
}

ProgramRun RunningCli::wait()
{
    closeInput();
    if (m_out.pipe)
        readInto(m_out);
    if (WaitForSingleObject(m_process, 120'000) != WAIT_OBJECT_0)
        throw std::runtime_error(m_command + " does not end");
    ProgramRun run;
    GetExitCodeProcess(m_process, &run.exitCode);
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, deadline, [&] { return (!m_out.reader.joinable() || m_out.isEnded) && m_err.isEnded; });
    run.out = m_out.text;
    run.err = m_err.text;
    return run;
}

} // namespace ipclens::test
