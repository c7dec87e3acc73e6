#include "app/cli/console.h"

#include <windows.h>

#include <shellapi.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#include <thread>

namespace ipclens {
namespace {

std::function<void()> interruptCall; // set before the handler is installed
std::atomic<bool> interrupted = false;

BOOL WINAPI onConsoleSignal(DWORD)
{
    if (interrupted.exchange(true))
        return FALSE; // the second time the system's own handler ends the program
    interruptCall();
    return TRUE;
}

std::string utf8(const wchar_t *wide)
{
    const int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, nullptr, 0, nullptr, nullptr);
    if (size <= 0)
        return {};
    std::string text(static_cast<std::size_t>(size), '\0');
    WideCharToMultiByte(CP_UTF8, 0, wide, -1, text.data(), size, nullptr, nullptr);
    text.pop_back(); // the terminator
    return text;
}

// -1 with errno set.
int openFile(const std::string &path, int way)
{
    std::wstring wide(path.size() + 1, L'\0'); // UTF-16 never has more units than UTF-8 has bytes
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path.c_str(), -1, wide.data(),
                            static_cast<int>(wide.size())) == 0) {
        errno = EINVAL;
        return -1;
    }
    return _wopen(wide.c_str(), way, _S_IREAD | _S_IWRITE);
}

} // namespace

// main()'s own arguments are in the process's code page, which cannot spell every name.
std::vector<std::string> utf8Arguments(int argc, char **argv)
{
    int count = 0;
    wchar_t **const wide = CommandLineToArgvW(GetCommandLineW(), &count);
    if (wide == nullptr)
        return {argv + 1, argv + argc};
    std::vector<std::string> arguments;
    for (int i = 1; i < count; ++i)
        arguments.push_back(utf8(wide[i]));
    LocalFree(wide);
    return arguments;
}

void prepareConsole()
{
    _setmode(_fileno(stdout), _O_BINARY);
    SetConsoleOutputCP(CP_UTF8); // fails where there is no console, and there it does not matter
}

void prepareBinaryInput()
{
    _setmode(_fileno(stdin), _O_BINARY);
}

bool isErrorTerminal()
{
    // Also understands what is written over a line.
    const HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode = 0;
    return GetConsoleMode(error, &mode) && SetConsoleMode(error, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

std::FILE *openForReading(const std::string &path)
{
    const int file = openFile(path, _O_RDONLY | _O_BINARY | _O_NOINHERIT);
    return file < 0 ? nullptr : _fdopen(file, "rb");
}

std::ptrdiff_t readSome(std::FILE *file, std::span<std::byte> into)
{
    return _read(_fileno(file), into.data(), static_cast<unsigned>(into.size()));
}

std::FILE *openForWriting(const std::string &path, bool replace)
{
    const int file = openFile(path, _O_WRONLY | _O_CREAT | _O_BINARY | _O_NOINHERIT | (replace ? _O_TRUNC : _O_EXCL));
    return file < 0 ? nullptr : _fdopen(file, "wb");
}

void onInterrupt(std::function<void()> call)
{
    interruptCall = std::move(call);
    SetConsoleCtrlHandler(onConsoleSignal, TRUE);
}

void onInputEnd(std::function<void()> call)
{
    std::thread([call = std::move(call)] {
        const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
        char ignored[4096];
        DWORD count = 0;
        // A closed pipe shows as a failure or, under Wine, also as success with nothing read.
        while (ReadFile(input, ignored, sizeof ignored, &count, nullptr) && count > 0) {
        }
        call();
    }).detach();
}

} // namespace ipclens
