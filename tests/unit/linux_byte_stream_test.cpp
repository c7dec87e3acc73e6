#include "core/wire/byte_stream.h"
#include "core/wire/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

namespace ipclens {
namespace {

using testing::HasSubstr;

std::string readAll(ByteStream &stream)
{
    std::string text;
    std::array<std::byte, 4096> buffer;
    for (;;) {
        const auto count = stream.read(buffer);
        if (!count || *count == 0)
            return text;
        text.append(reinterpret_cast<const char *>(buffer.data()), *count);
    }
}

Result<void> writeText(ByteStream &stream, std::string_view text)
{
    const auto piece = std::as_bytes(std::span(text.data(), text.size()));
    return stream.write(std::span(&piece, 1));
}

TEST(ChildStream, ReadsWhatTheChildWritesAndTellsHowItEnded)
{
    auto child = startChild("echo out; echo words >&2; exit 7").value();
    EXPECT_EQ(readAll(*child), "out\n");
    EXPECT_THAT(child->describe(), testing::AllOf(HasSubstr("exit status 7"), HasSubstr("words")));
}

TEST(ChildStream, WritesInManyPieces)
{
    auto child = startChild("cat").value();
    std::vector<std::string> texts;
    std::string all;
    for (int i = 0; i < 3000; ++i)
        all += texts.emplace_back(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
    std::vector<std::span<const std::byte>> pieces;
    for (const auto &text : texts)
        pieces.push_back(std::as_bytes(std::span(text)));
    std::jthread writing([&] { EXPECT_TRUE(child->write(pieces)); });
    std::string back;
    std::array<std::byte, 65536> buffer;
    while (back.size() < all.size()) {
        const auto count = child->read(buffer);
        ASSERT_TRUE(count && *count > 0);
        back.append(reinterpret_cast<const char *>(buffer.data()), *count);
    }
    EXPECT_EQ(back, all);
}

TEST(ChildStream, WriteNowStopsWhereItWouldWait)
{
    auto child = startChild("read line; cat >/dev/null").value();
    const std::string text(1 << 20, 'x');
    const auto piece = std::as_bytes(std::span(text));
    std::size_t total = 0;
    for (int i = 0; i < 10; ++i)
        total += child->writeNow(std::span(&piece, 1)).value();
    EXPECT_GT(total, 0u);
    EXPECT_LT(total, 10u << 20);
}

TEST(ChildStream, ShutdownEndsReadingAndWriting)
{
    auto child = startChild("sleep 1000 </dev/null").value(); // neither reads nor writes
    std::jthread reading([&] {
        std::byte byte{};
        const auto count = child->read(std::span(&byte, 1));
        EXPECT_TRUE(!count && count.error().kind == ErrorKind::Cancelled);
    });
    std::jthread writing([&] {
        const std::string text(1 << 20, 'x');
        while (writeText(*child, text)) {
        }
    });
    child->shutdown(); // after 2 s the child and its sleep are killed
    EXPECT_THAT(child->describe(), HasSubstr("signal 9"));
    child->shutdown();
    EXPECT_FALSE(writeText(*child, "x"));
}

TEST(ChildStream, AnObedientChildIsNotKilled)
{
    auto child = startChild("cat >/dev/null; exit 3").value();
    child->shutdown();
    EXPECT_THAT(child->describe(), HasSubstr("exit status 3"));
}

TEST(ChildStream, WritingToAChildThatIsGoneIsAnError)
{
    auto child = startChild("exit 0").value();
    EXPECT_EQ(readAll(*child), "");
    Result<void> written;
    while (written) // until the pipe is known to be broken
        written = writeText(*child, "x");
    EXPECT_EQ(written.error().kind, ErrorKind::Disconnected);
}

TEST(ChildStream, ConnectingToAMissingCommandTellsItsWords)
{
    const auto connection = connectStream(startChild("/no/such/ipclens-cli serve").value(), {});
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().kind, ErrorKind::Disconnected);
    EXPECT_THAT(toText(connection.error()), testing::AllOf(HasSubstr("127"), HasSubstr("not found"), HasSubstr("serve")));
}

TEST(ChildStream, ConnectingToAShellThatPrintsTellsWhatCame)
{
    const auto connection = connectStream(startChild("echo Last login: today; cat").value(), {});
    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().kind, ErrorKind::Protocol);
    EXPECT_THAT(connection.error().meaning, HasSubstr("Last login: today"));
}

} // namespace
} // namespace ipclens
