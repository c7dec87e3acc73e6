#include "core/traffic/message_export.h"

#include "core/text/c_literal.h"
#include "core/traffic/inbox_name.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace ipclens {
namespace {

using testing::HasSubstr;
using testing::Not;

Message sample()
{
    return {.sequence = 12,
            .time = 1'795'000'000'123'456'789,
            .senderWindow = 0x10046,
            .sender = {.pid = 4321, .created = 7},
            .senderName = "Demo \"x\".exe",
            .senderTitle = "Untitled, Demo",
            .id = 42,
            .size = 5,
            .payload = toBytes("hello"),
            .inbox = 3,
            .receiverWindow = 0x20048,
            .receiver = {.pid = 99, .created = 5},
            .receiverName = "Receiver.exe",
            .depth = 2,
            .outcome = MessageOutcome{.sequence = 12,
                                      .result = -7,
                                      .duration = 1'234'567,
                                      .failure = Error{.kind = ErrorKind::TimedOut, .meaning = "late"}},
            .references = {{.section = "Local\\X", .bytes = toBytes("\x01\x02")},
                           {.kind = ReferenceKind::Pointer,
                            .process = {.pid = 4, .created = 6},
                            .address = 0x1000,
                            .failure = Error{.meaning = "gone"}}}};
}

// The cells of a row; quotes as RFC 4180 has them.
std::vector<std::string> cellsOf(const std::string &row)
{
    std::vector<std::string> cells(1);
    bool isQuoted = false;
    for (std::size_t at = 0; at + 1 < row.size(); ++at) {
        if (row[at] == '"' && isQuoted && row[at + 1] == '"')
            cells.back() += row[++at];
        else if (row[at] == '"')
            isQuoted = !isQuoted;
        else if (row[at] == ',' && !isQuoted)
            cells.emplace_back();
        else
            cells.back() += row[at];
    }
    return cells;
}

TEST(MessageExport, CsvHasEveryField)
{
    const Annotation said{.marked = true, .pinned = true, .comment = "a \"quoted\", comment\nof two lines"};
    const auto titles = cellsOf(csvTitles());
    const auto cells = cellsOf(csvOf({sample(), &said}));
    ASSERT_EQ(cells.size(), titles.size());
    std::map<std::string, std::string> row;
    for (std::size_t i = 0; i < cells.size(); ++i)
        row[titles[i]] = cells[i];
    const std::map<std::string, std::string> expected{
        {"number", "12"},
        {"time", "1795000000.123456789"},
        {"kind", "WM_COPYDATA"},
        {"sender pid", "4321"},
        {"sender created", "7"},
        {"sender exe", "Demo \"x\".exe"},
        {"sender title", "Untitled, Demo"},
        {"sender window", "0x00010046"},
        {"id", "42"},
        {"name", ""},
        {"wParam", "0"},
        {"lParam", "0"},
        {"size", "5"},
        {"null", "0"},
        {"inbox", "3"},
        {"receiver pid", "99"},
        {"receiver created", "5"},
        {"receiver exe", "Receiver.exe"},
        {"receiver window", "0x00020048"},
        {"depth", "2"},
        {"posted", "0"},
        {"result", "-7"},
        {"duration", "1234567"},
        {"failure", toText(Error{.kind = ErrorKind::TimedOut, .meaning = "late"})},
        {"references", "section Local\\X: 0102; 4 0x1000: " + toText(Error{.meaning = "gone"})},
        {"marked", "1"},
        {"pinned", "1"},
        {"comment", said.comment},
        {"payload", "68656c6c6f"}};
    EXPECT_EQ(row, expected);

    auto plain = sample();
    plain.outcome.reset();
    plain.kind = MessageKind::Registered;
    plain.name = "Mapped";
    plain.wParam = 1;
    plain.lParam = 2;
    plain.senderWaits = false;
    const auto other = csvOf(plain);
    EXPECT_THAT(other, HasSubstr(",registered,"));
    EXPECT_THAT(other, HasSubstr(",\"Mapped\",1,2,"));
    EXPECT_THAT(other, HasSubstr(",1,,,\"\",")) << "posted, and without result, duration and failure";
}

TEST(MessageExport, JsonIsAnObjectWhateverIsInIt)
{
    auto odd = sample();
    odd.senderTitle = "[\"received\"],\"received\"";
    odd.name = "\xFF\x01";
    const Annotation said{.comment = "\xC3\xBC \xFF \"],[\" \x7F"};
    const auto json = nlohmann::json::parse(jsonOf({odd, &said}));
    EXPECT_EQ(json["senderTitle"], odd.senderTitle);
    EXPECT_EQ(json["name"], "\xEF\xBF\xBD\x01");
    EXPECT_EQ(json["comment"], "\xC3\xBC \xEF\xBF\xBD \"],[\" \x7F");
    EXPECT_EQ(json["marked"], false);
    EXPECT_EQ(json["outcome"]["failure"]["kind"], "TimedOut");
    EXPECT_EQ(json["references"][1]["process"]["pid"], 4);
    EXPECT_FALSE(nlohmann::json::parse(jsonOf(sample())).contains("marked"));
    const auto answer = nlohmann::json::parse(
        jsonOf(LateAnswer{.inbox = 3, .outcome = {.sequence = 4, .result = 5}, .time = 6, .messageTime = {}}));
    EXPECT_EQ(answer["answer"]["outcome"]["result"], 5);
    EXPECT_TRUE(answer["answer"]["messageTime"].is_null());
}

TEST(MessageExport, CommandsFindTheReceiver)
{
    auto message = sample();
    EXPECT_EQ(commandOf(message).value(), "ipclens-cli send --window 0x20048 --id 42 --data 68656c6c6f");
    EXPECT_EQ(
        commandOf(message, {.connectTo = "wine ipclens-cli.exe serve", .inboxName = "relay to Box / My title"}).value(),
        "ipclens-cli --connect \"wine ipclens-cli.exe serve\" send --class \"Box\" --title \"My title\" --id 42 --data "
        "68656c6c6f");
    EXPECT_EQ(commandOf(message, {.inboxName = "Box / "}).value(),
              "ipclens-cli send --class \"Box\" --id 42 --data 68656c6c6f");
    EXPECT_EQ(commandOf(message, {.inboxName = "it's / $5"}).value(),
              "ipclens-cli send --class \"it's\" --title '$5' --id 42 --data 68656c6c6f")
        << "no shell would leave the dollar alone";
    message.receiverWindow = 0;
    message.payload.clear();
    message.size = 0;
    EXPECT_EQ(commandOf(message).value(), "ipclens-cli send --title TITLE --id 42 --text \"\"");
    message.nullData = true;
    EXPECT_EQ(commandOf(message).value(), "ipclens-cli send --title TITLE --id 42 --null");

    message.kind = MessageKind::Registered;
    EXPECT_EQ(commandOf(message).error().kind, ErrorKind::Invalid) << "it has no name";
    message.name = "don't \"quote\"";
    message.wParam = 7;
    EXPECT_EQ(commandOf(message).value(),
              "ipclens-cli send --title TITLE --message 'don'\\''t \"quote\"' --wparam 7 --lparam 0");
}

TEST(MessageExport, CommandsCarryNeitherHalvesNorTooMuch)
{
    auto message = sample();
    message.size = 9;
    EXPECT_EQ(commandOf(message).error().kind, ErrorKind::Invalid);
    message.payload = Bytes(5000, std::byte{});
    message.size = 5000;
    EXPECT_EQ(commandOf(message).error().kind, ErrorKind::OutOfRange);
    EXPECT_EQ(commandOf(message, {.inboxName = "Box / ", .captureFile = "my traffic.pcapng"}).value(),
              "ipclens-cli replay \"my traffic.pcapng\" --filter \"number == 12 && inbox == 3\" --class \"Box\"");
}

TEST(MessageExport, InboxesTellTheirTargets)
{
    EXPECT_EQ(targetOfInbox("Box / Title"), (WindowTarget{.className = "Box", .title = "Title"}));
    EXPECT_EQ(targetOfInbox("tap of Box / "), (WindowTarget{.className = "Box"}));
    EXPECT_EQ(targetOfInbox("relay to Box / T"), (WindowTarget{.className = "Box", .title = "T"}));
    for (const char *name : {"", "window messages", "relay to 0x123", "a / b / c", " / b"})
        EXPECT_FALSE(targetOfInbox(name)) << name;
}

TEST(MessageExport, LiteralsAreTheSameEverywhere)
{
    EXPECT_EQ(wideLiteral("a\"\\?\n\x7F\xC3\xB6\xF0\x9F\x98\x80"), "L\"a\\\"\\\\\\077\\012\\177\\u00F6\\U0001F600\"");
    EXPECT_EQ(wideLiteral("\xED\xA0\x80"), "L\"\\uFFFD\\uFFFD\\uFFFD\"");
    EXPECT_EQ(wideLiteral("\xF4\x90\x80\x80x\xC3"), "L\"\\uFFFD\\uFFFD\\uFFFD\\uFFFDx\\uFFFD\"");
}

} // namespace
} // namespace ipclens
