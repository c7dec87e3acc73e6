// A session that answers by itself who shares what, with data like that of real programs.
#pragma once

#include "core/session/sharing_map.h"
#include "tests/ui/wait_until.h"
#include "ui/client.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

namespace ipclens::test {

// Shared between a connection and the test.
struct SharingWorld {
    std::mutex mutex; // guards all that follows
    std::vector<AnyCommand> asked;
    std::map<std::string, Error> refusals; // by the name of the command
    bool holdsBack = false;                // asked, but never answered
    ConnectionSinks sinks;

    ObjectDescription object;
    ViewList views;
    SyncList sync;
    ProcessDescription process;
    ProcessList processes;
    SharedDataList data;
    PipeList pipes;
    NameReport report;
    Explanation explanation;
    SharingMap map;

    template <class Command>
    std::vector<Command> questions()
    {
        const std::scoped_lock lock(mutex);
        std::vector<Command> found;
        for (const auto &command : asked) {
            if (const auto *one = std::get_if<Command>(&command))
                found.push_back(*one);
        }
        return found;
    }
    template <class Change>
    void change(Change change)
    {
        const std::scoped_lock lock(mutex);
        change();
    }
};

class SharingConnection : public Connection {
public:
    explicit SharingConnection(std::shared_ptr<SharingWorld> world) : m_world(std::move(world)) {}

    CallId submit(AnyCommand command, ReplySink reply) override
    {
        if (auto answer = answerTo(command))
            reply(std::move(*answer));
        return 1;
    }
    void cancel(CallId) override {}

private:
    std::optional<Result<AnyReply>> answerTo(const AnyCommand &command)
    {
        const std::scoped_lock lock(m_world->mutex);
        if (std::holds_alternative<GetHost>(command))
            return AnyReply(Host{.system = "Test 1.0"});
        if (std::holds_alternative<Ping>(command))
            return AnyReply(Done{});
        m_world->asked.push_back(command);
        if (m_world->holdsBack)
            return std::nullopt;
        return std::visit([this](const auto &one) { return refusedOr(one); }, command);
    }
    template <class Command>
    Result<AnyReply> refusedOr(const Command &command)
    {
        const auto refusal = m_world->refusals.find(std::string(Command::name));
        if (refusal != m_world->refusals.end())
            return Failure(refusal->second);
        return reply(command);
    }
    Result<AnyReply> reply(const DescribeObject &) { return AnyReply(m_world->object); }
    Result<AnyReply> reply(const ListViews &) { return AnyReply(m_world->views); }
    Result<AnyReply> reply(const ListSyncObjects &) { return AnyReply(m_world->sync); }
    Result<AnyReply> reply(const DescribeProcess &) { return AnyReply(m_world->process); }
    Result<AnyReply> reply(const ListProcesses &) { return AnyReply(m_world->processes); }
    Result<AnyReply> reply(const ListPipes &) { return AnyReply(m_world->pipes); }
    Result<AnyReply> reply(const DiagnoseName &) { return AnyReply(m_world->report); }
    Result<AnyReply> reply(const Explain &) { return AnyReply(m_world->explanation); }
    Result<AnyReply> reply(const ReadSharingMap &) { return AnyReply(m_world->map); }
    Result<AnyReply> reply(const CloseHolderHandle &) { return AnyReply(Done{}); }
    Result<AnyReply> reply(const ListSharedData &command)
    {
        auto list = m_world->data;
        std::erase_if(list.sections,
                      [&](const SharedData &each) { return !command.module.empty() && each.module != command.module; });
        return AnyReply(list);
    }
    template <class Command>
    Result<AnyReply> reply(const Command &)
    {
        return Failure(Error{.kind = ErrorKind::Unsupported, .operation = std::string(Command::name)});
    }

