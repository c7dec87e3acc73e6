// The Linux system against real second processes.
#include "core/os/linux/proc_files.h"
#include "tests/unit/memory_source_peer.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ipclens::test {
namespace {

const PeerVerb pidVerb("pid", [](const Words &) { return std::to_string(::getpid()); });

Address mapPages(std::uint64_t size, int protection, int flags = MAP_PRIVATE | MAP_ANONYMOUS, int file = -1)
{
    void *at = ::mmap(nullptr, size, protection, flags, file, 0);
    if (at == MAP_FAILED)
        throw std::runtime_error(fmt::format("mmap: {}", errno));
    return reinterpret_cast<Address>(at);
}

void protect(AddressRange range, int protection)
{
    if (::mprotect(reinterpret_cast<void *>(range.begin), range.size, protection) != 0)
        throw std::runtime_error(fmt::format("mprotect: {}", errno));
}

const PeerVerb layoutVerb("layout", [](const Words &) {
    const Address begin = mapPages(0x10000, PROT_READ | PROT_WRITE);
    const std::vector<Piece> layout{
        {{begin, 0x3000}, PieceKind::ReadWrite},         {{begin + 0x3000, 0x1000}, PieceKind::NoAccess},
        {{begin + 0x4000, 0x1000}, PieceKind::ReadOnly}, {{begin + 0x5000, 0x2000}, PieceKind::Hole},
        {{begin + 0x7000, 0x1000}, PieceKind::ReadWrite}, {{begin + 0x8000, 0x1000}, PieceKind::Hole},
        {{begin + 0x9000, 0x7000}, PieceKind::ReadWrite}};
    for (const auto &[range, kind] : layout) {
        if (kind == PieceKind::ReadWrite || kind == PieceKind::ReadOnly)
            fillWithPattern(range, begin);
        if (kind == PieceKind::ReadOnly)
            protect(range, PROT_READ);
        if (kind == PieceKind::NoAccess)
            protect(range, PROT_NONE);
        if (kind == PieceKind::Hole && ::munmap(reinterpret_cast<void *>(range.begin), range.size) != 0)
            throw std::runtime_error("munmap");
    }
    return layoutWords(layout);
});

// Linux has no guard pages that disarm.
const PeerVerb armedVerb("armed", [](const Words &) { return std::string("yes"); });

const PeerVerb mapVerb("map", [](const Words &words) {
    return std::to_string(mapPages(toNumber(words.at(0)), PROT_READ | PROT_WRITE));
});

const PeerVerb unmapVerb("unmap", [](const Words &words) {
    if (::munmap(reinterpret_cast<void *>(toNumber(words.at(0))), toNumber(words.at(1))) != 0)
        throw std::runtime_error("munmap");
    return std::string();
});

// Two pages of a file that then is cut to one: the second is mapped and cannot be read.
const PeerVerb cutFileVerb("cutFile", [](const Words &) {
    const int file = ::memfd_create("cut", 0);
    if (file < 0 || ::ftruncate(file, 0x2000) != 0)
        throw std::runtime_error("memfd_create");
    const Address at = mapPages(0x2000, PROT_READ | PROT_WRITE, MAP_SHARED, file);
    fillWithPattern({at, 0x1000}, at);
    if (::ftruncate(file, 0x1000) != 0)
        throw std::runtime_error("ftruncate");
    return std::to_string(at);
});

INSTANTIATE_TEST_SUITE_P(Process, MemorySourceConformance,
                         testing::Values(ConformanceCase{"Linux", [] { return std::make_unique<ProcessSubject>(); }}),
                         caseName);

const ProcessInfo *findPid(const std::vector<ProcessInfo> &processes, std::uint32_t pid)
{
    const auto found = std::ranges::find(processes, pid, [](const ProcessInfo &process) { return process.key.pid; });
    return found == processes.end() ? nullptr : &*found;
}

TEST(LinuxSystem, tellsAboutItsHost)
{
    const auto host = makeSystem()->host();
    ASSERT_TRUE(host);
    EXPECT_THAT(host->system, testing::StartsWith("Linux "));
    EXPECT_EQ(host->pid, static_cast<std::uint32_t>(::getpid()));
    EXPECT_FALSE(host->architecture.empty());
    EXPECT_FALSE(host->version.empty());
    EXPECT_TRUE(host->wine.empty());
    EXPECT_THAT(host->limits, testing::Contains(testing::HasSubstr("WM_COPYDATA")));
}

TEST(LinuxSystem, listsProcesses)
{
    const auto system = makeSystem();
    Peer peer;
    const auto processes = system->processes({});
    ASSERT_TRUE(processes);
    EXPECT_TRUE(std::ranges::is_sorted(*processes, {}, [](const ProcessInfo &process) { return process.key.pid; }));
    const ProcessInfo *child = findPid(*processes, peer.pid());
    const ProcessInfo *self = findPid(*processes, static_cast<std::uint32_t>(::getpid()));
    ASSERT_TRUE(child && self);
    EXPECT_EQ(child->name, self->name);
    EXPECT_EQ(child->path, self->path);
    EXPECT_FALSE(child->architecture.empty());
    EXPECT_GT(child->memory, 0u);
    EXPECT_TRUE(self->isSelf);
    EXPECT_FALSE(child->isSelf);
    EXPECT_GE(child->key.created, self->key.created);
    EXPECT_LE(child->key.created, wallClock());
    EXPECT_EQ(self->parent, static_cast<std::uint32_t>(::getppid()));
}

TEST(LinuxSystem, stopsListingWhenAsked)
{
    std::stop_source stop;
    stop.request_stop();
    const auto processes = makeSystem()->processes(stop.get_token());
    ASSERT_FALSE(processes);
    EXPECT_EQ(processes.error().kind, ErrorKind::Cancelled);
}

TEST(LinuxSystem, listsModules)
{
    Peer peer;
    const auto system = makeSystem();
    const auto modules = system->modules({peer.pid(), 0});
    ASSERT_TRUE(modules) << toText(modules.error());
    ASSERT_FALSE(modules->empty());
    std::vector<std::string> names;
    for (const Module &module : *modules) {
        EXPECT_GT(module.range.size, 0u);
        EXPECT_TRUE(module.path.ends_with("/" + module.name));
        names.push_back(module.name);
    }
    EXPECT_THAT(names, testing::Contains(testing::StartsWith("libc.so")));
    EXPECT_THAT(names, testing::Contains("ipclens_unit_tests"));
    // Both run the same program: its module has the same size in both, and its functions lie in it.
    const auto own = system->modules({static_cast<std::uint32_t>(::getpid()), 0});
    ASSERT_TRUE(own);
    const auto sizeOf = [](const std::vector<Module> &list) {
        return std::ranges::find(list, "ipclens_unit_tests", &Module::name)->range.size;
    };
    EXPECT_EQ(sizeOf(*modules), sizeOf(*own));
    const auto here = reinterpret_cast<Address>(&selfFolder);
    EXPECT_TRUE(std::ranges::any_of(*own, [&](const Module &module) {
        return module.name == "ipclens_unit_tests" && module.range.contains(here);
    }));
}

TEST(LinuxSystem, identityIsPidAndCreationTime)
{
    const auto system = makeSystem();
    Peer peer;
    const auto processes = system->processes({});
    ASSERT_TRUE(processes);
    ProcessKey key = findPid(*processes, peer.pid())->key;
    const auto opened = system->openProcess(key, Access::Read);
    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ((*opened)->key(), key);
    EXPECT_EQ((*opened)->name(), fmt::format("process:{}", peer.pid()));
    key.created += 10'000'000;
    const auto reused = system->openProcess(key, Access::Read);
    ASSERT_FALSE(reused);
    EXPECT_EQ(reused.error().kind, ErrorKind::Exited);
}

TEST(LinuxSystem, refusesWhatIsNoProcess)
{
    const auto system = makeSystem();
    for (const std::uint32_t pid : {0u, 0x7FFF'FFFFu, 0xFFFF'FFFFu}) {
        const auto opened = system->openProcess({pid, 0}, Access::Read);
        ASSERT_FALSE(opened) << pid;
        EXPECT_EQ(opened.error().kind, ErrorKind::Missing) << toText(opened.error());
        EXPECT_THAT(opened.error().object, testing::HasSubstr(std::to_string(pid)));
    }
    const auto copied = system->openProcess({static_cast<std::uint32_t>(::getpid()), 0}, Access::Copy);
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().kind, ErrorKind::Unsupported);
}

