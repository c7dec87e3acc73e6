// Wireshark's own reader, with our dissector, on a capture of ours.
#include "core/text/hex.h"
#include "core/traffic/capture_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <fmt/format.h>

namespace ipclens {
namespace {

struct Output {
    std::string text;
    int status = -1;
};

Output run(const std::string &command)
{
    Output output;
    std::FILE *const pipe = ::popen(command.c_str(), "r");
    if (!pipe)
        return output;
    char buffer[4096];
    while (const auto count = std::fread(buffer, 1, sizeof buffer, pipe))
        output.text.append(buffer, count);
    output.status = ::pclose(pipe);
    return output;
}

class TsharkTest : public testing::Test {
protected:
    void SetUp() override
    {
        if (run("command -v tshark").text.empty())
            GTEST_SKIP() << "tshark is not installed (Debian package tshark)";
    }
    void TearDown() override { std::filesystem::remove(m_path); }

    void save(const Bytes &file)
    {
        std::ofstream(m_path, std::ios::binary).write(reinterpret_cast<const char *>(file.data()), static_cast<std::streamsize>(file.size()));
    }
    Output tshark(const std::string &options)
    {
        return run(fmt::format("tshark -X lua_script:{}/ipclens.lua -r {} {} 2>/dev/null", IPCLENS_RESOURCES, m_path.string(), options));
    }

