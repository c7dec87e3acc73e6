// This program once more, as a child process with pipes, under Windows.
#pragma once

#include "core/os/system.h"

#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace ipclens::bench {

[[noreturn]] inline void fail(const char *what)
{
    std::fprintf(stderr, "%s: error %lu\n", what, GetLastError());
    std::exit(1);
}

struct Child {
    HANDLE process;
    HANDLE in; // closing it ends the child, or tells it to go on
    HANDLE out;
    std::string firstLine;

    // Waits until the child has ended; anything but 0 ends this program.
    void finish()
    {
        DWORD code = 0;
        WaitForSingleObject(process, INFINITE);
        if (!GetExitCodeProcess(process, &code) || code != 0)
            fail("a child process");
        CloseHandle(process);
        CloseHandle(out);
    }
};

// Starts this program with one argument and waits for its first line.
inline Child startSelf(const std::wstring &argument)
{
    wchar_t path[MAX_PATH];
    GetModuleFileNameW(nullptr, path, MAX_PATH);
    std::wstring command = L"\"" + std::wstring(path) + L"\" " + argument;
    SECURITY_ATTRIBUTES inherit{sizeof inherit, nullptr, TRUE};
    HANDLE outRead, outWrite, inRead, inWrite;
    if (!CreatePipe(&outRead, &outWrite, &inherit, 0) || !CreatePipe(&inRead, &inWrite, &inherit, 0))
        fail("CreatePipe");
    SetHandleInformation(inWrite, HANDLE_FLAG_INHERIT, 0);
    SetHandleInformation(outRead, HANDLE_FLAG_INHERIT, 0);
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = inRead;
    startup.hStdOutput = outWrite;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    PROCESS_INFORMATION info{};
    if (!CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup, &info))
        fail("CreateProcess");
    CloseHandle(info.hThread);
    CloseHandle(inRead);
    CloseHandle(outWrite);
    char line[128];
    DWORD got = 0;
    if (!ReadFile(outRead, line, sizeof line, &got, nullptr))
        fail("reading the child's first line");
    return {info.hProcess, inWrite, outRead, std::string(line, got)};
}

// A touched block of memory that a child holds for its parent to read.
struct HeldBlock {
    Child child;
    std::uint64_t address = 0;
    std::shared_ptr<Process> process; // opened to read
};

// The child's part: holds `size` bytes, changed by `plant`, until its standard input ends.
inline int holdBlock(std::size_t size, void (*plant)(char *block))
{
    auto *block = static_cast<char *>(VirtualAlloc(nullptr, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    if (!block)
        return 1;
    for (std::size_t i = 0; i < size; i += 64)
        block[i] = static_cast<char>(i >> 6);
    plant(block);
    std::printf("%lu %llu\n", GetCurrentProcessId(), reinterpret_cast<unsigned long long>(block));
    std::fflush(stdout);
    std::getchar();
    return 0;
}

// The parent's part.
inline HeldBlock startHolding()
{
    HeldBlock held{.child = startSelf(L"hold")};
    unsigned long pid = 0;
    unsigned long long address = 0;
    if (std::sscanf(held.child.firstLine.c_str(), "%lu %llu", &pid, &address) != 2)
        fail("reading the child's answer");
    held.address = address;
    const auto process = makeSystem()->openProcess({static_cast<std::uint32_t>(pid), 0}, Access::Read);
    if (!process) {
        std::fprintf(stderr, "%s\n", toText(process.error()).c_str());
        std::exit(1);
    }
    held.process = *process;
    return held;
}

} // namespace ipclens::bench
