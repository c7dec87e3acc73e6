#include "tests/window/running_window.h"

#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

namespace ipclens::test {
namespace {

constexpr DWORD deadline = 240'000; // milliseconds; far beyond what anything here takes

} // namespace

RunningWindow::RunningWindow(const std::vector<std::string> &arguments)
    : m_output(std::filesystem::temp_directory_path() / (uniqueName("window") + ".txt"))
{
    auto command = fmt::format("\"{}\"", (selfFolder() / "ipclens.exe").string());
    for (const auto &argument : arguments)
        command += fmt::format(" \"{}\"", argument);
    SECURITY_ATTRIBUTES inherit{sizeof inherit, nullptr, TRUE};
    const KernelHandle output(
        CreateFileW(m_output.c_str(), GENERIC_WRITE, FILE_SHARE_READ, &inherit, CREATE_ALWAYS, 0, nullptr));
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdOutput = output.get();
    startup.hStdError = output.get();
    auto line = wide(command);
    PROCESS_INFORMATION info{};
    if (!CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &info))
        throwLastError("CreateProcess");
    CloseHandle(info.hThread);
    m_process = KernelHandle(info.hProcess);
    m_pid = info.dwProcessId;
}

RunningWindow::~RunningWindow()
{
    if (isRunning())
        kill();
    std::error_code ignored;
    std::filesystem::remove(m_output, ignored);
}

bool RunningWindow::isRunning() const
{
    return WaitForSingleObject(m_process.get(), 0) != WAIT_OBJECT_0;
}

HWND RunningWindow::waitForWindow() const
{
    HWND found = nullptr;
    const bool shown = eventually([&] {
        for (const HWND window : windowsOf(m_pid)) {
            wchar_t title[64] = {};
            GetWindowTextW(window, title, static_cast<int>(std::size(title)));
            if (IsWindowVisible(window) && std::wstring_view(title).ends_with(L"ipclens"))
                found = window;
        }
        return found != nullptr || !isRunning();
    });
    if (!shown || !found)
        throw std::runtime_error("ipclens.exe shows no window: " + (isRunning() ? std::string("it hangs") : output()));
    return found;
}

bool RunningWindow::mapsView(std::size_t size) const
{
    MEMORY_BASIC_INFORMATION region;
    for (const std::byte *at = nullptr; VirtualQueryEx(m_process.get(), at, &region, sizeof region) != 0;
         at = static_cast<const std::byte *>(region.BaseAddress) + region.RegionSize) {
        if (region.Type == MEM_MAPPED && region.RegionSize == size)
            return true;
    }
    return false;
}

void RunningWindow::close() const
{
    PostMessageW(waitForWindow(), WM_CLOSE, 0, 0);
}

void RunningWindow::kill()
{
    TerminateProcess(m_process.get(), 9);
    WaitForSingleObject(m_process.get(), deadline);
}

DWORD RunningWindow::waitForEnd() const
{
    if (WaitForSingleObject(m_process.get(), deadline) != WAIT_OBJECT_0)
        throw std::runtime_error("ipclens.exe does not end");
    DWORD code = 0;
    GetExitCodeProcess(m_process.get(), &code);
    return code;
}

std::string RunningWindow::output() const
{
    std::ifstream in(m_output, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<HWND> windowsOf(DWORD pid)
{
    struct Search {
        DWORD pid;
        std::vector<HWND> found;
    } search{pid, {}};
    EnumWindows(
        [](HWND window, LPARAM parameter) -> BOOL {
            auto &wanted = *reinterpret_cast<Search *>(parameter);
            DWORD owner = 0;
            GetWindowThreadProcessId(window, &owner);
            if (owner == wanted.pid)
                wanted.found.push_back(window);
            return TRUE;
        },
        reinterpret_cast<LPARAM>(&search));
    return search.found;
}

OwnSection::OwnSection(std::string name, std::size_t size)
    : m_name(std::move(name)), m_size(size),
      m_section(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, static_cast<DWORD>(size),
                                   wide(m_name).c_str()))
{
    if (!m_section)
        throwLastError("CreateFileMapping");
    m_view = MappedView(MapViewOfFile(m_section.get(), FILE_MAP_WRITE, 0, 0, size));
    if (!m_view)
        throwLastError("MapViewOfFile");
    const auto pattern = patternBytes(size, 0);
    std::memcpy(m_view.get(), pattern.data(), size);
}

void OwnSection::release()
{
    m_view = {};
    m_section = {};
}

bool OwnSection::exists(const std::string &name)
{
    return static_cast<bool>(KernelHandle(OpenFileMappingW(FILE_MAP_READ, FALSE, wide(name).c_str())));
}

} // namespace ipclens::test
