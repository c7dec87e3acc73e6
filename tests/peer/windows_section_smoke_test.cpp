// Sections and the namespace they are in, seen by WindowsSystem within one process.
#include "windows_smoke.h"

#include <algorithm>
#include <cstring>

#include <sddl.h>

namespace ipclens {
namespace {

TEST_F(WindowsSmoke, SectionIsCreatedOpenedWrittenAndCopied)
{
    const std::string name = unique("section");
    const auto made = create({.name = name, .size = 0x1000});
    EXPECT_EQ(made->info().size, 0x1000u);
    EXPECT_EQ(made->info().attributeNames, std::vector<std::string>{"SEC_COMMIT"});
    EXPECT_EQ(made->name(), "section:" + name);
    const auto again = system->createSection({.name = name, .size = 0x1000});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().kind, ErrorKind::Exists);

    const auto reader = system->openSection("Local\\" + name, Access::Read);
    ASSERT_TRUE(reader) << toText(reader.error());
    const auto copy = system->openSection(name, Access::Copy);
    ASSERT_TRUE(copy) << toText(copy.error());
    ASSERT_TRUE(made->write(0xFF8, toBytes("12345678")));
    ASSERT_TRUE((*copy)->write(0, toBytes("mine")));
    const MemoryImage seen = readImage(**reader, (*reader)->extent());
    EXPECT_TRUE(seen.unreadable.empty());
    EXPECT_EQ(std::memcmp(seen.bytes.data() + 0xFF8, "12345678", 8), 0);
    EXPECT_EQ(seen.bytes[0], std::byte{0});
    EXPECT_EQ(readImage(**copy, {0, 4}).bytes, toBytes("mine"));
    EXPECT_EQ((*reader)->write(0, toBytes("no")).error().kind, ErrorKind::Refused);
    EXPECT_EQ(made->write(0xFFF, toBytes("no")).error().kind, ErrorKind::OutOfRange);
}

TEST_F(WindowsSmoke, SectionNamesThatDoNotOpen)
{
    EXPECT_EQ(openKind(unique("none")), ErrorKind::Missing);
    EXPECT_EQ(openKind(""), ErrorKind::Invalid);
    EXPECT_EQ(openKind(std::string("a\0b", 3)), ErrorKind::Invalid);
    EXPECT_EQ(openKind("bad \xFF utf-8"), ErrorKind::Invalid);
    EXPECT_EQ(openKind(std::string(300, 'x')), ErrorKind::Missing);
    EXPECT_EQ(openKind(std::string(40000, 'x')), ErrorKind::Invalid);
    EXPECT_EQ(openKind("Nowhere\\x"), ErrorKind::Missing);
    EXPECT_EQ(openKind("\\Nowhere\\x"), ErrorKind::Missing);
    EXPECT_EQ(openKind("\\"), ErrorKind::WrongType);
    const std::string event = unique("event");
    const HANDLE handle = CreateEventA(nullptr, FALSE, FALSE, event.c_str());
    EXPECT_EQ(openKind(event), ErrorKind::WrongType);
    EXPECT_EQ(system->createSection({.name = event, .size = 1}).error().kind, ErrorKind::WrongType);
    CloseHandle(handle);
    EXPECT_EQ(system->createSection({.name = unique("empty"), .size = 0}).error().kind, ErrorKind::Invalid);
}

TEST_F(WindowsSmoke, SectionNamesOfAllKindsWork)
{
    for (const std::string &name :
         {unique("\xC3\xA4\xE6\xBC\xA2\xF0\x9F\x98\x80"), std::string(250, 'n') + unique("long"),
          "Global\\" + unique("global"), "\\BaseNamedObjects\\" + unique("native")}) {
        const auto made = create({.name = name, .size = 10});
        ASSERT_TRUE(made);
        EXPECT_TRUE(made->write(0, toBytes("here")));
        const auto opened = system->openSection(name, Access::ReadWrite);
        ASSERT_TRUE(opened) << toText(opened.error());
        EXPECT_EQ(readImage(**opened, {0, 4}).bytes, toBytes("here"));
        EXPECT_EQ((*opened)->access(), Access::ReadWrite);
    }
}

TEST_F(WindowsSmoke, ReservedSectionIsReadAtItsEnd)
{
    constexpr std::uint64_t size = std::uint64_t{5} << 30;
    const std::string name = unique("reserved");
    const auto made = create({.name = name, .size = size, .reserve = true});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->extent(), (AddressRange{0, size}));
    MemoryImage end = readImage(*made, {size - 2 * page, 2 * page});
    EXPECT_EQ(end.unreadable, (std::vector<AddressRange>{{size - 2 * page, 2 * page}}));
    EXPECT_NE(toText(*end.why).find("not committed"), std::string::npos);

