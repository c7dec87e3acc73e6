// Wireshark's own reader, with our dissector, on a capture of ours.
#include "core/text/hex.h"
#include "core/traffic/message_export.h"
#include "tests/unit/read_capture.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ipclens {
namespace {

using nlohmann::json;
using test::readCapture;
using testing::HasSubstr;

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
        for (const char *program : {"tshark", "editcap", "mergecap"})
            if (run(fmt::format("command -v {}", program)).text.empty())
                GTEST_SKIP() << program << " is not installed (Debian package tshark)";
    }
    void TearDown() override
    {
        for (const auto &path : {m_path, m_other})
            std::filesystem::remove(path);
    }

    void save(const Bytes &file)
    {
        std::ofstream(m_path, std::ios::binary)
            .write(reinterpret_cast<const char *>(file.data()), static_cast<std::streamsize>(file.size()));
    }
    static Bytes load(const std::filesystem::path &path)
    {
        std::ifstream input(path, std::ios::binary);
        return toBytes(std::string(std::istreambuf_iterator<char>(input), {}));
    }
    Output tshark(const std::filesystem::path &path, const std::string &options) const
    {
        return run(fmt::format("tshark -X lua_script:{}/ipclens.lua -r '{}' {} 2>&1", IPCLENS_RESOURCES, path.string(),
                               options));
    }
    // What other tools make of it: {0} is the capture, {1} the result.
    Bytes made(const std::string &command)
    {
        const auto output = run(fmt::format(fmt::runtime(command + " 2>&1"), m_path.string(), m_other.string()));
        EXPECT_EQ(output.status, 0) << output.text;
        return load(m_other);
    }

    const std::filesystem::path m_path =
        std::filesystem::temp_directory_path() / fmt::format("ipclens-tshark-{}.pcapng", ::getpid());
    const std::filesystem::path m_other = m_path.string() + ".other";
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
            message.sender = {.pid = static_cast<std::uint32_t>(4 * i),
                              .created = static_cast<std::int64_t>(i) * 1'000'000'007};
            message.senderName = i % 3 == 0 ? "" : "Demo.exe";
            message.id = i * 0x1'0000'0001;
            message.payload = Bytes(i % 37, static_cast<std::byte>(i));
            message.size = message.payload.size() + (i % 7 == 0 ? 100 : 0);
            message.nullData = i % 37 == 0;
        }
        message.inbox = i % 3;
        message.depth = static_cast<std::uint32_t>(i % 4);
        message.senderWaits = i % 6 != 0;
        message.senderTitle = i % 8 == 0 ? "Title" : "";
        message.receiverWindow = 0x20000 + i;
        message.receiver = {.pid = static_cast<std::uint32_t>(i), .created = -static_cast<std::int64_t>(i)};
        message.receiverName = i % 2 == 0 ? "Empf\xC3\xA4nger.exe" : "";
        if (i % 4 != 0)
            message.outcome = MessageOutcome{.sequence = i + 1, .result = static_cast<std::int64_t>(i) - 100, .duration = static_cast<std::int64_t>(i) * 1'000};
        if (i % 9 == 1 && message.outcome)
            message.outcome->failure =
                Error{.kind = ErrorKind::TimedOut, .code = 1460, .operation = "SendMessageTimeout", .hint = "wait"};
        if (i % 10 == 3)
            message.references = {{.section = "Local\\Shared", .bytes = toBytes("\x01\x02\x03")},
                                  {.kind = ReferenceKind::Pointer, .process = {.pid = 7, .created = 9}, .address = 0x1000 + i, .failure = Error{.meaning = "gone"}}};
        messages.push_back(std::move(message));
    }
    return messages;
}

// By the path of a value in our JSON: the field of the dissector and how that writes it.
struct Shown {
    std::string field;
    std::string (*text)(const json &) = [](const json &value) {
        return value.is_string()    ? value.get<std::string>()
               : value.is_boolean() ? (value.get<bool>() ? "1" : "0")
                                    : value.dump();
    };
};

