// WindowsSystem against this very process: what each part does at all. Second processes are in the other files.
#include "windows_smoke.h"

#include "app/demo/shared_section.h"

#include <algorithm>
#include <cstring>

// A section of this program that all its instances share, with exports in it.
extern "C" {
__declspec(dllexport) IPCLENS_IN_SHARED_SECTION(".smoke") int smokeFirst = 1;
__declspec(dllexport) IPCLENS_IN_SHARED_SECTION(".smoke") char smokeSecond[60] = "second";
}

namespace ipclens {
namespace {

// Memory that a test allocates and frees.
struct Block {
    explicit Block(std::size_t size, DWORD how = MEM_RESERVE)
        : bytes(static_cast<std::byte *>(VirtualAlloc(nullptr, size, how, PAGE_READWRITE)))
    {
    }
    ~Block() { VirtualFree(bytes, 0, MEM_RELEASE); }
    void commit(std::size_t from, std::size_t size, DWORD protection, int fill)
    {
        ASSERT_TRUE(VirtualAlloc(bytes + from, size, MEM_COMMIT, PAGE_READWRITE));
        std::memset(bytes + from, fill, size);
        DWORD before;
        ASSERT_TRUE(VirtualProtect(bytes + from, size, protection, &before));
    }
    std::byte *bytes;
};

TEST_F(WindowsSmoke, HostTellsWhatItRunsOn)
{
    const auto host = system->host();
    ASSERT_TRUE(host) << toText(host.error());
    EXPECT_TRUE(host->system.starts_with("Windows ")) << host->system;
    EXPECT_EQ(host->pid, GetCurrentProcessId());
    EXPECT_EQ(host->architecture, "x64");
    EXPECT_FALSE(host->machine.empty());
    EXPECT_FALSE(host->limits.empty());
    EXPECT_EQ(!host->wine.empty(), runsUnderWine());
}

TEST_F(WindowsSmoke, ProcessesHoldThisOneWithItsIdentity)
{
    const auto processes = system->processes({});
    ASSERT_TRUE(processes) << toText(processes.error());
    const auto self = std::ranges::find(*processes, true, &ProcessInfo::isSelf);
    ASSERT_NE(self, processes->end());
    EXPECT_EQ(self->key.pid, GetCurrentProcessId());
    EXPECT_EQ(self->architecture, "x64");
    EXPECT_TRUE(self->path.ends_with(self->name)) << self->path << " " << self->name;
    EXPECT_GT(self->memory, 0u);
    EXPECT_LT(std::abs(wallClock() - self->key.created), std::int64_t{3600} * 1'000'000'000);
    EXPECT_TRUE(system->openProcess(self->key, Access::Read)); // the listed creation time is the one OpenProcess checks

    std::stop_source stop;
    stop.request_stop();
    const auto stopped = system->processes(stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::Cancelled);
}

TEST_F(WindowsSmoke, BadProcessIdsAreRefusedBeforeTheyOpenAnother)
{
    const auto kind = [this](ProcessKey key) {
        const auto opened = system->openProcess(key, Access::Read);
        return opened ? std::optional<ErrorKind>() : opened.error().kind;
    };
    const auto pid = static_cast<std::uint32_t>(GetCurrentProcessId());
    EXPECT_EQ(kind({.pid = 0}), ErrorKind::Refused);
    EXPECT_EQ(kind({.pid = 4}), ErrorKind::Refused);
    EXPECT_EQ(kind({.pid = pid + 1}), ErrorKind::Invalid);
    EXPECT_EQ(kind({.pid = 0xFFFFFFF0}), ErrorKind::Missing);
    EXPECT_EQ(kind({.pid = pid, .created = 12345}), ErrorKind::Exited);
    const auto copy = system->openProcess({.pid = pid}, Access::Copy);
    ASSERT_FALSE(copy);
    EXPECT_EQ(copy.error().kind, ErrorKind::Unsupported);
}

TEST_F(WindowsSmoke, ReadsAroundHolesAndLeavesGuardPagesArmed)
{
    Block block(64 * page);
    block.commit(0, 2 * page, PAGE_READWRITE, 0x11);
    block.commit(3 * page, page, PAGE_READWRITE | PAGE_GUARD, 0x22);
    block.commit(4 * page, page, PAGE_NOACCESS, 0x33);
    block.commit(5 * page, page, PAGE_READONLY, 0x44);
    const auto self = openSelf(Access::Read);
    const Address base = addressOf(block.bytes);

    const MemoryImage image = readImage(*self, {base + 16, 8 * page});
    EXPECT_EQ(image.unreadable,
              (std::vector<AddressRange>{{base + 2 * page, 3 * page}, {base + 6 * page, 2 * page + 16}}));
    EXPECT_EQ(image.bytes[0], std::byte{0x11});
    EXPECT_EQ(image.bytes[5 * page - 16], std::byte{0x44});
    ASSERT_TRUE(image.why);
    EXPECT_EQ(image.why->kind, ErrorKind::Unreadable);
    EXPECT_NE(toText(*image.why).find("reserved"), std::string::npos) << toText(*image.why);
    MEMORY_BASIC_INFORMATION info;
    VirtualQuery(block.bytes + 3 * page, &info, sizeof info);
    EXPECT_TRUE(info.Protect & PAGE_GUARD);

    Bytes large(1 << 20);
    const ReadOutcome hole = self->read(0x10000 - page, large); // the first 64 KiB are never allocated
    EXPECT_EQ(hole.count, 0u);
    EXPECT_GE(hole.unreadable, page);
    const ReadOutcome outside = self->read(self->extent().end() + 5, large);
    EXPECT_EQ(outside.unreadable, large.size());
    ASSERT_TRUE(outside.why);
    EXPECT_EQ(outside.why->kind, ErrorKind::OutOfRange);
    const ReadOutcome atTheEnd = self->read(self->extent().end() - 10, large);
    EXPECT_EQ(atTheEnd.count + atTheEnd.unreadable, large.size());
}

TEST_F(WindowsSmoke, RegionsTellStateProtectionAndFile)
{
    Block block(16 * page);
    block.commit(4 * page, page, PAGE_READWRITE | PAGE_GUARD, 0);
    const auto self = openSelf(Access::Read);
    const Address base = addressOf(block.bytes);
    const auto regions = self->regions({base + 4 * page, page}, {});
    ASSERT_TRUE(regions) << toText(regions.error());
    ASSERT_EQ(regions->size(), 1u);
    EXPECT_EQ(regions->front().range, (AddressRange{base + 4 * page, page}));
    EXPECT_EQ(regions->front().type, RegionType::Private);
    EXPECT_EQ(regions->front().allocationBase, base);
    EXPECT_EQ(toText(regions->front().protection), "rw-+g");

    const auto all = self->regions(self->extent(), {});
    ASSERT_TRUE(all) << toText(all.error());
    const Address code = addressOf(GetModuleHandleW(L"ntdll.dll"));
    const auto image = std::ranges::find_if(*all, [&](const Region &r) { return r.range.contains(code); });
    ASSERT_NE(image, all->end());
    EXPECT_EQ(image->type, RegionType::Image);
    EXPECT_TRUE(image->mapped.ends_with("ntdll.dll")) << image->mapped;
    EXPECT_TRUE(std::ranges::is_sorted(*all, {}, [](const Region &r) { return r.range.begin; }));
}

TEST_F(WindowsSmoke, WritesWholeOrNotAtAll)
{
    Block block(4 * page);
    block.commit(0, page, PAGE_READWRITE, 0x11);
    block.commit(page, page, PAGE_READONLY, 0x22);
    const Address base = addressOf(block.bytes);
    const Bytes bytes = toBytes(std::string(16, 'x'));
    const auto writer = openSelf(Access::ReadWrite);
    ASSERT_TRUE(writer->write(base + 8, bytes));
    EXPECT_EQ(std::memcmp(block.bytes + 8, bytes.data(), bytes.size()), 0);

    const auto across = writer->write(base + page - 8, bytes);
    ASSERT_FALSE(across);
    EXPECT_EQ(across.error().kind, ErrorKind::Unreadable);
    EXPECT_FALSE(across.error().hint.empty());
    EXPECT_EQ(block.bytes[page - 8], std::byte{0x11});
    EXPECT_EQ(block.bytes[page], std::byte{0x22});
    const auto hole = writer->write(base + 2 * page, bytes);
    ASSERT_FALSE(hole);
    EXPECT_EQ(hole.error().kind, ErrorKind::Unreadable);
    const auto outside = writer->write(writer->extent().end() - 8, bytes);
    ASSERT_FALSE(outside);
    EXPECT_EQ(outside.error().kind, ErrorKind::OutOfRange);

    const auto refused = openSelf(Access::Read)->write(base, bytes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Refused);
    EXPECT_EQ(refused.error().hint, "Open it read-write");
}

TEST_F(WindowsSmoke, AllocatesAndFreesOnlyItsOwn)
{
    const auto self = openSelf(Access::ReadWrite);
    const auto block = self->allocate(5000);
    ASSERT_TRUE(block) << toText(block.error());
    EXPECT_TRUE(self->write(*block + 4990, toBytes("0123456789")));
    EXPECT_EQ(readImage(*self, {*block, 2 * page}).unreadable.size(), 0u);
    const auto other = self->release(*block + page);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::Invalid);
    EXPECT_TRUE(self->release(*block));
    EXPECT_FALSE(self->release(*block));
    EXPECT_EQ(readImage(*self, {*block, page}).unreadable.size(), 1u);
    EXPECT_EQ(self->allocate(0).error().kind, ErrorKind::Invalid);
    EXPECT_EQ(self->allocate(UINT64_MAX).error().kind, ErrorKind::OutOfRange);
    EXPECT_EQ(openSelf(Access::Read)->allocate(10).error().kind, ErrorKind::Refused);
}

TEST_F(WindowsSmoke, SharedSectionsComeWithTheirExports)
{
    const auto sections = system->sharedSections({.pid = GetCurrentProcessId()}, {});
    ASSERT_TRUE(sections) << toText(sections.error());
    const auto found = std::ranges::find(*sections, ".smoke", &SharedSection::section);
    ASSERT_NE(found, sections->end());
    ASSERT_EQ(found->exports.size(), 2u);
    const auto second = std::ranges::find(found->exports, "smokeSecond", &Export::name);
    ASSERT_NE(second, found->exports.end());
    EXPECT_EQ(found->range.begin + second->offset, addressOf(smokeSecond));
    EXPECT_GE(second->size, sizeof smokeSecond);
    EXPECT_TRUE(found->range.contains(addressOf(&smokeFirst)));
}

} // namespace
} // namespace ipclens
