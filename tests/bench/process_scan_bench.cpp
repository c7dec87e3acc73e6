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

void plantMatches(char *block)
{
    for (std::size_t i = 32; i < blockSize; i += std::size_t{1} << 20)
        std::memcpy(block + i, &wanted, sizeof wanted);
}

} // namespace

int main(int argc, char **)
{
    if (argc > 1)
        return bench::holdBlock(blockSize, plantMatches);

    bench::HeldBlock held = bench::startHolding();
    std::vector<std::byte> buffer(blockSize);
    const auto rate = [](auto work) { return [work] { return blockSize / bench::seconds(work) / 1e6; }; };
    const auto bare = [&](std::size_t piece) {
        return rate([&, piece] {
            for (std::size_t at = 0; at < blockSize; at += piece) {
                SIZE_T read = 0;
                if (!ReadProcessMemory(held.child.process, reinterpret_cast<const void *>(held.address + at),
                                       buffer.data(), piece, &read))
                    bench::fail("read");
            }
        });
    };
    const auto scan = [&](AddressRange range) {
        return rate([&, range] {
            const auto done =
                Scan::start(*held.process, {.type = ValueType::U32, .terms = {.value = "0x12345678"}, .range = range},
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
                  bench::alternate(9, scan({held.address, blockSize}), bare(best)), "MB/s", "at least 0.8");
    bench::report("the same, all of the process with its regions", bench::alternate(5, scan({}), bare(best)), "MB/s",
                  "-");
    CloseHandle(held.child.in);
    held.child.finish();
}