std::string hexText(const json &value)
{
    return fmt::format("0x{:016x}", value.get<std::uint64_t>());
}

std::string errorKindText(const json &value)
{
    for (int kind = 0;; ++kind)
        if (nameOf(static_cast<ErrorKind>(kind)) == value.get<std::string>())
            return fmt::to_string(kind);
}

const std::map<std::string, Shown> &shownFields()
{
    const auto pid = [](const std::string &path, const std::string &field) {
        return std::array{std::pair{path + "/pid", Shown{field + ".pid"}},
                          std::pair{path + "/created", Shown{field + ".created"}}};
    };
    static const auto all = [&] {
        std::map<std::string, Shown> fields{
            {"/sequence", {"ipclens.number"}},
            {"/time",
             {"frame.time_epoch",
              [](const json &value) {
                  const auto time = value.get<std::int64_t>();
                  return fmt::format("{}.{:09}", time / 1'000'000'000, time % 1'000'000'000);
              }}},
            {"/kind", {"ipclens.kind", [](const json &value) { return std::string(value == "CopyData" ? "0" : "1"); }}},
            {"/senderWindow", {"ipclens.sender.window", hexText}},
            {"/senderName", {"ipclens.sender.exe"}},
            {"/senderTitle", {"ipclens.sender.title"}},
            {"/name", {"ipclens.message.name"}},
            {"/wParam", {"ipclens.wparam", hexText}},
            {"/lParam", {"ipclens.lparam", hexText}},
            {"/size", {"ipclens.size"}},
            {"/nullData", {"ipclens.null"}},
            {"/payload", {"ipclens.payload"}},
            {"/inbox", {"ipclens.inbox"}},
            {"/receiverWindow", {"ipclens.receiver.window", hexText}},
            {"/receiverName", {"ipclens.receiver.exe"}},
            {"/depth", {"ipclens.depth"}},
            {"/senderWaits",
             {"ipclens.posted", [](const json &value) { return std::string(value.get<bool>() ? "0" : "1"); }}},
            {"/outcome/sequence", {"ipclens.number"}},
            {"/outcome/result", {"ipclens.result"}},
            {"/outcome/duration", {"ipclens.duration"}},
            {"/references/kind",
             {"ipclens.reference", [](const json &value) { return std::string(value == "Section" ? "0" : "1"); }}},
            {"/references/section", {"ipclens.reference.section"}},
            {"/references/address", {"ipclens.reference.address", hexText}},
            {"/references/bytes", {"ipclens.reference.bytes"}},
            {"/marked", {"ipclens.marked"}},
            {"/pinned", {"ipclens.pinned"}},
            {"/comment", {"frame.comment"}}};
        for (const auto &[path, field] : {std::pair{"/outcome/failure", "ipclens.failure"},
                                          std::pair{"/references/failure", "ipclens.reference.failure"}}) {
            fields[path + std::string("/kind")] = {field + std::string(".kind"), errorKindText};
            for (const char *part : {"/code", "/operation", "/object", "/meaning", "/hint"})
                fields[path + std::string(part)] = {fmt::format("{}.{}", field, part + 1)};
        }
        for (const auto &pair : {pid("/sender", "ipclens.sender"), pid("/receiver", "ipclens.receiver"),
                                 pid("/references/process", "ipclens.reference")})
            fields.insert(pair.begin(), pair.end());
        return fields;
    }();
    return all;
}

// The leaves of a message's JSON as the dissector shows them, by its fields; those of several references after one
// another.
void flatten(const json &value, const std::string &path, std::map<std::string, std::string> &shown)
{
    if (value.is_object()) {
        for (const auto &[key, part] : value.items())
            flatten(part, path + '/' + key, shown);
    } else if (value.is_array()) {
        for (const auto &part : value)
            flatten(part, path, shown);
    } else if (!value.is_null() && path != "/id") {
        const auto found = shownFields().find(path);
        ASSERT_NE(found, shownFields().end()) << "the dissector has no " << path;
        const auto text = found->second.text(value);
        auto &all = shown[found->second.field];
        const bool isList = path.starts_with("/references") && found->second.field != "ipclens.reference.bytes";
        all += isList && !all.empty() ? '|' + text : path == "/outcome/sequence" ? "" : text;
    }
}

