// The pipe to an elevated session: whom it lets in, and how a wait for it ends.
#include "core/os/windows/private_pipe.h"

#include "core/os/elevation.h"
#include "core/wire/wire.h"
#include "tests/peer/windows_peer.h"

#include <array>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <aclapi.h>
#include <sddl.h>

namespace ipclens::test {
namespace {

// Opens a private pipe and keeps it until the child ends.
const PeerVerb openVerb("pipe.open", [](const Words &words) {
    static std::vector<std::unique_ptr<ByteStream>> opened;
    opened.push_back(value(openPrivatePipe(fromWord(words.at(0)), static_cast<std::uint32_t>(toNumber(words.at(1))))));
    const std::array piece{std::as_bytes(std::span("hello", 5))};
    const auto written = opened.back()->write(piece);
    if (!written)
        throw std::runtime_error(toText(written.error()));
    return std::string("opened");
});

KernelHandle processOf(const Peer &peer)
{
    KernelHandle process(OpenProcess(SYNCHRONIZE | PROCESS_QUERY_INFORMATION, FALSE, peer.pid()));
    if (!process)
        throwLastError("OpenProcess");
    return process;
}

std::string openCommand(const PrivatePipe &pipe)
{
    return fmt::format("pipe.open {} {}", toWord(pipe.name()), GetCurrentProcessId());
}

TEST(PrivatePipeTest, leadsToTheExpectedProcess)
{
    Peer peer;
    auto pipe = value(PrivatePipe::create());
    peer.tell(openCommand(pipe));
    const auto stream = value(std::move(pipe).accept(processOf(peer), {}));
    EXPECT_EQ(peer.answer(), "opened");
    std::array<std::byte, 16> got;
    ASSERT_EQ(value(stream->read(got)), 5u);
    EXPECT_EQ(std::memcmp(got.data(), "hello", 5), 0);
    EXPECT_THAT(stream->describe(), testing::HasSubstr(fmt::format("process {}", peer.pid())));
    peer.die();
    EXPECT_EQ(value(stream->read(got)), 0u);
}

TEST(PrivatePipeTest, refusesAnotherProcess)
{
    Peer expected, other;
    auto pipe = value(PrivatePipe::create());
    other.tell(openCommand(pipe));
    const auto error = errorOf(std::move(pipe).accept(processOf(expected), {}));
    EXPECT_EQ(error.kind, ErrorKind::Refused);
    EXPECT_THAT(error.meaning, testing::HasSubstr(fmt::format("process {} opened it", other.pid())));
}

TEST(PrivatePipeTest, isNotOpenedWhenAnotherProcessMadeIt)
{
    const auto pipe = value(PrivatePipe::create());
    const auto error = errorOf(openPrivatePipe(pipe.name(), GetCurrentProcessId() + 4));
    EXPECT_EQ(error.kind, ErrorKind::Refused);
    EXPECT_EQ(errorOf(openPrivatePipe("no-such-pipe", GetCurrentProcessId())).kind, ErrorKind::Missing);
    EXPECT_EQ(errorOf(openPrivatePipe(R"(..\server\pipe\x)", GetCurrentProcessId())).kind, ErrorKind::Invalid);
}

TEST(PrivatePipeTest, endsItsWaitWithTheProcessTheTimeAndTheWish)
{
    auto first = value(PrivatePipe::create());
    {
        Peer peer;
        auto process = processOf(peer);
        peer.die();
        const auto error = errorOf(std::move(first).accept(std::move(process), {}));
        EXPECT_EQ(error.kind, ErrorKind::Disconnected);
        EXPECT_THAT(error.meaning, testing::HasSubstr("ended without opening it"));
    }
    Peer peer;
    auto second = value(PrivatePipe::create());
    EXPECT_THAT(errorOf(std::move(second).accept(processOf(peer), {}, 50)).meaning,
                testing::HasSubstr("did not open it"));
    std::stop_source unwanted;
    unwanted.request_stop();
    auto third = value(PrivatePipe::create());
    EXPECT_EQ(errorOf(std::move(third).accept(processOf(peer), unwanted.get_token())).kind, ErrorKind::Cancelled);
}

TEST(PrivatePipeTest, isOpenToThisUserAlone)
{
    const auto pipe = value(PrivatePipe::create());
    const auto path = wide(fmt::format(R"(\\.\pipe\{}-in)", pipe.name()));
    const HANDLE opened =
        CreateFileW(path.c_str(), GENERIC_WRITE | READ_CONTROL, 0, nullptr, OPEN_EXISTING, 0, nullptr);
    ASSERT_NE(opened, INVALID_HANDLE_VALUE) << GetLastError();
    const KernelHandle owner(opened);
    PACL rules = nullptr;
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    ASSERT_EQ(GetSecurityInfo(opened, SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &rules, nullptr,
                              &descriptor),
              0u);
    ASSERT_TRUE(rules);
    std::vector<std::string> allowed;
    for (DWORD i = 0; i < rules->AceCount; ++i) {
        void *rule = nullptr;
        ASSERT_TRUE(GetAce(rules, i, &rule));
        if (static_cast<ACE_HEADER *>(rule)->AceType != ACCESS_ALLOWED_ACE_TYPE)
            continue;
        char *sid = nullptr;
        ASSERT_TRUE(ConvertSidToStringSidA(&static_cast<ACCESS_ALLOWED_ACE *>(rule)->SidStart, &sid));
        allowed.emplace_back(sid);
        LocalFree(sid);
    }
    LocalFree(descriptor);
    KernelHandle token;
    ASSERT_TRUE(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, token.receive()));
    alignas(TOKEN_USER) std::array<std::byte, 256> buffer;
    DWORD size = 0;
    ASSERT_TRUE(GetTokenInformation(token.get(), TokenUser, buffer.data(), buffer.size(), &size));
    char *own = nullptr;
    ASSERT_TRUE(ConvertSidToStringSidA(reinterpret_cast<TOKEN_USER *>(buffer.data())->User.Sid, &own));
    EXPECT_THAT(allowed, testing::ElementsAre(std::string(own)));
    LocalFree(own);
    // There is one instance, and it is taken.
    EXPECT_EQ(CreateFileW(path.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr), INVALID_HANDLE_VALUE);
    EXPECT_EQ(CreateNamedPipeW(path.c_str(), PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 0, 0, 0, nullptr),
              INVALID_HANDLE_VALUE);
}

// Wine starts the program at once, as an administrator's.
TEST(ElevatedSession, isASessionInAnotherProcessThatEndsWithItsClient)
{
    if (!isWine())
        GTEST_SKIP() << "Windows would ask the user";
    EventLog log;
    auto connection = value(connectStream(value(startElevatedSession({})), log.sinks()));
    const Host host = value(connection->wait(GetHost{}));
    EXPECT_NE(host.pid, GetCurrentProcessId());
    EXPECT_TRUE(host.elevated);
    const KernelHandle process(OpenProcess(SYNCHRONIZE, FALSE, host.pid));
    ASSERT_TRUE(process);
    connection.reset();
    EXPECT_EQ(WaitForSingleObject(process.get(), 60'000), WAIT_OBJECT_0);
    EXPECT_EQ(log.closedCount(), 0);
}

TEST(ElevatedSession, isReachedByItsWordOnTheConsole)
{
    if (!isWine())
        GTEST_SKIP() << "Windows would ask the user";
    const auto run = runCli({"--connect", "elevated", "--json", "host"});
    EXPECT_EQ(run.exitCode, 0u) << run.err;
    EXPECT_THAT(run.out, testing::HasSubstr("\"elevated\":true"));
}

TEST(ElevatedSession, tellsWhatItMissesOnTheCommandLine)
{
    EXPECT_EQ(runCli({"serve", "--pipe", "x"}).exitCode, 2u);
    EXPECT_EQ(runCli({"serve", "--for", "4"}).exitCode, 2u);
    const auto run = runCli({"serve", "--pipe", "no-such-pipe", "--for", "4"});
    EXPECT_EQ(run.exitCode, 1u);
    EXPECT_THAT(run.err, testing::HasSubstr("no-such-pipe"));
}

} // namespace
} // namespace ipclens::test
