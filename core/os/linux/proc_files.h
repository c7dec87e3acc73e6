// What the kernel tells of processes under /proc.
#pragma once

#include "core/model/memory.h"

#include <filesystem>

namespace ipclens {

// One line of /proc/PID/stat, as far as it is used here.
struct ProcStat {
    std::string command; // at most 15 characters of the program's name
    char state = '?';    // 'Z' and 'X': ended
    std::uint32_t parent = 0;
    bool kernelThread = false;
    std::int64_t startTicks = 0; // since the system started
};

// Whole contents of a file whose size is not known beforehand. `object` names it in errors.
Result<std::string> readProcFile(const std::filesystem::path &path, const std::string &object);

Result<ProcStat> readProcStat(std::uint32_t pid);

// Splits a line of /proc/PID/stat; empty when it is not one.
std::optional<ProcStat> parseProcStat(std::string_view text);

// All mappings of a process, ascending. Files with an executable mapping are images, other files and shared memory mapped.
Result<std::vector<Region>> readProcMaps(std::uint32_t pid);

// The regions that /proc/PID/maps lists; lines that are not in its format are an error naming the line.
Result<std::vector<Region>> parseProcMaps(std::string_view text);

} // namespace ipclens