TEST_F(TsharkTest, ShowsTheSameFieldsInEveryRowAsOurJson)
{
    auto messages = capture();
    const Annotation said{.marked = true, .comment = "strange"}, kept{.pinned = true};
    const auto saidOf = [&](const Message &message) {
        return message.sequence % 20 == 0 ? &said : message.sequence % 20 == 1 ? &kept : nullptr;
    };
    Bytes file;
    CaptureWriter writer(file, "Linux");
    std::vector<LateAnswer> late;
    for (auto &message : messages) {
        auto written = message;
        if (message.outcome && message.sequence % 7 == 0) {
            late.push_back({.inbox = message.inbox,
                            .outcome = *message.outcome,
                            .time = message.time + 5'000'000,
                            .messageTime = message.time});
            written.outcome.reset();
        }
        writer.append(file, {written, saidOf(message)});
        if (late.size() == 3)
            for (const auto &answer : std::exchange(late, {}))
                writer.append(file, answer);
    }
    for (const auto &answer : late)
        writer.append(file, answer);
    save(file);

    std::vector<std::string> fields{"ipclens.data.id", "ipclens.message.id", "ipclens.failed"};
    for (const auto &[path, shown] : shownFields())
        if (std::ranges::find(fields, shown.field) == fields.end())
            fields.push_back(shown.field);
    std::string options = "-2 -Y ipclens.number -T fields -E separator=';' -E aggregator='|'";
    for (const auto &field : fields)
        options += " -e " + field;
    const auto output = tshark(m_path, options);
    ASSERT_EQ(output.status, 0) << output.text;
    std::istringstream lines(output.text);
    std::size_t rows = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("Running as user"))
            continue;
        ASSERT_LT(rows, messages.size());
        const MessageView message(messages[rows], saidOf(messages[rows]));
        std::map<std::string, std::string> expected;
        flatten(json::parse(jsonOf(message)), "", expected);
        expected[message.isCopied() ? "ipclens.data.id" : "ipclens.message.id"] =
            message.isCopied() ? fmt::to_string(message.id) : hexText(message.id);
        if (message.isAnswered)
            expected["ipclens.failed"] = message.failure ? "1" : "0";
        if (!message.annotation)
            expected["ipclens.marked"] = expected["ipclens.pinned"] = "0"; // our JSON says nothing of them
        std::istringstream cells(line);
        for (const auto &field : fields) {
            std::string cell;
            std::getline(cells, cell, ';');
            EXPECT_EQ(cell, expected[field]) << field << " of row " << rows;
        }
        ++rows;
    }
    EXPECT_EQ(rows, messages.size());
}

TEST_F(TsharkTest, ADamagedKindIsNoErrorOfTheDissector)
{
    Bytes file = captureBegin("Linux");
    const auto packet = file.size();
    appendToCapture(file, capture().front());
    file[packet + 28 + 5] = std::byte{9};
    save(file);
    const auto output = tshark(m_path, "-T fields -e _ws.col.Info");
    EXPECT_THAT(output.text, HasSubstr("kind 9"));
    EXPECT_THAT(output.text, testing::Not(HasSubstr("Error")));
}

