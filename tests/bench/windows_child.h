// This program once more, as a child process with pipes, under Windows.
#pragma once

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

} // namespace ipclens::bench
