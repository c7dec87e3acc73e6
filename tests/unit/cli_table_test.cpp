#include "app/cli/table.h"

namespace ipclens {
namespace {

TEST(CliTable, ColumnsAreAsWideAsTheirWidestCell)
{
    Table table({{"NAME"}, {"SIZE", true}, {"PATH"}});
    table.add({"a", "12345", "x"});
    table.add({"longer name", "7", "y"});
    EXPECT_EQ(table.text(), "NAME          SIZE  PATH\n"
                            "a            12345  x\n"
                            "longer name      7  y\n");
}

TEST(CliTable, NothingFollowsTheLastCell)
{
    Table table({{"A"}, {"B"}});
    table.add({"1", ""});
    EXPECT_EQ(table.text(), "A  B\n1\n");
}

TEST(CliTable, WidthCountsWhatATerminalShows)
{
    EXPECT_EQ(displayWidth("abc"), 3U);
    EXPECT_EQ(displayWidth("Grüße"), 5U);
    EXPECT_EQ(displayWidth("温度"), 4U);
    EXPECT_EQ(displayWidth("e\xCC\x81"), 1U); // with a combining accent
    EXPECT_EQ(displayWidth("\xF0\x9F\x98\x80"), 2U);
    EXPECT_EQ(displayWidth(""), 0U);
}

TEST(CliTable, ControlCharactersDoNotReachTheTerminal)
{
    Table table({{"TITLE"}});
    table.add({"a\x1B[2Jb\nc"});
    const auto text = table.text();
    EXPECT_EQ(text.find('\x1B'), std::string::npos);
    EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST(CliTable, MalformedTextIsShownEscaped)
{
    Table table({{"A"}, {"B"}});
    table.add({"\xFF\xFE", "x"});
    EXPECT_EQ(table.text(), "A         B\n\\xff\\xfe  x\n");
}

} // namespace
} // namespace ipclens
