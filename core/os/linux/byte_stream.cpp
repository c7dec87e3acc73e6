#include "core/wire/byte_stream.h"

#include "core/os/linux/linux_error.h"
#include "core/wire/last_words.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr int pipeSize = 1 << 20;
constexpr auto gentleEnd = std::chrono::seconds(2);

// Closes its file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(Descriptor &&other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
    Descriptor &operator=(Descriptor &&other) noexcept
    {
        std::swap(m_number, other.m_number);
        return *this;
    }
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    int get() const { return m_number; }
    void reset() { *this = Descriptor(); }

private:
    int m_number = -1;
};

struct Pipe {
    Descriptor readEnd, writeEnd;
};

Result<Pipe> makePipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return linuxFailure(errno, "pipe2", {});
    ::fcntl(ends[1], F_SETPIPE_SZ, pipeSize); // larger pipes mean fewer hand-offs; without it things only get slower
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

void makeNonBlocking(const Descriptor &descriptor)
{
    ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

// Writing to a pipe whose reader is gone is an error like any other.
void ignoreBrokenPipes()
{
    struct sigaction current {};
    if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL)
        ::signal(SIGPIPE, SIG_IGN);
}

Failure shutDown(std::string operation)
{
    return Failure(Error{.kind = ErrorKind::Cancelled, .operation = std::move(operation), .meaning = "was shut down"});
}

// Two descriptors, best not blocking, and an eventfd that ends all waiting for them.
class PipeStream : public ByteStream {
public:
    PipeStream(Descriptor input, Descriptor output, std::string description)
        : m_input(std::move(input)), m_output(std::move(output)), m_description(std::move(description)),
          m_neverBlocks((::fcntl(m_output.get(), F_GETFL) & O_NONBLOCK) != 0),
          m_ended(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        ignoreBrokenPipes();
    }
    ~PipeStream() override { PipeStream::shutdown(); }

    Result<std::size_t> read(std::span<std::byte> into) override
    {
        const std::scoped_lock reading(m_reading);
        for (;;) {
            if (!waitFor(m_input, POLLIN))
                return shutDown("read from the stream");
            const auto count = ::read(m_input.get(), into.data(), into.size());
            if (count >= 0)
                return static_cast<std::size_t>(count);
            if (errno != EINTR && errno != EAGAIN)
                return linuxFailure(errno, "read from the stream", describe());
        }
    }

    Result<void> write(std::span<const std::span<const std::byte>> pieces) override
    {
        const std::scoped_lock writing(m_writing);
        Position position;
        for (;;) {
            if (m_isShutDown)
                return shutDown("write to the stream");
            if (const auto written = writeSome(pieces, position); !written)
                return Failure(written.error());
            if (position.piece == pieces.size())
                return {};
            if (!waitFor(m_output, POLLOUT))
                return shutDown("write to the stream");
        }
    }

    Result<std::size_t> writeNow(std::span<const std::span<const std::byte>> pieces) override
    {
        const std::unique_lock writing(m_writing, std::try_to_lock);
        if (!writing || m_isShutDown || !m_neverBlocks)
            return 0;
        Position position;
        return writeSome(pieces, position);
    }

    void shutdown() override
    {
        m_isShutDown = true;
        ::eventfd_write(m_ended.get(), 1);
        const std::scoped_lock unused(m_reading, m_writing);
        m_input.reset();
        m_output.reset();
    }

    std::string describe() const override { return m_description; }

private:
    struct Position {
        std::size_t piece = 0;
        std::size_t offset = 0;
    };

    // False when shut down.
    bool waitFor(const Descriptor &descriptor, short events)
    {
        while (!m_isShutDown) {
            std::array<pollfd, 2> waiting{pollfd{descriptor.get(), events, 0}, pollfd{m_ended.get(), POLLIN, 0}};
            if (::poll(waiting.data(), waiting.size(), -1) > 0 && waiting[0].revents != 0)
                return !m_isShutDown;
        }
        return false;
    }