TEST(LinuxSystem, aKilledProcessIsExited)
{
    const auto system = makeSystem();
    ProcessSubject subject;
    const auto opened = system->openProcess({subject.peer().pid(), 0}, Access::ReadWrite);
    ASSERT_TRUE(opened);
    const Address at = subject.layout().front().range.begin;
    Bytes bytes(16);
    ASSERT_EQ((*opened)->read(at, bytes).count, bytes.size());
    EXPECT_FALSE((*opened)->hasExited());

    subject.peer().die();
    // Its output closes a moment before the kernel calls it ended.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!(*opened)->hasExited() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    ASSERT_TRUE((*opened)->hasExited());
    const auto outcome = (*opened)->read(at, bytes);
    EXPECT_EQ(outcome.count, 0u);
    EXPECT_EQ(outcome.unreadable, bytes.size());
    ASSERT_TRUE(outcome.why);
    EXPECT_EQ(outcome.why->kind, ErrorKind::Exited);
    const auto written = (*opened)->write(at, bytes);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::Exited);
    const auto regions = (*opened)->regions({0, 1}, {});
    ASSERT_FALSE(regions);
    EXPECT_EQ(regions.error().kind, ErrorKind::Exited);
}

TEST(LinuxSystem, seesMemoryComeAndGo)
{
    const auto system = makeSystem();
    Peer peer;
    const auto opened = system->openProcess({peer.pid(), 0}, Access::Read);
    ASSERT_TRUE(opened);
    const Address at = peer.askNumber("map 65536");
    EXPECT_TRUE(readImage(**opened, {at, 65536}).unreadable.empty());
    peer.ask(fmt::format("unmap {} 4096", at + 4096));
    EXPECT_EQ(readImage(**opened, {at, 65536}).unreadable, (std::vector<AddressRange>{{at + 4096, 4096}}));
    const auto regions = (*opened)->regions({at, 65536}, {});
    ASSERT_TRUE(regions);
    EXPECT_FALSE(std::ranges::any_of(*regions, [&](const Region &region) { return region.range.contains(at + 4096); }));
}

