// Named sections shared with real second processes.
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <fmt/format.h>
#include <gmock/gmock.h>

namespace ipclens::test {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30;

class Sections : public testing::Test {
protected:
    // Made by the child and filled with the pattern; the address of its view there.
    Address createInPeer(std::uint64_t size, const char *how = "rw commit")
    {
        return peer.askNumber(fmt::format("section.create {} {} {}", toWord(name), size, how));
    }

    std::unique_ptr<System> system = makeSystem();
    Peer peer;
    const std::string name = uniqueName("section");
};

TEST_F(Sections, areSharedBothWays)
{
    const Address view = createInPeer(0x3000);
    peer.ask(fmt::format("fill {} {} {}", view, 0x3000, view));
    const auto section = value(system->openSection(name, Access::ReadWrite));
    EXPECT_EQ(section->access(), Access::ReadWrite);
    EXPECT_EQ(section->extent(), (AddressRange{0, 0x3000}));
    EXPECT_EQ(section->info().size, 0x3000u);
    EXPECT_THAT(section->info().attributeNames, testing::Contains("SEC_COMMIT"));
    EXPECT_TRUE(readImage(*section, {0, 0x3000}).bytes == patternBytes(0x3000, 0));
    const Bytes ours = toBytes("written by ipclens");
    ASSERT_TRUE(section->write(0xFFA, ours));
    EXPECT_TRUE(peer.read({view + 0xFFA, ours.size()}) == ours);
    peer.write(view + 5, toBytes("theirs"));
    EXPECT_TRUE(readImage(*section, {5, 6}).bytes == toBytes("theirs"));
}

TEST_F(Sections, createdByUsAreOpenedByOthers)
{
    auto section = value(system->createSection({.name = name, .size = 0x2000}));
    ASSERT_TRUE(section->write(16, toBytes("first")));
    const Address view = peer.askNumber(fmt::format("section.open {} w", toWord(name)));
    EXPECT_TRUE(peer.read({view + 16, 5}) == toBytes("first"));
    peer.write(view + 32, toBytes("second"));
    EXPECT_TRUE(readImage(*section, {32, 6}).bytes == toBytes("second"));
    // The other process keeps it alive; after that nobody does.
    section.reset();
    EXPECT_TRUE(readImage(*value(system->openSection(name, Access::Read)), {32, 6}).bytes == toBytes("second"));
    killProcess(peer.pid());
    EXPECT_EQ(errorOf(system->openSection(name, Access::Read)).kind, ErrorKind::Missing);
}

TEST_F(Sections, areNotKeptAliveAfterRelease)
{
    auto section = value(system->createSection({.name = name, .size = 0x1000}));
    EXPECT_TRUE(system->openSection(name, Access::Read));
    section.reset();
    EXPECT_EQ(errorOf(system->openSection(name, Access::Read)).kind, ErrorKind::Missing);
}

TEST_F(Sections, copiesLeaveEveryoneElseUntouched)
{
    const Address view = createInPeer(0x2000);
    peer.ask(fmt::format("fill {} {} {}", view, 0x2000, view));
    const auto plain = value(system->openSection(name, Access::Read));
    const auto copy = value(system->openSection(name, Access::Copy));
    EXPECT_EQ(copy->access(), Access::Copy);
    const Bytes ours = toBytes("private");
    ASSERT_TRUE(copy->write(0x1010, ours));
    EXPECT_TRUE(readImage(*copy, {0x1010, ours.size()}).bytes == ours);
    EXPECT_TRUE(peer.read({view, 0x2000}) == patternBytes(0x2000, 0));
    EXPECT_TRUE(readImage(*plain, {0, 0x2000}).bytes == patternBytes(0x2000, 0));
}

TEST_F(Sections, openedToReadRefuseWrites)
{
    const Address view = createInPeer(0x1000);
    const auto section = value(system->openSection(name, Access::Read));
    const Error error = errorOf(section->write(0, toBytes("x")));
    EXPECT_FALSE(error.meaning.empty());
    EXPECT_FALSE(error.hint.empty());
    EXPECT_TRUE(peer.read({view, 1}) == zeros(1));
}

TEST_F(Sections, createdReadOnlyRefuseWrites)
{
    const auto section =
        value(system->createSection({.name = name, .size = 4096, .protection = SectionProtection::ReadOnly}));
    EXPECT_EQ(section->access(), Access::Read);
    EXPECT_FALSE(section->write(0, toBytes("x")));
    EXPECT_TRUE(readImage(*section, {0, 1}).bytes == zeros(1));
}

TEST_F(Sections, thatAreReadOnlyRefuseWrites)
{
    if (isWine())
        GTEST_SKIP() << "Wine 8.0 maps a PAGE_READONLY section for writing when asked to";
    const Address view = createInPeer(0x1000, "ro commit");
    const auto section = value(system->openSection(name, Access::ReadWrite));
    EXPECT_EQ(section->access(), Access::Read);
    EXPECT_FALSE(section->refused().empty());
    EXPECT_FALSE(section->write(0, toBytes("x")));
    EXPECT_TRUE(peer.read({view, 1}) == zeros(1));
}

TEST_F(Sections, reservedOnesOfFiveGibibytesAreReadAtTheirEnd)
{
    const std::uint64_t size = 5 * gibibyte;
    const Address view = createInPeer(size, "rw reserve");
    const auto section = value(system->openSection(name, Access::ReadWrite));
    EXPECT_EQ(section->extent().size, size);
    EXPECT_THAT(section->info().attributeNames, testing::Contains("SEC_RESERVE"));
    EXPECT_EQ(readImage(*section, {size - 0x3000, 0x3000}).unreadable,
              (std::vector<AddressRange>{{size - 0x3000, 0x3000}}));

    // Committed while we have it open.
    // Wine 8.0 does not tell other views of a commit that reaches the section's last page.
    const std::uint64_t last = isWine() ? size - 0x1000 : size;
    peer.ask(fmt::format("commit {} {}", view + last - 0x2000, 0x2000));
    peer.ask(fmt::format("fill {} {} {}", view + last - 0x2000, 0x2000, view));
    const MemoryImage end = readImage(*section, {last - 0x3000, 0x3000});
    EXPECT_EQ(end.unreadable, (std::vector<AddressRange>{{last - 0x3000, 0x1000}}));
    EXPECT_TRUE(std::ranges::equal(std::span(end.bytes).subspan(0x1000), patternBytes(0x2000, last - 0x2000)));
    EXPECT_EQ(readImage(*section, {last - 8, 16}).unreadable, (std::vector<AddressRange>{{last, 8}}));

    ASSERT_TRUE(section->write(last - 4, toBytes("last")));
    EXPECT_TRUE(peer.read({view + last - 4, 4}) == toBytes("last"));

    // Nothing that we read became committed by it.
    EXPECT_THAT(peer.ask(fmt::format("query {}", view + last - 0x3000)),
                testing::StartsWith(fmt::format("{} ", MEM_RESERVE)));
}

TEST_F(Sections, areReadAcrossFourGibibytes)
{
    const Address view = createInPeer(4 * gibibyte + 0x10000, "rw reserve");
    peer.ask(fmt::format("commit {} {}", view + 4 * gibibyte - 0x1000, 0x3000));
    peer.ask(fmt::format("fill {} {} {}", view + 4 * gibibyte - 0x1000, 0x3000, view));
    const auto section = value(system->openSection(name, Access::ReadWrite));
    const MemoryImage image = readImage(*section, {4 * gibibyte - 0x2000, 0x6000});
    EXPECT_EQ(image.unreadable, (std::vector<AddressRange>{{4 * gibibyte - 0x2000, 0x1000}, {4 * gibibyte + 0x2000, 0x2000}}));
    EXPECT_TRUE(std::ranges::equal(std::span(image.bytes).subspan(0x1000, 0x3000),
                                   patternBytes(0x3000, 4 * gibibyte - 0x1000)));
    ASSERT_TRUE(section->write(4 * gibibyte - 3, toBytes("across")));
    EXPECT_TRUE(peer.read({view + 4 * gibibyte - 3, 6}) == toBytes("across"));
}

TEST_F(Sections, committedOnesOverFourGibibytesWork)
{
    const std::uint64_t size = 4 * gibibyte + 0x10000;
    auto section = value(system->createSection({.name = name, .size = size}));
    EXPECT_EQ(section->extent().size, size);
    ASSERT_TRUE(section->write(size - 6, toBytes("at end")));
    const Address view = peer.askNumber(fmt::format("section.open {} r", toWord(name)));
    EXPECT_TRUE(peer.read({view + size - 6, 6}) == toBytes("at end"));
}

TEST_F(Sections, thatExistAreNotCreatedAgain)
{
    const Address view = createInPeer(0x1000);
    peer.write(view, toBytes("kept"));
    const Error error = errorOf(system->createSection({.name = name, .size = 0x8000}));
    EXPECT_EQ(error.kind, ErrorKind::Exists);
    EXPECT_EQ(error.code, static_cast<std::uint32_t>(ERROR_ALREADY_EXISTS));
    EXPECT_THAT(error.object, testing::HasSubstr(name));
    EXPECT_TRUE(peer.read({view, 4}) == toBytes("kept"));
    EXPECT_EQ(value(system->openSection(name, Access::Read))->extent().size, 0x1000u);
}

TEST_F(Sections, thatDoNotExistAreMissing)
{
    createInPeer(0x1000);
    std::string upper = name;
    std::ranges::transform(upper, upper.begin(), [](char letter) { return static_cast<char>(std::toupper(letter)); });
    for (const std::string &missing : {std::string("ipclens no such section"), upper, name + "x", "Local\\" + name + "x",
                                       "Global\\" + name, name.substr(1)}) {
        const Error error = errorOf(system->openSection(missing, Access::Read));
        EXPECT_EQ(error.kind, ErrorKind::Missing) << missing << ": " << toText(error);
        EXPECT_THAT(error.object, testing::HasSubstr(missing));
        EXPECT_FALSE(error.meaning.empty());
    }
}

TEST_F(Sections, areFoundUnderAllTheirNames)
{
    const Address view = createInPeer(0x1000);
    peer.write(view, toBytes("found"));
    for (const std::string &other : {name, "Local\\" + name}) {
        const auto section = value(system->openSection(other, Access::Read));
        EXPECT_TRUE(readImage(*section, {0, 5}).bytes == toBytes("found")) << other;
    }
}

TEST_F(Sections, ofAnotherTypeSayThatTheyAre)
{
    const std::string event = uniqueName("event");
    const std::string mutex = uniqueName("mutex");
    peer.ask("event.create " + toWord(event));
    peer.ask("mutex.create " + toWord(mutex));
    for (const std::string &other : {event, mutex}) {
        for (const Access access : {Access::Read, Access::ReadWrite, Access::Copy}) {
            const Error error = errorOf(system->openSection(other, access));
            EXPECT_EQ(error.kind, ErrorKind::WrongType) << toText(error);
            EXPECT_THAT(error.object, testing::HasSubstr(other));
        }
        EXPECT_EQ(errorOf(system->createSection({.name = other, .size = 4096})).kind, ErrorKind::WrongType);
    }
}

TEST_F(Sections, thatLetNobodyInAreRefused)
{
    peer.ask(fmt::format("section.closed {} 4096", toWord(name)));
    const Error error = errorOf(system->openSection(name, Access::Read));
    EXPECT_EQ(error.kind, ErrorKind::Refused) << toText(error);
    EXPECT_EQ(error.code, static_cast<std::uint32_t>(ERROR_ACCESS_DENIED));
    EXPECT_THAT(error.hint, testing::HasSubstr("SECTION_MAP_READ"));
}

TEST_F(Sections, withNamesThatCannotBeAreRefused)
{
    for (const std::string &bad : {std::string(), std::string("a\0b", 3), std::string("bad \xFF utf-8"),
                                   std::string("no\\such\\folder"), std::string(40'000, 'x')}) {
        const Error opened = errorOf(system->openSection(bad, Access::Read));
        EXPECT_NE(opened.kind, ErrorKind::Failed) << toText(opened);
        EXPECT_FALSE(opened.meaning.empty());
        EXPECT_FALSE(system->createSection({.name = bad, .size = 4096}));
    }
    EXPECT_EQ(errorOf(system->createSection({.name = name, .size = 0})).kind, ErrorKind::Invalid);
}

TEST_F(Sections, withLongAndForeignNamesWork)
{
    for (const std::string &good : {uniqueName(std::string(270, 'l')), uniqueName("Größe 漢字 🙂"), uniqueName("with space"),
                                    uniqueName("\"quoted\" %d")}) {
        const auto section = value(system->createSection({.name = good, .size = 4096}));
        ASSERT_TRUE(section->write(0, toBytes("here")));
        const Address view = peer.askNumber(fmt::format("section.open {} r", toWord(good)));
        EXPECT_TRUE(peer.read({view, 4}) == toBytes("here")) << good;
        EXPECT_EQ(section->info().name, good);
    }
}

// Objects: everything that has a name.

TEST_F(Sections, areListedWithThePathThatOpensThem)
{
    const Address view = createInPeer(0x3000);
    peer.write(view, toBytes("listed"));
    const std::string foreign = uniqueName("Größe");
    const std::string event = uniqueName("event");
    const std::string mutex = uniqueName("mutex");
    const std::string closed = uniqueName("closed");
    const auto ours = value(system->createSection({.name = foreign, .size = 4096}));
    peer.ask("event.create " + toWord(event));
    peer.ask("mutex.create " + toWord(mutex));
    peer.ask(fmt::format("section.closed {} 4096", toWord(closed)));

    const auto objects = value(system->namedObjects(false, {}));
    const auto named = [&](const std::string &wanted) {
        const auto found = std::ranges::find(objects, wanted, &NamedObject::name);
        if (found == objects.end())
            throw std::runtime_error("not listed: " + wanted);
        return *found;
    };
    EXPECT_EQ(named(name).type, "Section");
    EXPECT_EQ(named(foreign).type, "Section");
    EXPECT_EQ(named(event).type, "Event");
    EXPECT_EQ(named(mutex).type, "Mutant");
    ASSERT_TRUE(named(name).section);
    EXPECT_EQ(named(name).section->size, 0x3000u);
    EXPECT_TRUE(named(name).note.empty());
    EXPECT_FALSE(named(closed).section);
    EXPECT_FALSE(named(closed).note.empty());
    EXPECT_TRUE(named(name).path.ends_with("\\" + name));
    EXPECT_TRUE(readImage(*value(system->openSection(named(name).path, Access::Read)), {0, 6}).bytes == toBytes("listed"));
    EXPECT_TRUE(system->openSection(named(foreign).path, Access::Read));
    EXPECT_EQ(errorOf(system->openSection(named(event).path, Access::Read)).kind, ErrorKind::WrongType);
    EXPECT_TRUE(std::ranges::any_of(objects, [](const NamedObject &object) { return object.type == "Directory"; }));
}

TEST_F(Sections, ofWineAreHiddenUnlessAskedFor)
{
    const auto isWines = [](const NamedObject &object) { return object.name.starts_with("__wine"); };
    EXPECT_TRUE(std::ranges::none_of(value(system->namedObjects(false, {})), isWines));
    if (isWine()) {
        EXPECT_TRUE(std::ranges::any_of(value(system->namedObjects(true, {})), isWines));
    }
}

} // namespace
} // namespace ipclens::test
