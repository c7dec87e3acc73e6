// The first scan of another process against bare ReadProcessMemory, with the best size of piece.
#include "core/os/system.h"
#include "core/session/scan.h"
#include "tests/bench/measure.h"
#include "tests/bench/windows_child.h"

#include <cstring>

using namespace ipclens;

namespace {

constexpr std::size_t blockSize = std::size_t{256} << 20;
constexpr std::uint32_t wanted = 0x1234'5678;
constexpr std::size_t matches = blockSize >> 20;

// Holds a touched block for the parent to scan; ends with its standard input.
int holdBlock()
{
    auto *block = static_cast<char *>(VirtualAlloc(nullptr, blockSize, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
    if (!block)
        return 1;
    for (std::size_t i = 0; i < blockSize; i += 64)
        block[i] = static_cast<char>(i >> 6);
    for (std::size_t i = 32; i < blockSize; i += std::size_t{1} << 20)
        std::memcpy(block + i, &wanted, sizeof wanted);
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
    const auto rate = [](auto work) { return [work] { return blockSize / bench::seconds(work) / 1e6; }; };
    const auto bare = [&](std::size_t piece) {
        return rate([&, piece] {
            for (std::size_t at = 0; at < blockSize; at += piece) {
                SIZE_T read = 0;
                if (!ReadProcessMemory(child.process, reinterpret_cast<const void *>(address + at), buffer.data(),
                                       piece, &read))
                    bench::fail("read");
            }
        });
    };
    const auto scan = [&](AddressRange range) {
        return rate([&, range] {
            const auto done =
                Scan::start(**process, {.type = ValueType::U32, .terms = {.value = "0x12345678"}, .range = range},
                            std::make_shared<ScanBudget>(std::uint64_t{2} << 30), {}, {});
            if (!done || (*done)->status().matches < matches)
                bench::fail("scan");
        });
    };
    std::size_t best = 0;
    double fastest = 0;
    for (const std::size_t piece : {std::size_t{1} << 18, std::size_t{1} << 20, std::size_t{1} << 22}) {
        const auto once = bare(piece);
        once();
        std::vector<double> rates;
        for (int i = 0; i < 5; ++i)
            rates.push_back(once());
        if (const double speed = bench::median(rates); speed > fastest) {
            fastest = speed;
            best = piece;
        }
    }
    bench::report(fmt::format("first scan of 256 MiB of a process ({} KiB)", best >> 10),
                  bench::alternate(9, scan({address, blockSize}), bare(best)), "MB/s", "at least 0.8");
    bench::report("the same, all of the process with its regions",
                  bench::alternate(5, scan({}), bare(best)), "MB/s", "-");
    CloseHandle(child.in);
    child.finish();
}
