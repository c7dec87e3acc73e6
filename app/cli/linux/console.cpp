#include "app/cli/console.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace ipclens {
namespace {

int interruptPipe[2] = {-1, -1};

extern "C" void ipclensOnSignal(int)
{
    const int saved = errno;
    const char byte = 0;
    // Nothing can be done in a signal handler about a full pipe, and then the news is already in it.
    [[maybe_unused]] const auto written = ::write(interruptPipe[1], &byte, 1);
    errno = saved;
}

} // namespace

std::vector<std::string> utf8Arguments(int argc, char **argv)
{
    return {argv + 1, argv + argc};
}

void prepareConsole()
{
}

void prepareBinaryInput()
{
}

bool isErrorTerminal()
{
    return ::isatty(STDERR_FILENO) != 0;
}

std::FILE *openForReading(const std::string &path)
{
    return std::fopen(path.c_str(), "rbe");
}

std::ptrdiff_t readSome(std::FILE *file, std::span<std::byte> into)
{
    for (;;) {
        const auto count = ::read(::fileno(file), into.data(), into.size());
        if (count >= 0 || errno != EINTR)
            return count;
    }
}

std::FILE *openForWriting(const std::string &path, bool replace)
{
    return std::fopen(path.c_str(), replace ? "we" : "wxe");
}

void onInterrupt(std::function<void()> call)
{
    if (::pipe2(interruptPipe, O_CLOEXEC) != 0)
        return; // without it Ctrl+C ends the program as it does everywhere
    struct sigaction action {};
    action.sa_handler = ipclensOnSignal;
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::thread([call = std::move(call)] {
        char byte = 0;
        while (::read(interruptPipe[0], &byte, 1) < 0 && errno == EINTR) {
        }
        call();
    }).detach();
}

void onInputEnd(std::function<void()> call)
{
    std::thread([call = std::move(call)] {
        char ignored[4096];
        for (;;) {
            const auto count = ::read(STDIN_FILENO, ignored, sizeof ignored);
            if (count == 0 || (count < 0 && errno != EINTR))
                break;
        }
        call();
    }).detach();
}

} // namespace ipclens