    // Until the descriptor takes no more; the number of bytes it took.
    Result<std::size_t> writeSome(std::span<const std::span<const std::byte>> pieces, Position &position)
    {
        std::size_t total = 0;
        while (position.piece < pieces.size()) {
            std::array<iovec, 64> vectors;
            std::size_t used = 0;
            for (auto at = position; at.piece < pieces.size() && used < vectors.size(); at = {at.piece + 1, 0}) {
                const auto rest = pieces[at.piece].subspan(at.offset);
                vectors[used++] = {const_cast<std::byte *>(rest.data()), rest.size()};
            }
            const auto count = ::writev(m_output.get(), vectors.data(), static_cast<int>(used));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0 && errno == EAGAIN)
                return total;
            if (count < 0 && errno == EPIPE)
                return Failure(Error{.kind = ErrorKind::Disconnected, .code = EPIPE, .operation = "write to the stream",
                                     .object = describe(), .meaning = "the far end closed it"});
            if (count < 0)
                return linuxFailure(errno, "write to the stream", describe());
            total += static_cast<std::size_t>(count);
            advance(pieces, position, static_cast<std::size_t>(count));
        }
        return total;
    }

    static void advance(std::span<const std::span<const std::byte>> pieces, Position &position, std::size_t count)
    {
        while (position.piece < pieces.size()) {
            const auto rest = pieces[position.piece].size() - position.offset;
            if (count < rest) {
                position.offset += count;
                return;
            }
            count -= rest;
            position = {position.piece + 1, 0};
        }
    }

    std::mutex m_reading; // held while m_input is in use
    std::mutex m_writing; // held while m_output is in use
    Descriptor m_input;
    Descriptor m_output;
    const std::string m_description;
    const bool m_neverBlocks; // writing
    const Descriptor m_ended;
    std::atomic<bool> m_isShutDown = false;
};

// A child process with pipes on all three standard streams. It leads a process group of its own, so that what it starts
// can be ended with it. It stays unreaped while this object lives: its number is not given to another process meanwhile.
class ChildStream : public PipeStream {
public:
    ChildStream(const std::string &command, pid_t child, Descriptor input, Descriptor output, Descriptor words)
        : PipeStream(std::move(input), std::move(output), {}), m_command(command), m_child(child),
          m_words(std::move(words)), m_wordsEnded(::eventfd(0, EFD_CLOEXEC)),
          m_listener([this] { listen(); }), m_waiter([this] { waitForEnd(); })
    {
    }

    ~ChildStream() override
    {
        ChildStream::shutdown();
        m_waiter.join();
        ::eventfd_write(m_wordsEnded.get(), 1);
        m_listener.join();
        ::waitpid(m_child, nullptr, 0);
    }

    void shutdown() override
    {
        PipeStream::shutdown();
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait_for(lock, gentleEnd, [this] { return m_hasEnded; }))
            ::kill(-m_child, SIGKILL);
        m_changed.wait(lock, [this] { return m_hasEnded; });
    }

    // Waits a moment for a child that has closed its streams to end and for its last words.
    std::string describe() const override
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, std::chrono::milliseconds(200), [this] { return m_hasEnded; });
        const auto state = m_hasEnded ? m_ending : "still running";
        lock.unlock();
        return m_lastWords.describe(m_command, state);
    }

