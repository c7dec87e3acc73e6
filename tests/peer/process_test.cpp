// Processes, their modules and their memory, of real second processes.
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sstream>

namespace ipclens::test {
namespace {

class Processes : public testing::Test {
protected:
    ProcessInfo info(std::uint32_t pid)
    {
        for (ProcessInfo &process : value(system->processes({}))) {
            if (process.key.pid == pid)
                return process;
        }
        throw std::runtime_error(fmt::format("process {} is not listed", pid));
    }

    std::unique_ptr<System> system = makeSystem();
    Peer peer;
};

TEST_F(Processes, areListed)
{
    const ProcessInfo child = info(peer.pid());
    const ProcessInfo self = info(GetCurrentProcessId());
    EXPECT_EQ(child.name, "ipclens_peer_tests.exe");
    EXPECT_EQ(child.path, self.path);
    EXPECT_EQ(child.parent, self.key.pid);
    EXPECT_EQ(child.architecture, "x64");
    EXPECT_GE(child.key.created, self.key.created);
    EXPECT_LE(child.key.created, wallClock());
    EXPECT_GT(child.memory, 0u);
    EXPECT_FALSE(child.isSelf);
    EXPECT_TRUE(self.isSelf);
}

TEST_F(Processes, disappearFromTheListWhenTheyEnd)
{
    const std::uint32_t pid = peer.pid();
    killProcess(pid);
    const auto processes = value(system->processes({}));
    EXPECT_TRUE(std::ranges::none_of(processes, [&](const ProcessInfo &process) { return process.key.pid == pid; }));
}

TEST_F(Processes, countTheirTopLevelWindows)
{
    const std::string className = toWord(uniqueName("class"));
    for (const char *kind : {"top", "top", "message"})
        peer.ask(fmt::format("window.create {} {} {} pump", className, toWord("title"), kind));
    // The system adds windows of its own to threads that have any, for input methods.
    const auto windows = value(system->windows({}));
    const auto listed = std::ranges::count_if(
        windows, [&](const Window &window) { return window.process.pid == peer.pid() && !window.messageOnly; });
    EXPECT_EQ(info(peer.pid()).windows, listed);
    EXPECT_GE(listed, 2);
}

TEST_F(Processes, haveModules)
{
    std::istringstream loaded(peer.ask("dll.load"));
    Address base = 0;
    loaded >> base;
    const auto modules = value(system->modules({peer.pid(), 0}));
    const auto named = [&](const std::string &name) {
        const auto found = std::ranges::find_if(
            modules, [&](const Module &module) { return _stricmp(module.name.c_str(), name.c_str()) == 0; });
        return found == modules.end() ? nullptr : &*found;
    };
    ASSERT_TRUE(named("ipclens_peer_tests.exe"));
    ASSERT_TRUE(named("ntdll.dll"));
    const Module *dll = named("ipclens-peer-shared.dll");
    ASSERT_TRUE(dll);
    EXPECT_EQ(dll->range.begin, base);
    EXPECT_GT(dll->range.size, 4096u);
    EXPECT_TRUE(dll->path.ends_with("\\" + dll->name));
}

TEST_F(Processes, memoryIsReadAndWrittenBothWays)
{
    const Address at = peer.askNumber("alloc 65536");
    peer.ask(fmt::format("fill {} 65536 {}", at, at));
    const auto process = value(system->openProcess({peer.pid(), 0}, Access::ReadWrite));
    EXPECT_TRUE(readImage(*process, {at, 65536}).bytes == patternBytes(65536, 0));

    const Bytes ours = toBytes("written by ipclens");
    ASSERT_TRUE(process->write(at + 4090, ours)); // across two pages
    EXPECT_TRUE(peer.read({at + 4090, ours.size()}) == ours);
    EXPECT_TRUE(peer.read({at, 4090}) == patternBytes(4090, 0));
    const Bytes theirs = toBytes("and by its owner");
    peer.write(at + 100, theirs);
    EXPECT_TRUE(readImage(*process, {at + 100, theirs.size()}).bytes == theirs);
}

TEST_F(Processes, memoryIsAllocatedAndFreed)
{
    const auto process = value(system->openProcess({peer.pid(), 0}, Access::ReadWrite));
    const Address at = value(process->allocate(5000));
    EXPECT_TRUE(peer.read({at, 8192}) == zeros(8192));
    const Bytes ours = toBytes("new");
    ASSERT_TRUE(process->write(at + 8000, ours));
    EXPECT_TRUE(peer.read({at + 8000, ours.size()}) == ours);
    EXPECT_EQ(errorOf(process->release(at + 4096)).kind, ErrorKind::Invalid);
    ASSERT_TRUE(process->release(at));
    EXPECT_THAT(peer.ask(fmt::format("query {}", at)), testing::StartsWith(fmt::format("{} ", MEM_FREE)));
    EXPECT_EQ(errorOf(process->release(at)).kind, ErrorKind::Invalid);
}

TEST_F(Processes, memoryThatComesLaterIsSeen)
{
    const auto process = value(system->openProcess({peer.pid(), 0}, Access::Read));
    value(process->regions(process->extent(), {})); // known as it is now
    const Address at = peer.askNumber("alloc 65536");
    peer.ask(fmt::format("fill {} 65536 {}", at, at));
    const MemoryImage image = readImage(*process, {at, 65536});
    EXPECT_TRUE(image.unreadable.empty());
    EXPECT_TRUE(image.bytes == patternBytes(65536, 0));
}

TEST_F(Processes, regionsOfModulesNameTheirFile)
{
    std::istringstream loaded(peer.ask("dll.load"));
    Address base = 0;
    loaded >> base;
    const auto process = value(system->openProcess({peer.pid(), 0}, Access::Read));
    const auto regions = value(process->regions({base, 1}, {}));
    ASSERT_EQ(regions.size(), 1u);
    EXPECT_EQ(regions[0].type, RegionType::Image);
    EXPECT_EQ(regions[0].allocationBase, base);
    EXPECT_THAT(regions[0].mapped, testing::HasSubstr("ipclens-peer-shared.dll"));
}

TEST_F(Processes, thatDoNotExistAreRefused)
{
    for (const std::uint32_t pid : {0u, 4u, 5u, 7u, 0x7FFF'FFFCu, 0xFFFF'FFFFu, peer.pid() + 1, peer.pid() + 2, peer.pid() + 3}) {
        for (const Access access : {Access::Read, Access::ReadWrite}) {
            const Error error = errorOf(system->openProcess({pid, 0}, access));
            EXPECT_FALSE(error.operation.empty()) << pid;
            EXPECT_FALSE(error.meaning.empty()) << pid;
            EXPECT_THAT(error.object, testing::HasSubstr(std::to_string(pid)));
        }
        EXPECT_FALSE(system->modules({pid, 0})) << pid;
    }
}

TEST_F(Processes, anotherOneOfTheSameNumberIsNotOpened)
{
    const ProcessKey key = info(peer.pid()).key;
    EXPECT_EQ(value(system->openProcess(key, Access::Read))->key(), key);
    const Error error = errorOf(system->openProcess({key.pid, key.created + 10'000'000}, Access::Read));
    EXPECT_EQ(error.kind, ErrorKind::Exited) << toText(error);
}

TEST_F(Processes, thatLetNobodyInSayWhichRightIsMissing)
{
    const auto pid = static_cast<std::uint32_t>(peer.askNumber("process.closed"));
    if (!isWine() && value(system->host()).elevated)
        GTEST_SKIP() << "an elevated session may open everything";
    const Error error = errorOf(system->openProcess({pid, 0}, Access::Read));
    EXPECT_EQ(error.kind, ErrorKind::Refused) << toText(error);
    EXPECT_EQ(error.code, static_cast<std::uint32_t>(ERROR_ACCESS_DENIED));
    EXPECT_THAT(error.hint, testing::HasSubstr("PROCESS_"));
    // It is still listed.
    EXPECT_EQ(info(pid).key.pid, pid);
}

TEST_F(Processes, thatAreKilledAreExited)
{
    const Address at = peer.askNumber("alloc 4096");
    const auto process = value(system->openProcess({peer.pid(), 0}, Access::ReadWrite));
    EXPECT_FALSE(process->hasExited());
    killProcess(peer.pid());
    EXPECT_TRUE(process->hasExited());

    Bytes bytes(16);
    const auto outcome = process->read(at, bytes);
    EXPECT_EQ(outcome.count, 0u);
    EXPECT_EQ(outcome.unreadable, bytes.size());
    ASSERT_TRUE(outcome.why);
    EXPECT_EQ(outcome.why->kind, ErrorKind::Exited) << toText(*outcome.why);
    EXPECT_EQ(errorOf(process->write(at, bytes)).kind, ErrorKind::Exited);
    EXPECT_EQ(errorOf(process->regions(process->extent(), {})).kind, ErrorKind::Exited);
    EXPECT_EQ(errorOf(process->allocate(4096)).kind, ErrorKind::Exited);
    // The handle keeps the number, not the process.
    EXPECT_FALSE(system->openProcess({peer.pid(), 0}, Access::Read));
}

TEST_F(Processes, thatDieWhileTheyAreReadEndTheReading)
{
    const Address at = peer.askNumber("alloc 16777216");
    const auto process = value(system->openProcess({peer.pid(), 0}, Access::Read));
    std::jthread killer;
    int images = 0;
    const bool ended = eventually([&] {
        const MemoryImage image = readImage(*process, {at, 16777216});
        if (++images == 3)
            killer = std::jthread([pid = peer.pid()] { killProcess(pid); });
        return image.why && image.why->kind == ErrorKind::Exited;
    });
    EXPECT_TRUE(ended);
    EXPECT_GT(images, 3);
}

// Sections of a DLL that all its users share.

TEST_F(Processes, sharedSectionsOfTheirModulesAreFound)
{
    std::istringstream loaded(peer.ask("dll.load"));
    Address base = 0;
    Address peerBytes = 0;
    loaded >> base >> peerBytes;
    auto sections = value(system->sharedSections({peer.pid(), 0}, {}));
    std::erase_if(sections, [](const SharedSection &section) { return section.module != "ipclens-peer-shared.dll"; });
    std::ranges::sort(sections, {}, &SharedSection::section);
    ASSERT_EQ(sections.size(), 2u);
    EXPECT_EQ(sections[0].section, ".OTHER");
    const SharedSection &peers = sections[1];
    EXPECT_EQ(peers.section, ".PEERS");
    EXPECT_TRUE(peers.range.contains({peerBytes, 8192}));
    EXPECT_NE(peers.characteristics & IMAGE_SCN_MEM_SHARED, 0u);
    const auto find = [&](const std::string &name) { return std::ranges::find(peers.exports, name, &Export::name); };
    ASSERT_NE(find("PeerBytes"), peers.exports.end());
    ASSERT_NE(find("PeerTail"), peers.exports.end());
    EXPECT_EQ(find("OtherBytes"), peers.exports.end());
    EXPECT_EQ(find("PrivateBytes"), peers.exports.end());
    EXPECT_EQ(find("PeerBytes")->offset, peerBytes - peers.range.begin);
    EXPECT_EQ(find("PeerBytes")->size, 8192u);
}

} // namespace
} // namespace ipclens::test
