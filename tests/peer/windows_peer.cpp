#include "tests/peer/windows_peer.h"

#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace ipclens::test {
namespace {

constexpr DWORD deadline = 120'000; // milliseconds; far beyond what anything here takes

HANDLE inheritableFile(const std::filesystem::path &path)
{
    SECURITY_ATTRIBUTES inherit{sizeof inherit, nullptr, TRUE};
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_WRITE, FILE_SHARE_READ, &inherit, CREATE_ALWAYS, 0, nullptr);
    if (file == INVALID_HANDLE_VALUE)
        throwLastError("CreateFile");
    return file;
}

std::string contents(const std::filesystem::path &path)
{
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    in.close();
    std::error_code ignored; // whoever inherited the handle from another test's program may still have it open
    std::filesystem::remove(path, ignored);
    return text;
}

} // namespace

std::wstring wide(std::string_view utf8)
{
    std::wstring text(utf8.size(), L'\0');
    const int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8.data(), static_cast<int>(utf8.size()),
                                          text.data(), static_cast<int>(text.size()));
    if (count == 0 && !utf8.empty())
        throwLastError("MultiByteToWideChar");
    text.resize(static_cast<std::size_t>(count));
    return text;
}

bool isWine()
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

std::string uniqueName(std::string_view what)
{
    static int count = 0;
    return fmt::format("ipclens-peer-{}-{}-{}", GetCurrentProcessId(), ++count, what);
}

void throwLastError(const char *operation)
{
    const DWORD code = GetLastError();
    throw std::runtime_error(fmt::format("{}: error {}", operation, code));
}

namespace {

void endProcess(std::uint32_t pid, bool kills)
{
    const HANDLE process = OpenProcess(SYNCHRONIZE | (kills ? PROCESS_TERMINATE : 0), FALSE, pid);
    if (!process)
        throwLastError("OpenProcess");
    if (kills)
        TerminateProcess(process, 9);
    const DWORD waited = WaitForSingleObject(process, deadline);
    CloseHandle(process);
    if (waited != WAIT_OBJECT_0)
        throw std::runtime_error("a process does not end");
}

} // namespace

void killProcess(std::uint32_t pid)
{
    endProcess(pid, true);
}

void waitForEnd(std::uint32_t pid)
{
    endProcess(pid, false);
}

bool eventually(const std::function<bool()> &condition)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        SwitchToThread();
    }
    return true;
}

// Quoted as CommandLineToArgvW and the C runtime take it apart.
std::string cliCommand(const std::vector<std::string> &arguments)
{
    std::string command = fmt::format("\"{}\"", (selfFolder() / "ipclens-cli.exe").string());
    for (const std::string &argument : arguments) {
        command += " \"";
        std::size_t backslashes = 0;
        for (const char letter : argument) {
            if (letter == '"')
                command.append(backslashes + 1, '\\');
            backslashes = letter == '\\' ? backslashes + 1 : 0;
            command += letter;
        }
        command.append(backslashes, '\\');
        command += '"';
    }
    return command;
}

ProgramRun runCli(const std::vector<std::string> &arguments)
{
    const auto folder = std::filesystem::temp_directory_path();
    const auto outPath = folder / (uniqueName("out") + ".txt");
    const auto errPath = folder / (uniqueName("err") + ".txt");
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = inheritableFile("NUL");
    startup.hStdOutput = inheritableFile(outPath);
    startup.hStdError = inheritableFile(errPath);
    std::wstring command = wide(cliCommand(arguments));
    PROCESS_INFORMATION info{};
    const BOOL started = CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &info);
    const DWORD code = GetLastError();
    CloseHandle(startup.hStdInput);
    CloseHandle(startup.hStdOutput);
    CloseHandle(startup.hStdError);
    SetLastError(code);
    if (!started)
        throwLastError("CreateProcess");

    ProgramRun run;
    const bool ended = WaitForSingleObject(info.hProcess, deadline) == WAIT_OBJECT_0;
    if (!ended) {
        TerminateProcess(info.hProcess, 9);
        WaitForSingleObject(info.hProcess, INFINITE);
    }
    GetExitCodeProcess(info.hProcess, &run.exitCode);
    CloseHandle(info.hThread);
    CloseHandle(info.hProcess);
    run.out = contents(outPath);
    run.err = contents(errPath);
    if (!ended)
        ADD_FAILURE() << "does not end: " << cliCommand(arguments) << "\n" << run.out << run.err;
    return run;
}

Bytes patternBytes(std::size_t size, std::uint64_t offset)
{
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = patternAt(offset + i);
    return bytes;
}

ConnectionSinks EventLog::sinks()
{
    return {.event =
                [this](Event event) {
                    const std::scoped_lock lock(m_mutex);
                    m_events.push_back(std::move(event));
                    m_changed.notify_all();
                },
            .closed =
                [this](Error error) {
                    const std::scoped_lock lock(m_mutex);
                    m_closed.push_back(std::move(error));
                    m_changed.notify_all();
                }};
}

void EventLog::waitUntil(const std::function<bool(const std::vector<Event> &)> &condition)
{
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait_for(lock, std::chrono::milliseconds(deadline), [&] { return condition(m_events); }))
        throw std::runtime_error("the events that are waited for do not come");
}

std::vector<Event> EventLog::events()
{
    const std::scoped_lock lock(m_mutex);
    return m_events;
}

std::optional<Error> EventLog::waitForClosed()
{
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait_for(lock, std::chrono::milliseconds(deadline), [&] { return !m_closed.empty(); }))
        return std::nullopt;
    return m_closed.front();
}

int EventLog::closedCount()
{
    const std::scoped_lock lock(m_mutex);
    return static_cast<int>(m_closed.size());
}

TemporaryFolder::TemporaryFolder() : m_path(std::filesystem::temp_directory_path() / uniqueName("folder"))
{
    std::filesystem::create_directories(m_path);
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored; // a left-over temporary folder harms nobody
    std::filesystem::remove_all(m_path, ignored);
}

Bytes floodPayload(std::uint64_t number)
{
    Bytes bytes(number % 97 == 0 ? 4096 : number % 150);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = patternAt(number * 131 + i);
    return bytes;
}

} // namespace ipclens::test