TEST(LinuxSystem, pagesBehindTheEndOfACutFileAreUnreadable)
{
    const auto system = makeSystem();
    Peer peer;
    const auto opened = system->openProcess({peer.pid(), 0}, Access::Read);
    ASSERT_TRUE(opened);
    const Address at = peer.askNumber("cutFile");
    const MemoryImage image = readImage(**opened, {at, 0x2000});
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{at + 0x1000, 0x1000}}));
    EXPECT_EQ(image.bytes[100], patternAt(100));
    const auto regions = (*opened)->regions({at, 0x2000}, {});
    ASSERT_TRUE(regions);
    ASSERT_EQ(regions->size(), 1u);
    EXPECT_EQ(regions->front().type, RegionType::Mapped);
    EXPECT_THAT(regions->front().mapped, testing::HasSubstr("memfd:cut"));
}

TEST(LinuxSystem, namesWhatTheKernelNames)
{
    Peer peer;
    const auto opened = makeSystem()->openProcess({peer.pid(), 0}, Access::Read);
    ASSERT_TRUE(opened);
    const auto regions = (*opened)->regions((*opened)->extent(), {});
    ASSERT_TRUE(regions);
    const auto named = [&](const std::string &name) { return std::ranges::find(*regions, name, &Region::mapped); };
    ASSERT_NE(named("[stack]"), regions->end());
    EXPECT_EQ(named("[stack]")->type, RegionType::Private);
    EXPECT_EQ(named("[vsyscall]"), regions->end());
    if (const auto vvar = named("[vvar]"); vvar != regions->end()) {
        EXPECT_FALSE(vvar->isReadable());
        EXPECT_EQ(readImage(**opened, vvar->range).unreadable, std::vector{vvar->range});
    }
}

