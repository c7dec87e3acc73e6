// A session served by a real second process over its standard input and output.
#include "tests/unit/peer_process.h"
#include "tests/unit/session_fixture.h"

#include <cstdio>
#include <iostream>

namespace ipclens {
namespace {

const test::PeerVerb serveVerb("serve", [](const test::Words &) -> std::string {
    std::cout << "serving" << std::endl;
    auto world = std::make_shared<FakeWorld>();
    world->addSection("X", 8 << 20)->set(0, "from the child");
    world->duringProcesses = [](std::stop_token) { std::_Exit(9); };
    const auto streams = standardStreams();
    std::cout << "this goes to standard error" << std::endl;
    std::printf("and so does this\n");
    std::fflush(stdout);
    const auto served = serve(*streams, std::make_unique<FakeSystem>(world), {});
    std::_Exit(served ? 0 : 1);
});

std::unique_ptr<ByteStream> servingChild()
{
    auto stream = startChild(test::selfCommand("--child")).value();
    const auto readUntil = [&](std::string_view line) {
        std::string text;
        std::byte byte{};
        while (text.find(line) == text.npos || text.back() != '\n') {
            const auto count = stream->read(std::span(&byte, 1));
            if (!count || *count == 0)
                throw std::runtime_error("the child said: " + text + stream->describe());
            text += static_cast<char>(byte);
        }
    };
    readUntil("READY");
    const std::string_view verb = "serve\n";
    const auto piece = std::as_bytes(std::span(verb.data(), verb.size()));
    if (!stream->write(std::span(&piece, 1)))
        throw std::runtime_error("the child takes nothing");
    readUntil("serving");
    return stream;
}

TEST(ServingProcess, AnswersAndIsNotDisturbedByPrinting)
{
    auto connection = connectStream(servingChild(), {});
    ASSERT_TRUE(connection) << toText(connection.error());
    const auto source = (*connection)->wait(OpenSource{.spec = {.name = "X"}}).value().source;
    EXPECT_EQ((*connection)->wait(ReadMemory{source, {{0, 14}}}).value().images[0].bytes, toBytes("from the child"));
    EXPECT_EQ((*connection)->wait(ReadMemory{source, {{0, 8 << 20}}}).value().images[0].bytes.size(), 8u << 20);
}

TEST(ServingProcess, ItsDeathIsToldWithItsStatus)
{
    Signal closed;
    Error told;
    auto connection = connectStream(servingChild(), {.closed = [&](Error error) {
                                                         told = std::move(error);
                                                         closed.set();
                                                     }});
    ASSERT_TRUE(connection) << toText(connection.error());
    const auto reply = (*connection)->wait(ListProcesses{});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::Disconnected);
    EXPECT_THAT(toText(reply.error()), testing::HasSubstr("exit status 9"));
    EXPECT_TRUE(closed.wait());
    EXPECT_EQ(told, reply.error());
}

} // namespace
} // namespace ipclens
