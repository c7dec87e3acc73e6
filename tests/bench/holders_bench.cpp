// Who holds a section, with many processes that have many handles: the whole query, against the bare list of handles alone.
#include "core/os/system.h"
#include "tests/bench/measure.h"
#include "tests/bench/windows_child.h"

#include <vector>

#include <winternl.h>

using namespace ipclens;

namespace {

constexpr int handlesEach = 500;

// Opens 500 handles, `sections` of them to sections, one of these to the shared one; ends with its standard input.
int holdHandles(int sections)
{
    if (!OpenFileMappingW(FILE_MAP_READ, FALSE, L"ipclens-holders-bench"))
        return 1;
    for (int i = 1; i < handlesEach; ++i)
        if (!(i < sections ? CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 4096, nullptr)
                           : CreateEventW(nullptr, TRUE, FALSE, nullptr)))
            return 1;
    fmt::print("ready\n");
    std::fflush(stdout);
    std::getchar();
    return 0;
}

double listingSeconds()
{
    std::vector<char> buffer(32 << 20);
    return bench::seconds([&] {
        ULONG needed = 0;
        if (NtQuerySystemInformation(static_cast<SYSTEM_INFORMATION_CLASS>(64), buffer.data(),
                                     static_cast<ULONG>(buffer.size()), &needed) < 0)
            bench::fail("NtQuerySystemInformation");
    });
}

// One row: `processes` children of which each has `sections` sections among its handles.
void measure(System &system, int processes, int sections)
{
    std::vector<bench::Child> children;
    for (int i = 0; i < processes; ++i)
        children.push_back(bench::startSelf(std::to_wstring(sections)));
    std::size_t holders = 0;
    const auto query = [&] {
        const auto list = system.holders({.name = "ipclens-holders-bench"}, {});
        if (!list)
            bench::fail(toText(list.error()).c_str());
        holders = list->handles.size();
    };
    const auto [ours, listing] = bench::alternate(5, [&] { return bench::seconds(query); }, listingSeconds);
    fmt::print("holders of a section, {} processes x {} handles, {} of them sections: {:.0f} ms ({} holders found; the bare list of "
               "all handles takes {:.0f} ms)\n",
               processes, handlesEach, sections, ours * 1e3, holders, listing * 1e3);
    std::fflush(stdout);
    for (bench::Child &child : children) {
        CloseHandle(child.in);
        child.finish();
    }
}

} // namespace

int main(int argc, char **argv)
{
    // "PROCESSES SECTIONS" measures that one; a child has one number.
    if (argc == 2)
        return holdHandles(std::atoi(argv[1]));
    const HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 4096, L"ipclens-holders-bench");
    if (!section)
        bench::fail("CreateFileMapping");
    const auto system = makeSystem();
    if (argc == 3) {
        measure(*system, std::atoi(argv[1]), std::atoi(argv[2]));
        return 0;
    }
    measure(*system, 200, 25);
    measure(*system, 200, handlesEach);
}
