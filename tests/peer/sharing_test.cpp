// Who shares what, asked of a session over real second processes.
#include "core/session/explanation.h"
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <set>

namespace ipclens::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr std::uint32_t readRight = FILE_MAP_READ;

class SharingWith : public testing::Test {
protected:
    template <class Command>
    typename Command::Reply ask(Command command)
    {
        return value(session->wait(std::move(command)));
    }
    static std::uint64_t create(Peer &peer, const std::string &name, std::uint64_t size)
    {
        return peer.askNumber(fmt::format("share.create {} {}", name.empty() ? "-" : toWord(name), size));
    }
    static Address mapped(Peer &peer, std::uint64_t handle, const char *how)
    {
        return peer.askNumber(fmt::format("share.map {} {}", handle, how));
    }
    static ObjectTarget behind(const Peer &peer, std::uint64_t handle)
    {
        return {.process = {peer.pid()}, .handle = handle};
    }
    // Handles of other processes, as pid and value.
    static std::set<std::pair<std::uint32_t, std::uint64_t>> others(const HolderList &list)
    {
        std::set<std::pair<std::uint32_t, std::uint64_t>> found;
        for (const ObjectHandle &handle : list.handles) {
            if (!handle.isOurs) {
                EXPECT_TRUE(found.emplace(handle.process.pid, handle.handle).second) << "listed twice";
            }
        }
        return found;
    }
    static std::set<std::pair<std::uint32_t, Address>> places(const ViewList &list)
    {
        std::set<std::pair<std::uint32_t, Address>> found;
        for (const SectionView &view : list.views)
            found.emplace(view.process.pid, view.range.begin);
        return found;
    }
    std::string ownDirectory()
    {
        const Host host = ask(GetHost{});
        return host.session == 0 ? "\\BaseNamedObjects\\"
                                 : fmt::format("\\Sessions\\{}\\BaseNamedObjects\\", host.session);
    }

    TemporaryFolder journal;
    EventLog log;
    std::unique_ptr<Connection> session = startSession(makeSystem(), {journal.path()}, log.sinks());
    const std::string name = uniqueName("shared");
};

using Places = std::set<std::pair<std::uint32_t, std::uint64_t>>;