TEST_F(TsharkTest, ReadsWhatOtherToolsMadeOfACapture)
{
    const auto messages = capture();
    Bytes file = captureBegin("Linux");
    for (const auto &message : messages)
        appendToCapture(file, message);
    save(file);
    auto expected = std::vector<Message>(messages.begin(), messages.begin() + 50);
    expected.insert(expected.end(), messages.begin(), messages.end());
    const auto merged = readCapture(made("editcap -r {0} - 1-50 | mergecap -a -w {1} - {0}"));
    EXPECT_FALSE(merged.error);
    EXPECT_EQ(merged.messages, expected);

    const auto ether = readCapture(made("editcap -T ether {0} {1}"));
    ASSERT_TRUE(ether.error);
    EXPECT_THAT(ether.error->meaning, HasSubstr("link type 1 (Ethernet)"));
    const auto later = readCapture(made("editcap -t 3600.5 {0} {1}"));
    EXPECT_FALSE(later.error);
    ASSERT_EQ(later.messages.size(), messages.size());
    EXPECT_EQ(later.messages[7].time, messages[7].time + 3'600'500'000'000);
}

TEST_F(TsharkTest, ReadsLargeMessagesAndWhatStandsBehindThem)
{
    std::vector<Message> messages = capture();
    messages.resize(4);
    const auto append = [&](std::size_t size) {
        auto &message = messages.emplace_back(messages[1]);
        message.outcome->sequence = message.sequence = messages.size();
        message.time += static_cast<std::int64_t>(messages.size()) * 1'000'000;
        message.payload.resize(size);
        for (std::size_t i = 0; i < size; ++i)
            message.payload[i] = static_cast<std::byte>(i * i >> 7);
        message.size = size;
    };
    for (const std::size_t size : {1 << 20, 3, 16 << 20, 5})
        append(size);
    Bytes file;
    CaptureWriter writer(file, "Linux");
    writer.nameInbox(messages.front().inbox, "One / Two");
    for (const auto &message : messages)
        writer.append(file, message);
    save(file);

    const auto numbers = tshark(m_path, "-Y ipclens.number -T fields -e ipclens.number");
    EXPECT_EQ(numbers.status, 0) << numbers.text;
    EXPECT_THAT(numbers.text, testing::EndsWith("1\n2\n3\n4\n5\n6\n7\n8\n"));
    const auto parts = tshark(
        m_path, "-Y 'ipclens.number == 5 || ipclens.part == 5' -T fields -e ipclens.payload -e ipclens.part.bytes");
    std::string payload;
    for (const char c :
         parts.text.substr(parts.text.find('\n', parts.text.find("Running as user") == 0 ? 0 : std::string::npos) + 1))
        payload += c == '\t' || c == '\n' ? "" : std::string(1, c);
    EXPECT_TRUE(payload == toHex(messages[4].payload));
    EXPECT_THAT(tshark(m_path, "-Y ipclens.goes_on==1 -T fields -e ipclens.truncated -e ipclens.payload.size").text,
                HasSubstr("0\t1048576\n0\t16777216\n"));

    const auto same = [&](const test::ReadCapture &read) {
        EXPECT_FALSE(read.error);
        EXPECT_FALSE(read.incomplete);
        EXPECT_EQ(read.messages.size(), messages.size());
        return read.messages == messages;
    };
    EXPECT_TRUE(same(readCapture(made("editcap {0} {1}"))));
    EXPECT_TRUE(same(readCapture(made("editcap -F pcapng -t 0 {0} {1}"))));
    const auto merged = readCapture(made("mergecap -w {1} {0} {0}")); // interleaves their packets
    EXPECT_FALSE(merged.incomplete);
    auto twice = messages;
    twice.insert(twice.end(), messages.begin(), messages.end());
    EXPECT_TRUE(std::ranges::is_permutation(merged.messages, twice));
    const auto cut = readCapture(made("editcap -s 1000 {0} {1}"));
    EXPECT_FALSE(cut.error);
    ASSERT_EQ(cut.messages.size(), messages.size());
    EXPECT_TRUE(cut.messages[4].isTruncated());
    ASSERT_TRUE(cut.incomplete);
    EXPECT_THAT(cut.incomplete->meaning, HasSubstr("message 5 goes on in packets that are missing or cut"));
}

} // namespace
} // namespace ipclens
