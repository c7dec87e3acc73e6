#include "core/traffic/cpp_sender.h"

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
    const auto source = cppSender(messages, "Box", "");
    ASSERT_TRUE(source) << toText(source.error());
    EXPECT_THAT(*source, HasSubstr("data1[] = {\n    0x01, 0x80, 0xFF,\n}"));
    EXPECT_THAT(*source, HasSubstr("{NULL, 7ULL, data1, 3UL, 0ULL, 0ULL, 0UL, true, (long long)0xFFFFFFFFFFFFFFFFULL}"));
    EXPECT_THAT(*source, HasSubstr("{L\"Map\\\"ped\\\\ \\u00F6\", 0ULL, NULL, 0UL, 11ULL, 12ULL, 250UL, false, (long long)0x0ULL}"));
    EXPECT_THAT(*source, HasSubstr("{NULL, 8ULL, NULL, 0UL, 0ULL, 0ULL, 0UL, false, (long long)0x0ULL}"));
    EXPECT_THAT(*source, HasSubstr("{NULL, 9ULL, empty, 0UL, 0ULL, 0ULL, 50UL, false, (long long)0x0ULL}"));
    EXPECT_THAT(*source, HasSubstr("receiverClass = L\"Box\";"));
    EXPECT_THAT(*source, HasSubstr("receiverTitle = NULL;"));
}

TEST(CppSender, RefusesWhatCannotBeSentAgain)
{
    EXPECT_EQ(cppSender({}).error().kind, ErrorKind::OutOfRange);
    const std::vector<Message> cut{{.sequence = 9, .size = 5, .payload = toBytes("abc")}};
    const auto refused = cppSender(cut);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Invalid);
    EXPECT_THAT(toText(refused.error()), HasSubstr("message 9"));
    const Bytes large(std::size_t{9} << 20, std::byte{});
    const std::vector<Message> two{{.size = large.size(), .payload = large}, {.size = large.size(), .payload = large}};
    EXPECT_EQ(cppSender(two).error().kind, ErrorKind::OutOfRange);
}

} // namespace
} // namespace ipclens