TEST_F(SharingWith, fiveProcessesAndThreeSectionsIsToldExactly)
{
    constexpr std::uint64_t size = 0x8000;
    Peer a, b, c, d, e;
    // One with a name: a may do everything, b may read, e mapped it and closed its handle.
    const std::uint64_t first = create(a, name, size);
    const std::uint64_t firstInB = b.askNumber(fmt::format("share.open {} {}", toWord(name), readRight));
    const std::uint64_t firstInE = e.askNumber(fmt::format("share.open {} {}", toWord(name), readRight));
    const Address viewInA = mapped(a, first, "w");
    const Address viewInB = mapped(b, firstInB, "r");
    const Address viewInE = mapped(e, firstInE, "r");
    e.ask(fmt::format("share.close {}", firstInE));
    a.write(viewInA + 0x1234, toBytes("the first section"));
    // Two without: the second is a's, of which c got a handle that may only read; the third is d's, b holds it
    // unmapped.
    const std::uint64_t second = create(a, {}, size);
    const std::uint64_t secondInC = a.askNumber(fmt::format("share.give {} {} {}", second, c.pid(), readRight));
    const Address secondViewInA = mapped(a, second, "w");
    const Address secondViewInC = mapped(c, secondInC, "r");
    a.write(secondViewInA + 0x1234, toBytes("the second section"));
    const std::uint64_t third = create(d, {}, size);
    const std::uint64_t thirdInB = d.askNumber(fmt::format("share.give {} {} {}", third, b.pid(), SECTION_ALL_ACCESS));
    const Address thirdViewInD = mapped(d, third, "w");
    d.write(thirdViewInD + 0x1234, toBytes("the third section"));

    const ObjectDescription one = ask(DescribeObject{{.name = name}});
    EXPECT_EQ(one.details.path, ownDirectory() + name);
    EXPECT_EQ(one.details.section->size, size);
    EXPECT_THAT(one.details.section->attributeNames, Contains("SEC_COMMIT"));
    EXPECT_TRUE(one.details.file.empty());
    EXPECT_EQ(others(one.holders), (Places{{a.pid(), first}, {b.pid(), firstInB}}));
    for (const ObjectHandle &handle : one.holders.handles) {
        EXPECT_FALSE(handle.isOurs) << "our own look at it is no use of it";
        EXPECT_EQ(handle.processName, "ipclens_peer_tests.exe");
        EXPECT_EQ(handle.type, "Section");
        if (handle.process.pid == a.pid()) {
            EXPECT_THAT(handle.rights,
                        testing::IsSupersetOf({"SECTION_MAP_READ", "SECTION_MAP_WRITE", "SECTION_QUERY"}));
        } else {
            EXPECT_THAT(handle.rights, Contains("SECTION_MAP_READ"));
            EXPECT_THAT(handle.rights, Not(Contains("SECTION_MAP_WRITE")));
        }
    }
    for (const ObjectTarget &target : {behind(a, second), behind(c, secondInC)})
        EXPECT_EQ(others(ask(DescribeObject{target}).holders), (Places{{a.pid(), second}, {c.pid(), secondInC}}));
    EXPECT_EQ(others(ask(DescribeObject{behind(b, thirdInB)}).holders),
              (Places{{d.pid(), third}, {b.pid(), thirdInB}}));

    const ViewList views = ask(ListViews{{.name = name}});
    EXPECT_EQ(places(views), (Places{{a.pid(), viewInA}, {b.pid(), viewInB}, {e.pid(), viewInE}}));
    for (const SectionView &view : views.views) {
        EXPECT_EQ(view.certainty, Certainty::Probable) << view.why;
        EXPECT_EQ(view.range.size, size);
        EXPECT_EQ(view.holdsHandle, view.process.pid != e.pid());
        EXPECT_EQ(view.protection.write, view.process.pid == a.pid());
    }
    EXPECT_EQ(places(ask(ListViews{behind(c, secondInC)})),
              (Places{{a.pid(), secondViewInA}, {c.pid(), secondViewInC}}));
    EXPECT_EQ(places(ask(ListViews{behind(d, third)})), (Places{{d.pid(), thirdViewInD}}));

    // The one that only a handle leads to is opened through it.
    const SourceInfo source =
        ask(OpenSource{.spec = {.kind = SourceKind::Handle, .process = {c.pid()}, .handle = secondInC}});
    EXPECT_TRUE(ask(ReadMemory{source.source, {{0x1234, 18}}}).images.at(0).bytes == toBytes("the second section"));
    const auto withOurs = ask(DescribeObject{behind(a, second)}).holders;
    EXPECT_THAT(withOurs.handles, Contains(Field(&ObjectHandle::isOurs, true))) << "an open tab is a use, and ours";
    EXPECT_EQ(others(withOurs).size(), 2u);

    // And the map knows all of it.
    const SharingMap map = ask(ReadSharingMap{.withPipes = false, .withSharedData = false});
    std::multiset<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (const SharedObject &object : ask(DescribeProcess{{b.pid()}}).shared)
        for (const ObjectHandle &holder : object.holders)
            if (object.type == "Section" && holder.process.pid != b.pid())
                pairs.emplace(b.pid(), holder.process.pid);
    EXPECT_THAT(pairs, testing::IsSupersetOf({std::pair(b.pid(), a.pid()), std::pair(b.pid(), d.pid())}));
    EXPECT_THAT(map.nodes, Contains(Field(&MapNode::label, name)));
    std::set<std::pair<std::string, MapEdgeKind>> ofFirst;
    for (const MapEdge &edge : map.edges)
        if (edge.to == "object:" + ownDirectory() + name)
            ofFirst.emplace(edge.from.substr(0, edge.from.rfind(':')), edge.kind);
    const auto node = [](const Peer &peer) { return fmt::format("process:{}", peer.pid()); };
    EXPECT_THAT(ofFirst, UnorderedElementsAre(std::pair(node(a), MapEdgeKind::Holds),
                                              std::pair(node(b), MapEdgeKind::Holds),
                                              std::pair(node(e), MapEdgeKind::Views)))
        << "e closed its handle, and has it mapped";
    EXPECT_THAT(map.edges, Contains(AllOf(Field(&MapEdge::kind, MapEdgeKind::Views),
                                          Field(&MapEdge::from, testing::StartsWith(node(e) + ":")),
                                          Field(&MapEdge::certainty, Certainty::Probable),
                                          Field(&MapEdge::label, "probable view"))));
}

