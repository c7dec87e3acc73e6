#include "app/window/console.h"

#include <windows.h>

#include <shellapi.h>

namespace ipclens {
namespace {

bool leadsSomewhere(HANDLE handle)
{
    return handle && handle != INVALID_HANDLE_VALUE && GetFileType(handle) != FILE_TYPE_UNKNOWN;
}

// False when there is no console that we were started from.
bool writeToConsole(const QString &text)
{
    const BOOL attached = AttachConsole(ATTACH_PARENT_PROCESS);
    if (!attached && GetLastError() != ERROR_ACCESS_DENIED) // denied: attached already
        return false;
    const HANDLE console = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                       nullptr, OPEN_EXISTING, 0, nullptr);
    if (console == INVALID_HANDLE_VALUE)
        return false;
    // The prompt of a shell, which does not wait for programs with windows, stands there already.
    const auto wide =
        QString(QLatin1Char('\n') + text).replace(QLatin1Char('\n'), QLatin1String("\r\n")).toStdWString();
    DWORD written = 0;
    const BOOL done = WriteConsoleW(console, wide.c_str(), static_cast<DWORD>(wide.size()), &written, nullptr);
    CloseHandle(console);
    return done;
}

void tell(DWORD which, UINT sign, const QString &text)
{
    const HANDLE handle = GetStdHandle(which);
    if (leadsSomewhere(handle)) {
        const auto bytes = text.toUtf8();
        DWORD written = 0;
        if (WriteFile(handle, bytes.constData(), static_cast<DWORD>(bytes.size()), &written, nullptr))
            return;
    }
    if (!writeToConsole(text))
        MessageBoxW(nullptr, text.toStdWString().c_str(), L"ipclens", MB_OK | sign);
}

} // namespace

// main()'s own arguments are in the process's code page, which cannot spell every name.
QStringList commandLine(int argc, char **argv)
{
    int count = 0;
    wchar_t **const wide = CommandLineToArgvW(GetCommandLineW(), &count);
    QStringList arguments;
    for (int i = 0; wide && i < count; ++i)
        arguments << QString::fromWCharArray(wide[i]);
    for (int i = 0; !wide && i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    LocalFree(wide);
    return arguments;
}

void print(const QString &text)
{
    tell(STD_OUTPUT_HANDLE, MB_ICONINFORMATION, text);
}

void complain(const QString &text)
{
    tell(STD_ERROR_HANDLE, MB_ICONWARNING, text);
}

} // namespace ipclens
