#include "core/traffic/cpp_sender.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipclens {
namespace {

using testing::HasSubstr;

TEST(CppSender, HoldsEveryMessage)
{
    std::vector<Message> messages{
        {.sequence = 1, .time = 5'000'000'000, .id = 7, .size = 3, .payload = toBytes(std::string_view("\x01\x80\xFF", 3)),
         .outcome = MessageOutcome{.sequence = 1, .result = -1}},
        {.sequence = 2, .time = 5'250'000'000, .kind = MessageKind::Registered, .name = "Map\"ped\\ \xC3\xB6", .wParam = 11, .lParam = 12},
        {.sequence = 3, .time = 5'100'000'000, .id = 8, .nullData = true},
        {.sequence = 4, .time = 5'300'000'000, .id = 9},
    };
    const auto source = cppSender(messages, {{0, "relay to Box / "}});
    ASSERT_TRUE(source) << toText(source.error());
    EXPECT_THAT(*source, HasSubstr("data1[] = {\n    0x01, 0x80, 0xFF,\n}"));
    EXPECT_THAT(*source, HasSubstr("{NULL, 7ULL, data1, 3UL, 0ULL, 0ULL, 0UL, true, (long long)0xFFFFFFFFFFFFFFFFULL}"));
    EXPECT_THAT(*source, HasSubstr("{L\"Map\\\"ped\\\\ \\u00F6\", 0ULL, NULL, 0UL, 11ULL, 12ULL, 250UL, false, (long long)0x0ULL}"));
    EXPECT_THAT(*source, HasSubstr("{NULL, 8ULL, NULL, 0UL, 0ULL, 0ULL, 0UL, false, (long long)0x0ULL}"));
    EXPECT_THAT(*source, HasSubstr("{NULL, 9ULL, empty, 0UL, 0ULL, 0ULL, 50UL, false, (long long)0x0ULL}"));
    EXPECT_THAT(*source, HasSubstr("receiverClass = L\"Box\";"));
    EXPECT_THAT(*source, HasSubstr("receiverTitle = NULL;"));
}

TEST(CppSender, KnowsItsReceiverOnlyWhereAllMessagesHadOne)
{
    std::vector<Message> messages(2);
    EXPECT_THAT(cppSender(messages, {{0, "Box / Title"}}).value(), HasSubstr("receiverTitle = L\"Title\";"));
    messages[1].inbox = 1;
    EXPECT_THAT(cppSender(messages, {{0, "Box / Title"}, {1, "Box / Title"}}).value(),
                HasSubstr("receiverTitle = NULL;"));
    EXPECT_THAT(cppSender(messages).value(), HasSubstr("receiverClass = NULL;"));
}

TEST(CppSender, MayBeWrittenInPieces)
{
    CppSender sender;
    std::string text;
    for (const std::string_view said : {"one", "two", "three"}) {
        EXPECT_TRUE(sender.add(Message{.size = said.size(), .payload = toBytes(said)}));
        text += sender.take();
        EXPECT_THAT(text, HasSubstr(fmt::format("0x{:02X},", static_cast<unsigned>(said.back()))));
    }
    EXPECT_TRUE(sender.finish());
    text += sender.take();
    EXPECT_EQ(sender.take(), "");
    EXPECT_THAT(text, testing::EndsWith("return different > 0;\n}\n"));
}

TEST(CppSender, RefusesWhatCannotBeSentAgain)
{
    EXPECT_EQ(cppSender({}).error().kind, ErrorKind::OutOfRange);
    const std::vector<Message> cut{{.sequence = 9, .size = 5, .payload = toBytes("abc")}};
    const auto refused = cppSender(cut);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Invalid);
    EXPECT_THAT(toText(refused.error()), HasSubstr("message 9"));
    for (const Message &odd : {Message{.sequence = 5, .kind = MessageKind::Registered},
                               Message{.sequence = 6, .size = 0x1'0000'0000, .nullData = true}}) {
        EXPECT_EQ(cppSender(std::vector{odd}).error().kind, ErrorKind::Invalid);
        EXPECT_THAT(toText(cppSender(std::vector{odd}).error()), HasSubstr(fmt::format("message {}", odd.sequence)));
    }
    EXPECT_EQ(cppSender(std::vector<Message>(100'001)).error().kind, ErrorKind::OutOfRange);
    const Bytes large(std::size_t{9} << 20, std::byte{});
    const std::vector<Message> two{{.size = large.size(), .payload = large}, {.size = large.size(), .payload = large}};
    EXPECT_EQ(cppSender(two).error().kind, ErrorKind::OutOfRange);
}

} // namespace
} // namespace ipclens
