// Every command, once in this process and once over the wire.
#include "tests/unit/latch.h"
#include "tests/unit/session_fixture.h"

#include <fstream>

namespace ipclens {
namespace {

INSTANTIATE_TEST_SUITE_P(Session, SessionTest, testing::Values(Where::InProcess, Where::OverWire), whereName);

TEST_P(SessionTest, AnswersWhatItRunsOn)
{
    start();
    EXPECT_TRUE(ask(Ping{}));
    EXPECT_EQ(ask(GetHost{}), m_world->host);
}

TEST_P(SessionTest, ListsWhatTheSystemHas)
{
    m_world->addProcess(100, "one.exe");
    m_world->addProcess(200, "two.exe");
    m_world->modules[100] = {{.name = "a.dll", .path = "C:\\a.dll", .range = {0x1000, 0x2000}}};
    m_world->sharedSections[100] = {{.module = "a.dll", .section = ".S", .range = {0x1000, 0x1000},
                                     .exports = {{.name = "x", .ordinal = 1, .offset = 8, .size = 16}}}};
    m_world->windows = {{.handle = 0xffff'ffff'0000'0001, .className = "C", .title = "T\xC3\xA4", .visible = true}};
    start();
    EXPECT_EQ(ask(ListProcesses{}).value().processes, m_world->processes);
    EXPECT_EQ(ask(ListModules{{.pid = 100}}).value().modules, m_world->modules[100]);
    EXPECT_EQ(ask(ListSharedSections{{.pid = 100}}).value().sections, m_world->sharedSections[100]);
    EXPECT_EQ(ask(ListWindows{}).value().windows, m_world->windows);
    EXPECT_EQ(ask(FindWindowAt{.x = 10, .y = -5}).value(), m_world->windows.at(0));
    EXPECT_EQ(ask(FindWindowAt{.x = -1}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(ListModules{{.pid = 300}}).error().kind, ErrorKind::Missing);
}

TEST_P(SessionTest, FiltersObjects)
{
    m_world->objects = {{.type = "Section", .name = "A", .path = "\\A", .section = SectionInfo{.name = "A", .size = 5}},
                        {.type = "Event", .name = "B", .path = "\\B"},
                        {.type = "Section", .name = "__wine1", .path = "\\__wine1"}};
    start();
    EXPECT_EQ(ask(ListObjects{}).value().objects.size(), 2u);
    EXPECT_EQ(ask(ListObjects{.includeWine = true}).value().objects, m_world->objects);
    const auto sections = ask(ListObjects{.type = "Section"}).value().objects;
    ASSERT_EQ(sections.size(), 1u);
    EXPECT_EQ(sections[0], m_world->objects[0]);
}

TEST_P(SessionTest, OpensReadsAndClosesASection)
{
    m_world->addSection("X", 0x3000)->set(0xffe, "abcd");
    start();
    const SourceInfo info = openSection("X");
    EXPECT_EQ(info.name, "section:X");
    EXPECT_EQ(info.extent, (AddressRange{0, 0x3000}));
    EXPECT_EQ(info.section.value().size, 0x3000u);
    EXPECT_FALSE(info.process);
    const auto images = ask(ReadMemory{info.source, {{0xffe, 4}, {0, 0}, {0x2ffe, 4}}}).value().images;
    ASSERT_EQ(images.size(), 3u);
    EXPECT_EQ(images[0].bytes, toBytes("abcd"));
    EXPECT_TRUE(images[0].unreadable.empty());
    EXPECT_GT(images[0].time, 0);
    EXPECT_TRUE(images[1].bytes.empty());
    EXPECT_EQ(images[2].unreadable, (std::vector<AddressRange>{{0x3000, 2}}));
    EXPECT_EQ(images[2].why.value().kind, ErrorKind::Unreadable);
    EXPECT_TRUE(ask(CloseSource{info.source}));
    EXPECT_EQ(ask(CloseSource{info.source}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(ReadMemory{info.source, {{0, 1}}}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(OpenSource{.spec = {.name = "Y"}}).error().kind, ErrorKind::Missing);
}

TEST_P(SessionTest, CreatesSections)
{
    start();
    const auto info = ask(CreateSection{{.name = "N", .size = 0x1000}}).value();
    EXPECT_EQ(info.access, Access::ReadWrite);
    EXPECT_EQ(ask(CreateSection{{.name = "N", .size = 0x1000}}).error().kind, ErrorKind::Exists);
    EXPECT_EQ(ask(CreateSection{{.name = "M", .size = 0}}).error().kind, ErrorKind::Invalid);
    EXPECT_EQ(ask(CreateSection{{.name = "", .size = 1}}).error().kind, ErrorKind::Invalid);
}

TEST_P(SessionTest, OpensAProcess)
{
    auto memory = m_world->addProcess(100, "one.exe");
    memory->set(0x10010, "hello");
    start();
    const SourceInfo info = open({.kind = SourceKind::Process, .process = {.pid = 100}});
    EXPECT_EQ(info.name, "process:100");
    EXPECT_EQ(info.spec.process, (ProcessKey{100, 1'000'100}));
    EXPECT_EQ(info.process.value().name, "one.exe");
    EXPECT_EQ(info.granted, std::vector<std::string>{"PROCESS_VM_READ"});
    EXPECT_EQ(ask(ReadMemory{info.source, {{0x10010, 5}}}).value().images[0].bytes, toBytes("hello"));
    const auto regions = ask(ListRegions{info.source}).value().regions;
    ASSERT_EQ(regions.size(), 1u);
    EXPECT_EQ(regions[0].range, (AddressRange{0x10000, 0x4000}));
    EXPECT_EQ(ask(OpenSource{{.kind = SourceKind::Process, .process = {.pid = 100, .created = 5}}}).error().kind,
              ErrorKind::Missing);
    EXPECT_EQ(ask(OpenSource{{.kind = SourceKind::Process, .process = {.pid = 100}}, Access::Copy}).error().kind,
              ErrorKind::Unsupported);
}

TEST_P(SessionTest, OpensASharedSectionAsAWindowOverItsProcess)
{
    auto memory = m_world->addProcess(100, "one.exe");
    memory->set(0x11000, "shared");
    m_world->sharedSections[100] = {{.module = "Demo.DLL", .section = "/4", .range = {0x11000, 0x1000}}};
    start();
    const SourceSpec spec{.kind = SourceKind::SharedSection, .process = {.pid = 100}, .module = "demo.dll", .section = "/4"};
    const SourceInfo info = open(spec, Access::ReadWrite);
    EXPECT_EQ(info.base, 0x11000u);
    EXPECT_EQ(info.extent, (AddressRange{0, 0x1000}));
    EXPECT_EQ(info.name, "module:100/demo.dll//4");
    EXPECT_EQ(info.process.value().name, "one.exe");
    EXPECT_EQ(ask(ReadMemory{info.source, {{0, 6}}}).value().images[0].bytes, toBytes("shared"));
    const auto edge = ask(ReadMemory{info.source, {{0xfff, 2}}}).value().images[0];
    EXPECT_EQ(edge.unreadable, (std::vector<AddressRange>{{0x1000, 1}})) << "the process goes on there, the section not";
    EXPECT_EQ(ask(ListRegions{info.source}).value().regions.at(0).range, (AddressRange{0, 0x1000}));
    EXPECT_TRUE(ask(WriteMemory{.source = info.source, .address = 0, .bytes = toBytes("S")}));
    EXPECT_EQ(memory->get(0x11000, 2), toBytes("Sh"));
    EXPECT_EQ(ask(OpenSource{{.kind = SourceKind::SharedSection, .process = {.pid = 100}, .module = "demo.dll",
                              .section = ".Z"}}).error().kind,
              ErrorKind::Missing);
}

TEST_P(SessionTest, OpensFiles)
{
    const auto path = m_folder.path() / "f.bin";
    std::ofstream(path, std::ios::binary) << "0123456789";
    const auto u8 = path.u8string();
    start();
    const SourceInfo info = open({.kind = SourceKind::File, .name = {u8.begin(), u8.end()}}, Access::ReadWrite);
    EXPECT_EQ(info.extent, (AddressRange{0, 10}));
    const auto image = ask(ReadMemory{info.source, {{8, 4}}}).value().images[0];
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{10, 2}}));
    EXPECT_EQ(ask(WriteMemory{info.source, 2, toBytes("23"), toBytes("xy")}).value().outcome, WriteOutcome::Verified);
    EXPECT_EQ(ask(WriteMemory{info.source, 9, {}, toBytes("xy")}).error().kind, ErrorKind::OutOfRange);
    EXPECT_EQ(ask(ReadMemory{info.source, {{0, 10}}}).value().images[0].bytes, toBytes("01xy456789"));
    EXPECT_EQ(ask(OpenSource{{.kind = SourceKind::File, .name = "no such file"}}).error().kind, ErrorKind::Missing);
}

TEST_P(SessionTest, ReadsAndWritesFilesBeyond4GiB)
{
    const auto path = m_folder.path() / "large.bin";
    std::ofstream(path, std::ios::binary) << "start";
    constexpr std::uint64_t size = (std::uint64_t{5} << 30) + 3;
    std::filesystem::resize_file(path, size); // takes no room on the disk
    const auto u8 = path.u8string();
    start();
    const SourceInfo info = open({.kind = SourceKind::File, .name = {u8.begin(), u8.end()}}, Access::ReadWrite);
    EXPECT_EQ(info.extent, (AddressRange{0, size}));
    EXPECT_EQ(ask(WriteMemory{info.source, size - 3, {}, toBytes("end")}).value().outcome, WriteOutcome::Verified);
    const auto images = ask(ReadMemory{info.source, {{0, 5}, {size - 3, 4}}}).value().images;
    EXPECT_EQ(images[0].bytes, toBytes("start"));
    EXPECT_EQ(toBytes(std::span(images[1].bytes).first(3)), toBytes("end"));
    EXPECT_EQ(images[1].unreadable, (std::vector<AddressRange>{{size, 1}}));
}

TEST_P(SessionTest, KeepsReadsWithinTheLimits)
{
    m_world->addSection("X", 0x1000);
    start();
    const auto source = openSection("X").source;
    const auto kindOf = [&](std::vector<AddressRange> ranges) {
        const auto reply = ask(ReadMemory{source, std::move(ranges)});
        return reply ? std::string("read") : std::string(nameOf(reply.error().kind));
    };
    EXPECT_EQ(kindOf({{0, 64 << 20}}), "read");
    EXPECT_EQ(kindOf({{0, (64 << 20) + 1}}), "OutOfRange");
    EXPECT_EQ(kindOf({{0, 32 << 20}, {0, 32 << 20}, {0, 1}}), "OutOfRange");
    EXPECT_EQ(kindOf({{~Address{0} - 1, 100}}), "OutOfRange");
    EXPECT_EQ(kindOf(std::vector<AddressRange>(65'536, {0, 1})), "read");
    EXPECT_EQ(kindOf(std::vector<AddressRange>(65'537, {0, 1})), "OutOfRange");
}

TEST_P(SessionTest, WritesWhatWasExpected)
{
    auto memory = m_world->addSection("X", 0x1000);
    memory->set(4, "old!");
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto changed = ask(WriteMemory{source, 4, toBytes("OLD!"), toBytes("new!")}).value();
    EXPECT_EQ(changed.outcome, WriteOutcome::Changed);
    EXPECT_EQ(changed.before, toBytes("old!"));
    EXPECT_EQ(changed.entry, 0u);
    EXPECT_EQ(memory->get(4, 4), toBytes("old!"));

    const auto written = ask(WriteMemory{source, 4, toBytes("old!"), toBytes("new!")}).value();
    EXPECT_EQ(written.outcome, WriteOutcome::Verified);
    EXPECT_EQ(written.before, toBytes("old!"));
    EXPECT_EQ(written.after, toBytes("new!"));
    EXPECT_EQ(written.entry, 1u);
    EXPECT_EQ(memory->get(4, 4), toBytes("new!"));
    const auto is = [](JournalState state) {
        return [state](const JournalChanged &event) { return event.entry.state == state; };
    };
    EXPECT_TRUE(m_events.waitFor<JournalChanged>(is(JournalState::Intended)));
    EXPECT_TRUE(m_events.waitFor<JournalChanged>(is(JournalState::Verified)));
}

TEST_P(SessionTest, RefusesWritesThatCannotBe)
{
    auto memory = m_world->addSection("X", 0x4000);
    memory->addPages({0x1000, 0x1000}, {.read = true});
    memory->addPages({0x2000, 0x1000}, {.write = true});
    start();
    const auto readOnly = openSection("X").source;
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto kindOf = [&](WriteMemory command) { return ask(std::move(command)).error().kind; };
    EXPECT_EQ(kindOf({readOnly, 0, {}, toBytes("a")}), ErrorKind::Refused);
    EXPECT_EQ(kindOf({source, 0xfff, {}, toBytes("ab")}), ErrorKind::Refused) << "the second page is read-only";
    EXPECT_EQ(kindOf({source, 0x2000, {}, toBytes("a")}), ErrorKind::Unreadable) << "could not be undone";
    EXPECT_EQ(kindOf({source, 0x3fff, {}, toBytes("ab")}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({source, ~Address{0}, {}, toBytes("ab")}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({source, 0, {}, {}}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({source, 0, toBytes("a"), toBytes("ab")}), ErrorKind::Invalid);
    EXPECT_EQ(kindOf({source, 0, {}, Bytes((16 << 20) + 1)}), ErrorKind::OutOfRange);
    EXPECT_EQ(kindOf({99, 0, {}, toBytes("a")}), ErrorKind::Missing);
    EXPECT_EQ(memory->get(0xfff, 2), Bytes(2, std::byte{0}));
    EXPECT_TRUE(ask(ReadJournal{}).value().entries.empty()) << "nothing was attempted";
}

TEST_P(SessionTest, TellsThatACopyOnWriteChangeIsPrivate)
{
    m_world->addSection("X", 0x1000)->addPages({0, 0x1000}, {.read = true, .copyOnWrite = true});
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    EXPECT_THAT(ask(WriteMemory{source, 0, {}, toBytes("a")}).value().note, testing::HasSubstr("stays private"));
}

TEST_P(SessionTest, TellsWhenTheTargetOverwrites)
{
    auto memory = m_world->addSection("X", 0x1000);
    memory->afterWrite([memory = memory.get()] { memory->set(0, "z"); });
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto reply = ask(WriteMemory{source, 0, {}, toBytes("a")}).value();
    EXPECT_EQ(reply.outcome, WriteOutcome::Overwritten);
    EXPECT_EQ(reply.after, toBytes("z"));
    EXPECT_EQ(ask(ReadJournal{}).value().entries.at(0).state, JournalState::Overwritten);
    memory->afterWrite({});
}

TEST_P(SessionTest, KeepsTheIdWhenAccessChanges)
{
    auto memory = m_world->addProcess(100, "one.exe");
    start();
    const SourceInfo info = open({.kind = SourceKind::Process, .process = {.pid = 100}});
    EXPECT_EQ(ask(AllocateMemory{info.source, 100}).error().kind, ErrorKind::Refused);
    const auto writable = ask(SetSourceAccess{info.source, Access::ReadWrite}).value();
    EXPECT_EQ(writable.source, info.source);
    EXPECT_EQ(writable.access, Access::ReadWrite);
    EXPECT_EQ(writable.process, info.process);
    EXPECT_TRUE(ask(WriteMemory{info.source, 0x10000, {}, toBytes("a")}));
    EXPECT_EQ(ask(SetSourceAccess{info.source, Access::Copy}).error().kind, ErrorKind::Unsupported);
    EXPECT_TRUE(ask(WriteMemory{info.source, 0x10000, {}, toBytes("b")})) << "a failure changes nothing";
    EXPECT_EQ(ask(SetSourceAccess{99, Access::Read}).error().kind, ErrorKind::Missing);
}

TEST_P(SessionTest, AllocatesAndFrees)
{
    auto memory = m_world->addProcess(100, "one.exe");
    m_world->addSection("X", 0x1000);
    start();
    const auto source = open({.kind = SourceKind::Process, .process = {.pid = 100}}, Access::ReadWrite).source;
    const Address block = ask(AllocateMemory{source, 5000}).value().address;
    EXPECT_TRUE(ask(WriteMemory{source, block + 4096, {}, toBytes("a")}));
    EXPECT_EQ(ask(FreeMemory{source, block + 4096}).error().kind, ErrorKind::Invalid);
    ASSERT_TRUE(ask(SetSourceAccess{source, Access::Read}));
    EXPECT_TRUE(ask(FreeMemory{source, block})) << "through the object that allocated it";
    EXPECT_EQ(ask(FreeMemory{source, block}).error().kind, ErrorKind::Invalid);
    EXPECT_FALSE(ask(ReadMemory{source, {{block, 1}}}).value().images[0].unreadable.empty());
    EXPECT_EQ(ask(AllocateMemory{openSection("X", Access::ReadWrite).source, 1}).error().kind, ErrorKind::Unsupported);
    EXPECT_EQ(ask(AllocateMemory{source, 0}).error().kind, ErrorKind::Refused);
}

TEST_P(SessionTest, DeliversMessagesInBatches)
{
    start();
    const auto opened = ask(OpenInbox{{.className = "Box", .messages = {"Mapped", "Handle"}}}).value();
    EXPECT_EQ(opened.registered.at(1).name, "Handle");
    auto queue = m_world->inbox("Box");
    for (int i = 0; i < 10'000; ++i)
        queue->receive({.kind = MessageKind::CopyData, .id = static_cast<std::uint64_t>(i), .size = 4,
                        .payload = toBytes("data")});
    queue->drop(5, 500);
    std::uint64_t expected = 0, received = 0, dropped = 0;
    while (received < 10'005 || expected < 10'000) {
        const auto batch = m_events.waitFor<MessageBatch>();
        ASSERT_TRUE(batch);
        EXPECT_LE(batch->messages.size(), 1024u);
        EXPECT_EQ(batch->inbox, opened.inbox);
        for (const Message &message : batch->messages) {
            ASSERT_EQ(message.id, expected++);
            ASSERT_EQ(message.payload, toBytes("data"));
        }
        received = batch->received;
        dropped = batch->dropped;
    }
    EXPECT_EQ(dropped, 5u);

    queue->drop(1, 10);
    const auto counts = m_events.waitFor<MessageBatch>();
    ASSERT_TRUE(counts) << "counts alone are news too";
    EXPECT_TRUE(counts->messages.empty());
    EXPECT_EQ(counts->droppedBytes, 510u);
}

TEST_P(SessionTest, SplitsBatchesByBytes)
{
    start();
    ASSERT_TRUE(ask(OpenInbox{{.className = "Box"}}));
    auto queue = m_world->inbox("Box");
    for (int i = 0; i < 6; ++i)
        queue->receive({.payload = Bytes(3 << 20)});
    std::size_t count = 0;
    while (count < 6) {
        const auto batch = m_events.waitFor<MessageBatch>();
        ASSERT_TRUE(batch);
        EXPECT_EQ(batch->messages.size(), 1u);
        count += batch->messages.size();
    }
}

TEST_P(SessionTest, DeliversTheRestBeforeAnInboxCloses)
{
    start();
    const auto inbox = ask(OpenInbox{{.className = "Box"}}).value().inbox;
    for (int i = 0; i < 100; ++i)
        m_world->inbox("Box")->receive({.id = 7});
    EXPECT_TRUE(ask(CloseInbox{inbox}));
    std::size_t count = 0;
    for (const Event &event : m_events.all())
        count += std::get<MessageBatch>(event).messages.size();
    EXPECT_EQ(count, 100u);
    EXPECT_EQ(ask(CloseInbox{inbox}).error().kind, ErrorKind::Missing);
    EXPECT_EQ(ask(OpenInbox{{.className = ""}}).error().kind, ErrorKind::Invalid);
    EXPECT_EQ(ask(OpenInbox{{.className = "B", .maxPayload = std::uint64_t{1} << 40}}).error().kind,
              ErrorKind::OutOfRange);
}

TEST_P(SessionTest, StopsCapturingWhileBatchesAreHeldBack)
{
    Signal entered, release;
    start([&](Event) {
        entered.set();
        release.wait();
    });
    const auto inbox = ask(OpenInbox{{.className = "Box"}}).value().inbox;
    const auto queue = m_world->inbox("Box");
    queue->receive({.payload = Bytes(8 << 20)}); // more than a stream takes without a reader
    ASSERT_TRUE(entered.wait());
    queue->receive({.payload = Bytes(8 << 20)});
    m_connection->call(SetInboxCapturing{.inbox = inbox, .on = false}, [](auto) {});
    const auto deadline = std::chrono::steady_clock::now() + testDeadline;
    while (queue->isCapturing() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    EXPECT_FALSE(queue->isCapturing());
    release.set();
    EXPECT_TRUE(ask(CloseInbox{inbox}));
}

TEST_P(SessionTest, TellsWhatTheUserOfAnInboxShouldKnow)
{
    start();
    ASSERT_TRUE(ask(OpenInbox{{.className = "Box"}}));
    const Error notice{.operation = "relay", .object = "Box", .meaning = "others are found before it"};
    m_world->inbox("Box")->tell(notice);
    const auto batch = m_events.waitFor<MessageBatch>();
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->notice, notice);
    EXPECT_FALSE(batch->ended);
}

TEST_P(SessionTest, Sends)
{
    m_world->sendErrors[9] = Error{.kind = ErrorKind::TimedOut, .code = 1460, .operation = "SendMessageTimeout"};
    start();
    EXPECT_EQ(ask(SendCopyData{.window = 1, .sender = 2, .id = 3, .data = toBytes("x")}).value().result, 1);
    EXPECT_TRUE(ask(SendCopyData{.window = 1}));
    EXPECT_TRUE(ask(SendRegistered{.window = 4, .message = "Mapped", .wParam = ~std::uint64_t{0}, .lParam = 6}));
    EXPECT_EQ(ask(SendCopyData{.window = 9}).error(), m_world->sendErrors[9]);
    EXPECT_EQ(ask(SendCopyData{.window = 1, .timeout = 600'000}).error().kind, ErrorKind::OutOfRange);
    ASSERT_EQ(m_world->sent.size(), 3u);
    EXPECT_EQ(m_world->sent[0].data, toBytes("x"));
    EXPECT_EQ(m_world->sent[1].data, std::nullopt) << "no data is not empty data";
    EXPECT_EQ(m_world->sent[2].wParam, ~std::uint64_t{0});
}

TEST_P(SessionTest, AnswersManyAtOnce)
{
    auto memory = m_world->addSection("X", 0x100000);
    for (std::uint32_t i = 0; i < 0x100000; i += 4)
        memory->set(i, std::as_bytes(std::span(&i, 1)));
    start();
    const auto source = openSection("X").source;
    constexpr int count = 2000;
    test::Latch answered(count);
    std::atomic<int> wrong = 0;
    for (int i = 0; i < count; ++i) {
        const std::uint32_t at = static_cast<std::uint32_t>(i) * 500 / 4 * 4;
        m_connection->call(ReadMemory{source, {{at, 4}}}, [&, at](Result<MemoryImages> reply) {
            wrong += !reply || std::memcmp(reply->images.at(0).bytes.data(), &at, 4) != 0;
            answered.count_down();
        });
    }
    answered.wait();
    EXPECT_EQ(wrong, 0);
}

TEST_P(SessionTest, ReadsAreNotHeldUpByWalks)
{
    m_world->addSection("X", 0x1000);
    Signal release, entered;
    m_world->duringProcesses = [&](std::stop_token) {
        entered.set();
        release.wait();
    };
    start();
    Signal listed;
    m_connection->call(ListProcesses{}, [&](auto) { listed.set(); });
    ASSERT_TRUE(entered.wait());
    const auto source = openSection("X").source;
    EXPECT_TRUE(ask(ReadMemory{source, {{0, 16}}}));
    EXPECT_TRUE(ask(ReadMemory{source, {{0, 8 << 20}}})) << "large reads have a thread of their own too";
    EXPECT_FALSE(listed.isSet());
    release.set();
    EXPECT_TRUE(listed.wait());
}

TEST_P(SessionTest, CancelStopsAWalkAndItsReply)
{
    Signal entered, stopped;
    m_world->duringProcesses = [&](std::stop_token stop) {
        entered.set();
        while (!stop.stop_requested())
            std::this_thread::yield();
        stopped.set();
    };
    start();
    std::atomic<int> replies = 0;
    const CallId running = m_connection->call(ListProcesses{}, [&](auto) { ++replies; });
    const CallId queued = m_connection->call(ListProcesses{}, [&](auto) { ++replies; });
    ASSERT_TRUE(entered.wait());
    m_connection->cancel(queued);
    m_connection->cancel(running);
    m_connection->cancel(running);
    m_connection->cancel(12345);
    EXPECT_TRUE(stopped.wait());
    EXPECT_TRUE(ask(ListWindows{})) << "on the same thread, after both";
    EXPECT_EQ(replies, 0);
}

TEST_P(SessionTest, OutOfMemoryIsAnError)
{
    m_world->duringProcesses = [](std::stop_token) { throw std::bad_alloc(); };
    start();
    EXPECT_EQ(ask(ListProcesses{}).error().kind, ErrorKind::Failed);
    EXPECT_TRUE(ask(Ping{}));
}

TEST_P(SessionTest, ASlowEventSinkLosesNothing)
{
    auto memory = m_world->addSection("X", 0x10000);
    Signal release, entered;
    std::atomic<std::uint64_t> messages = 0;
    start([&](Event event) {
        entered.set();
        release.wait();
        if (const auto *batch = std::get_if<MessageBatch>(&event))
            messages += batch->messages.size();
    });
    const auto inbox = ask(OpenInbox{{.className = "Box"}}).value().inbox;
    const auto source = openSection("X").source;
    for (int i = 0; i < 50; ++i)
        m_world->inbox("Box")->receive({.payload = Bytes(100'000)});
    ASSERT_TRUE(entered.wait());
    test::Latch answered(500);
    for (int i = 0; i < 500; ++i)
        m_connection->call(ReadMemory{source, {{0, 0x10000}}}, [&](auto reply) {
            EXPECT_TRUE(reply);
            answered.count_down();
        });
    release.set();
    answered.wait();
    EXPECT_TRUE(ask(CloseInbox{inbox}));
    EXPECT_EQ(messages, 50u);
}

TEST_P(SessionTest, EndsWhileBusy)
{
    auto memory = m_world->addSection("X", 64 << 10);
    Signal blocked, release;
    m_world->duringProcesses = [](std::stop_token stop) {
        while (!stop.stop_requested())
            std::this_thread::yield();
    };
    start([&](Event) {
        blocked.set();
        release.wait();
    });
    const auto source = openSection("X").source;
    ASSERT_TRUE(ask(OpenInbox{{.className = "Box"}}));
    ASSERT_TRUE(ask(StartWatch{source, {{0, 64 << 10}}, 1000}));
    for (int i = 0; i < 100; ++i) {
        m_world->inbox("Box")->receive({.payload = Bytes(1 << 20)});
        m_connection->call(ListProcesses{}, [](auto) {});
        m_connection->call(ReadMemory{source, {{0, 4 << 20}}}, [](auto) {});
        m_connection->call(ReadMemory{source, {{0, 1 << 20}}}, [](auto) {});
    }
    ASSERT_TRUE(blocked.wait());
    // The sink of a closing user lets go; the stream's far end may still be in the middle of sending.
    std::jthread closing([&] { release.set(); });
    m_connection.reset();
    if (m_serving)
        m_serving->result();
}

} // namespace
} // namespace ipclens
