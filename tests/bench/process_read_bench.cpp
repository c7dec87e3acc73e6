// Reading another process through System against bare ReadProcessMemory in the same process.
#include "core/os/system.h"
#include "tests/bench/measure.h"
#include "tests/bench/windows_child.h"

using namespace ipclens;

namespace {

constexpr std::size_t blockSize = std::size_t{64} << 20;

// Holds a touched block for the parent to read; ends with its standard input.
int holdBlock()
{
    auto *block = static_cast<char *>(VirtualAlloc(nullptr, blockSize, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    if (!block)
        return 1;
    for (std::size_t i = 0; i < blockSize; i += 64)
        block[i] = static_cast<char>(i >> 6);
    fmt::print("{} {}\n", GetCurrentProcessId(), reinterpret_cast<std::uint64_t>(block));
    std::fflush(stdout);
    std::getchar();
    return 0;
}

} // namespace

int main(int argc, char **)
{
    if (argc > 1)
        return holdBlock();

    bench::Child child = bench::startSelf(L"hold");
    unsigned long pid = 0;
    unsigned long long address = 0;
    if (std::sscanf(child.firstLine.c_str(), "%lu %llu", &pid, &address) != 2)
        bench::fail("reading the child's answer");

    const auto system = makeSystem();
    const auto process = system->openProcess({static_cast<std::uint32_t>(pid), 0}, Access::Read);
    if (!process) {
        fmt::print(stderr, "{}\n", toText(process.error()));
        return 1;
    }
    std::vector<std::byte> buffer(blockSize);
    constexpr std::size_t piece = 1 << 20;
    const auto each = [&](auto read) {
        return [&buffer, read] {
            return blockSize
                / bench::seconds([&] {
                      for (std::size_t at = 0; at < blockSize; at += piece)
                          if (!read(at, std::span(buffer).subspan(at, piece)))
                              bench::fail("read");
                  })
                / 1e6;
        };
    };
    const auto ours = each([&](std::size_t at, std::span<std::byte> into) {
        return (*process)->read(address + at, into).count == into.size();
    });
    const auto bare = each([&](std::size_t at, std::span<std::byte> into) {
        SIZE_T read = 0;
        return ReadProcessMemory(child.process, reinterpret_cast<const void *>(address + at), into.data(), into.size(), &read)
            && read == into.size();
    });
    ours(), bare();
    bench::report("read 64 MiB of a process", bench::alternate(15, ours, bare), "MB/s", "at least 0.8");
    CloseHandle(child.in);
    child.finish();
}
