// Scanning our own memory against plain loops over the same bytes.
#include "core/session/byte_search.h"
#include "core/session/scan.h"
#include "core/session/watched_ranges.h"
#include "tests/bench/measure.h"

#include <cstring>
#include <random>

#include <immintrin.h>

using namespace ipclens;

namespace {

constexpr std::uint64_t size = std::uint64_t{1} << 30;
constexpr std::uint32_t wanted = 0x1234'5678;

// Memory of our own, given directly or through copies.
class BufferSource final : public MemorySource {
public:
    BufferSource() : m_bytes(size, std::byte{}) {}

    std::byte *data() { return m_bytes.data(); }
    bool isDirect = true;

    std::string name() const override { return "buffer"; }
    AddressRange extent() const override { return {0, size}; }
    Result<std::vector<Region>> regions(AddressRange, std::stop_token) override
    {
        return std::vector{Region{.range = {0, size},
                                  .state = RegionState::Committed,
                                  .protection = {.read = true, .write = true},
                                  .type = RegionType::Mapped}};
    }
    ReadOutcome read(Address address, std::span<std::byte> into) override
    {
        std::memcpy(into.data(), m_bytes.data() + address, into.size());
        return {into.size(), 0, std::nullopt};
    }
    std::span<const std::byte> direct(AddressRange range) override
    {
        return isDirect ? std::span(m_bytes).subspan(range.begin, range.size) : std::span<std::byte>();
    }
    Result<void> write(Address, std::span<const std::byte>) override { return {}; }

private:
    std::vector<std::byte> m_bytes;
};

__attribute__((target("avx2"))) std::uint64_t plainLoop(const std::byte *bytes)
{
    const __m256i value = _mm256_set1_epi32(static_cast<int>(wanted));
    std::uint64_t count = 0;
    for (std::uint64_t at = 0; at < size; at += 128) {
        const auto equal = [&](std::uint64_t offset) __attribute__((target("avx2"))) {
            return _mm256_cmpeq_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(bytes + at + offset)),
                                      value);
        };
        const __m256i a = equal(0), b = equal(32), c = equal(64), d = equal(96);
        const __m256i any = _mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d));
        if (_mm256_movemask_epi8(any) != 0)
            for (const __m256i one : {a, b, c, d})
                count +=
                    static_cast<std::uint64_t>(__builtin_popcount(static_cast<unsigned>(_mm256_movemask_epi8(one)))) /
                    4;
    }
    return count;
}

[[noreturn]] void fail(const std::string &what)
{
    fmt::print(stderr, "{}\n", what);
    std::exit(1);
}

std::shared_ptr<Scan> start(BufferSource &source, const ScanTerms &terms)
{
    auto scan = Scan::start(source, {.type = ValueType::U32, .terms = terms},
                            std::make_shared<ScanBudget>(std::uint64_t{8} << 30), {}, {});
    if (!scan)
        fail(toText(scan.error()));
    return *scan;
}

ScanStatus narrow(Scan &scan, BufferSource &source, ScanComparison comparison)
{
    const auto status = scan.narrow(source, {.comparison = comparison}, {}, {});
    if (!status)
        fail(toText(status.error()));
    return *status;
}

double rate(double seconds) { return size / seconds / 1e6; }

// What a watch of 64 MiB costs a tick, with nothing changed and with every 16th page changed.
void detectChanges(BufferSource &source)
{
    constexpr std::uint64_t watched = std::uint64_t{64} << 20;
    const std::vector<std::byte> copy(source.data(), source.data() + watched);
    std::vector<std::byte> last = copy;
    WatchedRanges ranges({{0, watched}});
    WatchUpdate first;
    ranges.look(source, first);
    const auto look = [&](bool isNews) {
        return watched / bench::seconds([&] {
                   WatchUpdate update;
                   if (ranges.look(source, update) != isNews)
                       fail("change detection");
               }) /
               1e6;
    };
    const auto compare = [&] {
        return watched / bench::seconds([&] {
                   if (std::memcmp(copy.data(), last.data(), watched) != 0)
                       fail("memcmp");
               }) /
               1e6;
    };
    bench::report("change detection of 64 MiB, nothing changed",
                  bench::alternate(
                      31, [&] { return look(false); }, compare),
                  "MB/s", "at least 0.7");
    const auto change = [&] {
        for (std::uint64_t at = 0; at < watched; at += 16 * 4096)
            source.data()[at] ^= std::byte{1};
        return look(true);
    };
    bench::report("the same, every 16th page changed", bench::alternate(15, change, compare), "MB/s", "-");
}

} // namespace