TEST_F(SharingWith, filesTellTheirViewsExactly)
{
    const auto path = journal.path() / "data.bin";
    std::ofstream(path, std::ios::binary) << std::string(5000, 'x');
    Peer a, b;
    const std::uint64_t section = a.askNumber("share.file " + toWord(path.string()));
    const Address inA = mapped(a, section, "r");
    const Address inB = mapped(b, b.askNumber("share.file " + toWord(path.string())), "r");
    const ObjectDescription description = ask(DescribeObject{behind(a, section)});
    EXPECT_THAT(description.details.file, testing::EndsWith("data.bin"));
    EXPECT_EQ(description.details.section->size, 5000u);
    const ViewList views = ask(ListViews{behind(a, section)});
    EXPECT_EQ(places(views), (Places{{a.pid(), inA}, {b.pid(), inB}}));
    for (const SectionView &view : views.views)
        EXPECT_EQ(view.certainty, Certainty::Exact) << view.why;
}

TEST_F(SharingWith, handlesAreListedWithTypesNamesAndRights)
{
    Peer peer;
    const std::uint64_t section = create(peer, name, 0x1000);
    const std::uint64_t inherited =
        peer.askNumber(fmt::format("share.create - 4096 {} inherit", toWord("D:(A;;GA;;;WD)")));
    peer.ask("event.make " + toWord(name + "-event") + " manual unset");
    const auto handles = ask(ListHandles{{peer.pid()}}).handles;
    EXPECT_THAT(handles, Contains(AllOf(Field(&ObjectHandle::handle, section), Field(&ObjectHandle::type, "Section"),
                                        Field(&ObjectHandle::path, ownDirectory() + name),
                                        Field(&ObjectHandle::inherited, false))));
    EXPECT_THAT(handles, Contains(AllOf(Field(&ObjectHandle::handle, inherited), Field(&ObjectHandle::path, ""),
                                        Field(&ObjectHandle::inherited, true))));
    EXPECT_THAT(handles, Contains(AllOf(Field(&ObjectHandle::type, "Event"),
                                        Field(&ObjectHandle::path, ownDirectory() + name + "-event"))));
    EXPECT_THAT(handles, Contains(Field(&ObjectHandle::type, "File")));
    for (const ObjectHandle &handle : handles)
        EXPECT_FALSE(handle.type.empty() && handle.note.empty())
            << fmt::format("0x{:x} {:x}", handle.handle, handle.access);
}

TEST_F(SharingWith, aHandleOfAnotherProcessIsClosedOnDemand)
{
    Peer peer;
    const std::uint64_t section = create(peer, name, 0x1000);
    const std::string path = ownDirectory() + name;
    const auto refused = session->wait(CloseHolderHandle{{peer.pid()}, section, "Section", path + "x"});
    EXPECT_EQ(errorOf(refused).kind, ErrorKind::Changed);
    EXPECT_EQ(peer.ask(fmt::format("share.isopen {}", section)), "yes");
    ask(CloseHolderHandle{{peer.pid()}, section, "Section", path});
    EXPECT_EQ(peer.ask(fmt::format("share.isopen {}", section)), "no");
    EXPECT_EQ(errorOf(session->wait(DescribeObject{{.name = name}})).kind, ErrorKind::Missing) << "it was the only one";
    EXPECT_EQ(errorOf(session->wait(CloseHolderHandle{{GetCurrentProcessId()}, 4, "Section", path})).kind,
              ErrorKind::Invalid);
}

