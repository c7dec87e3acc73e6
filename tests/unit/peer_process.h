// A second process for tests: this program once more, started with --child, doing what it is told on its standard input.
//
// A child prints "READY PID", then answers each line it reads with one line: "ok VALUE" or "failed WHY". It ends when its
// standard input closes. Words are separated by spaces; text that may hold spaces travels as hex.
#pragma once

#include "core/model/bytes.h"
#include "core/model/memory.h"
#include "core/wire/byte_stream.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace ipclens::test {

using Words = std::vector<std::string>;

// What a child can do: each verb is one object at namespace scope. A handler's exception becomes the answer "failed WHY".
class PeerVerb {
public:
    using Handler = std::string (*)(const Words &arguments);
    PeerVerb(std::string name, Handler handler);
};

// To be called first in main(): when the program was started as a child, serves it and gives its exit code.
std::optional<int> runAsPeer(int argc, char **argv);

// The command line that starts this program once more; call only after runAsPeer().
std::string selfCommand(const std::string &arguments);
std::filesystem::path selfFolder();

// A running child. One thread at a time. Fails by exceptions, which end the test that uses it. Every wait has a deadline.
class Peer {
public:
    Peer();
    ~Peer(); // closes its standard input and waits for its end
    Peer(const Peer &) = delete;
    Peer &operator=(const Peer &) = delete;

    std::uint32_t pid() const { return m_pid; }
    // Sends a line and waits for its answer; the answer's value. Throws when the child says that it failed.
    std::string ask(const std::string &line);
    void tell(const std::string &line); // without waiting for the answer
    std::string answer();               // to the oldest line that tell() sent

    // For answers that are numbers.
    std::uint64_t askNumber(const std::string &line);
    Bytes read(AddressRange range);
    void write(Address address, std::span<const std::byte> bytes);
    // Ends it at once, without anything being cleaned up, and waits until it has ended.
    void die();

private:
    std::string nextLine();
    void readLines();

    std::unique_ptr<ByteStream> m_stream;
    std::uint32_t m_pid = 0;
    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::deque<std::string> m_lines;
    bool m_ended = false;
    std::jthread m_reader;
};

// Text of any kind as one word, and back.
std::string toWord(std::string_view text);
std::string fromWord(const std::string &word);
std::uint64_t toNumber(const std::string &word);

} // namespace ipclens::test