TEST(LinuxSystem, saysWhatItCannotDo)
{
    const auto system = makeSystem();
    const auto expectUnsupported = [](const auto &result) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind, ErrorKind::Unsupported);
        EXPECT_FALSE(result.error().operation.empty());
        EXPECT_FALSE(result.error().object.empty());
        EXPECT_FALSE(result.error().meaning.empty());
        EXPECT_THAT(result.error().hint, testing::HasSubstr("Wine"));
    };
    const ProcessKey self{static_cast<std::uint32_t>(::getpid()), 0};
    expectUnsupported(system->namedObjects(true, {}));
    expectUnsupported(system->openSection("X", Access::Read));
    expectUnsupported(system->createSection({.name = "X", .size = 1}));
    expectUnsupported(system->windows({}));
    expectUnsupported(system->windowAt(1, 2, false));
    expectUnsupported(system->openInbox({.className = "X"}));
    expectUnsupported(system->sendCopyData(1, 2, 3, std::nullopt, 4));
    expectUnsupported(system->sendRegistered(1, "X", 2, 3, 4));
    expectUnsupported(system->sharedSections(self, {}));
    const auto opened = system->openProcess(self, Access::ReadWrite);
    ASSERT_TRUE(opened);
    expectUnsupported((*opened)->allocate(1));
    expectUnsupported((*opened)->release(1));
}

TEST(ProcFiles, readsStat)
{
    const auto stat = parseProcStat("123 (a (b) c) S 7 123 123 0 -1 4194560 9 0 0 0 1 2 0 0 20 0 1 0 987654 1 2 3 4");
    ASSERT_TRUE(stat);
    EXPECT_EQ(stat->command, "a (b) c");
    EXPECT_EQ(stat->state, 'S');
    EXPECT_EQ(stat->parent, 7u);
    EXPECT_FALSE(stat->kernelThread);
    EXPECT_EQ(stat->startTicks, 987654);
    for (const auto *text : {"", "1", "1 (x", "1 (x)", "1 (x) S", "1 (x) S 2 3", "1 )x( S 2", "1 (x) S a b c d e f g h i j k l m n o p q"})
        EXPECT_FALSE(parseProcStat(text)) << text;
}

TEST(ProcFiles, readsMaps)
{
    const auto regions = parseProcMaps("1000-2000 r--p 00000000 fe:00 5                          /lib/a b.so\n"
                                       "2000-3000 r-xp 00001000 fe:00 5                          /lib/a b.so\n"
                                       "3000-4000 rw-p 00002000 fe:00 5                          /lib/a b.so\n"
                                       "4000-5000 rw-p 00000000 00:00 0 \n"
                                       "5000-6000 ---p 00000000 00:00 0 \n"
                                       "6000-7000 rw-s 00000000 00:01 9                          /dev/shm/x (deleted)\n"
                                       "7000-8000 r--p 00000000 00:00 0                          [vvar]\n");
    ASSERT_TRUE(regions);
    ASSERT_EQ(regions->size(), 7u);
    const auto &all = *regions;
    EXPECT_EQ(all[0].range, (AddressRange{0x1000, 0x1000}));
    EXPECT_EQ(all[0].mapped, "/lib/a b.so");
    EXPECT_EQ(all[0].type, RegionType::Image);
    EXPECT_EQ(all[2].allocationBase, 0x1000u);
    EXPECT_TRUE(all[2].protection.copyOnWrite);
    EXPECT_EQ(all[3].type, RegionType::Private);
    EXPECT_FALSE(all[3].protection.copyOnWrite);
    EXPECT_TRUE(all[3].isReadable());
    EXPECT_FALSE(all[4].isReadable());
    EXPECT_EQ(all[5].type, RegionType::Mapped);
    EXPECT_EQ(all[5].mapped, "/dev/shm/x (deleted)");
    EXPECT_FALSE(all[5].protection.copyOnWrite);
    EXPECT_FALSE(all[6].isReadable());
}

TEST(ProcFiles, refusesWhatItDoesNotKnow)
{
    for (const auto *text : {"x", "1000-2000", "2000-1000 r--p 0 0 0", "1000-2000 r--p", "1000-2000 r-- 0 0:0 0"}) {
        const auto regions = parseProcMaps(text);
        ASSERT_FALSE(regions) << text;
        EXPECT_THAT(regions.error().object, testing::HasSubstr(text));
    }
    EXPECT_TRUE(parseProcMaps("").value().empty());
}

} // namespace
} // namespace ipclens::test
