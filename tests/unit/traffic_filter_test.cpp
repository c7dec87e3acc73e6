#include "core/traffic/message_filter.h"

#include <gtest/gtest.h>

namespace ipclens {
namespace {

Message sample()
{
    Message message;
    message.time = 1000;
    message.sender.pid = 4321;
    message.senderName = "Demo.exe";
    message.senderWindow = 0x10046;
    message.id = 1001;
    message.payload = toBytes("The Quick Brown Fox");
    message.size = message.payload.size();
    return message;
}

bool matches(std::string_view filter, const Message &message = sample())
{
    const auto parsed = MessageFilter::parse(filter);
    EXPECT_TRUE(parsed) << filter << ": " << parsed.error().meaning;
    return parsed && parsed->matches(message);
}

TEST(MessageFilter, EmptyMatchesEverything)
{
    EXPECT_TRUE(MessageFilter().isEmpty());
    EXPECT_TRUE(MessageFilter::parse("  ")->isEmpty());
    EXPECT_TRUE(MessageFilter().matches(Message{}));
}

TEST(MessageFilter, KindSenderAndNumbers)
{
    EXPECT_TRUE(matches("copydata"));
    EXPECT_FALSE(matches("registered"));
    EXPECT_TRUE(matches(" DEMO "));
    EXPECT_TRUE(matches("4321"));
    EXPECT_TRUE(matches("1001"));
    EXPECT_TRUE(matches("0x3E9"));
    EXPECT_TRUE(matches("0x10046"));
    EXPECT_FALSE(matches("0x3EA"));
}

TEST(MessageFilter, PayloadWhateverTheCase)
{
    EXPECT_TRUE(matches("quick brown"));
    EXPECT_TRUE(matches("FOX"));
    EXPECT_FALSE(matches("quick  brown"));
    EXPECT_FALSE(matches("foxx"));
}

TEST(MessageFilter, PayloadInUtf16)
{
    auto message = sample();
    message.payload = toBytes(std::string_view("G\0r\0\xFC\0n\0=\xD8\0\xDE", 12));
    EXPECT_TRUE(matches("gr\xC3\xBC", message));
    EXPECT_TRUE(matches("\xF0\x9F\x98\x80", message));
    EXPECT_FALSE(matches("grau", message));
    message.payload = toBytes("Gr\xFCn");
    EXPECT_TRUE(matches("gr\xC3\xBCn", message)) << "ANSI";
}

TEST(MessageFilter, AWordOfHexDigitsIsText)
{
    auto message = sample();
    message.senderName.clear();
    for (const auto word : {"be", "de", "face"}) {
        message.payload = toBytes("x\xBE\xDE\xFA\xCE");
        EXPECT_FALSE(matches(word, message)) << word;
        message.payload = toBytes("to " + std::string(word));
        EXPECT_TRUE(matches(word, message)) << word;
    }
}

TEST(MessageFilter, RegisteredMessages)
{
    Message message;
    message.kind = MessageKind::Registered;
    message.name = "Mapped";
    message.wParam = 0xABCDEF;
    message.lParam = 77;
    EXPECT_TRUE(matches("mapped", message));
    EXPECT_TRUE(matches("registered", message));
    EXPECT_TRUE(matches("0xabcdef", message));
    EXPECT_TRUE(matches("77", message));
    EXPECT_FALSE(matches("copydata", message));
}

TEST(MessageFilter, WhatLooksLikeAnExpressionIsOne)
{
    EXPECT_FALSE(MessageFilter::parse("quick brown")->isExpression());
    EXPECT_TRUE(MessageFilter::parse("size > 3")->isExpression());
    EXPECT_TRUE(MessageFilter::parse("truncated")->isExpression());
    EXPECT_FALSE(MessageFilter::parse("size >")) << "begun, and not searched for as a text";
    EXPECT_FALSE(MessageFilter::parse("payload contains"));
    EXPECT_FALSE(MessageFilter::parse("\"quick"));
    EXPECT_FALSE(MessageFilter::parse("size EQ"));
    EXPECT_FALSE(MessageFilter::parse("r\"quick"));
    EXPECT_FALSE(MessageFilter::parse("can't")->isExpression());
}

TEST(MessageFilter, TimeRange)
{
    EXPECT_TRUE(MessageFilter::parse("", TimeRange{1000, 1001})->matches(sample()));
    EXPECT_FALSE(MessageFilter::parse("", TimeRange{0, 1000})->matches(sample()));
    EXPECT_FALSE(MessageFilter::parse("", TimeRange{1001, 2000})->matches(sample()));
    EXPECT_TRUE(MessageFilter::parse("fox", TimeRange{0, 2000})->matches(sample()));
    EXPECT_FALSE(MessageFilter::parse("cat", TimeRange{0, 2000})->matches(sample()));
}

TEST(MessageFilter, FindsAtBothEndsAndAfterFalseStarts)
{
    EXPECT_TRUE(containsIgnoringCase("abc", "a"));
    EXPECT_TRUE(containsIgnoringCase("abc", "c"));
    EXPECT_TRUE(containsIgnoringCase("aAaAb", "aab"));
    EXPECT_TRUE(containsIgnoringCase("xX", "xx"));
    EXPECT_FALSE(containsIgnoringCase("ab", "abc"));
    EXPECT_FALSE(containsIgnoringCase("", "a"));
    EXPECT_TRUE(containsIgnoringCase("", ""));
}

} // namespace
} // namespace ipclens
