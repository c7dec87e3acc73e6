// What the peer tests and their children share: text for Windows, names nobody else uses, programs run to their end.
#pragma once

#include "core/session/session.h"
#include "tests/unit/peer_process.h"

#include <functional>
#include <windows.h>

namespace ipclens::test {

std::wstring wide(std::string_view utf8);

bool isWine();

// A name no other test run uses, for objects and window classes: pid and test are in it.
std::string uniqueName(std::string_view what);

// Throws with the operation and GetLastError().
[[noreturn]] void throwLastError(const char *operation);

// Ends a process from outside, as a task manager does, and waits until it has ended.
void killProcess(std::uint32_t pid);

// Waits until a process that ends by itself has ended.
void waitForEnd(std::uint32_t pid);

// Polls `condition` until it holds; false when a generous deadline passes first.
bool eventually(const std::function<bool()> &condition);

// A program run to its end with nothing on its standard input.
struct ProgramRun {
    DWORD exitCode = 0;
    std::string out;
    std::string err;
};
ProgramRun runCli(const std::vector<std::string> &arguments);
std::string cliCommand(const std::vector<std::string> &arguments);

// The value, or the end of the test with the error's text.
template <class T>
T value(Result<T> result)
{
    if (!result)
        throw std::runtime_error(toText(result.error()));
    return std::move(*result);
}

// The error of what must fail.
template <class T>
Error errorOf(const Result<T> &result)
{
    if (result)
        throw std::runtime_error("it succeeded, but must not");
    return result.error();
}

// Bytes(n) would leave them as they are.
inline Bytes zeros(std::size_t size) { return Bytes(size, std::byte{}); }

// Bytes of the pattern from `offset` on.
Bytes patternBytes(std::size_t size, std::uint64_t offset);

// Collects the events of a session; any thread.
class EventLog {
public:
    ConnectionSinks sinks();

    // Waits until `condition` holds for all events so far; throws when a generous deadline passes first.
    void waitUntil(const std::function<bool(const std::vector<Event> &)> &condition);
    std::vector<Event> events();
    std::optional<Error> waitForClosed();
    int closedCount();

private:
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::vector<Event> m_events;
    std::vector<Error> m_closed;
};

// A folder of this test's own, removed at its end.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

// The payload a flooding child sends as message `number`, and its size.
Bytes floodPayload(std::uint64_t number);

} // namespace ipclens::test