TEST_F(SharingWith, synchronisationObjectsAreReadWithoutBeingTouched)
{
    Peer peer;
    const auto thread = static_cast<std::uint32_t>(peer.askNumber("mutex.take " + toWord(name + "-mutex") + " 2"));
    peer.ask("event.make " + toWord(name + "-auto") + " auto set");
    peer.ask("semaphore.make " + toWord(name + "-semaphore") + " 2 5");
    peer.ask("timer.make " + toWord(name + "-timer") + " 3600");
    peer.ask("job.make " + toWord(name + "-job"));
    create(peer, name + "-mapping", 0x1000);
    for (int look = 0; look < 2; ++look) { // an auto-reset event that somebody waited for would be unset now
        const SyncList list = ask(ListSyncObjects{});
        const auto state = [&](const std::string &what) {
            const auto found = std::ranges::find(list.objects, ownDirectory() + name + "-" + what, &SyncObject::path);
            EXPECT_NE(found, list.objects.end()) << what;
            if (found == list.objects.end())
                return SyncState{};
            EXPECT_TRUE(found->state) << what << ": " << found->note;
            EXPECT_THAT(found->holders, Contains(Field(&ObjectHandle::process, Field(&ProcessKey::pid, peer.pid()))))
                << what;
            return found->state.value_or(SyncState{});
        };
        const SyncState mutex = state("mutex");
        EXPECT_FALSE(mutex.signaled);
        EXPECT_EQ(mutex.count, 2);
        if (mutex.ownerThread != 0) { // Wine does not tell
            EXPECT_EQ(mutex.owner.pid, peer.pid());
            EXPECT_EQ(mutex.ownerThread, thread);
        } else {
            EXPECT_FALSE(mutex.note.empty());
        }
        EXPECT_TRUE(state("auto").signaled);
        EXPECT_FALSE(state("auto").manualReset);
        EXPECT_EQ(state("semaphore").count, 2);
        EXPECT_EQ(state("semaphore").maximum, 5);
        EXPECT_FALSE(state("timer").signaled);
        EXPECT_GT(state("timer").remaining, 3'000'000'000'000);
        EXPECT_EQ(state("job").count, 1);
        const auto mutexItself = std::ranges::find(list.objects, ownDirectory() + name + "-mutex", &SyncObject::path);
        EXPECT_THAT(mutexItself->probablyGuards,
                    Contains(Field(&Guarded::section, Field(&ObjectTarget::name, ownDirectory() + name + "-mapping"))));
    }
}

TEST_F(SharingWith, aMutexOfAKilledProcessIsAbandoned)
{
    Peer keeper;
    keeper.ask("mutex.create " + toWord(name));
    {
        Peer owner;
        owner.ask("mutex.take " + toWord(name) + " 1");
        const auto held = ask(DescribeObject{{.name = name, .type = "Mutant"}}).details.sync;
        ASSERT_TRUE(held);
        EXPECT_FALSE(held->signaled);
        EXPECT_FALSE(held->abandoned);
        owner.die();
    }
    SyncState state;
    EXPECT_TRUE(eventually([&] {
        state = ask(DescribeObject{{.name = name}}).details.sync.value();
        return state.signaled;
    }));
    EXPECT_TRUE(state.abandoned) << toText(state);
    EXPECT_THAT(toText(state), HasSubstr("abandoned"));
}

