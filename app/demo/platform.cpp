#include "app/demo/platform.h"

#include <cstdio>
#include <thread>

namespace ipclens::demo {
namespace {

HANDLE stopEvent = nullptr; // the console's handler gets no argument to carry it

BOOL WINAPI onConsoleSignal(DWORD)
{
    SetEvent(stopEvent);
    return TRUE;
}

// Reads and forgets until nobody holds the other end any more.
void waitForEndOfInput(HANDLE input)
{
    char ignored[256];
    DWORD count = 0;
    // A closed pipe shows as a failure or, under Wine, also as success with nothing read.
    while (ReadFile(input, ignored, sizeof ignored, &count, nullptr) && count > 0) {
    }
    SetEvent(stopEvent);
}

void writeLine(std::FILE *file, std::string line)
{
    line += '\n';
    if (std::fwrite(line.data(), 1, line.size(), file) != line.size() || std::fflush(file) != 0)
        throw Failure("write to standard output: nobody reads it any more");
}

} // namespace

std::string describe(std::string_view operation, DWORD code)
{
    wchar_t wide[512] = {};
    const DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
    DWORD length = FormatMessageW(flags, nullptr, code, 0, wide, DWORD{std::size(wide)}, nullptr);
    while (length > 0 && (wide[length - 1] == L' ' || wide[length - 1] == L'.'))
        --length;
    char text[1536];
    const int size =
        WideCharToMultiByte(CP_UTF8, 0, wide, static_cast<int>(length), text, sizeof text, nullptr, nullptr);
    return fmt::format("{}: {} ({})", operation, std::string_view(text, static_cast<std::size_t>(size)), code);
}

void fail(const char *operation, DWORD code)
{
    throw Failure(describe(operation, code));
}

UniqueHandle checked(HANDLE handle, const char *operation)
{
    if (handle == nullptr)
        fail(operation);
    return UniqueHandle(handle);
}

void sayLine(std::string line)
{
    writeLine(stdout, std::move(line));
}

void warnLine(std::string line)
{
    writeLine(stderr, "WARNING " + line);
}

Stop::Stop() : m_event(checked(CreateEventW(nullptr, TRUE, FALSE, nullptr), "CreateEvent"))
{
    stopEvent = m_event.get();
    if (!SetConsoleCtrlHandler(onConsoleSignal, TRUE))
        fail("SetConsoleCtrlHandler");
    const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    if (input != nullptr && input != INVALID_HANDLE_VALUE && GetFileType(input) == FILE_TYPE_PIPE)
        std::thread(waitForEndOfInput, input).detach();
}

void Stop::request() const
{
    SetEvent(m_event.get());
}

std::int64_t now()
{
    using namespace std::chrono;
    return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

double elapsed()
{
    static const auto begin = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace ipclens::demo
