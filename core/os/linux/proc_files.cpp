#include "core/os/linux/proc_files.h"

#include "core/os/linux/linux_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fmt/format.h>
#include <set>
#include <unistd.h>

namespace ipclens {
namespace {

constexpr std::uint64_t kernelThreadFlag = 0x00200000; // PF_KTHREAD, include/linux/sched.h

template <class Number>
bool takeNumber(std::string_view &text, Number &number, int base, char end)
{
    const auto [next, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (problem != std::errc() || next == text.data() + text.size() || *next != end)
        return false;
    text.remove_prefix(static_cast<std::size_t>(next - text.data()) + 1);
    return true;
}

std::string_view takeWord(std::string_view &text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

struct Mapping {
    Region region;
    bool isShared = false;
};

// "7f2b6011f000-7f2b60145000 r--p 00000000 fe:00 332835    /usr/lib/x86_64-linux-gnu/libc.so.6", see proc(5).
std::optional<Mapping> parseMapping(std::string_view line)
{
    Address begin = 0;
    Address end = 0;
    if (!takeNumber(line, begin, 16, '-') || !takeNumber(line, end, 16, ' ') || end <= begin)
        return std::nullopt;
    const auto flags = takeWord(line);
    takeWord(line); // offset
    takeWord(line); // device
    const auto inode = takeWord(line);
    if (flags.size() != 4 || inode.empty())
        return std::nullopt;
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));

    Mapping mapping{.isShared = flags[3] == 's'};
    Region &region = mapping.region;
    region.range = {begin, end - begin};
    region.state = RegionState::Committed;
    region.mapped = std::string(line);
    // The kernel refuses others these two whatever their flags say.
    const bool isKernels = line.starts_with("[vvar") || line == "[vsyscall]";
    region.protection.read = flags[0] == 'r' && !isKernels;
    region.protection.write = flags[1] == 'w';
    region.protection.execute = flags[2] == 'x';
    region.protection.copyOnWrite = region.protection.write && !mapping.isShared && inode != "0";
    region.allocationBase = begin;
    region.type = inode != "0" || mapping.isShared ? RegionType::Mapped : RegionType::Private;
    return mapping;
}

// Pieces of one file that follow each other were mapped as one.
void joinAllocations(std::vector<Region> &regions)
{
    const Region *previous = nullptr;
    for (Region &region : regions) {
        if (previous && region.type != RegionType::Private && region.mapped == previous->mapped &&
            region.range.begin == previous->range.end())
            region.allocationBase = previous->allocationBase;
        previous = &region;
    }
}

} // namespace

Result<std::string> readProcFile(const std::filesystem::path &path, const std::string &object)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return linuxFailure(errno, "open " + path.string(), object);
    std::string text;
    std::array<char, 16 * 1024> piece;
    for (;;) {
        const ssize_t count = ::read(file, piece.data(), piece.size());
        if (count < 0 && errno == EINTR)
            continue;
        const int code = errno;
        if (count <= 0) {
            ::close(file);
            if (count < 0)
                return linuxFailure(code, "read " + path.string(), object);
            return text;
        }
        text.append(piece.data(), static_cast<std::size_t>(count));
    }
}

std::optional<ProcStat> parseProcStat(std::string_view text)
{
    // The program's name may hold spaces and brackets: it ends at the last one.
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open || text.size() < close + 3)
        return std::nullopt;
    ProcStat stat{.command = std::string(text.substr(open + 1, close - open - 1)), .state = text[close + 2]};
    text.remove_prefix(close + 3);

    constexpr int parentField = 4; // as proc(5) counts them; `text` now begins before this one
    constexpr int flagsField = 9;
    constexpr int startField = 22;
    for (int field = parentField; field <= startField; ++field) {
        const auto word = takeWord(text);
        std::int64_t number = 0;
        if (std::from_chars(word.data(), word.data() + word.size(), number).ptr != word.data() + word.size() ||
            word.empty())
            return std::nullopt;
        if (field == parentField)
            stat.parent = static_cast<std::uint32_t>(number);
        else if (field == flagsField)
            stat.kernelThread = (static_cast<std::uint64_t>(number) & kernelThreadFlag) != 0;
        else if (field == startField)
            stat.startTicks = number;
    }
    return stat;
}

Result<ProcStat> readProcStat(std::uint32_t pid)
{
    const std::string object = fmt::format("process {}", pid);
    auto text = readProcFile(fmt::format("/proc/{}/stat", pid), object);
    if (!text)
        return std::unexpected(std::move(text.error()));
    auto stat = parseProcStat(*text);
    if (!stat)
        return Failure(Error{.operation = "read /proc/PID/stat", .object = object, .meaning = "unknown format"});
    return std::move(*stat);
}

Result<std::vector<Region>> parseProcMaps(std::string_view text)
{
    std::vector<Region> regions;
    std::set<std::string, std::less<>> images;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto mapping = parseMapping(line);
        if (!mapping)
            return Failure(Error{.operation = "read /proc/PID/maps",
                                 .object = fmt::format("\"{}\"", line),
                                 .meaning = "unknown format"});
        if (mapping->region.type == RegionType::Mapped && mapping->region.protection.execute)
            images.insert(mapping->region.mapped);
        regions.push_back(std::move(mapping->region));
    }
    for (Region &region : regions) {
        if (region.type == RegionType::Mapped && images.contains(region.mapped))
            region.type = RegionType::Image;
    }
    joinAllocations(regions);
    return regions;
}

Result<std::vector<Region>> readProcMaps(std::uint32_t pid)
{
    auto text = readProcFile(fmt::format("/proc/{}/maps", pid), fmt::format("process {}", pid));
    if (!text)
        return std::unexpected(std::move(text.error()));
    return parseProcMaps(*text);
}

} // namespace ipclens