TEST_F(SharingWith, theNameDoctorKnowsWhatIsWrong)
{
    Peer peer;
    const std::uint32_t number = ask(GetHost{}).session;
    const auto diagnose = [&](const std::string &text) { return ask(DiagnoseName{text}); };
    const auto first = [&](const NameReport &report) {
        EXPECT_FALSE(report.findings.empty()) << report.name << ": " << report.verdict;
        return report.findings.empty() ? NameFinding{} : report.findings.front();
    };
    // 1. All is well.
    create(peer, name, 0x1000);
    EXPECT_EQ(first(diagnose(name)).kind, NameFindingKind::Exists) << diagnose(name).verdict;
    EXPECT_EQ(first(diagnose("Local\\" + name)).kind, NameFindingKind::Exists);
    // 2. In the global names.
    create(peer, "Global\\" + name + "-global", 0x1000);
    const auto global = first(diagnose(name + "-global"));
    EXPECT_EQ(global.kind, NameFindingKind::Elsewhere) << global.text;
    EXPECT_EQ(global.openAs, "Global\\" + name + "-global");
    // 3. Taken by another kind of object.
    peer.ask("mutex.create " + toWord(name + "-mutex"));
    const auto taken = first(diagnose(name + "-mutex"));
    EXPECT_EQ(taken.kind, NameFindingKind::WrongType);
    EXPECT_THAT(taken.text, HasSubstr("taken by a Mutant"));
    // 4. Differs in case.
    create(peer, name + "-CASE", 0x1000);
    EXPECT_EQ(first(diagnose(name + "-case")).kind, NameFindingKind::OtherCase);
    // 5. No such directory.
    const auto missing = first(diagnose("\\Sessions\\4711\\BaseNamedObjects\\" + name + "-nowhere"));
    EXPECT_EQ(missing.kind, NameFindingKind::MissingDirectory);
    EXPECT_EQ(missing.path, "\\Sessions\\4711");
    // 6. Exists, but may only be read.
    peer.ask(fmt::format("share.create {} 4096 {}", toWord(name + "-limited"), toWord("D:(A;;0x5;;;WD)")));
    const auto denied = first(diagnose(name + "-limited"));
    EXPECT_EQ(denied.kind, NameFindingKind::Denied);
    EXPECT_THAT(denied.text, AllOf(HasSubstr("You can read it"), HasSubstr("you can't write it"),
                                   HasSubstr("SECTION_MAP_WRITE is granted to nobody")));
    EXPECT_THAT(denied.rights,
                Contains(AllOf(Field(&RightAnswer::right, "SECTION_MAP_WRITE"), Field(&RightAnswer::granted, false))));
    // 7. In another session.
    peer.ask("native.directory " + toWord("\\Sessions\\4712"));
    peer.ask("native.directory " + toWord("\\Sessions\\4712\\BaseNamedObjects"));
    peer.ask(fmt::format("native.section {} 4096", toWord("\\Sessions\\4712\\BaseNamedObjects\\" + name + "-session")));
    const auto session = first(diagnose(name + "-session"));
    EXPECT_EQ(session.kind, NameFindingKind::Elsewhere);
    EXPECT_THAT(session.text,
                HasSubstr(fmt::format("exists in session 4712 as a Section; you asked session {}", number)));
    // 8. In an app container.
    peer.ask("native.directory " + toWord("\\Sessions\\4712\\AppContainerNamedObjects"));
    peer.ask("native.directory " + toWord("\\Sessions\\4712\\AppContainerNamedObjects\\S-1-15-2-1"));
    peer.ask(fmt::format("native.section {} 4096",
                         toWord("\\Sessions\\4712\\AppContainerNamedObjects\\S-1-15-2-1\\" + name + "-container")));
    EXPECT_THAT(first(diagnose(name + "-container")).text, HasSubstr("app container S-1-15-2-1 of session 4712"));
    // 9. Not at all.
    EXPECT_THAT(diagnose("quite-another-name").findings, IsEmpty());
}

TEST_F(SharingWith, aProcessThatLetsNobodyInIsExplained)
{
    Peer peer;
    const auto pid = static_cast<std::uint32_t>(peer.askNumber("process.closed"));
    if (!isWine() && ask(GetHost{}).elevated)
        GTEST_SKIP() << "an elevated session may open everything";
    const Error error = errorOf(session->wait(OpenSource{.spec = {.kind = SourceKind::Process, .process = {pid}}}));
    const auto target = explainTargetOf(error);
    ASSERT_TRUE(target) << toText(error);
    EXPECT_EQ(target->process.pid, pid);
    const Explanation explanation = ask(Explain{*target});
    EXPECT_THAT(explanation.verdict, AllOf(HasSubstr("can't"), HasSubstr("read its memory")));
    for (const RightAnswer &right : explanation.facts.rights)
        EXPECT_FALSE(right.granted) << right.right;
    EXPECT_THAT(explanation.reasons, Contains(HasSubstr("access list is empty"))) << toText(explanation);
    EXPECT_FALSE(explanation.facts.owner.empty());
    EXPECT_FALSE(explanation.waysOut.empty());
    // What may be opened needs no explanation.
    const Explanation open = ask(Explain{{.kind = ExplainKind::Process, .process = {peer.pid()}}});
    EXPECT_THAT(open.verdict, HasSubstr("Nothing is refused"));
    EXPECT_FALSE(open.facts.ours.user.empty());
    // The holders of what it holds are told without it, and that it was left out.
    const auto shared = ask(DescribeObject{behind(peer, create(peer, {}, 0x1000))});
    EXPECT_EQ(others(shared.holders).size(), 1u);
}

