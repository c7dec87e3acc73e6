// Names of the files behind mapped memory.
#pragma once

#include "core/model/memory.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <windows.h>

namespace ipclens {

// Asks once for each allocation. For one walk, on one thread.
class MappedFileNames {
public:
    explicit MappedFileNames(HANDLE process) : m_process(process) {}

    // As a drive path where there is one; empty for memory that no file backs.
    const std::string &at(Address allocationBase);

private:
    std::string ask(Address allocationBase);
    std::wstring onDrive(std::wstring device);

    HANDLE m_process;
    std::map<Address, std::string> m_names;
    std::vector<std::pair<std::wstring, std::wstring>> m_drives; // device, drive letter and colon
    bool m_drivesKnown = false;
};

} // namespace ipclens