private:
    void listen()
    {
        std::array<char, 1024> buffer;
        for (;;) {
            std::array<pollfd, 2> waiting{pollfd{m_words.get(), POLLIN, 0}, pollfd{m_wordsEnded.get(), POLLIN, 0}};
            if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno == EINTR)
                continue;
            if (waiting[1].revents != 0)
                break;
            const auto count = ::read(m_words.get(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                break;
            m_lastWords.add({buffer.data(), static_cast<std::size_t>(count)});
        }
        m_lastWords.finish();
    }

    void waitForEnd()
    {
        siginfo_t info{};
        while (::waitid(P_PID, static_cast<id_t>(m_child), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
        const std::scoped_lock lock(m_mutex);
        m_ending = info.si_code == CLD_EXITED ? fmt::format("ended with exit status {}", info.si_status)
                                              : fmt::format("ended by signal {}", info.si_status);
        m_hasEnded = true;
        m_changed.notify_all();
    }

    const std::string m_command;
    const pid_t m_child;
    const Descriptor m_words;
    const Descriptor m_wordsEnded;

    mutable std::mutex m_mutex; // guards what follows
    mutable std::condition_variable m_changed;
    std::string m_ending;
    bool m_hasEnded = false;

    LastWords m_lastWords;
    std::thread m_listener;
    std::thread m_waiter;
};

// The spawn call's settings, freed at the end.
struct SpawnSettings {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;

    SpawnSettings()
    {
        ::posix_spawnattr_init(&attributes);
        ::posix_spawn_file_actions_init(&actions);
    }
    ~SpawnSettings()
    {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings &) = delete;
};

// A second, non-blocking description of a pipe that we share with others, whose own mode must not be changed.
Descriptor reopened(int number, int mode)
{
    const auto path = fmt::format("/proc/self/fd/{}", number);
    if (const int again = ::open(path.c_str(), mode | O_NONBLOCK | O_CLOEXEC); again >= 0)
        return Descriptor(again);
    return Descriptor(::fcntl(number, F_DUPFD_CLOEXEC, 3)); // a socket: works, but shutdown() may have to wait
}

} // namespace

std::unique_ptr<ByteStream> standardStreams()
{
    auto input = reopened(STDIN_FILENO, O_RDONLY);
    auto output = reopened(STDOUT_FILENO, O_WRONLY);
    ::fcntl(output.get(), F_SETPIPE_SZ, pipeSize);
    const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ::dup2(nothing.get(), STDIN_FILENO);
    ::dup2(STDERR_FILENO, STDOUT_FILENO); // what anybody prints must not end up between our frames
    return std::make_unique<PipeStream>(std::move(input), std::move(output), "standard input and output");
}

Result<std::unique_ptr<ByteStream>> startChild(const std::string &command)
{
    auto toChild = makePipe();
    auto fromChild = toChild ? makePipe() : Failure(toChild.error());
    auto words = fromChild ? makePipe() : Failure(fromChild.error());
    if (!words)
        return Failure(words.error());

    SpawnSettings settings;
    ::posix_spawn_file_actions_adddup2(&settings.actions, toChild->readEnd.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&settings.actions, fromChild->writeEnd.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&settings.actions, words->writeEnd.get(), STDERR_FILENO);
    sigset_t brokenPipe;
    ::sigemptyset(&brokenPipe);
    ::sigaddset(&brokenPipe, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&settings.attributes, &brokenPipe);
    ::posix_spawnattr_setpgroup(&settings.attributes, 0);
    ::posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);

    std::string shell = "sh", option = "-c", text = command;
    std::array<char *, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, "/bin/sh", &settings.actions, &settings.attributes, arguments.data(), environ);
    if (failed != 0)
        return linuxFailure(failed, "start a command", fmt::format("command \"{}\"", command));
    makeNonBlocking(fromChild->readEnd);
    makeNonBlocking(toChild->writeEnd);
    return std::make_unique<ChildStream>(command, child, std::move(fromChild->readEnd), std::move(toChild->writeEnd),
                                         std::move(words->readEnd));
}

std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> streamPair()
{
    auto there = makePipe();
    auto back = makePipe();
    if (!there || !back)
        throw std::system_error(EMFILE, std::generic_category(), "pipe2");
    for (const auto *end : {&there->readEnd, &there->writeEnd, &back->readEnd, &back->writeEnd})
        makeNonBlocking(*end);
    return {std::make_unique<PipeStream>(std::move(there->readEnd), std::move(back->writeEnd), "stream pair"),
            std::make_unique<PipeStream>(std::move(back->readEnd), std::move(there->writeEnd), "stream pair")};
}

} // namespace ipclens