TEST_F(SharingWith, aSectionThatLetsNobodyInIsExplained)
{
    Peer peer;
    peer.ask(fmt::format("section.closed {} 4096", toWord(name)));
    const Error error = errorOf(session->wait(OpenSource{.spec = {.kind = SourceKind::Section, .name = name}}));
    const auto target = explainTargetOf(error);
    ASSERT_TRUE(target) << toText(error);
    const Explanation explanation = ask(Explain{*target});
    EXPECT_THAT(explanation.verdict, HasSubstr("can't read it"));
    EXPECT_THAT(explanation.reasons, Contains(HasSubstr("access list is empty"))) << toText(explanation);
}

TEST_F(SharingWith, aWindowIsExplained)
{
    Peer peer;
    const std::uint64_t window =
        peer.askNumber(fmt::format("window.create {} {} message pump", toWord(name), toWord("title")));
    const Explanation explanation = ask(Explain{{.kind = ExplainKind::Window, .window = window}});
    EXPECT_TRUE(explanation.facts.isMessageOnly) << toText(explanation);
    ASSERT_TRUE(explanation.facts.theirs);
    EXPECT_EQ(explanation.facts.theirs->user, explanation.facts.ours.user);
    const Explanation none = ask(Explain{{.kind = ExplainKind::Window, .window = 0x7FFF0}});
    EXPECT_THAT(none.verdict, HasSubstr("no such window"));
}

TEST_F(SharingWith, pipesAreFoundThroughHandlesAndNothingHangs)
{
    Peer server, client;
    const std::uint64_t pipe = server.askNumber("pipe.serve " + toWord(name) + " 3");
    server.ask("pipe.serve " + toWord(name) + " 3");
    client.ask("pipe.connect " + toWord(name));
    server.ask(fmt::format("pipe.wait {}", pipe)); // a read that nothing ends
    server.ask("mailslot.make " + toWord(name));
    const PipeList list = ask(ListPipes{});
    const auto found = std::ranges::find_if(
        list.pipes, [&](const NamedPipe &one) { return one.name == name && one.kind == PipeKind::Pipe; });
    ASSERT_NE(found, list.pipes.end());
    EXPECT_EQ(found->server.pid, server.pid());
    EXPECT_EQ(found->instances, 2u);
    EXPECT_EQ(found->maximum, 3u);
    const auto ends = [&](std::uint32_t pid, bool isServer) {
        return std::ranges::count_if(
            found->ends, [&](const PipeEnd &end) { return end.process.pid == pid && end.isServer == isServer; });
    };
    EXPECT_GE(ends(server.pid(), true), list.unanswered > 0 ? 1 : 2);
    EXPECT_EQ(ends(client.pid(), false), 1);
    EXPECT_THAT(list.pipes,
                Contains(AllOf(Field(&NamedPipe::name, name), Field(&NamedPipe::kind, PipeKind::Mailslot))));
    // The list of handles has their names, too.
    EXPECT_THAT(ask(ListHandles{{client.pid()}}).handles,
                Contains(Field(&ObjectHandle::path, testing::EndsWith(name))));
}

TEST_F(SharingWith, aProcessIsDescribedBeyondItsEnd)
{
    Peer successor;
    ProcessKey key;
    std::int64_t before = 0;
    {
        Peer peer;
        peer.ask("dll.load");
        const std::uint64_t window =
            peer.askNumber(fmt::format("window.create {} {} message pump", toWord(name), toWord("title")));
        const ProcessDescription alive = ask(DescribeProcess{{peer.pid()}});
        key = alive.process.key;
        EXPECT_NE(key.created, 0);
        EXPECT_FALSE(alive.hasExited);
        EXPECT_THAT(alive.details.commandLine, HasSubstr("--child"));
        EXPECT_FALSE(alive.details.user.empty());
        EXPECT_FALSE(alive.details.integrity.empty());
        EXPECT_THAT(alive.details.unknown, IsEmpty());
        EXPECT_THAT(alive.failures, IsEmpty());
        const auto dll = std::ranges::find(alive.modules, "ipclens-peer-shared.dll",
                                           [](const ModuleDescription &one) { return one.module.name; });
        ASSERT_NE(dll, alive.modules.end());
        EXPECT_THAT(dll->sections,
                    Contains(AllOf(Field(&ModuleSection::name, ".PEERS"), Field(&ModuleSection::isShared, true))));
        EXPECT_THAT(dll->sections,
                    Contains(AllOf(Field(&ModuleSection::name, ".text"), Field(&ModuleSection::isShared, false))));
        const auto kernel = std::ranges::find_if(
            alive.modules, [](const ModuleDescription &one) { return one.module.name.starts_with("kernel32"); });
        ASSERT_NE(kernel, alive.modules.end());
        EXPECT_FALSE(kernel->version.empty());
        EXPECT_THAT(alive.regions, Contains(AllOf(Field(&RegionSummary::type, RegionType::Image),
                                                  Field(&RegionSummary::executable, testing::Gt(0u)))));
        EXPECT_THAT(alive.windows, Contains(Field(&Window::handle, window)));
        EXPECT_FALSE(alive.handles.empty());
        before = wallClock();
        peer.die();
    }
    const ProcessDescription gone = ask(DescribeProcess{key});
    EXPECT_TRUE(gone.hasExited);
    EXPECT_NEAR(static_cast<double>(gone.exited), static_cast<double>(before), 120e9);
    EXPECT_EQ(gone.process.name, "ipclens_peer_tests.exe");
    Peer restarted;
    const ProcessDescription later = ask(DescribeProcess{key});
    ASSERT_TRUE(later.successor);
    EXPECT_EQ(later.successor->key.pid, restarted.pid());
}