    const std::filesystem::path m_path =
        std::filesystem::temp_directory_path() / fmt::format("ipclens-tshark-{}.pcapng", ::getpid());
};

std::vector<Message> capture()
{
    std::vector<Message> messages;
    for (std::uint64_t i = 0; i < 200; ++i) {
        Message message{.sequence = i + 1, .time = 1'795'000'000'000'000'000 + static_cast<std::int64_t>(i) * 1'001'001};
        if (i % 5 == 4) {
            message.kind = MessageKind::Registered;
            message.name = i % 2 == 0 ? "Mapped" : "Gr\xC3\xBC\xC3\x9F" "e";
            message.id = 0xC000 + i;
            message.wParam = i * i;
            message.lParam = 0x7FF6'0000'0000 + i;
        } else {
            message.senderWindow = 0x10000 + i;
            message.sender.pid = static_cast<std::uint32_t>(4 * i);
            message.senderName = i % 3 == 0 ? "" : "Demo.exe";
            message.id = i * 0x1'0000'0001;
            message.payload = Bytes(i % 37, static_cast<std::byte>(i));
            message.size = message.payload.size() + (i % 7 == 0 ? 100 : 0);
        }
        message.inbox = i % 3;
        message.depth = static_cast<std::uint32_t>(i % 4);
        message.senderWaits = i % 6 != 0;
        message.senderTitle = i % 8 == 0 ? "Title" : "";
        message.receiverWindow = 0x20000 + i;
        message.receiver.pid = static_cast<std::uint32_t>(i);
        message.receiverName = i % 2 == 0 ? "Empf\xC3\xA4nger.exe" : "";
        if (i % 4 != 0)
            message.outcome = MessageOutcome{.sequence = i + 1, .result = static_cast<std::int64_t>(i) - 100, .duration = static_cast<std::int64_t>(i) * 1'000};
        if (i % 9 == 1 && message.outcome)
            message.outcome->failure = Error{.kind = ErrorKind::TimedOut, .operation = "SendMessageTimeout", .hint = "wait"};
        if (i % 10 == 3)
            message.references = {{.section = "Local\\Shared", .bytes = toBytes("\x01\x02\x03")},
                                  {.kind = ReferenceKind::Pointer, .process = {.pid = 7, .created = 9}, .address = 0x1000 + i, .failure = Error{.meaning = "gone"}}};
        messages.push_back(std::move(message));
    }
    return messages;
}

TEST_F(TsharkTest, ShowsTheSameFieldsInEveryRow)
{
    const auto messages = capture();
    const Annotation said{.marked = true, .comment = "strange"};
    Bytes file;
    CaptureWriter writer(file, "Linux");
    for (const auto &message : messages)
        writer.append(file, {message, message.sequence % 20 == 0 ? &said : nullptr});
    save(file);
    const auto output = tshark("-T fields -E separator=';' -e frame.time_epoch -e ipclens.kind -e ipclens.number -e ipclens.sender.pid "
                               "-e ipclens.sender.exe -e ipclens.sender.window -e ipclens.data.id -e ipclens.message.id "
                               "-e ipclens.message.name -e ipclens.wparam -e ipclens.lparam -e ipclens.size -e ipclens.truncated "
                               "-e ipclens.payload -e ipclens.inbox -e ipclens.sender.title -e ipclens.receiver.window -e ipclens.receiver.pid "
                               "-e ipclens.receiver.exe -e ipclens.depth -e ipclens.posted -e ipclens.answered -e ipclens.result "
                               "-e ipclens.duration -e ipclens.failed -e ipclens.failure -e ipclens.reference.section "
                               "-e ipclens.reference.pid -e ipclens.reference.address -e ipclens.reference.bytes "
                               "-e ipclens.marked -e frame.comment");
    ASSERT_EQ(output.status, 0);
    std::istringstream lines(output.text);
    std::size_t rows = 0;
    for (std::string line; std::getline(lines, line); ++rows) {
        ASSERT_LT(rows, messages.size());
        const Message &m = messages[rows];
        const bool copied = m.kind == MessageKind::CopyData;
        const auto only = [](bool has, std::string text) { return has ? std::move(text) : std::string(); };
        const auto expected = fmt::format(
            "{}.{:09};{};{};{};{};0x{:016x};{};{};{};{};{};{};{};{}", m.time / 1'000'000'000, m.time % 1'000'000'000, copied ? 0 : 1,
            m.sequence, m.sender.pid, m.senderName, m.senderWindow, only(copied, fmt::to_string(m.id)),
            only(!copied, fmt::format("0x{:016x}", m.id)), m.name, only(!copied, fmt::format("0x{:016x}", m.wParam)),
            only(!copied, fmt::format("0x{:016x}", m.lParam)), only(copied, fmt::to_string(m.size)),
            only(copied, m.isTruncated() ? "1" : "0"), toHex(m.payload));
        const bool failed = m.outcome && m.outcome->failure;
        const bool refers = !m.references.empty(), isSaid = m.sequence % 20 == 0;
        const auto more = fmt::format(
            ";{};{};0x{:016x};{};{};{};{};{};{};{};{};{}{};{};{};{};{};{};{}", m.inbox, m.senderTitle, m.receiverWindow, m.receiver.pid,
            m.receiverName, m.depth, m.senderWaits ? 0 : 1, m.outcome ? 1 : 0, only(m.outcome.has_value(), m.outcome ? fmt::to_string(m.outcome->result) : ""),
            only(m.outcome.has_value(), m.outcome ? fmt::to_string(m.outcome->duration) : ""), failed ? 1 : 0,
            failed ? "SendMessageTimeout: wait" : "", refers ? (failed ? ",gone" : "gone") : "", only(refers, "Local\\Shared"), only(refers, "7"),
            only(refers, refers ? fmt::format("0x{:016x}", m.references[1].address) : ""), only(refers, "010203"), isSaid ? 1 : 0,
            only(isSaid, "strange"));
        EXPECT_EQ(line, expected + more);
    }
    EXPECT_EQ(rows, messages.size());
}

TEST_F(TsharkTest, ReadsWhatOtherToolsMadeOfACapture)
{
    if (run("command -v editcap").text.empty())
        GTEST_SKIP() << "editcap is not installed (Debian package wireshark-common)";
    const auto messages = capture();
    Bytes file = captureBegin("Linux");
    for (const auto &message : messages)
        appendToCapture(file, message);
    save(file);
    const auto merged = m_path.string() + ".merged";
    ASSERT_EQ(run(fmt::format("editcap -r {0} - 1-50 | mergecap -a -w {1} - {0}", m_path.string(), merged)).status, 0);
    std::ifstream input(merged, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(input), {}};
    std::filesystem::remove(merged);
    CaptureReader reader("merged");
    reader.feed(std::as_bytes(std::span(content)));
    std::vector<Message> read;
    for (;;) {
        auto message = reader.next();
        ASSERT_TRUE(message) << toText(message.error());
        if (!*message)
            break;
        read.push_back(std::move(**message));
    }
    EXPECT_TRUE(reader.finish());
    auto expected = std::vector<Message>(messages.begin(), messages.begin() + 50);
    expected.insert(expected.end(), messages.begin(), messages.end());
    EXPECT_EQ(read, expected);
}

} // namespace
} // namespace ipclens