int main()
{
    BufferSource source;
    std::mt19937_64 random(1);
    for (std::uint64_t at = 0; at < size; at += 8) {
        const std::uint64_t noise = random() & 0x7FFF'FFFF'7FFF'FFFF; // none of them what is wanted
        std::memcpy(source.data() + at, &noise, sizeof noise);
    }
    for (std::uint64_t at = 4096; at < size; at += std::uint64_t{1} << 20)
        std::memcpy(source.data() + at, &wanted, sizeof wanted);
    std::uint64_t expected = 0;
    const auto plain = [&] { return rate(bench::seconds([&] { expected = plainLoop(source.data()); })); };
    const auto exact = [&] {
        return rate(bench::seconds([&] {
            if (start(source, {.value = fmt::format("{}", wanted)})->status().matches != expected)
                fail("another number of matches");
        }));
    };
    plain();
    bench::report("first scan of 1 GiB for a u32, own memory", bench::alternate(9, exact, plain), "MB/s",
                  "at least 0.8");
    source.isDirect = false;
    bench::report("the same through copies", bench::alternate(5, exact, plain), "MB/s", "-");
    source.isDirect = true;
    detectChanges(source);
    const auto found = [&](BytePattern pattern) {
        return [&source, &expected, pattern] {
            return rate(bench::seconds([&] {
                const auto reply = findBytes(source, {.pattern = pattern, .limit = mostMatches}, {}, {});
                if (!reply || reply->matches.size() != expected)
                    fail("another number of finds");
            }));
        };
    };
    bench::report("find its bytes at any address", bench::alternate(5, found({.text = "78 56 34 12"}), plain), "MB/s",
                  "-");
    bench::report("find it by a regular expression",
                  bench::alternate(1, found({.kind = PatternKind::Regex, .text = "x[U-W]4\\x12"}), plain), "MB/s", "-");

    {
        constexpr std::uint64_t million = 1'000'000;
        for (std::uint64_t i = 0; i < million; ++i)
            std::memcpy(source.data() + i * (size / million / 4 * 4), &wanted, sizeof wanted);
        const auto scan = start(source, {.value = fmt::format("{}", wanted)});
        const double matches = static_cast<double>(scan->status().matches);
        const auto next = [&] {
            const double took = bench::seconds([&] { narrow(*scan, source, ScanComparison::Unchanged); });
            if (!scan->undo())
                fail("undo");
            return took / matches * 1e6;
        };
        const auto again = [&] {
            const double took = bench::seconds([&] {
                if (!scan->narrow(source, {.value = fmt::format("{}", wanted)}, {}, {}))
                    fail("narrow");
            });
            if (!scan->undo())
                fail("undo");
            return took / matches * 1e6;
        };
        const auto limit = [] { return 0.1; };
        bench::report(fmt::format("next scan over {:.0f} matches, unchanged", matches),
                      bench::alternate(9, next, limit), "us", "at most 1");
        bench::report("the same by value", bench::alternate(9, again, limit), "us", "at most 1");
        source.isDirect = false;
        bench::report("the same by value, through copies", bench::alternate(5, again, limit), "us", "-");
        source.isDirect = true;
    }
    {
        const auto scan = start(source, {.comparison = ScanComparison::Unknown});
        const ScanStatus status = scan->status();
        bench::report("memory of a scan in which all of 1 GiB matches",
                      {static_cast<double>(status.memory) / 1e6, size / 1e6}, "MB", "at most 1.3");
        std::vector<std::byte> copy(source.data(), source.data() + size);
        const auto compare = [&] {
            return rate(bench::seconds([&] {
                if (std::memcmp(copy.data(), source.data(), size) != 0)
                    fail("memcmp");
            }));
        };
        compare();
        for (const std::uint64_t distance : {std::uint64_t{4096}, std::uint64_t{64}, std::uint64_t{4}}) {
            for (std::uint64_t at = 0; at < size; at += distance)
                source.data()[at] ^= std::byte{1};
            std::memcpy(copy.data(), source.data(), size);
            const auto changed = [&] {
                const double took = bench::seconds([&] {
                    if (narrow(*scan, source, ScanComparison::Changed).matches != size / distance)
                        fail("another number of changes");
                });
                if (!scan->undo())
                    fail("undo");
                return rate(took);
            };
            bench::report(fmt::format("\"changed\" over all of 1 GiB, every {} bytes did", distance),
                          bench::alternate(distance == 4 ? 1 : 5, changed, compare), "MB/s",
                          distance == 4096 ? "at least 0.3" : "-");
            for (std::uint64_t at = 0; at < size; at += distance)
                source.data()[at] ^= std::byte{1};
        }
    }
}
