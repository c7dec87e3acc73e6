// The session's commands around looking at and editing memory, once in this process and once over the wire.
#include "tests/unit/session_fixture.h"

#include <cstring>

namespace ipclens {
namespace {

class EditingTest : public SessionTest {
protected:
    SourceInfo openProcess(std::uint32_t pid, Access access = Access::Read)
    {
        return open({.kind = SourceKind::Process, .process = {.pid = pid}}, access);
    }
    Result<Address> evaluate(SourceId source, const std::string &text, Address here = 0)
    {
        const auto reply = ask(EvaluateAddress{source, text, here});
        return reply ? Result<Address>(reply->address) : Failure(reply.error());
    }
    std::string placeOf(SourceId source, Address address)
    {
        const auto reply = ask(LocateAddresses{source, {address}});
        EXPECT_TRUE(reply) << toText(reply.error());
        return reply ? reply->places.at(0).text : "";
    }
    Bytes read(SourceId source, AddressRange range)
    {
        return ask(ReadMemory{source, {range}}).value().images.at(0).bytes;
    }
    Difference difference(SourceId left, SourceId right, Address from = 0, bool backwards = false)
    {
        const auto reply = ask(FindDifference{.left = left, .right = right, .from = from, .backwards = backwards});
        EXPECT_TRUE(reply) << toText(reply.error());
        return reply.value_or(Difference{});
    }
    static bool eventually(const std::function<bool()> &condition)
    {
        const auto end = std::chrono::steady_clock::now() + testDeadline;
        while (!condition() && std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        return condition();
    }
    std::string pathOf(const std::string &name)
    {
        const auto text = (m_folder.path() / name).u8string();
        return {text.begin(), text.end()};
    }
};

INSTANTIATE_TEST_SUITE_P(Session, EditingTest, testing::Values(Where::InProcess, Where::OverWire), whereName);

template <class T>
Bytes bytesOf(T value)
{
    return toBytes(std::as_bytes(std::span(&value, 1)));
}

// Addresses. ----------------------------------------------------------------------------------------------------------

TEST_P(EditingTest, EvaluatesAddressesInAProcess)
{
    auto memory = m_world->addProcess(100, "one.exe");
    m_world->modules[100] = {{.name = "one.exe", .path = "C:\\x\\one.exe", .range = {0x10000, 0x1000}},
                             {.name = "my lib.DLL", .path = "C:\\x\\my lib.DLL", .range = {0x12000, 0x1000}}};
    memory->set(0x10010, bytesOf(std::uint64_t{0x12008}));
    memory->set(0x1200c, bytesOf(std::uint64_t{0x13000}));
    start();
    const auto source = openProcess(100).source;
    EXPECT_EQ(evaluate(source, "one.exe+10").value(), 0x10010u);
    EXPECT_EQ(evaluate(source, "ONE").value(), 0x10000u) << "in any case, without its extension";
    EXPECT_EQ(evaluate(source, "\"my lib\"+8").value(), 0x12008u);
    EXPECT_EQ(evaluate(source, "[[one.exe+10]+4]+2").value(), 0x13002u);
    EXPECT_EQ(evaluate(source, "+20", 0x10000).value(), 0x10020u);
    const auto reply = ask(EvaluateAddress{source, "[one.exe+10]"}).value();
    EXPECT_EQ(reply.steps, (std::vector<std::string>{"one.exe = 0x10000", "[0x10010] = 0x12008"}));

    EXPECT_EQ(evaluate(source, "two.exe").error().kind, ErrorKind::Missing);
    EXPECT_EQ(evaluate(source, "[0]").error().kind, ErrorKind::Unreadable);
    EXPECT_EQ(evaluate(source, "1+").error().kind, ErrorKind::Invalid);
    EXPECT_EQ(evaluate(source, "ffffffffffffffff").error().kind, ErrorKind::OutOfRange);
    EXPECT_EQ(evaluate(99, "1").error().kind, ErrorKind::Missing);
    m_world->modules[100].push_back({.name = "late.dll", .path = "C:\\late.dll", .range = {0x13000, 0x1000}});
    EXPECT_EQ(evaluate(source, "late.dll").value(), 0x13000u) << "a module that was loaded since";
}

TEST_P(EditingTest, PointersHaveTheSizeOfTheProcess)
{
    auto memory = m_world->addProcess(100, "one.exe");
    m_world->processes[0].architecture = "x86";
    memory->set(0x10000, bytesOf(std::uint64_t{0xffff'ffff'0001'0008}));
    start();
    const auto source = openProcess(100).source;
    EXPECT_EQ(evaluate(source, "[10000]").value(), 0x10008u);
    EXPECT_EQ(evaluate(source, "u16[10000]").value(), 0x8u);
    EXPECT_EQ(evaluate(source, "u64[10000]").error().kind, ErrorKind::OutOfRange);
}

TEST_P(EditingTest, EvaluatesAddressesInASection)
{
    auto memory = m_world->addSection("X", 0x2000);
    memory->set(0x10, bytesOf(std::uint64_t{0x1000}));
    memory->set(0x18, bytesOf(std::uint64_t{0x2000}));
    start();
    const auto source = openSection("X").source;
    EXPECT_EQ(evaluate(source, "[10]+8").value(), 0x1008u) << "a pointer counts from the start";
    EXPECT_EQ(evaluate(source, "X+20").value(), 0x20u);
    const auto outside = evaluate(source, "[18]").error();
    EXPECT_EQ(outside.kind, ErrorKind::OutOfRange);
    EXPECT_NE(toText(outside).find("[0x18] = 0x2000"), std::string::npos) << toText(outside);
    EXPECT_EQ(evaluate(source, "kernel32").error().kind, ErrorKind::Missing);
}

TEST_P(EditingTest, EvaluatesAddressesInASharedSection)
{
    auto memory = m_world->addProcess(100, "one.exe");
    m_world->sharedSections[100] = {{.module = "demo.dll", .section = ".S", .range = {0x11000, 0x1000}}};
    m_world->modules[100] = {{.name = "demo.dll", .path = "C:\\demo.dll", .range = {0x10000, 0x4000}}};
    memory->set(0x11010, bytesOf(std::uint64_t{0x11020})); // addresses of the process
    memory->set(0x11018, bytesOf(std::uint64_t{0x13000}));
    memory->set(0x13000, bytesOf(std::uint64_t{0x11030}));
    start();
    const auto source =
        open({.kind = SourceKind::SharedSection, .process = {.pid = 100}, .module = "demo.dll", .section = ".S"})
            .source;
    EXPECT_EQ(evaluate(source, "10").value(), 0x10u) << "an offset";
    EXPECT_EQ(evaluate(source, "11010").value(), 0x10u) << "as it is shown";
    EXPECT_EQ(evaluate(source, "+8", 0x10).value(), 0x18u);
    EXPECT_EQ(evaluate(source, "[11010]+4").value(), 0x24u);
    EXPECT_EQ(evaluate(source, "[10]").value(), 0x20u);
    EXPECT_EQ(evaluate(source, "demo.dll+1008").value(), 0x8u);
    EXPECT_EQ(evaluate(source, "[[18]]").value(), 0x30u) << "by way of memory outside of the section";
    EXPECT_EQ(evaluate(source, "demo.dll+2000").error().kind, ErrorKind::OutOfRange);
    EXPECT_EQ(placeOf(source, 0x10), "section .S of demo.dll+0x10");
}

TEST_P(EditingTest, LocatesAddresses)
{
    auto memory = m_world->addProcess(100, "one.exe");
    memory->addPages({0x20000, 0x1000}, {.read = true, .guard = true});
    memory->addPages({0x30000, 0x1000});
    m_world->modules[100] = {{.name = "one.exe", .path = "C:\\one.exe", .range = {0x10000, 0x1000}}};
    m_world->addSection("X", 0x2000);
    start();
    const auto source = openProcess(100).source;
    EXPECT_EQ(placeOf(source, 0x10010), "one.exe+0x10");
    EXPECT_EQ(placeOf(source, 0x30010), "private 0x30000+0x10");
    const auto places = ask(LocateAddresses{source, {0x20001, 0x10, ~Address{0}, 0x10000}}).value().places;
    ASSERT_EQ(places.size(), 4u);
    EXPECT_EQ(places[0].text, "private 0x20000+0x1");
    EXPECT_FALSE(places[0].isReadable) << "a guard page";
    EXPECT_EQ(places[1].text, "");
    EXPECT_FALSE(places[1].isReadable);
    EXPECT_EQ(places[2].text, "");
    EXPECT_TRUE(places[3].isReadable);
    EXPECT_EQ(placeOf(openSection("X").source, 0x20), "X+0x20");

    const std::vector<Address> many(10'000, 0x10010);
    const auto all = ask(LocateAddresses{source, many}).value().places;
    ASSERT_EQ(all.size(), many.size());
    EXPECT_EQ(all.back().text, "one.exe+0x10");
    EXPECT_EQ(ask(LocateAddresses{source, std::vector<Address>(10'001)}).error().kind, ErrorKind::OutOfRange);
}

// Freezing. -----------------------------------------------------------------------------------------------------------

TEST_P(EditingTest, HoldsAValue)
{
    auto memory = m_world->addSection("X", 0x1000);
    memory->set(8, "old!");
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto item = ask(Freeze{{.source = source, .address = 8, .bytes = toBytes("held"), .rate = 1000}}).value();
    EXPECT_NE(item.id, 0u);
    EXPECT_EQ(item.name, "section:X");
    EXPECT_EQ(memory->get(8, 4), toBytes("held")) << "written at once";
    for (int i = 1; i <= 3; ++i) {
        Signal written;
        memory->afterWrite([&] { written.set(); });
        memory->set(8, "theirs");
        ASSERT_TRUE(written.wait());
        memory->afterWrite({});
        EXPECT_EQ(memory->get(8, 6), toBytes("heldrs")) << "nothing beside it";
    }
    EXPECT_TRUE(eventually([&] { return ask(ListFrozen{}).value().items.at(0).rewrites >= 3; }));
    const auto list = ask(ListFrozen{}).value();
    ASSERT_EQ(list.items.size(), 1u);
    EXPECT_EQ(list.items[0].rewrites, 3u) << "counted only when it was different";
    EXPECT_FALSE(list.items[0].failure);

    EXPECT_TRUE(ask(Unfreeze{item.id}));
    memory->set(8, "free");
    EXPECT_EQ(ask(Unfreeze{item.id}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(memory->get(8, 4), toBytes("free")) << "nothing is written after the reply";

    const auto entries = ask(ReadJournal{}).value().entries;
    ASSERT_EQ(entries.size(), 1u) << "journalled once";
    EXPECT_EQ(entries[0].before, toBytes("old!"));
    EXPECT_EQ(entries[0].bytes, toBytes("held"));
    EXPECT_EQ(entries[0].state, JournalState::Verified);
    EXPECT_EQ(entries[0].note, "frozen from here on");
}

TEST_P(EditingTest, LetsAValueRiseOrFall)
{
    auto memory = m_world->addSection("X", 0x1000);
    memory->set(0, bytesOf(std::int32_t{-5}));
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto held = [&] { return ask(ListFrozen{}).value().items.at(0).bytes; };
    FrozenItem item{.source = source, .address = 0, .bytes = bytesOf(std::int32_t{-10}), .type = ValueType::I32,
                    .rule = FreezeRule::MayRise, .rate = 1000};
    EXPECT_EQ(ask(Freeze{item}).value().bytes, bytesOf(std::int32_t{-5})) << "it was larger already";
    memory->set(0, bytesOf(std::int32_t{7}));
    EXPECT_TRUE(eventually([&] { return held() == bytesOf(std::int32_t{7}); }))
        << "a larger value becomes the one held";
    memory->set(0, bytesOf(std::int32_t{-100}));
    EXPECT_TRUE(eventually([&] { return memory->get(0, 4) == bytesOf(std::int32_t{7}); }))
        << "a smaller one is overwritten";
    EXPECT_TRUE(ask(Unfreeze{}));

    item = {.source = source, .address = 16, .bytes = Bytes{}, .type = ValueType::F64, .order = ByteOrder::Big,
            .rule = FreezeRule::MayFall, .rate = 1000};
    const auto bigEndian = [](double value) {
        Bytes bytes = bytesOf(value);
        std::ranges::reverse(bytes);
        return bytes;
    };
    item.bytes = bigEndian(2.5);
    memory->set(16, bigEndian(9.0));
    ASSERT_TRUE(ask(Freeze{item}));
    EXPECT_EQ(memory->get(16, 8), bigEndian(2.5));
    memory->set(16, bigEndian(-3.0));
    EXPECT_TRUE(eventually([&] { return held() == bigEndian(-3.0); }));
    memory->set(16, bigEndian(-2.0));
    EXPECT_TRUE(eventually([&] { return memory->get(16, 8) == bigEndian(-3.0); }));
}

TEST_P(EditingTest, SaysOnceThatFreezingFails)
{
    auto memory = m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto item = ask(Freeze{{.source = source, .bytes = toBytes("held"), .rate = 1000}}).value();
    memory->fail(Error{.kind = ErrorKind::Exited, .operation = "read", .meaning = "gone"});
    const auto failed = m_events.waitFor<FrozenChanged>();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->item.id, item.id);
    EXPECT_EQ(failed->item.failure.value().kind, ErrorKind::Exited);
    EXPECT_FALSE(failed->isGone);
    EXPECT_EQ(ask(ListFrozen{}).value().items.at(0).failure.value().kind, ErrorKind::Exited);
    memory->fail({});
    const auto recovered = m_events.waitFor<FrozenChanged>();
    ASSERT_TRUE(recovered);
    EXPECT_FALSE(recovered->item.failure);

    // Access can be taken away and given back meanwhile.
    ASSERT_TRUE(ask(SetSourceAccess{source, Access::Read}));
    memory->set(0, "tHem");
    EXPECT_EQ(m_events.waitFor<FrozenChanged>().value().item.failure.value().kind, ErrorKind::Refused);
    EXPECT_EQ(memory->get(0, 4), toBytes("tHem")) << "nothing is written to what is open read-only";
    ASSERT_TRUE(ask(SetSourceAccess{source, Access::ReadWrite}));
    EXPECT_FALSE(m_events.waitFor<FrozenChanged>().value().item.failure);
    EXPECT_EQ(memory->get(0, 4), toBytes("held"));

    ASSERT_TRUE(ask(CloseSource{source}));
    const auto gone = m_events.waitFor<FrozenChanged>();
    ASSERT_TRUE(gone);
    EXPECT_TRUE(gone->isGone);
    EXPECT_EQ(gone->item.id, item.id);
    EXPECT_TRUE(ask(ListFrozen{}).value().items.empty());
}

TEST_P(EditingTest, OneSwitchStopsAllFreezing)
{
    auto memory = m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    ASSERT_TRUE(ask(Freeze{{.source = source, .address = 0, .bytes = toBytes("a"), .rate = 1000}}));
    ASSERT_TRUE(ask(Freeze{{.source = source, .address = 1, .bytes = toBytes("b"), .rate = 1000}}));
    ASSERT_TRUE(ask(SetFreezing{false}));
    std::atomic<int> writes = 0;
    memory->beforeWrite([&] { ++writes; });
    memory->set(0, "xy");
    const auto reads = memory->reads();
    EXPECT_FALSE(ask(ListFrozen{}).value().on);
    EXPECT_EQ(ask(ListFrozen{}).value().items.size(), 2u) << "the list stays";
    EXPECT_EQ(memory->reads(), reads);
    EXPECT_EQ(writes, 0);
    ASSERT_TRUE(ask(SetFreezing{true}));
    EXPECT_TRUE(eventually([&] { return memory->get(0, 2) == toBytes("ab"); }));
}

TEST_P(EditingTest, RefusesWhatCannotBeFrozen)
{
    m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const FrozenItem good{.source = source, .bytes = toBytes("abcd"), .type = ValueType::U32};
    const auto errorOf = [&](auto change) {
        FrozenItem item = good;
        change(item);
        const auto reply = ask(Freeze{item});
        return reply ? std::optional<ErrorKind>() : reply.error().kind;
    };
    EXPECT_EQ(errorOf([](FrozenItem &item) { item.rate = 0; }), ErrorKind::OutOfRange);
    EXPECT_EQ(errorOf([](FrozenItem &item) { item.rate = 1e9; }), ErrorKind::OutOfRange);
    EXPECT_EQ(errorOf([](FrozenItem &item) { item.bytes.clear(); }), ErrorKind::OutOfRange);
    EXPECT_EQ(errorOf([](FrozenItem &item) { item.bytes.resize(3); }), ErrorKind::Invalid);
    EXPECT_EQ(errorOf([](FrozenItem &item) {
                  item.type.reset();
                  item.rule = FreezeRule::MayRise;
              }),
              ErrorKind::Invalid);
    EXPECT_EQ(errorOf([](FrozenItem &item) { item.address = 0xffe; }), ErrorKind::OutOfRange);
    EXPECT_EQ(errorOf([](FrozenItem &item) { item.source = 99; }), ErrorKind::Missing);
    const auto readOnly = openSection("X").source;
    EXPECT_EQ(errorOf([&](FrozenItem &item) { item.source = readOnly; }), ErrorKind::Refused);
    EXPECT_TRUE(ask(ListFrozen{}).value().items.empty());
    EXPECT_TRUE(ask(ReadJournal{}).value().entries.empty());
}

// Snapshots and differences. ------------------------------------------------------------------------------------------

TEST_P(EditingTest, SavesASnapshotAndOpensItAgain)
{
    auto memory = m_world->addProcess(100, "one.exe", 0x3000);
    memory->addPages({0x7fff'0000'0000, 0x1000}, {.read = true});
    memory->addPages({0x14000, 0x1000}, {.read = true, .guard = true});
    memory->set(0x10ffe, "abcd");
    memory->set(0x7fff'0000'0800, "far");
    start();
    const auto source = openProcess(100).source;
    const std::string path = pathOf("a.ipclens");
    const auto saved = ask(SaveSnapshot{.source = source, .path = path, .job = 5}).value();
    EXPECT_EQ(saved.path, path);
    EXPECT_EQ(saved.regions, 3u);
    EXPECT_EQ(saved.bytes, 0x4000u);
    EXPECT_TRUE(saved.unreadable.empty()) << "guard pages are not even tried";
    EXPECT_EQ(m_events.waitFor<Progress>().value().job, 5u);

    memory->set(0x10ffe, "WXYZ");
    const auto snapshot = open({.kind = SourceKind::Snapshot, .name = path});
    EXPECT_EQ(snapshot.name, "snapshot:" + path);
    EXPECT_EQ(snapshot.extent, memory->extent());
    EXPECT_EQ(read(snapshot.source, {0x10ffe, 4}), toBytes("abcd")) << "as it was then";
    EXPECT_EQ(read(snapshot.source, {0x7fff'0000'0800, 3}), toBytes("far"))
        << "at its own address, whatever is missing before it";
    EXPECT_EQ(ask(ListRegions{snapshot.source}).value().regions, ask(ListRegions{source}).value().regions);
    const auto image = ask(ReadMemory{snapshot.source, {{0x12ff0, 0x3000}}}).value().images.at(0);
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{0x13000, 0x2ff0}}));
    EXPECT_NE(image.why.value().meaning, "");
    EXPECT_EQ(evaluate(snapshot.source, "10ffe+2").value(), 0x11000u);

    EXPECT_EQ(ask(SaveSnapshot{.source = source, .path = path}).error().kind, ErrorKind::Exists);
    EXPECT_EQ(read(snapshot.source, {0x10ffe, 4}), toBytes("abcd"));
    ASSERT_TRUE(ask(CloseSource{snapshot.source}));
    EXPECT_TRUE(ask(SaveSnapshot{.source = source, .path = path, .replace = true}));
    EXPECT_EQ(read(open({.kind = SourceKind::Snapshot, .name = path}).source, {0x10ffe, 4}), toBytes("WXYZ"));
    const auto files = std::distance(std::filesystem::directory_iterator(m_folder.path()), {});
    EXPECT_EQ(files, 1) << "nothing is left beside it";
}

TEST_P(EditingTest, ASnapshotIsNeverChanged)
{
    m_world->addSection("X", 0x1000);
    start();
    const auto path = pathOf("a.ipclens");
    ASSERT_TRUE(ask(SaveSnapshot{.source = openSection("X").source, .path = path}));
    const SourceSpec spec{.kind = SourceKind::Snapshot, .name = path};
    EXPECT_EQ(ask(OpenSource{spec, Access::ReadWrite}).error().kind, ErrorKind::Unsupported);
    const auto snapshot = open(spec).source;
    EXPECT_EQ(ask(SetSourceAccess{snapshot, Access::ReadWrite}).error().kind, ErrorKind::Unsupported);
    EXPECT_EQ(ask(SetSourceAccess{snapshot, Access::Read}).value().source, snapshot);
    EXPECT_EQ(ask(WriteMemory{.source = snapshot, .bytes = toBytes("x")}).error().kind, ErrorKind::Refused);
    EXPECT_EQ(ask(Freeze{{.source = snapshot, .bytes = toBytes("x")}}).error().kind, ErrorKind::Refused);
}

TEST_P(EditingTest, SavesOnlyTheRangesThatAreAskedFor)
{
    auto memory = m_world->addSection("X", 0x8000);
    memory->set(0x1ffe, "abcd");
    memory->set(0x5000, "more");
    start();
    const auto source = openSection("X").source;
    const auto path = pathOf("a.ipclens");
    const auto saved =
        ask(SaveSnapshot{
                .source = source, .path = path, .ranges = {{0x5000, 4}, {0x1ffe, 2}, {0x1fff, 3}, {0x9000, 5}}})
            .value();
    EXPECT_EQ(saved.bytes, 8u);
    const auto snapshot = open({.kind = SourceKind::Snapshot, .name = path}).source;
    const auto image = ask(ReadMemory{snapshot, {{0x1ff0, 0x20}}}).value().images.at(0);
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{0x1ff0, 14}, {0x2002, 14}}));
    EXPECT_EQ(read(snapshot, {0x1ffe, 4}), toBytes("abcd"));
    EXPECT_EQ(read(snapshot, {0x5000, 4}), toBytes("more"));
    EXPECT_EQ(ask(SaveSnapshot{.source = source, .path = pathOf("b"), .ranges = {{1, ~std::uint64_t{0}}}}).error().kind,
              ErrorKind::OutOfRange);
}

TEST_P(EditingTest, ASnapshotThatFailsLeavesNothing)
{
    auto memory = m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X").source;
    EXPECT_EQ(ask(SaveSnapshot{.source = source, .path = ""}).error().kind, ErrorKind::Invalid);
    const auto noFolder = ask(SaveSnapshot{.source = source, .path = pathOf("no such folder/a")}).error();
    EXPECT_EQ(noFolder.kind, ErrorKind::Missing);
    EXPECT_EQ(noFolder.object, "file " + pathOf("no such folder/a"));
    EXPECT_THAT(noFolder.hint, testing::HasSubstr("folder"));
    EXPECT_EQ(ask(SaveSnapshot{.source = source, .path = pathOf(""), .replace = true}).error().kind,
              ErrorKind::WrongType);
    memory->fail(Error{.kind = ErrorKind::Exited, .operation = "read", .meaning = "gone"});
    EXPECT_EQ(ask(SaveSnapshot{.source = source, .path = pathOf("a")}).error().kind, ErrorKind::Exited);
    EXPECT_EQ(ask(TakeFrame{.source = source}).error().kind, ErrorKind::Exited);
    EXPECT_TRUE(std::filesystem::is_empty(m_folder.path()));
    EXPECT_EQ(ask(OpenSource{{.kind = SourceKind::Snapshot, .name = pathOf("a")}}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(OpenSource{{.kind = SourceKind::Snapshot, .name = pathOf("")}}).error().kind, ErrorKind::WrongType);
}

TEST_P(EditingTest, ComparesALiveSourceWithAFrame)
{
    auto memory = m_world->addSection("X", 0x900000); // more than two pieces
    start();
    const auto source = openSection("X").source;
    const auto frame = ask(TakeFrame{.source = source, .job = 9}).value();
    EXPECT_EQ(frame.extent, (AddressRange{0, 0x900000}));
    EXPECT_EQ(frame.access, Access::Read);
    const auto none = difference(source, frame.source);
    EXPECT_FALSE(none.range);
    EXPECT_EQ(none.compared, 0x900000u);

    memory->set(0x10, "ab");
    memory->set(0x3ffffe, "cdef"); // across the border of two pieces
    memory->set(0x8fffff, "g");
    using Range = std::optional<AddressRange>;
    EXPECT_EQ(difference(source, frame.source).range, Range({0x10, 2}));
    EXPECT_EQ(difference(source, frame.source, 0x11).range, Range({0x11, 1})) << "from the middle of a run";
    EXPECT_EQ(difference(source, frame.source, 0x12).range, Range({0x3ffffe, 4}));
    EXPECT_EQ(difference(source, frame.source, 0x400002).range, Range({0x8fffff, 1}));
    EXPECT_EQ(difference(source, frame.source, 0x900000).range, Range());
    EXPECT_EQ(difference(frame.source, source, 0x900000, true).range, Range({0x8fffff, 1}));
    EXPECT_EQ(difference(frame.source, source, 0x8fffff, true).range, Range({0x3ffffe, 4}));
    EXPECT_EQ(difference(frame.source, source, 0x400001, true).range, Range({0x3ffffe, 3}));
    EXPECT_EQ(difference(frame.source, source, 0x3ffffe, true).range, Range({0x10, 2}));
    EXPECT_EQ(difference(frame.source, source, 0x10, true).range, Range());
    EXPECT_EQ(difference(frame.source, source, 0, true).range, Range());
    EXPECT_EQ(ask(FindDifference{.left = source, .right = 99}).error().kind, ErrorKind::Missing);

    ASSERT_TRUE(ask(CloseSource{frame.source}));
    EXPECT_EQ(ask(ReadMemory{frame.source, {{0, 1}}}).error().kind, ErrorKind::Missing);
}

TEST_P(EditingTest, WhatOnlyOneCanReadIsADifference)
{
    auto memory = m_world->addProcess(100, "one.exe", 0x8000);
    start();
    const auto source = openProcess(100).source;
    const auto frame = ask(TakeFrame{.source = source}).value().source;
    memory->removePages({0x12000, 0x1000});
    memory->addPages({0x1000'0000'0000, 0x1000});
    using Range = std::optional<AddressRange>;
    EXPECT_EQ(difference(source, frame).range, Range({0x12000, 0x1000})) << "zeros are not the same as nothing";
    EXPECT_EQ(difference(source, frame, 0x13000).range, Range({0x1000'0000'0000, 0x1000}));
    EXPECT_EQ(difference(source, frame, 0x1000'0000'1000).range, Range());
    EXPECT_EQ(difference(source, frame, 0x13000, true).range, Range({0x12000, 0x1000}));
    EXPECT_LE(difference(source, frame).compared, 0x9000u) << "128 TiB of nothing are not looked at";
}

TEST_P(EditingTest, LongRunsComeInParts)
{
    auto memory = m_world->addSection("X", 0x4000);
    start();
    const auto source = openSection("X").source;
    const auto frame = ask(TakeFrame{.source = source}).value().source;
    memory->set(0x10, std::string(0x3000, 'x'));
    EXPECT_EQ(difference(source, frame).range, std::optional(AddressRange{0x10, 0x1000}));
    EXPECT_EQ(difference(source, frame, 0x1010).range, std::optional(AddressRange{0x1010, 0x1000}));
    EXPECT_EQ(difference(source, frame, 0x4000, true).range, std::optional(AddressRange{0x2010, 0x1000}));
}

TEST_P(EditingTest, CancelStopsASnapshot)
{
    auto memory = m_world->addSection("X", 0x10'0000'0);
    Signal begun;
    start([&](Event event) {
        if (std::holds_alternative<Progress>(event))
            begun.set();
    });
    const auto source = openSection("X").source;
    const auto path = pathOf("a");
    std::atomic<bool> replied = false;
    const CallId call =
        m_connection->call(SaveSnapshot{.source = source, .path = path, .job = 1}, [&](auto) { replied = true; });
    ASSERT_TRUE(begun.wait());
    m_connection->cancel(call);
    EXPECT_TRUE(ask(TakeFrame{.source = source, .ranges = {{0, 16}}})) << "on the same thread, behind it";
    const bool isDone = replied || std::filesystem::exists(m_folder.path() / "a");
    const auto files = std::distance(std::filesystem::directory_iterator(m_folder.path()), {});
    EXPECT_EQ(files, isDone ? 1 : 0) << "all of it or nothing";
}

// There is no file then, and no frame, rather than half of one.
TEST_P(EditingTest, ASnapshotOfAProcessThatExitsMeanwhileLeavesNothing)
{
    auto memory = m_world->addProcess(100, "one.exe", 0x900000); // three pieces
    start();
    const auto source = openProcess(100).source;
    std::atomic<int> left = 0;
    memory->beforeRead([&] {
        if (left-- == 0)
            memory->fail(
                Error{.kind = ErrorKind::Exited, .operation = "read", .object = "one.exe", .meaning = "has exited"});
    });
    const auto kindOf = [](const auto &reply) {
        return reply ? std::string("it was taken") : std::string(nameOf(reply.error().kind));
    };
    for (const int pieces : {0, 1, 2}) {
        memory->fail(std::nullopt);
        left = pieces;
        EXPECT_EQ(kindOf(ask(SaveSnapshot{.source = source, .path = pathOf("a")})), "Exited") << pieces;
        memory->fail(std::nullopt);
        left = pieces;
        EXPECT_EQ(kindOf(ask(TakeFrame{.source = source})), "Exited") << pieces;
        EXPECT_TRUE(std::filesystem::is_empty(m_folder.path())) << "nothing begun is left";
    }
    memory->fail(std::nullopt);
    EXPECT_EQ(kindOf(ask(SaveSnapshot{.source = source, .path = pathOf("a")})), "it was taken");
}

// What a frame was not taken of is neither equal nor different.
TEST_P(EditingTest, AFrameOfSomeRangesIsComparedThereOnly)
{
    auto memory = m_world->addProcess(100, "one.exe", 0x4000);
    memory->addPages({0x20000, 0x1000});
    start();
    const auto source = openProcess(100).source;
    const std::vector<AddressRange> parts{{0x11010, 0x10}, {0x12ff8, 0x10}, {0x16000, 0x1000}};
    const auto frame = ask(TakeFrame{.source = source, .ranges = {parts[2], parts[0], parts[1]}}).value();
    EXPECT_EQ(frame.parts, parts);
    EXPECT_FALSE(difference(source, frame.source).range);
    EXPECT_EQ(difference(source, frame.source).compared, 0x20u);
    memory->set(0x1100f, "xx");  // the second is inside
    memory->set(0x13007, "yy");  // the first is
    memory->set(0x20000, "zzz"); // none is
    using Range = std::optional<AddressRange>;
    EXPECT_EQ(difference(source, frame.source).range, Range({0x11010, 1}));
    EXPECT_EQ(difference(source, frame.source, 0x11011).range, Range({0x13007, 1}));
    EXPECT_EQ(difference(source, frame.source, 0x13008).range, Range());
    EXPECT_EQ(difference(source, frame.source, 0x20000, true).range, Range({0x13007, 1}));
    memory->addPages({0x16000, 0x1000}); // nothing was there, but it was asked for
    EXPECT_EQ(difference(source, frame.source, 0x13008).range, Range({0x16000, 0x1000}));

    // A file knows it, too.
    ASSERT_TRUE(ask(SaveSnapshot{.source = source, .path = pathOf("a"), .ranges = {parts[0]}}));
    const auto saved = open({.kind = SourceKind::Snapshot, .name = pathOf("a")});
    EXPECT_EQ(saved.parts, (std::vector<AddressRange>{parts[0]}));
    EXPECT_FALSE(difference(source, saved.source).range);
    EXPECT_EQ(ask(TakeFrame{.source = source, .ranges = {{~std::uint64_t{0} - 16, 16}}}).error().kind,
              ErrorKind::OutOfRange);
}

// Not the name of another file, and not whatever the system makes of it.
TEST_P(EditingTest, PathsThatAreNoTextAreRefused)
{
    m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X").source;
    const std::vector<std::string> names{"a\xff" "b", std::string("a\0b", 3), "\xc3"};
    for (const std::string &name : names) {
        for (const SourceKind kind : {SourceKind::File, SourceKind::Snapshot}) {
            const auto opened = ask(OpenSource{{.kind = kind, .name = pathOf("") + name}});
            ASSERT_FALSE(opened);
            EXPECT_EQ(opened.error().kind, ErrorKind::Invalid);
            EXPECT_THAT(opened.error().meaning, testing::HasSubstr("UTF-8"));
        }
        EXPECT_EQ(ask(SaveSnapshot{.source = source, .path = pathOf("") + name}).error().kind, ErrorKind::Invalid);
    }
    EXPECT_TRUE(std::filesystem::is_empty(m_folder.path()));
}

} // namespace
} // namespace ipclens