    const std::shared_ptr<SharingWorld> m_world;
};

inline ProcessKey key(std::uint32_t pid)
{
    return {pid, 1'790'000'000'000'000'000 + static_cast<std::int64_t>(pid) * 1'000'000'000};
}

inline ObjectHandle holder(std::uint32_t pid, const std::string &name, std::uint64_t handle,
                           std::vector<std::string> rights, const std::string &type = "Section",
                           const std::string &path = "\\Sessions\\1\\BaseNamedObjects\\MySharedMem")
{
    return {.process = key(pid),
            .processName = name,
            .handle = handle,
            .type = type,
            .path = path,
            .access = 0xf0007,
            .rights = std::move(rights)};
}

inline SectionView view(std::uint32_t pid, const std::string &name, Address at, Certainty certainty,
                        const std::string &why)
{
    return {.process = key(pid),
            .processName = name,
            .range = {at, 0x10000},
            .protection = {.read = true, .write = certainty == Certainty::Exact},
            .certainty = certainty,
            .why = why,
            .holdsHandle = certainty != Certainty::Possible};
}

inline SharingMap mapOf(int processes, int things)
{
    SharingMap map;
    static constexpr const char *programs[] = {"trader.exe", "feed.exe",   "chart.exe",
                                               "bridge.exe", "logger.exe", "risk.exe"};
    for (int i = 0; i < processes; ++i) {
        const auto pid = static_cast<std::uint32_t>(1000 + 4 * i);
        map.nodes.push_back({.id = "process:" + std::to_string(pid),
                             .kind = MapNodeKind::Process,
                             .label = std::string(programs[i % 6]) + " (" + std::to_string(pid) + ")",
                             .detail = "x64",
                             .process = key(pid)});
    }
    static constexpr std::pair<MapNodeKind, const char *> kinds[] = {{MapNodeKind::Section, "Quotes"},
                                                                     {MapNodeKind::Sync, "QuotesLock"},
                                                                     {MapNodeKind::Section, "OrderBook"},
                                                                     {MapNodeKind::Pipe, "control"},
                                                                     {MapNodeKind::SharedData, "hooks.dll .SHARED"},
                                                                     {MapNodeKind::Window, "Receive"}};
    for (int i = 0; i < things; ++i) {
        const auto &[kind, name] = kinds[i % 6];
        const auto id = "thing:" + std::to_string(i);
        const auto label = i < 6 ? std::string(name) : name + std::to_string(i);
        map.nodes.push_back({.id = id,
                             .kind = kind,
                             .label = label,
                             .detail = "64 KiB, SEC_COMMIT",
                             .object = {.name = label, .type = kind == MapNodeKind::Section ? "Section" : "Mutant"},
                             .window = 0x10040ull + static_cast<std::uint64_t>(i),
                             .module = "hooks.dll",
                             .section = ".SHARED"});
        static constexpr MapEdgeKind edges[] = {MapEdgeKind::Holds,    MapEdgeKind::Holds, MapEdgeKind::Views,
                                                MapEdgeKind::Connects, MapEdgeKind::Loads, MapEdgeKind::Sends};
        for (int j = 0; j < 2 + i % 3; ++j) {
            const auto from = (i * 7 + j * 5 + i / 3) % processes;
            map.edges.push_back(
                {.from = map.nodes[static_cast<std::size_t>(from)].id,
                 .to = id,
                 .kind = edges[i % 6],
                 .label = i % 6 == 2 ? "probable view" : j == 0 ? "read, write" : "read",
                 .count = kind == MapNodeKind::Window ? static_cast<std::uint64_t>(10 + 300 * i * j) : 1u,
                 .certainty = i % 6 == 2 ? Certainty::Probable : Certainty::Exact});
        }
    }
    return map;
}

// As one would find it on a developer's machine.
inline void fillSample(SharingWorld &world)
{
    const std::string path = "\\Sessions\\1\\BaseNamedObjects\\MySharedMem";
    const Error refused{.kind = ErrorKind::Refused,
                        .code = 5,
                        .operation = "OpenProcess",
                        .object = "process 4 (System)",
                        .meaning = "Access is denied",
                        .hint = "Run the session elevated"};
    world.object.target = {.name = path, .type = "Section"};
    world.object.details = {.type = "Section",
                            .path = path,
                            .handles = 5,
                            .section = SectionInfo{.name = path, .size = 0x10000, .attributeNames = {"SEC_COMMIT"}},
                            .protection = "PAGE_READWRITE"};
    world.object.holders.handles = {
        holder(1000, "trader.exe", 0x50, {"SECTION_MAP_READ", "SECTION_MAP_WRITE", "SECTION_QUERY"}),
        holder(1004, "feed.exe", 0x1a4,
               {"SECTION_MAP_READ", "SECTION_MAP_WRITE", "SECTION_QUERY", "SECTION_EXTEND_SIZE", "DELETE",
                "READ_CONTROL", "WRITE_DAC", "WRITE_OWNER"}),
        holder(1008, "chart.exe", 0xbc, {"SECTION_MAP_READ"}),
        holder(1012, "bridge.exe", 0x3c, {"SECTION_MAP_READ", "SECTION_QUERY"})};
    world.object.holders.handles[1].inherited = true;
    auto ours = holder(900, "ipclens-cli.exe", 0x88, {"SECTION_MAP_READ", "SECTION_QUERY"});
    ours.isOurs = true;
    world.object.holders.handles.push_back(ours);
    world.object.holders.unseen = {{key(4), "System", 211, refused}};
    world.views.views = {
        view(1000, "trader.exe", 0x1f0000, Certainty::Probable, "same size and contents (16 pages compared)"),
        view(1004, "feed.exe", 0x7ff5c2a40000, Certainty::Probable, "same size and contents (16 pages compared)"),
        view(1016, "logger.exe", 0x2c0000, Certainty::Possible, "same size, but both hold nothing but zeros")};

    SyncState lock{.kind = SyncKind::Mutex, .count = 1, .owner = key(1004), .ownerThread = 1032};
    SyncState abandoned{.kind = SyncKind::Mutex, .signaled = true, .abandoned = true};
    SyncState ready{.kind = SyncKind::Event, .signaled = true, .manualReset = true};
    SyncState places{.kind = SyncKind::Semaphore, .signaled = true, .count = 2, .maximum = 5};
    const std::string base = "\\Sessions\\1\\BaseNamedObjects\\";
    world.sync.objects = {
        {.type = "Mutant",
         .path = base + "MySharedMemLock",
         .state = lock,
         .holders = {holder(1000, "trader.exe", 0x54, {"MUTANT_ALL_ACCESS"}, "Mutant", base + "MySharedMemLock"),
                     holder(1004, "feed.exe", 0x1a8, {"MUTANT_ALL_ACCESS"}, "Mutant", base + "MySharedMemLock")},
         .probablyGuards = {{{.name = path, .type = "Section"}, "the names begin alike: \"MySharedMem\""}}},
        {.type = "Mutant",
         .path = base + "RiskLock",
         .state = abandoned,
         .holders = {holder(1020, "risk.exe", 0x20, {"SYNCHRONIZE"})}},
        {.type = "Event",
         .path = base + "QuotesReady",
         .state = ready,
         .holders = {holder(1004, "feed.exe", 0x70, {"SYNCHRONIZE"})}},
        {.type = "Semaphore", .path = base + "OrderSlots", .state = places, .holders = {}},
        {.type = "Job",
         .path = base + "Workers",
         .state = std::nullopt,
         .holders = {},
         .note = "JOB_OBJECT_QUERY was refused"}};

    auto &process = world.process;
    process = {};
    process.process = {.key = key(1000),
                       .parent = 420,
                       .name = "trader.exe",
                       .path = "C:\\Program Files\\Trader\\trader.exe",
                       .architecture = "x64",
                       .session = 1,
                       .windows = 2,
                       .memory = 84'213'760};
    process.details = {.commandLine =
                           "\"C:\\Program Files\\Trader\\trader.exe\" --account 7 --quotes MySharedMem --verbose",
                       .user = "DESK\\lena",
                       .integrity = "Medium"};
    for (int i = 0; i < 40; ++i) {
        static constexpr std::pair<const char *, const char *> kinds[] = {
            {"Event", ""},
            {"File", "\\Device\\HarddiskVolume3\\Users\\lena\\trader.log"},
            {"Key", "\\REGISTRY\\USER\\S-1-5-21\\Software\\Trader"},
            {"Section", ""},
            {"Thread", ""}};
        process.handles.push_back(holder(1000, "trader.exe", static_cast<std::uint64_t>(4 + 4 * i),
                                         {"READ_CONTROL", "SYNCHRONIZE"}, kinds[i % 5].first, kinds[i % 5].second));
    }
    process.modules = {
        {{"trader.exe", process.process.path, {0x140000000, 0x3f000}},
         "7.2.0.118",
         {{".text", {0x140001000, 0x2a000}}}},
        {{"hooks.dll", "C:\\Program Files\\Trader\\hooks.dll", {0x7ff811200000, 0x1c000}},
         "1.0.4.0",
         {{".text", {0x7ff811201000, 0x9000}}, {".SHARED", {0x7ff81120e000, 0x1000}, 0xd0000040, true}}},
        {{"kernel32.dll", "C:\\Windows\\System32\\kernel32.dll", {0x7ff8a1c00000, 0xbd000}}, "10.0.22621.3810", {}}};
    process.regions = {{RegionType::Private, RegionState::Committed, 211, 61ull << 20, 58ull << 20, 0},
                       {RegionType::Image, RegionState::Committed, 402, 92ull << 20, 3ull << 20, 51ull << 20},
                       {RegionType::Mapped, RegionState::Committed, 23, 26ull << 20, 64ull << 10, 0},
                       {RegionType::Private, RegionState::Reserved, 31, 2ull << 30, 0, 0}};
    process.windows = {
        {.handle = 0x10046,
         .className = "TraderMain",
         .title = "Trader - account 7",
         .process = key(1000),
         .thread = 1010,
         .visible = true},
        {.handle = 0x10052, .className = "Peer", .title = "Receive", .process = key(1000), .thread = 1010}};
    process.shared = {
        {.type = "Section",
         .path = path,
         .section = world.object.details.section,
         .holders = world.object.holders.handles},
        {.type = "Mutant", .path = base + "MySharedMemLock", .holders = world.sync.objects[0].holders},
        {.type = "Section",
         .section = SectionInfo{.size = 0x40000, .attributeNames = {"SEC_COMMIT"}},
         .holders = {holder(1000, "trader.exe", 0x9c, {"SECTION_MAP_READ"}, "Section", ""),
                     holder(1008, "chart.exe", 0x44, {"SECTION_MAP_READ", "SECTION_MAP_WRITE"}, "Section", "")}}};
    process.fileViews = {view(1000, "trader.exe", 0x7ff5c0000000, Certainty::Exact,
                              "\\Device\\HarddiskVolume3\\Windows\\Globalization\\Sorting\\SortDefault.nls")};
    process.pipes = {{.name = "trader-control",
                      .instances = 2,
                      .maximum = 4,
                      .server = key(1000),
                      .serverName = "trader.exe",
                      .ends = {{key(1000), "trader.exe", 0x120, true, PipeState::Connected},
                               {key(1012), "bridge.exe", 0x64, false, PipeState::Connected}}}};
    world.processes.processes = {process.process};
    world.pipes.pipes = process.pipes;
    world.pipes.notListed = Error{.kind = ErrorKind::Unsupported,
                                  .operation = "list \\Device\\NamedPipe",
                                  .object = "pipes",
                                  .meaning = "Wine does not list them"};
    world.pipes.unanswered = 1;

    SharedData data{.module = "hooks.dll",
                    .path = "C:\\Program Files\\Trader\\hooks.dll",
                    .section = ".SHARED",
                    .size = 0x1000,
                    .characteristics = 0xd0000040};
    data.variables = {{{"g_hookCount", 1, 0, 4}, ValueType::U32, "3 (0x3)"},
                      {{"g_target", 2, 4, 4}, ValueType::U32, "65606 (0x10046)"},
                      {{"g_name", 3, 8, 64}, std::nullopt, "54 72 61 64 65 72"}};
    Bytes bytes(256, std::byte{});
    for (std::size_t i = 0; i < 64; ++i)
        bytes[i] = static_cast<std::byte>(i * 7);
    auto other = bytes;
    other[0] = std::byte{9};
    other[33] = std::byte{0xff};
    const AddressRange at{0x7ff81120e000, 0x1000};
    data.users = {
        {key(1000), "trader.exe", at, {.address = at.begin, .bytes = bytes}},
        {key(1004), "feed.exe", at, {.address = at.begin, .bytes = bytes}},
        {key(1008), "chart.exe", at, {.address = at.begin, .bytes = other}, true},
        {key(1012), "bridge.exe", at, {.address = at.begin}, false, "ReadProcessMemory: Access is denied (5)"}};
    world.data.sections = {data};
    world.data.unseen = {{key(4), "System", 0, refused}};

    const std::string global = "\\BaseNamedObjects\\MySharedMem";
    world.report = {
        .name = "Global\\MySharedMem",
        .path = global,
        .verdict = "Nothing of that name is in Global; it is in session 1: open Session\\1\\MySharedMem.",
        .findings =
            {{NameFindingKind::Elsewhere,
              path,
              "Section",
              "exists in session 1 as a Section; you asked for Global",
              path,
              {{"SECTION_MAP_READ", "read it", true}, {"SECTION_MAP_WRITE", "write to it", false}}},
             {NameFindingKind::Similar,
              base + "MySharedMemory",
              "Section",
              "differs in 3 characters",
              base + "MySharedMemory",
              {}},
             {NameFindingKind::WrongType, base + "MySharedMemLock", "Mutant", "begins alike, but is a Mutant", "", {}}},
        .probes = {{"as typed", global, ""},
                   {"session 1", path, "Section"},
                   {"session 2", "\\Sessions\\2\\BaseNamedObjects\\MySharedMem", ""}},
        .note = "Private namespaces cannot be looked into."};
    world.explanation.facts.object = "section MySharedMem";
    world.explanation.verdict = "It can be read, but not written.";
    world.explanation.reasons = {"SECTION_MAP_WRITE is granted to DESK\\lena only; this session runs as DESK\\guest."};
    world.explanation.waysOut = {"Open it read-only."};
    world.map = mapOf(3, 2);
}

// A client of such a session.
struct SharingClient {
    std::shared_ptr<SharingWorld> world = std::make_shared<SharingWorld>();
    Client client{QStringLiteral("test"),
                  [world = world](ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
                      const std::scoped_lock lock(world->mutex);
                      world->sinks = std::move(sinks);
                      return std::make_unique<SharingConnection>(world);
                  }};

    SharingClient()
    {
        fillSample(*world);
        client.connectNow();
        EXPECT_TRUE(waitUntil([this] { return client.state() == Client::State::Connected; }));
    }
};

} // namespace ipclens::test
