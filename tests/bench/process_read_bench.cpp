// Reading another process through System against bare ReadProcessMemory in the same process.
#include "core/os/system.h"
#include "tests/bench/measure.h"
#include "tests/bench/windows_child.h"

using namespace ipclens;

namespace {

constexpr std::size_t blockSize = std::size_t{64} << 20;

} // namespace

int main(int argc, char **)
{
    if (argc > 1)
        return bench::holdBlock(blockSize, [](char *) {});

    bench::HeldBlock held = bench::startHolding();
    std::vector<std::byte> buffer(blockSize);
    constexpr std::size_t piece = 1 << 20;
    const auto each = [&](auto read) {
        return [&buffer, read] {
            return blockSize / bench::seconds([&] {
                       for (std::size_t at = 0; at < blockSize; at += piece)
                           if (!read(at, std::span(buffer).subspan(at, piece)))
                               bench::fail("read");
                   }) /
                   1e6;
        };
    };
    const auto ours = each([&](std::size_t at, std::span<std::byte> into) {
        return held.process->read(held.address + at, into).count == into.size();
    });
    const auto bare = each([&](std::size_t at, std::span<std::byte> into) {
        SIZE_T read = 0;
        return ReadProcessMemory(held.child.process, reinterpret_cast<const void *>(held.address + at), into.data(),
                                 into.size(), &read) &&
               read == into.size();
    });
    ours(), bare();
    bench::report("read 64 MiB of a process", bench::alternate(15, ours, bare), "MB/s", "at least 0.8");
    CloseHandle(held.child.in);
    held.child.finish();
}
