#include "core/os/windows/mapped_file_names.h"

#include "core/os/windows/utf16.h"

#include <psapi.h>

namespace ipclens {

const std::string &MappedFileNames::at(Address allocationBase)
{
    if (const auto known = m_names.find(allocationBase); known != m_names.end())
        return known->second;
    return m_names[allocationBase] = ask(allocationBase);
}

std::string MappedFileNames::ask(Address allocationBase)
{
    std::wstring name(32768, L'\0'); // the longest path Windows has, and a terminator
    void *address = reinterpret_cast<void *>(static_cast<std::uintptr_t>(allocationBase));
    const DWORD length = GetMappedFileNameW(m_process, address, name.data(), static_cast<DWORD>(name.size() - 1));
    if (length == 0) // no file backs it, which is not an error
        return {};
    name.resize(name.find(L'\0')); // Wine's length sometimes counts the terminator
    return toUtf8(onDrive(std::move(name)));
}

std::wstring MappedFileNames::onDrive(std::wstring device)
{
    if (!m_drivesKnown) {
        m_drivesKnown = true;
        const DWORD letters = GetLogicalDrives();
        for (wchar_t letter = L'A'; letter <= L'Z'; ++letter) {
            const wchar_t drive[] = {letter, L':', L'\0'};
            wchar_t target[1024];
            if ((letters >> (letter - L'A') & 1) && QueryDosDeviceW(drive, target, 1024) > 0)
                m_drives.emplace_back(target, drive);
        }
    }
    if (device.starts_with(L"\\??\\")) // how Wine names image files
        return device.substr(4);
    for (const auto &[target, drive] : m_drives)
        if (device.starts_with(target) && device.substr(target.size(), 1) == L"\\")
            return drive + device.substr(target.size());
    return device;
}

} // namespace ipclens