    const HANDLE handle = OpenFileMappingA(FILE_MAP_WRITE, FALSE, name.c_str());
    auto *const view = static_cast<std::byte *>(MapViewOfFile(handle, FILE_MAP_WRITE, 0, 0, 0));
    ASSERT_TRUE(view);
    // Not the very last page: Wine 8 keeps a commitment that reaches to the end of a view from the other views.
    ASSERT_TRUE(VirtualAlloc(view + size - 2 * page, page, MEM_COMMIT, PAGE_READWRITE));
    std::memset(view + size - 2 * page, 0x5A, page);
    const auto opened = system->openSection(name, Access::Read);
    ASSERT_TRUE(opened) << toText(opened.error());
    end = readImage(**opened, {size - 3 * page, 3 * page});
    EXPECT_EQ(end.unreadable, (std::vector<AddressRange>{{size - 3 * page, page}, {size - page, page}}));
    EXPECT_EQ(end.bytes[2 * page - 1], std::byte{0x5A});
    UnmapViewOfFile(view);
    CloseHandle(handle);
}

TEST_F(WindowsSmoke, SectionProtectionsGiveTheViewsTheyAllow)
{
    using enum SectionProtection;
    for (const auto &[protection, access] : {std::pair(ReadOnly, Access::Read), std::pair(ReadWrite, Access::ReadWrite),
                                             std::pair(ExecuteRead, Access::Read), std::pair(WriteCopy, Access::Copy),
                                             std::pair(ExecuteReadWrite, Access::ReadWrite)}) {
        const std::string name = unique(std::string(nameOf(protection)));
        const auto made = create({.name = name, .size = page, .protection = protection});
        ASSERT_TRUE(made) << nameOf(protection);
        EXPECT_EQ(made->access(), access) << nameOf(protection);
        EXPECT_EQ(readImage(*made, {0, page}).unreadable.size(), 0u) << nameOf(protection);
        const auto opened = system->openSection(name, Access::ReadWrite);
        ASSERT_TRUE(opened) << toText(opened.error());
        // Wine maps every section for writing, whatever protection it was made with.
        const bool writable = access == Access::ReadWrite || runsUnderWine();
        EXPECT_EQ((*opened)->access(), writable ? Access::ReadWrite : Access::Read) << nameOf(protection);
        EXPECT_EQ((*opened)->refused().empty(), writable) << nameOf(protection);
        const auto written = (*opened)->write(4, toBytes("1234"));
        EXPECT_EQ(written.has_value(), writable) << nameOf(protection);
        if (!writable) {
            EXPECT_EQ(written.error().kind, ErrorKind::Refused);
        }
    }
}

