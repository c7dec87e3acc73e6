// Scanning and narrowing, against a plain model of it; undo, memory and disk, cancelling, the session's commands.
#include "core/session/scan.h"
#include "core/session/value_criterion.h"
#include "tests/unit/session_fixture.h"
#include "tests/unit/sparse_source.h"

#include <cstring>
#include <limits>
#include <random>

namespace ipclens {
namespace {

using namespace std::string_view_literals;
using enum ScanComparison;

constexpr std::uint64_t mebi = 1 << 20;
constexpr std::uint64_t gibi = std::uint64_t{1} << 30;
constexpr std::uint64_t plenty = gibi;

std::shared_ptr<Scan> startScan(MemorySource &source, const StartScan &command, std::uint64_t budget = plenty)
{
    auto scan = Scan::start(source, command, std::make_shared<ScanBudget>(budget), {}, {});
    if (!scan)
        throw std::runtime_error(toText(scan.error()));
    return *scan;
}

ScanStatus narrow(Scan &scan, MemorySource &source, const ScanTerms &terms)
{
    const auto status = scan.narrow(source, terms, {}, {});
    if (!status)
        throw std::runtime_error(toText(status.error()));
    return *status;
}

std::vector<ScanRow> rows(Scan &scan, MemorySource &source, std::uint64_t first = 0, std::uint32_t count = 10'000)
{
    const auto read = scan.read(source, first, count, {});
    if (!read)
        throw std::runtime_error(toText(read.error()));
    return read->rows;
}

std::vector<Address> places(Scan &scan, MemorySource &source)
{
    std::vector<Address> all;
    for (const ScanRow &row : rows(scan, source))
        all.push_back(row.address);
    return all;
}

template <class T>
T as(const Bytes &bytes)
{
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

using Places = std::vector<Address>;

TEST(Scan, ExactThenChangedThenUndo)
{
    SparseSource source;
    source.addRegion({0x10000, 0x2000});
    for (const Address at : {0x10010, 0x10020, 0x11FFC})
        source.setValue<std::uint32_t>(at, 42);
    source.setValue<std::uint32_t>(0x10031, 42); // not aligned
    const auto scan = startScan(source, {.type = ValueType::U32, .terms = {.value = "42"}});
    EXPECT_EQ(scan->status().matches, 3u);
    EXPECT_EQ(scan->status().scanned, 0x2000u);
    EXPECT_EQ(scan->status().steps, 1u);
    EXPECT_EQ(places(*scan, source), (Places{0x10010, 0x10020, 0x11FFC}));

    source.setValue<std::uint32_t>(0x10020, 43);
    const auto live = rows(*scan, source, 1, 1);
    ASSERT_EQ(live.size(), 1u);
    EXPECT_EQ(live[0].address, 0x10020u);
    EXPECT_EQ(as<std::uint32_t>(live[0].before), 42u);
    EXPECT_EQ(as<std::uint32_t>(live[0].now.value()), 43u);

    EXPECT_EQ(narrow(*scan, source, {.comparison = Increased}).matches, 1u);
    EXPECT_EQ(places(*scan, source), (Places{0x10020}));
    EXPECT_EQ(as<std::uint32_t>(rows(*scan, source)[0].before), 43u);
    EXPECT_EQ(narrow(*scan, source, {.comparison = Changed}).matches, 0u);
    EXPECT_TRUE(rows(*scan, source).empty());
    EXPECT_EQ(narrow(*scan, source, {.comparison = Unchanged}).matches, 0u);
    EXPECT_EQ(scan->status().steps, 4u);
    EXPECT_EQ(scan->undo()->matches, 0u);
    EXPECT_EQ(scan->undo()->matches, 1u);
    EXPECT_EQ(scan->undo()->matches, 3u);
    EXPECT_EQ(as<std::uint32_t>(rows(*scan, source)[1].before), 42u); // as it was then
    EXPECT_EQ(scan->undo().error().kind, ErrorKind::Invalid);
    EXPECT_EQ(scan->status().matches, 3u);
    EXPECT_TRUE(rows(*scan, source, 3, 10).empty());
    EXPECT_TRUE(rows(*scan, source, 99, 10).empty());
    EXPECT_EQ(scan->read(source, 0, 10'001, {}).error().kind, ErrorKind::OutOfRange);
}

TEST(Scan, UnalignedAndAcrossBordersNeverAcrossHoles)
{
    SparseSource source;
    source.addRegion({0x10000, mebi + 0x1000}, RegionType::Private);
    source.addRegion({0x111000, 0x1000}, RegionType::Mapped, {.read = true});
    source.addRegion({0x113000, 0x1000}, RegionType::Image, {.read = true});
    const std::uint64_t value = 0x1122334455667788;
    const Places everywhere{0x10003, 0x10000 + mebi - 65, 0x10000 + mebi - 3, 0x110FFB, 0x113FF8};
    for (const Address at : everywhere)
        source.setValue(at, value);
    source.setValue<std::uint32_t>(0x111FFC, 0x55667788); // the other half is behind the hole
    source.setValue<std::uint32_t>(0x113000, 0x11223344);
    for (const bool isDirect : {false, true}) {
        source.isDirect = isDirect;
        const auto scan =
            startScan(source, {.type = ValueType::U64, .alignment = 1, .terms = {.value = "0x1122334455667788"}});
        EXPECT_EQ(places(*scan, source), everywhere);
        const auto bytes = startScan(source, {.terms = {.value = "88 77 66 55 ?? 33 22 11"}});
        EXPECT_EQ(places(*bytes, source), everywhere);
        const auto aligned = startScan(source, {.type = ValueType::U64, .terms = {.value = "0x1122334455667788"}});
        EXPECT_EQ(places(*aligned, source), (Places{0x113FF8}));
        const auto coarse = startScan(source, {.type = ValueType::U8, .alignment = 4, .terms = {.value = "0x88"}});
        EXPECT_EQ(places(*coarse, source), (Places{0x111FFC, 0x113FF8}));
    }
}

TEST(Scan, GuardedPagesHolesAndMappedMemory)
{
    SparseSource source; // fails the test when closed pages are read
    source.addRegion({0x10000, 0x1000});
    source.addRegion({0x11000, 0x1000}, RegionType::Private, {.read = true, .write = true, .guard = true});
    source.addRegion({0x12000, 0x1000}, RegionType::Private, {});
    source.addReserved({0x13000, 0x1000});
    source.addRegion({0x14000, 0x1000}, RegionType::Mapped, {.read = true});
    for (const Address at : {0x10000, 0x11000, 0x12000, 0x14000})
        source.setValue<std::uint16_t>(at, 7);
    const StartScan command{.type = ValueType::U16, .terms = {.value = "7"}};
    const auto scan = startScan(source, command);
    EXPECT_EQ(places(*scan, source), (Places{0x10000, 0x14000})); // also behind the first region, also mapped
    narrow(*scan, source, {.comparison = Unchanged});
    EXPECT_EQ(places(*scan, source), (Places{0x10000, 0x14000}));
    auto writable = command;
    writable.regions.writableOnly = true;
    EXPECT_EQ(places(*startScan(source, writable), source), (Places{0x10000}));
    auto unmapped = command;
    unmapped.regions.mapped = false;
    EXPECT_EQ(places(*startScan(source, unmapped), source), (Places{0x10000}));
    auto part = command;
    part.range = {0x10001, 0x4000};
    EXPECT_TRUE(places(*startScan(source, part), source).empty()); // the second reaches behind the range
    part.range = {0x10001, 0x4001};
    EXPECT_EQ(places(*startScan(source, part), source), (Places{0x14000}));
}

TEST(Scan, BeyondFourGibibytes)
{
    SparseSource source;
    source.addRegion({0x10000, 5 * gibi});
    source.addRegion({0x7FFF'0000'0000, 0x2000});
    source.setUnreadable({0x10000 + mebi, 5 * gibi - 2 * mebi});
    const Address far = 0x10000 + 5 * gibi - 8;
    for (const Address at : {Address{0x10008}, far, Address{0x7FFF'0000'1FF8}})
        source.setValue<double>(at, 2.5);
    const auto scan = startScan(source, {.type = ValueType::F64, .terms = {.value = "2.5"}});
    EXPECT_EQ(places(*scan, source), (Places{0x10008, far, 0x7FFF'0000'1FF8}));
    EXPECT_EQ(scan->status().scanned, 2 * mebi + 0x2000);
    EXPECT_EQ(scan->status().unreadable, 5 * gibi - 2 * mebi);
    source.setValue<double>(far, 3);
    EXPECT_EQ(narrow(*scan, source, {.comparison = Changed}).matches, 1u);
    EXPECT_EQ(places(*scan, source), (Places{far}));
}

TEST(Scan, WhatCannotBeReadIsDroppedAndCounted)
{
    SparseSource source;
    source.addRegion({0x10000, 0x4000});
    source.setUnreadable({0x11000, 0x1000});
    const auto scan = startScan(source, {.type = ValueType::U32, .alignment = 1, .terms = {.comparison = Unknown}});
    // Bytes from 0x10000 to 0x10FFF and from 0x12000 to 0x13FFF: no value reaches into the bad page.
    EXPECT_EQ(scan->status().matches, 0x1000u - 3 + 0x2000 - 3);
    EXPECT_EQ(scan->status().unreadable, 0x1000u);
    source.setUnreadable({0x13000, 0x1000});
    EXPECT_FALSE(rows(*scan, source, 0x1000 - 3 + 0x1000, 1)[0].now);
    const auto status = narrow(*scan, source, {.comparison = Unchanged});
    EXPECT_EQ(status.matches, 0x1000u - 3 + 0x1000 - 3);
    EXPECT_EQ(status.unreadable, 0x2000u);
    // A source that is gone changes nothing.
    source.exited = true;
    EXPECT_EQ(scan->narrow(source, {.comparison = Unchanged}, {}, {}).error().kind, ErrorKind::Exited);
    EXPECT_EQ(scan->status().matches, status.matches);
    EXPECT_EQ(scan->status().steps, 2u);
}

TEST(Scan, NanIsOnlyTheSameAsItself)
{
    SparseSource source;
    source.addRegion({0x10000, 0x1000});
    source.setValue(0x10010, std::numeric_limits<float>::quiet_NaN());
    const auto scan = startScan(source, {.type = ValueType::F32, .terms = {.comparison = NotEqual, .value = "0"}});
    EXPECT_EQ(places(*scan, source), (Places{0x10010}));
    EXPECT_EQ(narrow(*scan, source, {.comparison = Unchanged}).matches, 1u);
    EXPECT_EQ(narrow(*scan, source, {.comparison = Increased}).matches, 0u);
}

TEST(Scan, BytesAreEqualOrNotChangedOrNot)
{
    SparseSource source;
    source.addRegion({0x10000, 0x1000});
    source.set(0x10001, "abcde");
    source.set(0x10801, "abcXe");
    const auto scan = startScan(source, {.terms = {.value = "61 62 63 ?? 65"}});
    EXPECT_EQ(places(*scan, source), (Places{0x10001, 0x10801}));
    source.set(0x10801, "Q");
    EXPECT_EQ(narrow(*scan, source, {.comparison = Unchanged}).matches, 1u);
    EXPECT_EQ(scan->undo()->matches, 2u);
    EXPECT_EQ(narrow(*scan, source, {.comparison = Changed}).matches, 1u);
    EXPECT_EQ(narrow(*scan, source, {.value = "51 62 63 58 65"}).matches, 1u);
    EXPECT_EQ(narrow(*scan, source, {.comparison = NotEqual, .value = "51 62 63 58 65"}).matches, 0u);
    const auto refused = [&](const ScanTerms &terms, bool isFirst) {
        return isFirst ? Scan::start(source, {.terms = terms}, std::make_shared<ScanBudget>(plenty), {}, {}).error()
                       : scan->narrow(source, terms, {}, {}).error();
    };
    EXPECT_EQ(refused({.comparison = Greater, .value = "00"}, true).kind, ErrorKind::Invalid);
    EXPECT_EQ(refused({.comparison = Unknown}, true).kind, ErrorKind::Invalid);
    EXPECT_EQ(refused({.value = "0g"}, true).kind, ErrorKind::Invalid);
    EXPECT_EQ(refused({.value = "00"}, false).kind, ErrorKind::Invalid); // another size
}

TEST(Scan, RefusesWhatMakesNoSense)
{
    SparseSource source;
    source.addRegion({0x10000, 0x1000});
    const auto kind = [&](const StartScan &command) {
        return Scan::start(source, command, std::make_shared<ScanBudget>(plenty), {}, {}).error().kind;
    };
    EXPECT_EQ(kind({.type = ValueType::U32, .alignment = 3, .terms = {.value = "1"}}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.type = ValueType::U32, .terms = {.value = "x"}}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.type = ValueType::U32, .terms = {.comparison = Changed}}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.type = ValueType::U32, .terms = {.value = "1"}, .range = {~Address{0}, 2}}),
              ErrorKind::OutOfRange);
}

TEST(Scan, SixteenNarrowingsCanBeUndone)
{
    SparseSource source;
    source.addRegion({0x10000, 0x1000});
    const auto scan = startScan(source, {.type = ValueType::U8, .terms = {.comparison = Unknown}});
    for (unsigned i = 1; i <= 20; ++i) {
        source.set(0x10000 + i, "x");
        EXPECT_EQ(narrow(*scan, source, {.value = "0"}).matches, 0x1000u - i);
    }
    EXPECT_EQ(scan->status().steps, 17u);
    for (unsigned i = 19; i >= 4; --i)
        EXPECT_EQ(scan->undo()->matches, 0x1000u - i);
    EXPECT_EQ(scan->undo().error().kind, ErrorKind::Invalid);
    EXPECT_EQ(scan->status().steps, 1u);
}

// A scan in plain words: every candidate with its bytes.
struct Model {
    std::map<Address, Bytes> matches;

    void narrow(SparseSource &source, const ValueCriterion &test)
    {
        const OneValueCheck passes = oneValueCheck(test);
        for (auto match = matches.begin(); match != matches.end();) {
            const Bytes now = source.get({match->first, match->second.size()});
            if (passes(test, now.data(), match->second.data())) {
                match->second = now;
                ++match;
            } else {
                match = matches.erase(match);
            }
        }
    }
};

// Dense and sparse, in memory and on disk, aligned or not, directly or through copies: always the same as the model.
TEST(Scan, AgreesWithAPlainModel)
{
    std::mt19937 random(3);
    const auto pick = [&](std::uint64_t below) { return random() % below; };
    for (int round = 0; round < 40; ++round) {
        SparseSource source;
        std::vector<AddressRange> runs;
        Address at = 0x10000;
        for (int i = 0; i < 3; ++i) {
            const AddressRange range{at, (1 + pick(3)) * (round % 8 == 0 ? 4096 : 1024)};
            source.addRegion(range);
            if (!runs.empty() && runs.back().end() == at)
                runs.back().size += range.size;
            else
                runs.push_back(range);
            at = range.end() + (pick(2) ? 4096 : 0);
        }
        // A few values all over, or noise.
        const bool isNoise = pick(2);
        const auto change = [&] {
            for (const AddressRange &run : runs) {
                Bytes bytes = source.get(run);
                for (std::size_t n = isNoise ? bytes.size() / 2 : 20; n > 0; --n)
                    bytes[pick(bytes.size())] = static_cast<std::byte>(pick(3));
                source.set(run.begin, bytes);
            }
        };
        change();
        const ValueType type =
            std::array{ValueType::U8, ValueType::I16, ValueType::U32, ValueType::I64, ValueType::F32}[pick(5)];
        const std::uint32_t alignment = pick(2) ? 0 : std::uint32_t{1} << pick(4);
        const std::size_t stride = alignment ? alignment : sizeOf(type);
        const std::size_t size = sizeOf(type);
        source.isDirect = pick(2);
        const auto first = std::array<ScanTerms, 4>{{{.comparison = Unknown},
                                                     {.value = "0"},
                                                     {.comparison = Greater, .value = "0"},
                                                     {.comparison = NotEqual, .value = "0"}}}[pick(4)];
        const auto scan =
            startScan(source, {.type = type, .alignment = alignment, .terms = first}, pick(2) ? plenty : 1000);
        Model model;
        for (const AddressRange &run : runs)
            for (Address a = (run.begin + stride - 1) / stride * stride; a + size <= run.end(); a += stride)
                model.matches.emplace(a, source.get({a, size}));
        if (const auto test = makeValueCriterion(type, ByteOrder::Little, first, true).value())
            model.narrow(source, *test);

        std::vector<Model> steps{model};
        for (int step = 0; step < 5; ++step) {
            std::vector<ScanRow> all;
            for (std::uint64_t from = 0; from < scan->status().matches; from += 10'000)
                std::ranges::copy(rows(*scan, source, from), std::back_inserter(all));
            ASSERT_EQ(all.size(), steps.back().matches.size()) << nameOf(type) << ' ' << stride << " step " << step;
            auto row = all.begin();
            for (const auto &[address, bytes] : steps.back().matches) {
                ASSERT_EQ(row->address, address);
                ASSERT_EQ(row->before, bytes);
                ASSERT_EQ(row->now, source.get({address, size}));
                ++row;
            }
            if (steps.size() > 1 && pick(4) == 0) {
                scan->undo();
                steps.pop_back();
                continue;
            }
            if (pick(3))
                change();
            const auto terms = std::array<ScanTerms, 6>{{{.comparison = Changed},
                                                         {.comparison = Unchanged},
                                                         {.comparison = Increased},
                                                         {.comparison = Decreased},
                                                         {.comparison = NotEqual, .value = "1"},
                                                         {.comparison = IncreasedBy, .value = "1"}}}[pick(6)];
            steps.push_back(steps.back());
            steps.back().narrow(source, *makeValueCriterion(type, ByteOrder::Little, terms, false).value());
            narrow(*scan, source, terms);
        }
    }
}

// 6 MiB of which all changes, again and again.
TEST(Scan, TakesLittleMoreThanWhatItLookedThrough)
{
    constexpr std::uint64_t size = 6 * mebi;
    constexpr std::uint64_t history = 4 * mebi;
    struct Counter final : SparseSource {
        ReadOutcome read(Address, std::span<std::byte> into) override
        {
            std::memset(into.data(), value, into.size());
            return {into.size(), 0, std::nullopt};
        }
        int value = 0;
    } source;
    source.addRegion({0, size});
    for (const std::uint32_t alignment : {1u, 4u}) {
        const auto scan =
            Scan::start(source, {.type = ValueType::U32, .alignment = alignment, .terms = {.comparison = Unknown}},
                        std::make_shared<ScanBudget>(plenty, history), {}, {})
                .value();
        EXPECT_LE(scan->status().memory, size * 13 / 10);
        EXPECT_EQ(scan->status().disk, 0u);
        for (int i = 0; i < 3; ++i) {
            ++source.value;
            const auto status = narrow(*scan, source, {.comparison = Increased});
            EXPECT_EQ(status.matches, scan->status().matches);
            EXPECT_LE(status.memory, size + history + mebi + size / 8);
        }
        EXPECT_GT(scan->status().disk, size); // where the former ones are
        const auto last = scan->status().matches;
        EXPECT_EQ(as<std::uint8_t>(rows(*scan, source, 5, 1)[0].before), source.value);
        scan->undo();
        scan->undo();
        EXPECT_EQ(as<std::uint8_t>(rows(*scan, source, 5, 1)[0].before), source.value - 2);
        EXPECT_EQ(scan->status().matches, last);
        EXPECT_EQ(narrow(*scan, source, {.comparison = Unchanged}).matches, 0u);
    }
}

TEST(Scan, GoesToDiskBeyondTheBudget)
{
    SparseSource source;
    source.addRegion({0, 8 * mebi});
    const auto budget = std::make_shared<ScanBudget>(mebi);
    {
        const auto scan =
            Scan::start(source, {.type = ValueType::U32, .terms = {.comparison = Unknown}}, budget, {}, {}).value();
        EXPECT_LE(scan->status().memory, 2 * mebi);
        EXPECT_GE(scan->status().disk, 6 * mebi);
        source.setValue<std::uint32_t>(5 * mebi, 1);
        EXPECT_EQ(narrow(*scan, source, {.comparison = Changed}).matches, 1u);
        EXPECT_EQ(places(*scan, source), (Places{5 * mebi}));
        EXPECT_EQ(scan->undo()->matches, 2 * mebi);
        EXPECT_GT(budget->used, 0u);
    }
    EXPECT_EQ(budget->used, 0u);
}

TEST(Scan, CancellingLeavesItAsItWas)
{
    SparseSource source;
    source.addRegion({0, 8 * mebi});
    std::stop_source stop;
    const auto budget = std::make_shared<ScanBudget>(plenty);
    const StartScan unknown{.type = ValueType::U32, .terms = {.comparison = Unknown}};
    source.beforeRead = [&](AddressRange range) {
        if (range.begin >= 4 * mebi)
            stop.request_stop();
    };
    EXPECT_EQ(Scan::start(source, unknown, budget, {}, stop.get_token()).error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(budget->used, 0u);
    const auto scan = Scan::start(source, unknown, budget, {}, {}).value();
    const auto before = scan->status();
    stop = {};
    EXPECT_EQ(scan->narrow(source, {.value = "0"}, {}, stop.get_token()).error().kind, ErrorKind::Cancelled);
    EXPECT_EQ(scan->status().matches, before.matches);
    EXPECT_EQ(scan->status().steps, 1u);
    EXPECT_EQ(scan->status().memory, before.memory);
    scan->close();
    EXPECT_EQ(scan->narrow(source, {.value = "0"}, {}, {}).error().kind, ErrorKind::Cancelled);
}

TEST(ScanStore, ReusesItsFile)
{
    ScanStore store(std::make_shared<ScanBudget>(0));
    const auto keep = [&](std::size_t size, int value) {
        return store.keep(Bytes(size, static_cast<std::byte>(value))).value();
    };
    auto a = keep(100, 1), b = keep(200, 2), c = keep(300, 3);
    EXPECT_EQ(store.memory(), 0u);
    EXPECT_EQ(store.disk(), 600u);
    a.reset();
    b.reset();
    const auto d = keep(300, 4), e = keep(10, 5); // in the room of both
    EXPECT_EQ(*store.load(*c).value(), Bytes(300, std::byte{3}));
    EXPECT_EQ(*store.load(*d).value(), Bytes(300, std::byte{4}));
    EXPECT_EQ(*store.load(*e).value(), Bytes(10, std::byte{5}));
    EXPECT_EQ(store.disk(), 610u);
    EXPECT_EQ(store.load(*keep(0, 0)).value()->size(), 0u);
}

class ScanSession : public SessionTest {};
INSTANTIATE_TEST_SUITE_P(Session, ScanSession, testing::Values(Where::InProcess, Where::OverWire), whereName);

TEST_P(ScanSession, ScansNarrowsReadsAndUndoes)
{
    const auto memory = m_world->addSection("X", 0x3000);
    memory->set(0x100, "\x2A\0\0\0"sv);
    memory->set(0x1FFC, "\x2A\0\0\0"sv);
    start();
    const auto info = openSection("X");
    const auto first =
        ask(StartScan{.source = info.source, .type = ValueType::U32, .terms = {.value = "42"}, .job = 5});
    ASSERT_TRUE(first) << toText(first.error());
    EXPECT_EQ(first->matches, 2u);
    EXPECT_NE(first->scan, 0u);
    ASSERT_TRUE(m_events.waitFor<Progress>([](const Progress &progress) { return progress.job == 5; }));
    memory->set(0x100, "\x2B"sv);
    const auto rows = ask(ReadScan{.scan = first->scan}).value();
    ASSERT_EQ(rows.rows.size(), 2u);
    EXPECT_EQ(rows.rows[0].before, toBytes("\x2A\0\0\0"sv));
    EXPECT_EQ(rows.rows[0].now, toBytes("\x2B\0\0\0"sv));
    const auto narrowed = ask(NarrowScan{.scan = first->scan, .terms = {.comparison = Changed}}).value();
    EXPECT_EQ(narrowed.matches, 1u);
    EXPECT_EQ(narrowed.scan, first->scan);
    EXPECT_EQ(ask(NarrowScan{.scan = first->scan, .terms = {.value = "x"}}).error().kind, ErrorKind::Invalid);
    EXPECT_EQ(ask(UndoScan{first->scan}).value().matches, 2u);
    EXPECT_EQ(ask(UndoScan{first->scan}).error().kind, ErrorKind::Invalid);
    EXPECT_TRUE(ask(CloseScan{first->scan}));
    EXPECT_EQ(ask(CloseScan{first->scan}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(NarrowScan{.scan = first->scan}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(StartScan{.source = 99, .type = ValueType::U8, .terms = {.value = "1"}}).error().kind,
              ErrorKind::Missing);
}

TEST_P(ScanSession, EndsWithItsSource)
{
    m_world->addSection("X", 0x3000);
    start();
    const auto info = openSection("X");
    const auto scan =
        ask(StartScan{.source = info.source, .type = ValueType::U8, .terms = {.comparison = Unknown}}).value();
    EXPECT_TRUE(ask(SetSourceAccess{info.source, Access::ReadWrite})); // it survives that
    EXPECT_EQ(ask(NarrowScan{.scan = scan.scan, .terms = {.value = "0"}}).value().matches, 0x3000u);
    EXPECT_TRUE(ask(CloseSource{info.source}));
    EXPECT_EQ(ask(ReadScan{.scan = scan.scan}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(UndoScan{scan.scan}).error().kind, ErrorKind::Missing);
}

// A section whose large reads wait at a gate.
class GatedSection final : public Section {
public:
    struct Gate {
        Signal reached, open;
    };
    explicit GatedSection(Gate &gate) : m_gate(gate) { m_memory.addRegion(m_extent); }

    std::string name() const override { return "section:gated"; }
    AddressRange extent() const override { return m_extent; }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override
    {
        return m_memory.regions(range, stop);
    }
    ReadOutcome read(Address address, std::span<std::byte> into) override
    {
        if (into.size() > 0x10000) {
            m_gate.reached.set();
            m_gate.open.wait();
        }
        return m_memory.read(address, into);
    }
    Result<void> write(Address address, std::span<const std::byte> bytes) override
    {
        return m_memory.write(address, bytes);
    }
    SectionInfo info() const override { return {.name = "gated", .size = m_extent.size}; }
    Access access() const override { return Access::Read; }
    std::vector<std::string> granted() const override { return {}; }
    std::vector<std::string> refused() const override { return {}; }

private:
    Gate &m_gate;
    const AddressRange m_extent{0, 4 * mebi};
    SparseSource m_memory;
};

class GatedSystem final : public FakeSystem {
public:
    explicit GatedSystem(GatedSection::Gate &gate) : FakeSystem(std::make_shared<FakeWorld>()), m_gate(gate) {}
    Result<std::shared_ptr<Section>> openSection(const std::string &, Access) override
    {
        return std::make_shared<GatedSection>(m_gate);
    }

private:
    GatedSection::Gate &m_gate;
};

TEST(ScanLane, HoldsNothingUpAndCanBeCancelled)
{
    GatedSection::Gate gate;
    TemporaryFolder folder;
    const auto session = startSession(std::make_unique<GatedSystem>(gate), {.journalFolder = folder.path()}, {});
    const auto info = session->wait(OpenSource{.spec = {.kind = SourceKind::Section, .name = "gated"}}).value();
    Signal replied;
    const auto call = session->call(
        StartScan{.source = info.source, .type = ValueType::U8, .terms = {.comparison = Unknown}},
        [&](Result<ScanStatus>) { replied.set(); });
    ASSERT_TRUE(gate.reached.wait());
    EXPECT_TRUE(session->wait(ReadMemory{info.source, {{0, 16}}}));
    EXPECT_TRUE(session->wait(ListRegions{info.source}));
    EXPECT_TRUE(session->wait(FindBytes{.source = info.source, .pattern = {.text = "01"}, .range = {0, 0x1000}}));
    session->cancel(call);
    gate.open.set();
    // The next scan works; of the cancelled one nothing is left.
    const auto next = session->wait(
        StartScan{.source = info.source, .type = ValueType::U8, .terms = {.value = "0"}, .range = {0, 0x1000}});
    ASSERT_TRUE(next) << toText(next.error());
    EXPECT_EQ(next->matches, 0x1000u);
    EXPECT_FALSE(replied.isSet());
    for (ScanId other = 1; other < next->scan; ++other)
        EXPECT_EQ(session->wait(ReadScan{.scan = other}).error().kind, ErrorKind::Missing);
}

} // namespace
} // namespace ipclens
