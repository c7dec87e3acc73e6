// The few Windows things both demo programs need: failures, lines of output, and when to end.
#pragma once

#include <fmt/format.h>

#include <windows.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ipclens::demo {

// What a program ends on: says the operation and the system's code.
class Failure : public std::runtime_error {
    using runtime_error::runtime_error;
};

// "CreateWindow: Access is denied (5)".
std::string describe(std::string_view operation, DWORD code);

[[noreturn]] void fail(const char *operation, DWORD code = GetLastError());

struct HandleCloser {
    void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using UniqueHandle = std::unique_ptr<void, HandleCloser>;

// The handle, or a failure where it is null.
UniqueHandle checked(HANDLE handle, const char *operation);

// Writes one whole line at once, so that lines of several threads and readers of a pipe see it whole. Any thread.
void sayLine(std::string line);
void warnLine(std::string line);

template <class... Args>
void say(fmt::format_string<Args...> format, Args &&...args)
{
    sayLine(fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void warn(fmt::format_string<Args...> format, Args &&...args)
{
    warnLine(fmt::format(format, std::forward<Args>(args)...));
}

// Set once the program is to end: by Ctrl+C, by the end of a pipe as standard input, or by the program itself. A
// console, NUL or a file as standard input ends nothing. One per process.
class Stop {
public:
    Stop();
    HANDLE event() const { return m_event.get(); }
    bool requested() const { return WaitForSingleObject(m_event.get(), 0) == WAIT_OBJECT_0; }
    void request() const;

private:
    UniqueHandle m_event;
};

// Nanoseconds since 1970 UTC.
std::int64_t now();

// Seconds that only go forward.
double elapsed();

inline std::uint64_t number(const void *pointer)
{
    return reinterpret_cast<std::uint64_t>(pointer);
}

struct Options {
    double rate = 20;    // WM_COPYDATA messages a second on average; 0: as many as go through
    double duration = 0; // seconds; 0: until told to end
    std::uint64_t seed = 1;
    std::uint64_t count = 0; // WM_COPYDATA messages after which produce ends; 0: no end
    std::string title;       // of the receiving windows, UTF-8
    bool quiet = false;
};

// The two programs; their exit codes.
int produce(const Options &options, const Stop &stop);
int consume(const Options &options, const Stop &stop);

} // namespace ipclens::demo
