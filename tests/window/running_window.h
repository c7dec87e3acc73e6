// ipclens.exe as a running program, seen from outside.
#pragma once

#include "core/os/windows/unique_handle.h"
#include "tests/peer/windows_peer.h"

namespace ipclens::test {

// Killed at the end of its scope when it still runs. One thread at a time.
class RunningWindow {
public:
    explicit RunningWindow(const std::vector<std::string> &arguments);
    ~RunningWindow();
    RunningWindow(const RunningWindow &) = delete;

    DWORD pid() const { return m_pid; }
    bool isRunning() const;
    // Its visible main window, once there is one.
    HWND waitForWindow() const;
    // Whether it maps a view of exactly this size; tests give each of their sections a size of its own.
    bool mapsView(std::size_t size) const;
    // As the title bar's button does.
    void close() const;
    void kill();
    // Waits for its end; its exit code. Throws when it does not come.
    DWORD waitForEnd() const;
    // What it printed, once it has ended.
    std::string output() const;

private:
    std::filesystem::path m_output;
    KernelHandle m_process;
    DWORD m_pid = 0;
};

// Every top-level window of the process, hidden ones too.
std::vector<HWND> windowsOf(DWORD pid);

// A section of this process's own, filled with the test pattern.
class OwnSection {
public:
    OwnSection(std::string name, std::size_t size);
    const std::string &name() const { return m_name; }
    std::size_t size() const { return m_size; }
    void release(); // lets go of it; it lives on while others hold it
    static bool exists(const std::string &name);

private:
    std::string m_name;
    std::size_t m_size;
    KernelHandle m_section;
    MappedView m_view;
};

} // namespace ipclens::test
