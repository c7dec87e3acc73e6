#include "core/session/journal.h"
#include "tests/unit/session_fixture.h"

#include <fstream>

namespace ipclens {
namespace {

JournalEntry someEntry()
{
    return {.spec = {.kind = SourceKind::Process, .process = {100, 5}}, .source = "process:100", .address = 0x1000,
            .before = toBytes("old"), .bytes = toBytes("new"), .undoes = 0};
}

std::vector<std::string> linesOf(const std::filesystem::path &path)
{
    std::ifstream stream(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::filesystem::path onlyFileIn(const std::filesystem::path &folder)
{
    return std::filesystem::directory_iterator(folder)->path();
}

TEST(Journal, ComesBackAsItWasNoted)
{
    TemporaryFolder folder;
    Journal journal(folder.path() / "a" / "b", 42);
    auto entry = journal.intend(someEntry()).value();
    EXPECT_EQ(entry.entry, 1u);
    EXPECT_THAT(entry.run, testing::HasSubstr("-42"));
    auto second = journal.intend(someEntry()).value();
    entry.state = JournalState::Verified;
    entry.note = "a note with \"quotes\"";
    ASSERT_TRUE(journal.conclude(entry));
    const auto reply = journal.read(100, {}).value();
    EXPECT_EQ(reply.run, entry.run);
    EXPECT_TRUE(reply.damaged.empty());
    ASSERT_EQ(reply.entries.size(), 2u);
    EXPECT_EQ(reply.entries[0].fields(), entry.fields());
    EXPECT_EQ(reply.entries[1].fields(), second.fields());
    EXPECT_EQ(journal.read(1, {}).value().entries.at(0).entry, 2u) << "the newest";
}

TEST(Journal, MakesNoFileBeforeTheFirstWrite)
{
    TemporaryFolder folder;
    Journal journal(folder.path() / "j", 42);
    EXPECT_TRUE(journal.read(100, {}).value().entries.empty());
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "j"));
}

TEST(Journal, SurvivesACrash)
{
    TemporaryFolder folder;
    {
        Journal crashed(folder.path(), 42);
        auto entry = crashed.intend(someEntry()).value();
        entry.state = JournalState::Verified;
        ASSERT_TRUE(crashed.conclude(entry));
        ASSERT_TRUE(crashed.intend(someEntry())); // and then it was gone
    }
    const auto file = onlyFileIn(folder.path());
    std::ofstream(file, std::ios::app | std::ios::binary) << R"({"entry":3,"run":"x","ti)"; // in the middle of a line
    Journal next(folder.path(), 43);
    ASSERT_TRUE(next.intend(someEntry()));
    const auto reply = next.read(100, {}).value();
    ASSERT_EQ(reply.entries.size(), 3u);
    EXPECT_EQ(reply.entries[0].state, JournalState::Verified);
    EXPECT_EQ(reply.entries[1].state, JournalState::Intended) << "nobody knows whether it was made";
    EXPECT_EQ(reply.entries[2].run, reply.run);
    ASSERT_EQ(reply.damaged.size(), 1u);
    EXPECT_THAT(reply.damaged[0], testing::HasSubstr("line 4"));
}

TEST(Journal, NamesDamagedLinesAndReadsTheOthers)
{
    TemporaryFolder folder;
    Journal journal(folder.path(), 42);
    ASSERT_TRUE(journal.intend(someEntry()));
    std::ofstream(onlyFileIn(folder.path()), std::ios::app | std::ios::binary)
        << "garbage\n"
        << R"({"entry":7,"state":"Verified"})" << '\n'
        << R"({"entry":1,"state":"Dunno"})" << '\n'
        << R"({"entry":2,"before":"4","bytes":"41"})" << '\n'
        << R"({"entry":-2,"before":[1],"bytes":"41"})" << '\n'
        << "[[[[\n";
    const auto reply = journal.read(100, {}).value();
    EXPECT_EQ(reply.entries.size(), 1u);
    EXPECT_EQ(reply.damaged.size(), 6u);
    for (const auto &text : reply.damaged)
        EXPECT_THAT(text, testing::HasSubstr(".jsonl line "));
}

TEST(Journal, IntendIsOneLineBeforeConcludeIsAnother)
{
    TemporaryFolder folder;
    Journal journal(folder.path(), 42);
    auto entry = journal.intend(someEntry()).value();
    auto lines = linesOf(onlyFileIn(folder.path()));
    ASSERT_EQ(lines.size(), 1u) << "there before the write is made";
    EXPECT_THAT(lines[0], testing::HasSubstr(R"("before":"6f6c64","bytes":"6e6577","state":"Intended")"));
    entry.state = JournalState::Failed;
    entry.note = "line\nbreak";
    ASSERT_TRUE(journal.conclude(entry));
    EXPECT_EQ(linesOf(onlyFileIn(folder.path())).size(), 2u);
}

class JournalSessionTest : public SessionTest {};
INSTANTIATE_TEST_SUITE_P(Session, JournalSessionTest, testing::Values(Where::InProcess, Where::OverWire), whereName);

TEST_P(JournalSessionTest, NothingIsWrittenWithoutAJournal)
{
    auto memory = m_world->addSection("X", 0x1000);
    std::ofstream(m_folder.path() / "journal") << "a file where the folder should be";
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    const auto reply = ask(WriteMemory{source, 0, {}, toBytes("a")});
    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().object, testing::HasSubstr("journal"));
    EXPECT_EQ(memory->get(0, 1), Bytes(1, std::byte{0}));
}

TEST_P(JournalSessionTest, TheIntentIsOnDiskBeforeMemoryChanges)
{
    auto memory = m_world->addSection("X", 0x1000);
    std::vector<std::string> lines;
    memory->beforeWrite([&] { lines = linesOf(onlyFileIn(m_folder.path() / "journal")); });
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    ASSERT_TRUE(ask(WriteMemory{source, 0, {}, toBytes("a"), 17}));
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_THAT(lines[0], testing::HasSubstr("Intended"));
    const auto entry = ask(ReadJournal{}).value().entries.at(0);
    EXPECT_EQ(entry.source, "section:X");
    EXPECT_EQ(entry.undoes, 17u);
    EXPECT_EQ(entry.state, JournalState::Verified);
}

TEST_P(JournalSessionTest, AFailedWriteIsNotedAsFailed)
{
    auto memory = m_world->addSection("X", 0x1000);
    memory->beforeWrite([memory = memory.get()] { memory->addPages({0, 0x1000}, {.read = true}); });
    start();
    const auto source = openSection("X", Access::ReadWrite).source;
    EXPECT_EQ(ask(WriteMemory{source, 0, {}, toBytes("a")}).error().kind, ErrorKind::Unreadable);
    const auto entry = ask(ReadJournal{}).value().entries.at(0);
    EXPECT_EQ(entry.state, JournalState::Failed);
    EXPECT_FALSE(entry.note.empty());
}

} // namespace
} // namespace ipclens