TEST_F(SharingWith, dataSharedByADllIsListedWithItsUsers)
{
    Peer a, b;
    a.ask("dll.load");
    b.ask("dll.load");
    const SharedDataList list = ask(ListSharedData{.module = "IPCLENS-peer-shared.DLL"});
    ASSERT_EQ(list.sections.size(), 2u);
    const auto data = std::ranges::find(list.sections, ".PEERS", &SharedData::section);
    ASSERT_NE(data, list.sections.end());
    ASSERT_EQ(data->users.size(), 2u);
    for (const SharedDataUser &user : data->users) {
        EXPECT_FALSE(user.differs);
        EXPECT_EQ(user.image.bytes.size(), 256u);
        EXPECT_TRUE(user.image.bytes == data->users[0].image.bytes);
    }
    ASSERT_THAT(data->variables, testing::SizeIs(2));
    const auto bytes = std::ranges::find(data->variables, "PeerBytes",
                                         [](const SharedVariable &variable) { return variable.symbol.name; });
    ASSERT_NE(bytes, data->variables.end());
    EXPECT_EQ(bytes->type, std::nullopt);
    EXPECT_THAT(bytes->text, testing::StartsWith("70656572"));
    const SharingMap map = ask(ReadSharingMap{.withUnnamed = false, .withPipes = false});
    EXPECT_THAT(map.nodes,
                Contains(AllOf(Field(&MapNode::kind, MapNodeKind::SharedData), Field(&MapNode::section, ".PEERS"))));
}

TEST_F(SharingWith, aProcessWithOtherSharedDataIsFlagged)
{
    // As after an update: the DLL was replaced while two programs had it loaded, and a third has loaded the new file.
    // All name the same path, but the third shares its data with nobody.
    const auto source = selfFolder() / "ipclens-peer-shared.dll";
    const auto path = journal.path() / (name + ".dll");
    std::filesystem::copy_file(source, path);
    Peer a, b, c;
    const auto load = [&](Peer &peer) {
        return std::stoull(peer.ask("dll.load " + toWord(path.string()))); // the base
    };
    const Address inA = load(a);
    load(b);
    std::filesystem::rename(path, journal.path() / "replaced.dll");
    std::filesystem::copy_file(source, path);
    load(c);
    const ListSharedData command{.module = path.filename().string()};
    const auto peers = [&] {
        const SharedDataList list = ask(command);
        const auto found = std::ranges::find(list.sections, ".PEERS", &SharedData::section);
        if (found == list.sections.end())
            throw std::runtime_error("the section is not listed");
        return *found;
    };
    const auto differing = [](const SharedData &data) {
        std::set<std::uint32_t> pids;
        for (const SharedDataUser &user : data.users)
            if (user.differs)
                pids.insert(user.process.pid);
        return pids;
    };
    const SharedData before = peers();
    ASSERT_EQ(before.users.size(), 3u);
    EXPECT_THAT(differing(before), IsEmpty());
    const auto ofA =
        std::ranges::find(before.users, a.pid(), [](const SharedDataUser &user) { return user.process.pid; });
    ASSERT_NE(ofA, before.users.end());
    EXPECT_GT(ofA->range.begin, inA);
    a.write(ofA->range.begin, toBytes("written by one"));
    const SharedData after = peers();
    EXPECT_THAT(differing(after), UnorderedElementsAre(c.pid())) << "b sees what a wrote, c does not";
    for (const SharedDataUser &user : after.users)
        EXPECT_EQ(std::ranges::equal(std::span(user.image.bytes).first(14), toBytes("written by one")),
                  user.process.pid != c.pid());
    const SharingMap map = ask(ReadSharingMap{.withUnnamed = false, .withPipes = false, .withViews = false});
    std::set<std::uint32_t> marked;
    for (const MapEdge &edge : map.edges)
        if (edge.kind == MapEdgeKind::Loads && edge.label == "differs" && edge.to.find(name) != std::string::npos)
            marked.insert(static_cast<std::uint32_t>(std::stoul(edge.from.substr(edge.from.find(':') + 1))));
    EXPECT_THAT(marked, UnorderedElementsAre(c.pid()));
}

