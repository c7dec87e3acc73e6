// Who shares what, on a system made of values.
#include "core/session/explanation.h"
#include "core/session/name_doctor.h"
#include "core/session/sync_objects.h"
#include "core/text/any_case.h"
#include "core/text/source_spec.h"
#include "tests/unit/session_fixture.h"

#include <algorithm>

namespace ipclens {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t page = 4096;

class Sharing : public SessionTest {
protected:
    static ObjectHandle handle(std::uint32_t pid, std::uint64_t value, const std::string &type, const std::string &path = {})
    {
        return {.process = {pid, 1'000'000 + pid}, .processName = "p" + std::to_string(pid), .handle = value, .type = type,
                .path = path};
    }
    // A page-file section that pid holds.
    std::shared_ptr<FakeMemory> addSection(const std::string &name, std::uint64_t size, std::vector<std::uint32_t> pids)
    {
        auto memory = m_world->addSection(name, size);
        SharedObject object{.type = "Section", .path = name, .section = SectionInfo{.name = name, .size = size}};
        for (const std::uint32_t pid : pids)
            object.holders.push_back(handle(pid, 0x10, "Section", name));
        m_world->sharedObjects.push_back(object);
        m_world->objectDetails.insert_or_assign(
            name, ObjectDetails{.type = "Section", .path = name, .section = object.section});
        return memory;
    }
};

TEST_P(Sharing, describesAnObjectWithItsHolders)
{
    addSection("\\B\\S", 2 * page, {100, 200});
    start();
    const auto reply = ask(DescribeObject{{.name = "\\B\\S"}});
    ASSERT_TRUE(reply) << toText(reply.error());
    EXPECT_EQ(reply->target.type, "Section");
    EXPECT_EQ(reply->details.section->size, 2 * page);
    ASSERT_EQ(reply->holders.handles.size(), 2u);
    EXPECT_EQ(reply->holders.handles[1].process.pid, 200u);
    EXPECT_EQ(ask(DescribeObject{{.name = "none"}}).error().kind, ErrorKind::Missing);
}

TEST_P(Sharing, findsViewsByContents)
{
    const auto section = addSection("S", 4 * page, {100});
    section->set(page + 7, "something of its own");
    section->set(3 * page, "more");
    const auto fill = [&](FakeMemory &memory, Address base) {
        memory.set(base + page + 7, "something of its own");
        memory.set(base + 3 * page, "more");
    };
    const auto same = m_world->addProcess(100, "same.exe");
    same->addView({0x50000, 4 * page});
    fill(*same, 0x50000);
    const auto closed = m_world->addProcess(104, "closed.exe"); // it has no handle any more
    closed->addView({0x70000, 4 * page}, {}, RegionType::Mapped, {.read = true});
    fill(*closed, 0x70000);
    const auto other = m_world->addProcess(108, "other.exe");
    other->addView({0x50000, 4 * page});
    other->set(0x50000 + page + 7, "something else here.");
    other->addView({0x60000, 8 * page}); // another size
    other->addView({0x80000, 4 * page}, "C:\\file");
    fill(*other, 0x80000);
    start();
    const auto reply = ask(ListViews{{.name = "S"}});
    ASSERT_TRUE(reply) << toText(reply.error());
    ASSERT_EQ(reply->views.size(), 2u);
    EXPECT_EQ(reply->views[0].range, (AddressRange{0x50000, 4 * page}));
    EXPECT_EQ(reply->views[0].certainty, Certainty::Probable);
    EXPECT_TRUE(reply->views[0].holdsHandle);
    EXPECT_THAT(reply->views[0].why, HasSubstr("2 pages"));
    EXPECT_EQ(reply->views[1].process.pid, 104u);
    EXPECT_FALSE(reply->views[1].holdsHandle);
    EXPECT_FALSE(reply->views[1].protection.write);
}

TEST_P(Sharing, findsViewsOfPartsByContents)
{
    const auto section = addSection("S", 64 * page, {100});
    section->set(0, "first");
    section->set(0x10000 + 2 * page, "in the second part");
    const auto part = m_world->addProcess(100, "part.exe");
    part->addView({0x50000, 16 * page});
    part->set(0x50000 + 2 * page, "in the second part");
    start();
    const auto reply = ask(ListViews{{.name = "S"}});
    ASSERT_TRUE(reply) << toText(reply.error());
    ASSERT_EQ(reply->views.size(), 1u);
    EXPECT_EQ(reply->views[0].offset, 0x10000u);
    EXPECT_EQ(reply->views[0].certainty, Certainty::Probable);
}

TEST_P(Sharing, callsViewsOfBlankSectionsPossible)
{
    addSection("S", 4 * page, {100});
    m_world->addProcess(100, "blank.exe")->addView({0x50000, 4 * page});
    const auto other = m_world->addProcess(104, "other.exe");
    other->addView({0x50000, 4 * page});
    other->set(0x50000, "not blank");
    start();
    const auto reply = ask(ListViews{{.name = "S"}});
    ASSERT_TRUE(reply) << toText(reply.error());
    ASSERT_EQ(reply->views.size(), 1u);
    EXPECT_EQ(reply->views[0].certainty, Certainty::Possible);
    EXPECT_THAT(reply->views[0].why, HasSubstr("zeros"));
}

TEST_P(Sharing, takesViewsOfTheSameFileAsExact)
{
    addSection("S", page, {100});
    m_world->objectDetails.insert_or_assign(
        "S", ObjectDetails{.type = "Section", .path = "S", .section = SectionInfo{.size = page}, .file = "C:\\Data\\File.bin"});
    const auto process = m_world->addProcess(100, "p.exe");
    process->addView({0x50000, page}, "C:\\data\\file.bin");
    process->addView({0x60000, page}, "C:\\data\\file.bin", RegionType::Image);
    process->addView({0x70000, page}, "C:\\data\\other.bin");
    start();
    const auto reply = ask(ListViews{{.name = "S"}});
    ASSERT_TRUE(reply) << toText(reply.error());
    ASSERT_EQ(reply->views.size(), 1u);
    EXPECT_EQ(reply->views[0].certainty, Certainty::Exact);
    EXPECT_EQ(reply->views[0].range.begin, 0x50000u);
}

TEST_P(Sharing, namesProcessesThatItCouldNotLookInto)
{
    addSection("S", page, {100});
    m_world->addProcess(100, "closed.exe");
    m_world->openErrors[100] = Error{.kind = ErrorKind::Refused, .code = 5, .operation = "OpenProcess"};
    start();
    const auto reply = ask(ListViews{{.name = "S"}});
    ASSERT_TRUE(reply) << toText(reply.error());
    EXPECT_THAT(reply->views, IsEmpty());
    ASSERT_EQ(reply->unseen.size(), 1u);
    EXPECT_EQ(reply->unseen[0].why.code, 5u);
    m_world->objectDetails.insert_or_assign("M", ObjectDetails{.type = "Mutant", .path = "M"});
    EXPECT_EQ(ask(ListViews{{.name = "M"}}).error().kind, ErrorKind::WrongType);
}

TEST_P(Sharing, opensTheSectionBehindAHandle)
{
    m_world->addProcess(100, "p.exe");
    m_world->addSection("handle:100/80", page)->set(0, "unnamed");
    start();
    const auto info = open({.kind = SourceKind::Handle, .process = {.pid = 100}, .handle = 0x50});
    EXPECT_EQ(info.name, "handle:100/0x50");
    EXPECT_EQ(info.process->name, "p.exe");
    const auto reply = ask(ReadMemory{info.source, {{0, 7}}});
    ASSERT_TRUE(reply) << toText(reply.error());
    EXPECT_TRUE(reply->images[0].bytes == toBytes("unnamed"));
    EXPECT_TRUE(ask(SetSourceAccess{info.source, Access::ReadWrite}));
}

TEST_P(Sharing, closesOnlyTheHandleThatWasMeant)
{
    m_world->handles[100] = {handle(100, 0x50, "Section", "\\B\\S")};
    start();
    EXPECT_EQ(ask(CloseHolderHandle{{100}, 0x50, "Section", "\\B\\Other"}).error().kind, ErrorKind::Changed);
    EXPECT_TRUE(ask(CloseHolderHandle{{100}, 0x50, "Section", "\\B\\S"}));
    EXPECT_THAT(m_world->closedHandles, ElementsAre(testing::Pair(100u, 0x50u)));
}

TEST_P(Sharing, tellsWhenAProcessEndedAndWhichOneFollowed)
{
    m_world->addProcess(100, "demo.exe")->addView({0x90000, page}, "C:\\data");
    m_world->modules[100] = {};
    m_world->handles[100] = {handle(100, 4, "Event")};
    m_world->processDetails[100] = {.commandLine = "demo.exe --fast", .user = "M\\u"};
    m_world->windows = {{.handle = 1, .process = {100}}, {.handle = 2, .process = {104}}};
    SharedObject shared{.type = "Event", .holders = {handle(100, 4, "Event"), handle(104, 8, "Event")}};
    SharedObject alone{.type = "Mutant", .path = "\\B\\M", .holders = {handle(100, 12, "Mutant")}};
    m_world->sharedObjects = {shared, alone};
    m_world->pipes.pipes = {{.name = "a", .server = {100}}, {.name = "b", .server = {104}}};
    start();
    const auto alive = ask(DescribeProcess{{.pid = 100}});
    ASSERT_TRUE(alive) << toText(alive.error());
    EXPECT_FALSE(alive->hasExited);
    EXPECT_EQ(alive->details.commandLine, "demo.exe --fast");
    EXPECT_EQ(alive->handles.size(), 1u);
    EXPECT_EQ(alive->windows.size(), 1u);
    EXPECT_THAT(alive->shared, ElementsAre(shared));
    EXPECT_THAT(alive->pipes, ElementsAre(Field(&NamedPipe::name, "a")));
    ASSERT_EQ(alive->fileViews.size(), 1u);
    EXPECT_EQ(alive->fileViews[0].why, "C:\\data");
    EXPECT_THAT(alive->regions, Contains(AllOf(Field(&RegionSummary::type, RegionType::Private),
                                               Field(&RegionSummary::bytes, 0x4000u), Field(&RegionSummary::writable, 0x4000u))));
    EXPECT_THAT(alive->failures, IsEmpty());
    EXPECT_FALSE(alive->successor);

    const ProcessKey key = alive->process.key;
    {
        const std::scoped_lock lock(m_world->mutex);
        m_world->exitTimes[100] = 5'000'000'000;
    }
    m_world->processes.clear();
    m_world->addProcess(108, "DEMO.exe");
    m_world->processes.back().path = "c:\\Demo.EXE";
    const auto gone = ask(DescribeProcess{key});
    ASSERT_TRUE(gone) << toText(gone.error());
    EXPECT_TRUE(gone->hasExited);
    EXPECT_EQ(gone->exited, 5'000'000'000);
    EXPECT_EQ(gone->process.name, "demo.exe");
    ASSERT_TRUE(gone->successor);
    EXPECT_EQ(gone->successor->key.pid, 108u);
    EXPECT_EQ(ask(DescribeProcess{{.pid = 4712, .created = 3}}).error().kind, ErrorKind::Exited);
}

TEST_P(Sharing, keepsThePartsThatItHasWhenOthersFail)
{
    m_world->addProcess(100, "demo.exe");
    m_world->handles[100] = {};
    m_world->openErrors[100] = Error{.kind = ErrorKind::Refused, .operation = "OpenProcess"};
    start();
    const auto reply = ask(DescribeProcess{{.pid = 100}});
    ASSERT_TRUE(reply) << toText(reply.error());
    EXPECT_EQ(reply->process.name, "demo.exe");
    EXPECT_THAT(reply->failures, Contains(Field(&Error::operation, "OpenProcess")));
    EXPECT_THAT(reply->failures, Contains(Field(&Error::operation, "describe process")));
}

TEST_P(Sharing, listsSynchronisationObjectsWithWhatTheyGuard)
{
    addSection("\\B\\DemoMapping", page, {100, 200});
    addSection("\\B\\Unrelated", page, {300});
    m_world->objects = {{.type = "Mutant", .name = "Demo_Mutex", .path = "\\B\\Demo_Mutex"},
                        {.type = "Event", .name = "closed", .path = "\\B\\closed"},
                        {.type = "Section", .name = "DemoMapping", .path = "\\B\\DemoMapping"}};
    m_world->objectDetails.insert_or_assign(
        "\\B\\Demo_Mutex",
        ObjectDetails{.type = "Mutant", .sync = SyncState{.kind = SyncKind::Mutex, .signaled = true, .abandoned = true}});
    m_world->objectDetails.insert_or_assign("\\B\\closed", Failure(Error{.kind = ErrorKind::Refused, .operation = "NtOpenEvent"}));
    m_world->sharedObjects.push_back(
        {.type = "Mutant", .path = "\\B\\Demo_Mutex", .holders = {handle(200, 8, "Mutant"), handle(100, 8, "Mutant")}});
    start();
    const auto reply = ask(ListSyncObjects{});
    ASSERT_TRUE(reply) << toText(reply.error());
    ASSERT_EQ(reply->objects.size(), 2u);
    const SyncObject &mutex = reply->objects[0];
    EXPECT_THAT(toText(*mutex.state), HasSubstr("abandoned"));
    EXPECT_EQ(mutex.holders.size(), 2u);
    ASSERT_EQ(mutex.probablyGuards.size(), 1u);
    EXPECT_EQ(mutex.probablyGuards[0].section.name, "\\B\\DemoMapping");
    EXPECT_THAT(mutex.probablyGuards[0].why, AllOf(HasSubstr("\"demo\""), HasSubstr("2 processes")));
    EXPECT_FALSE(reply->objects[1].state);
    EXPECT_THAT(reply->objects[1].note, HasSubstr("NtOpenEvent"));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Sharing, testing::Values(Where::InProcess, Where::OverWire), whereName);

class Doctor : public testing::Test {
protected:
    Doctor()
    {
        m_world->host.session = 1;
        for (const char *directory : {"\\BaseNamedObjects", "\\Sessions", "\\Sessions\\1", "\\Sessions\\1\\BaseNamedObjects",
                                      "\\Sessions\\2", "\\Sessions\\2\\BaseNamedObjects", "\\Sessions\\1\\AppContainerNamedObjects",
                                      "\\Sessions\\1\\AppContainerNamedObjects\\S-1-15-2-7"})
            add("Directory", directory);
        add("SymbolicLink", "\\Sessions\\1\\BaseNamedObjects\\Global", "\\BaseNamedObjects");
    }
    void add(const std::string &type, const std::string &path, const std::string &target = {})
    {
        m_world->objects.push_back(
            {.type = type, .name = path.substr(path.find_last_of('\\') + 1), .path = path, .target = target});
    }
    void grant(const std::string &target, std::vector<RightAnswer> rights, std::vector<AccessEntry> list = {})
    {
        m_world->accessFacts["section:" + target] = {.object = target, .type = "Section", .rights = std::move(rights),
                                                     .listKind = AccessListKind::Listed, .list = std::move(list)};
    }
    NameReport diagnose(const std::string &text, const std::string &type = "Section")
    {
        FakeSystem system(m_world);
        auto report = diagnoseName(system, {text, type}, {});
        EXPECT_TRUE(report) << toText(report.error());
        return report ? *report : NameReport{};
    }
    // Of the most telling finding.
    static NameFindingKind kindOf(const NameReport &report)
    {
        EXPECT_FALSE(report.findings.empty()) << report.verdict;
        return report.findings.empty() ? NameFindingKind::Malformed : report.findings.front().kind;
    }

    std::shared_ptr<FakeWorld> m_world = std::make_shared<FakeWorld>();
};

const std::string own = "\\Sessions\\1\\BaseNamedObjects\\";

TEST_F(Doctor, saysThatAllIsWell)
{
    add("Section", own + "Shared");
    grant("Shared", {{"SECTION_MAP_READ", "read it", true}});
    const auto report = diagnose("Shared");
    EXPECT_EQ(kindOf(report), NameFindingKind::Exists);
    EXPECT_EQ(report.path, own + "Shared");
    EXPECT_THAT(report.verdict, HasSubstr("nothing is refused"));
    EXPECT_EQ(kindOf(diagnose("Local\\Shared")), NameFindingKind::Exists);
    EXPECT_EQ(report.findings.size(), 1u);
}

TEST_F(Doctor, namesTheRefusedRightAndWhoHasIt)
{
    add("Section", own + "Shared");
    grant("Shared", {{"SECTION_MAP_READ", "read it", true}, {"SECTION_MAP_WRITE", "write it", false}},
          {{.who = "M\\admin", .allows = true, .rights = {"SECTION_MAP_READ", "SECTION_MAP_WRITE"}}});
    const auto report = diagnose("Shared");
    EXPECT_EQ(kindOf(report), NameFindingKind::Denied);
    EXPECT_THAT(report.verdict, AllOf(HasSubstr("you can't write it"), HasSubstr("SECTION_MAP_WRITE is granted to M\\admin")));
}

TEST_F(Doctor, findsTheNameInOtherSessionsAndContainers)
{
    add("Section", "\\Sessions\\2\\BaseNamedObjects\\Shared");
    add("Section", "\\Sessions\\1\\AppContainerNamedObjects\\S-1-15-2-7\\Shared");
    add("Section", "\\BaseNamedObjects\\Shared");
    const auto report = diagnose("Shared");
    EXPECT_EQ(kindOf(report), NameFindingKind::Elsewhere);
    EXPECT_THAT(report.findings, Contains(Field(&NameFinding::text, "exists in session 2 as a Section; you asked session 1, this one")));
    EXPECT_THAT(report.findings, Contains(Field(&NameFinding::text, HasSubstr("app container S-1-15-2-7 of session 1"))));
    EXPECT_THAT(report.findings, Contains(Field(&NameFinding::openAs, "Global\\Shared")));
    EXPECT_THAT(report.probes, Contains(AllOf(Field(&NameProbe::path, "\\Sessions\\2\\BaseNamedObjects\\Shared"),
                                              Field(&NameProbe::found, "Section"))));
}

TEST_F(Doctor, saysWhichKindOfObjectHasTheName)
{
    add("Mutant", own + "Shared");
    const auto report = diagnose("Shared");
    EXPECT_EQ(kindOf(report), NameFindingKind::WrongType);
    EXPECT_THAT(report.verdict, HasSubstr("taken by a Mutant"));
}

TEST_F(Doctor, seesDifferencesInCaseAndTypingErrors)
{
    add("Section", own + "myshared");
    add("Section", own + "MyShaerd");
    const auto report = diagnose("MyShared");
    EXPECT_EQ(kindOf(report), NameFindingKind::OtherCase);
    EXPECT_THAT(report.findings, Contains(AllOf(Field(&NameFinding::kind, NameFindingKind::Similar),
                                                Field(&NameFinding::openAs, "MyShaerd"))));
}

TEST_F(Doctor, namesTheMissingDirectory)
{
    const auto report = diagnose("\\Sessions\\9\\BaseNamedObjects\\Shared");
    EXPECT_EQ(kindOf(report), NameFindingKind::MissingDirectory);
    EXPECT_EQ(report.findings.front().path, "\\Sessions\\9");
    EXPECT_THAT(diagnose("My\\Shared").verdict, HasSubstr("a backslash in a name"));
}

TEST_F(Doctor, knowsTheNameSpacesThatAreMeant)
{
    add("Section", "\\BaseNamedObjects\\Shared");
    const auto report = diagnose("global/Shared");
    EXPECT_EQ(kindOf(report), NameFindingKind::Malformed);
    EXPECT_EQ(report.findings.front().openAs, "Global\\Shared");
    EXPECT_THAT(report.findings, Contains(Field(&NameFinding::kind, NameFindingKind::Elsewhere)));
}

TEST_F(Doctor, followsLinksToDirectories)
{
    add("Section", "\\BaseNamedObjects\\Shared");
    const auto report = diagnose("\\Sessions\\1\\BaseNamedObjects\\Global\\Shared");
    EXPECT_EQ(report.path, "\\BaseNamedObjects\\Shared");
    EXPECT_EQ(kindOf(report), NameFindingKind::Exists);
}

TEST_F(Doctor, admitsThatNothingIsCalledThat)
{
    const auto report = diagnose("Shared");
    EXPECT_THAT(report.findings, IsEmpty());
    EXPECT_THAT(report.verdict, HasSubstr("no object is called \"Shared\""));
    FakeSystem system(m_world);
    EXPECT_EQ(diagnoseName(system, {"", "Section"}, {}).error().kind, ErrorKind::Invalid);
}

AccessFacts refused(std::vector<RightAnswer> rights)
{
    return {.object = "process 8 (x.exe)", .type = "Process", .rights = std::move(rights),
            .refusal = Error{.kind = ErrorKind::Refused, .code = 5}, .listKind = AccessListKind::Listed,
            .ours = {.user = "M\\me", .integrity = "Medium", .architecture = "x64"}};
}

TEST(Explaining, tellsOfAnEmptyAccessList)
{
    auto facts = refused({{"PROCESS_VM_READ", "read its memory", false}});
    facts.owner = "M\\me";
    const Explanation explanation = explain(facts);
    EXPECT_EQ(explanation.verdict, "You can't read its memory.");
    EXPECT_THAT(explanation.reasons, Contains(HasSubstr("access list is empty")));
    EXPECT_THAT(explanation.waysOut, Contains(HasSubstr("You own it")));
    EXPECT_THAT(toText(explanation), AllOf(HasSubstr("process 8 (x.exe): You can't"), HasSubstr("nobody may do anything")));
}

TEST(Explaining, tellsOfElevationIntegrityAndUsers)
{
    auto facts = refused({{"PROCESS_VM_READ", "read its memory", true}, {"PROCESS_VM_WRITE", "write its memory", false}});
    facts.list = {{.who = "M\\admin", .rights = {"PROCESS_VM_WRITE"}}, {.who = "M\\me", .allows = false, .rights = {"PROCESS_VM_WRITE"}}};
    facts.theirs = Standing{.user = "M\\admin", .integrity = "High", .isElevated = true, .architecture = "x64"};
    const Explanation explanation = explain(facts);
    EXPECT_EQ(explanation.verdict, "You can read its memory, but you can't write its memory.");
    EXPECT_THAT(explanation.reasons,
                testing::IsSupersetOf({HasSubstr("runs elevated"), HasSubstr("integrity is High"), HasSubstr("runs as M\\admin"),
                                       HasSubstr("granted to M\\admin"), HasSubstr("denied to M\\me")}));
    EXPECT_THAT(explanation.waysOut, testing::IsSupersetOf({"Open it read-only.", "Run ipclens elevated."}));
}

TEST(Explaining, offersNoWayIntoProtectedProcesses)
{
    auto facts = refused({{"PROCESS_VM_READ", "read its memory", false}});
    facts.isProtected = true;
    const Explanation explanation = explain(facts);
    EXPECT_THAT(explanation.reasons, Contains(HasSubstr("protected process")));
    EXPECT_THAT(explanation.waysOut, IsEmpty());
}

TEST(Explaining, hasNothingToExplainWhereNothingIsRefused)
{
    AccessFacts facts{.object = "x", .rights = {{"R", "read it", true}}, .listKind = AccessListKind::Missing};
    const Explanation explanation = explain(facts);
    EXPECT_EQ(explanation.verdict, "Nothing is refused: you can read it.");
    EXPECT_THAT(explanation.reasons, IsEmpty());
    EXPECT_THAT(explanation.waysOut, IsEmpty());
}

TEST(Explaining, readsAndWritesTargets)
{
    for (const char *text : {"process:1234", "section:Local\\X", "object:X", "handle:8/0x50", "window:0x1234"}) {
        const auto target = parseExplainTarget(text);
        ASSERT_TRUE(target) << toText(target.error());
        EXPECT_EQ(toText(*target), text);
    }
    for (const char *text : {"", "process:", "process:x", "window:0x", "module:1/a/b", "1234"})
        EXPECT_FALSE(parseExplainTarget(text)) << text;
}

TEST(Explaining, findsWhatARefusalIsAbout)
{
    const auto target = [](std::string object, ErrorKind kind = ErrorKind::Refused) {
        const auto found = explainTargetOf({.kind = kind, .operation = "OpenProcess", .object = std::move(object)});
        return found ? toText(*found) : "";
    };
    EXPECT_EQ(target("process 1234"), "process:1234");
    EXPECT_EQ(target("process 1234 at 0x10"), "process:1234");
    EXPECT_EQ(target("window 0x1A2B"), "window:0x1a2b");
    EXPECT_EQ(target("section Local\\X y"), "section:Local\\X y");
    EXPECT_EQ(target("file x"), "");
    EXPECT_EQ(target("process x"), "");
    EXPECT_EQ(target("process 1234", ErrorKind::Missing), "");
}

TEST(GuardGuess, needsMoreThanCommonWordsAndOneHolder)
{
    const auto held = [](std::vector<std::uint32_t> pids) {
        std::vector<ObjectHandle> handles;
        for (const std::uint32_t pid : pids)
            handles.push_back({.process = {pid}});
        return handles;
    };
    const GuardGuesses guesses({{.type = "Section", .path = "\\B\\CameraFrames", .holders = held({1, 2})},
                                {.type = "Section", .path = "\\B\\SharedMemory", .holders = held({5})},
                                {.type = "Section", .holders = held({3, 4})},
                                {.type = "Event", .path = "\\B\\Camera", .holders = held({1, 2})}});
    const auto names = [&](const std::string &path, std::vector<std::uint32_t> pids) {
        std::vector<std::string> found;
        for (const Guarded &guarded : guesses.of(path, held(std::move(pids))))
            found.push_back(toText(guarded.section));
        return found;
    };
    EXPECT_THAT(names("\\B\\camera_frames_lock", {9}), ElementsAre("\\B\\CameraFrames"));
    EXPECT_THAT(names("\\B\\MemoryMutex", {5}), IsEmpty()); // nothing is left of either name, and one holder is no pair
    EXPECT_THAT(names("\\B\\x", {4, 3}), ElementsAre("handle:3/0x0"));
    EXPECT_THAT(names("\\B\\x", {1, 2, 3}), IsEmpty());
}

TEST(HandleSource, hasATextForm)
{
    const auto spec = parseSourceSpec("handle:1234/0x50");
    ASSERT_TRUE(spec) << toText(spec.error());
    EXPECT_EQ(spec->kind, SourceKind::Handle);
    EXPECT_EQ(spec->handle, 0x50u);
    EXPECT_EQ(toText(*spec), "handle:1234/0x50");
    EXPECT_EQ(parseSourceSpec("handle:1234/80")->handle, 80u);
    for (const char *text : {"handle:", "handle:1234", "handle:1234/", "handle:x/1", "handle:1/0x", "handle:1/5g"})
        EXPECT_FALSE(parseSourceSpec(text)) << text;
}

TEST(AnyCase, foldsAllScripts)
{
    EXPECT_EQ(inAnyCase("ÄÖÜ Straße"), inAnyCase("äöü sTRAßE"));
    EXPECT_NE(inAnyCase("a"), inAnyCase("b"));
    EXPECT_EQ(inAnyCase("\xff"), "\xff");
}

TEST(SyncText, saysWhatAnObjectIsDoing)
{
    EXPECT_EQ(toText(SyncState{.kind = SyncKind::Mutex, .signaled = true}), "free");
    EXPECT_EQ(toText(SyncState{.kind = SyncKind::Mutex, .count = 2, .owner = {34}, .ownerThread = 12}),
              "owned by thread 12 of process 34, 2 times over");
    EXPECT_EQ(toText(SyncState{.kind = SyncKind::Event, .signaled = true, .manualReset = true}), "set, manual reset");
    EXPECT_EQ(toText(SyncState{.kind = SyncKind::Semaphore, .count = 2, .maximum = 5}), "2 of 5");
}

} // namespace
} // namespace ipclens