TEST_F(WindowsSmoke, SectionRightsDegradeOneByOne)
{
    SECURITY_ATTRIBUTES security{.nLength = sizeof security};
    const auto handleFor = [&](const wchar_t *sddl, const std::string &name) {
        EXPECT_TRUE(ConvertStringSecurityDescriptorToSecurityDescriptorW(sddl, SDDL_REVISION_1,
                                                                         &security.lpSecurityDescriptor, nullptr));
        const HANDLE handle =
            CreateFileMappingA(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE, 0, page, name.c_str());
        LocalFree(security.lpSecurityDescriptor);
        return handle;
    };
    const HANDLE readable = handleFor(L"D:(A;;0x4;;;WD)", unique("readable")); // SECTION_MAP_READ to everybody
    const auto opened = system->openSection(unique("readable"), Access::ReadWrite);
    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ((*opened)->granted(), std::vector<std::string>{"SECTION_MAP_READ"});
    EXPECT_EQ((*opened)->refused(), (std::vector<std::string>{"SECTION_QUERY", "SECTION_MAP_WRITE"}));
    EXPECT_EQ((*opened)->info().size, 0u);
    EXPECT_EQ((*opened)->extent(), (AddressRange{0, page}));
    EXPECT_EQ(readImage(**opened, {0, page}).unreadable.size(), 0u);
    const HANDLE closed = handleFor(L"D:(A;;0x1;;;WD)", unique("closed"));
    EXPECT_EQ(openKind(unique("closed")), ErrorKind::Refused);
    CloseHandle(readable);
    CloseHandle(closed);
}

TEST_F(WindowsSmoke, SectionOfAFileHasItsExactSize)
{
    wchar_t folder[MAX_PATH], path[MAX_PATH];
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"ipc", 0, path);
    const HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                    CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, nullptr);
    const std::string text(5000, 'f');
    DWORD written = 0;
    ASSERT_TRUE(WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, nullptr));
    const HANDLE mapping = CreateFileMappingA(file, nullptr, PAGE_READWRITE, 0, 0, unique("file").c_str());
    const auto opened = system->openSection(unique("file"), Access::ReadWrite);
    ASSERT_TRUE(opened) << toText(opened.error());
    EXPECT_EQ((*opened)->extent(), (AddressRange{0, 5000}));
    EXPECT_TRUE(std::ranges::count((*opened)->info().attributeNames, "SEC_FILE"));
    EXPECT_TRUE((*opened)->write(4996, toBytes("last")));
    const MemoryImage image = readImage(**opened, {4990, 20});
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{5000, 10}}));
    EXPECT_EQ(std::memcmp(image.bytes.data(), "fffffflast", 10), 0);
    const auto regions = (*opened)->regions((*opened)->extent(), {});
    ASSERT_TRUE(regions && regions->size() == 1);
    EXPECT_EQ(regions->front().range, (AddressRange{0, 5000}));
    EXPECT_EQ(regions->front().type, RegionType::Mapped);
    EXPECT_FALSE(regions->front().mapped.empty());

    // Shortening the file under the view: refused on Windows, done by Wine. What is gone is unreadable, not a crash.
    SetFilePointer(file, 100, nullptr, FILE_BEGIN);
    const bool shortened = SetEndOfFile(file) != FALSE;
    const MemoryImage after = readImage(**opened, {4096, 900});
    EXPECT_EQ(after.unreadable.empty(), !shortened);
    CloseHandle(mapping);
    CloseHandle(file);
}

TEST_F(WindowsSmoke, NamespaceHoldsSectionsWithPathsThatOpen)
{
    const std::string name = unique("listed");
    const auto made = create({.name = name, .size = 2 * page});
    const auto objects = system->namedObjects(false, {});
    ASSERT_TRUE(objects) << toText(objects.error());
    const auto found = std::ranges::find(*objects, name, &NamedObject::name);
    ASSERT_NE(found, objects->end());
    EXPECT_EQ(found->type, "Section");
    ASSERT_TRUE(found->section) << found->note;
    EXPECT_EQ(found->section->size, 2 * page);
    EXPECT_TRUE(system->openSection(found->path, Access::Read)) << found->path;
    EXPECT_TRUE(std::ranges::none_of(*objects, [](const NamedObject &o) { return o.name.starts_with("__wine"); }));
    EXPECT_TRUE(std::ranges::any_of(
        *objects, [](const NamedObject &o) { return o.type == "SymbolicLink" && !o.target.empty(); }));
}

} // namespace
} // namespace ipclens