TEST_F(SharingWith, ofWinesOwnNothingIsListedUnasked)
{
    Peer peer;
    peer.ask("mutex.create " + toWord("__WINE_" + name));
    const auto has = [&](bool includeWine) {
        const SyncList list = ask(ListSyncObjects{.includeWine = includeWine});
        return std::ranges::any_of(list.objects,
                                   [&](const SyncObject &object) { return object.path.ends_with("__WINE_" + name); });
    };
    EXPECT_FALSE(has(false));
    EXPECT_TRUE(has(true));
    EXPECT_THAT(ask(ReadSharingMap{.withPipes = false, .withSharedData = false, .withViews = false}).nodes,
                Not(Contains(Field(&MapNode::label, "__WINE_" + name))));
}

TEST_F(SharingWith, theConsoleTellsTheSame)
{
    Peer peer;
    const std::uint64_t handle = create(peer, name, 0x1000);
    peer.write(mapped(peer, handle, "w"), toBytes("contents"));
    const std::string pid = std::to_string(peer.pid());
    const auto run = [](std::vector<std::string> arguments) {
        const ProgramRun result = runCli(arguments);
        EXPECT_EQ(result.exitCode, 0u) << result.err;
        return result.out;
    };
    EXPECT_THAT(run({"holders", name}), AllOf(HasSubstr(pid), HasSubstr("SECTION_MAP_WRITE"), HasSubstr("4.0 KiB")));
    EXPECT_THAT(run({"views", name}), AllOf(HasSubstr(pid), HasSubstr("Probable")));
    EXPECT_THAT(run({"handles", pid, "--type", "Section"}), HasSubstr(name));
    EXPECT_THAT(run({"read", fmt::format("handle:{}/0x{:x}", pid, handle), "0", "8"}), HasSubstr("63 6f 6e 74"));
    EXPECT_THAT(run({"doctor", name}), HasSubstr("exists as a Section"));
    EXPECT_THAT(run({"explain", "process:" + pid}), HasSubstr("Nothing is refused"));
    EXPECT_THAT(run({"graph", "--all", "--dot"}), AllOf(HasSubstr("graph ipclens {"), HasSubstr(name)));
    EXPECT_THAT(run({"process", pid}), AllOf(HasSubstr("--child"), HasSubstr(name)));
    EXPECT_THAT(run({"sync"}), HasSubstr("STATE"));
    EXPECT_THAT(run({"pipes"}), HasSubstr("SERVER"));
    EXPECT_THAT(run({"--json", "holders", name}), HasSubstr("\"rights\""));
    const ProgramRun unsure = runCli({"close-handle", fmt::format("handle:{}/{}", pid, handle)});
    EXPECT_EQ(unsure.exitCode, 1u);
    EXPECT_THAT(unsure.err, HasSubstr("--yes"));
    EXPECT_EQ(peer.ask(fmt::format("share.isopen {}", handle)), "yes");
    run({"close-handle", fmt::format("handle:{}/{}", pid, handle), "--yes"});
    EXPECT_EQ(peer.ask(fmt::format("share.isopen {}", handle)), "no");
}

} // namespace
} // namespace ipclens::test
