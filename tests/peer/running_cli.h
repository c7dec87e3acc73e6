// ipclens-cli.exe while it runs, with what is on its standard streams.
#pragma once

#include "tests/peer/windows_peer.h"

namespace ipclens::test {

// One that reads what another writes, or what the test gives it. One thread. Fails by exceptions; every wait has a
// deadline.
class RunningCli {
public:
    // `from`: whose standard output is its standard input; must not have started to be read otherwise. None: the test
    // writes it.
    explicit RunningCli(const std::vector<std::string> &arguments, RunningCli *from = nullptr);
    ~RunningCli(); // ends it
    RunningCli(const RunningCli &) = delete;
    RunningCli &operator=(const RunningCli &) = delete;

    void write(std::span<const std::byte> bytes);
    void closeInput();
    // Waits until the condition holds for what it has printed on standard output, or on standard error.
    std::string waitForOutput(const std::function<bool(const std::string &)> &condition);
    std::string waitForError(const std::function<bool(const std::string &)> &condition);
    void kill();
    // Waits for its end. All that it printed.
    ProgramRun wait();

private:
    struct Stream {
        HANDLE pipe = nullptr;
        std::string text;
        bool isEnded = false;
        std::jthread reader;
    };

    void readInto(Stream &stream);
    std::string waitFor(Stream &stream, const std::function<bool(const std::string &)> &condition);

    std::string m_command;
    HANDLE m_process = nullptr;
    HANDLE m_input = nullptr;
    std::mutex m_mutex; // guards the streams' texts
    std::condition_variable m_changed;
    Stream m_out;
    Stream m_err;
};

} // namespace ipclens::test
