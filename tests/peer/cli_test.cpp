// ipclens-cli.exe as users run it, over real second processes.
#include "core/traffic/capture_file.h"
#include "tests/peer/cli_fixture.h"
#include "tests/unit/memory_source_buffer.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <sstream>
#include <thread>

namespace ipclens::test {
namespace {

using nlohmann::json;

TEST_F(Cli, listsReadsAndWritesAMappingOfAnotherProcess)
{
    const Address view = peer.askNumber(fmt::format("section.create {} 8192 rw commit", toWord(name)));
    peer.write(view, toBytes("shared by the peer"));

    const json sections = runJson({"sections"});
    ASSERT_TRUE(sections.is_array());
    const auto listed = std::ranges::find_if(sections, [&](const json &object) { return object["name"] == name; });
    ASSERT_NE(listed, sections.end());
    EXPECT_EQ((*listed)["type"], "Section");
    EXPECT_EQ((*listed)["section"]["size"], 8192);
    EXPECT_THAT(run({"sections"}).out, testing::HasSubstr(name));

    const json image = runJson({"read", "section:" + name, "0", "18"});
    EXPECT_EQ(image["bytes"], hex("shared by the peer"));
    EXPECT_TRUE(image["unreadable"].empty());
    const ProgramRun raw = run({"read", "section:" + name, "0x10", "2", "--format", "raw"});
    EXPECT_EQ(raw.out, "er");
    EXPECT_THAT(run({"read", "section:" + name, "0", "4", "--format", "c"}).out, testing::HasSubstr("0x73, 0x68"));
    EXPECT_THAT(run({"read", "section:" + (*listed)["path"].get<std::string>(), "0", "16"}).out,
                testing::HasSubstr("73 68 61 72"));

    const json written = runJson({"write", "section:" + name, "7", hex("BY"), "--expect", hex("by")});
    EXPECT_EQ(written["outcome"], "Verified");
    EXPECT_EQ(written["before"], hex("by"));
    EXPECT_TRUE(peer.read({view, 18}) == toBytes("shared BY the peer"));
}

TEST_F(Cli, changesNothingWhenItExpectedOtherBytes)
{
    const Address view = peer.askNumber(fmt::format("section.create {} 4096 rw commit", toWord(name)));
    peer.write(view, toBytes("as it is"));
    const json error =
        runRefused({"write", "section:" + name, "0", hex("changed!"), "--expect", hex("as it WAS").substr(0, 16)});
    EXPECT_EQ(error["kind"], "Changed");
    EXPECT_TRUE(peer.read({view, 8}) == toBytes("as it is"));
    const ProgramRun plain = run({"write", "section:" + name, "0", "41", "--expect", "42"});
    EXPECT_EQ(plain.exitCode, 1u);
    EXPECT_THAT(plain.err, testing::HasSubstr("nothing was written"));
    EXPECT_TRUE(peer.read({view, 8}) == toBytes("as it is"));
}

TEST_F(Cli, copyOnWriteLeavesOthersUntouched)
{
    const Address view = peer.askNumber(fmt::format("section.create {} 4096 rw commit", toWord(name)));
    const json written = runJson({"write", "section:" + name, "0", hex("private"), "--copy"});
    EXPECT_EQ(written["outcome"], "Verified");
    EXPECT_EQ(written["after"], hex("private"));
    EXPECT_TRUE(peer.read({view, 7}) == zeros(7));
}

TEST_F(Cli, createsAMappingThatOthersUse)
{
    const auto stream = value(startChild(cliCommand({"create", name, "64K", "--hold"})));
    // It holds once it has said so.
    std::string said;
    std::array<std::byte, 256> piece;
    while (said.find('\n') == std::string::npos) {
        const auto count = value(stream->read(piece));
        ASSERT_GT(count, 0u) << stream->describe();
        said.append(reinterpret_cast<const char *>(piece.data()), count);
    }
    EXPECT_THAT(said, testing::HasSubstr(name));
    const Address view = peer.askNumber(fmt::format("section.open {} w", toWord(name)));
    peer.write(view + 65535, toBytes("x"));
    EXPECT_EQ(runJson({"read", "section:" + name, "0xFFFF", "1"})["bytes"], "78");
    const json error = runRefused({"create", name, "4K"});
    EXPECT_EQ(error["kind"], "Exists");
    EXPECT_EQ(error["code"], ERROR_ALREADY_EXISTS);
    stream->shutdown(); // it ends with its input; the peer still holds the section
    EXPECT_EQ(runJson({"read", "section:" + name, "0xFFFF", "1"})["bytes"], "78");
}

TEST_F(Cli, readsAndWritesABlockInAnotherProcess)
{
    const Address at = peer.askNumber("alloc 65536");
    peer.ask(fmt::format("fill {} 65536 {}", at, at));
    const std::string source = fmt::format("process:{}", peer.pid());
    const json image = runJson({"read", source, fmt::format("{:x}", at), "65536"});
    EXPECT_EQ(image["address"], at);
    EXPECT_EQ(image["bytes"], toHex(patternBytes(65536, 0)));
    EXPECT_EQ(runJson({"write", source, fmt::format("{:x}+ff0", at), hex("here")})["outcome"], "Verified");
    EXPECT_TRUE(peer.read({at + 0xff0, 4}) == toBytes("here"));

    const json regions = runJson({"regions", source});
    EXPECT_TRUE(std::ranges::any_of(regions, [&](const json &region) {
        return region["range"]["begin"] == at && region["protection"]["write"] == true;
    }));
    const json modules = runJson({"modules", std::to_string(peer.pid())});
    EXPECT_TRUE(
        std::ranges::any_of(modules, [](const json &module) { return module["name"] == "ipclens_peer_tests.exe"; }));
    const json processes = runJson({"ps"});
    EXPECT_TRUE(
        std::ranges::any_of(processes, [&](const json &process) { return process["key"]["pid"] == peer.pid(); }));
    EXPECT_THAT(run({"ps"}).out, testing::HasSubstr(std::to_string(peer.pid())));
}

TEST_F(Cli, showsWhatCannotBeReadAndLeavesGuardPages)
{
    std::istringstream layout(peer.ask("layout"));
    Address begin = 0;
    layout >> begin;
    const std::string source = fmt::format("process:{}", peer.pid());
    const json image = runJson({"read", source, fmt::format("{:x}", begin + 0x2FF0), "0x2020"});
    EXPECT_EQ(image["unreadable"], json::parse(fmt::format(R"([{{"begin":{},"size":8192}}])", begin + 0x3000)));
    EXPECT_THAT(run({"read", source, fmt::format("{:x}", begin + 0x2FF0), "32"}).out, testing::HasSubstr("?? ??"));
    const json error = runRefused({"read", source, fmt::format("{:x}", begin + 0x3000), "16"});
    EXPECT_EQ(error["kind"], "Unreadable");
    EXPECT_EQ(peer.ask("armed"), "yes");
}

TEST_F(Cli, readsAndWritesASharedSectionOfADll)
{
    Peer other;
    std::istringstream loadedHere(peer.ask("dll.load"));
    std::istringstream loadedThere(other.ask("dll.load"));
    Address base = 0;
    Address here = 0;
    Address there = 0;
    loadedHere >> base >> here;
    loadedThere >> base >> there;
    peer.write(here + 100, toBytes("shared"));

    const json sections = runJson({"shared", std::to_string(peer.pid())});
    const auto listed =
        std::ranges::find_if(sections, [](const json &section) { return section["section"] == ".PEERS"; });
    ASSERT_NE(listed, sections.end());
    const Address offset = here - (*listed)["range"]["begin"].get<Address>();
    const std::string source = fmt::format("module:{}/ipclens-peer-shared.dll/.PEERS", peer.pid());
    EXPECT_EQ(runJson({"read", source, fmt::format("{:x}", offset + 100), "6"})["bytes"], hex("shared"));
    EXPECT_EQ(runJson({"write", source, fmt::format("{:x}", offset + 100), hex("SHARED")})["outcome"], "Verified");
    EXPECT_TRUE(other.read({there + 100, 6}) == toBytes("SHARED"));
}

TEST_F(Cli, worksThroughAConnection)
{
    const Address view = peer.askNumber(fmt::format("section.create {} 4096 rw commit", toWord(name)));
    const std::string connect = cliCommand({"serve"});
    EXPECT_EQ(runJson({"--connect", connect, "write", "section:" + name, "0", hex("through")})["outcome"], "Verified");
    EXPECT_TRUE(peer.read({view, 7}) == toBytes("through"));
    EXPECT_EQ(runJson({"--connect", connect, "read", "section:" + name, "0", "7"})["bytes"], hex("through"));
    const json error = runRefused({"--connect", cliCommand({"--version"}), "ps"});
    EXPECT_TRUE(error["kind"] == "Protocol" || error["kind"] == "Disconnected") << error;
}

TEST_F(Cli, listsWindowsAndSendsToThem)
{
    const std::string title = uniqueName("title");
    const std::string className = uniqueName("class");
    const std::uint64_t window =
        peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord(title)));
    const json windows = runJson({"windows"});
    const auto listed = std::ranges::find_if(windows, [&](const json &one) { return one["handle"] == window; });
    ASSERT_NE(listed, windows.end());
    EXPECT_EQ((*listed)["title"], title);
    EXPECT_EQ((*listed)["className"], className);
    EXPECT_EQ((*listed)["process"]["pid"], peer.pid());
    peer.ask(fmt::format("window.show {} 500 100 300 200", window));
    const json there = runJson({"windows", "--at", "550", "150"});
    ASSERT_EQ(there.size(), 1u) << there;
    EXPECT_EQ(there[0]["handle"], window);
    EXPECT_EQ(runRefused({"windows", "--at", "-30000", "-30000"})["kind"], "Missing");

    peer.ask("window.reply 42");
    EXPECT_EQ(runJson({"send", "--title", title, "--id", "5", "--text", "hello"})["result"], 42);
    EXPECT_EQ(peer.ask("window.last"), fmt::format("copydata 0 5 5 data {}", peer.ask("sum " + hex("hello"))));
    const std::string message = uniqueName("message");
    EXPECT_EQ(
        runJson({"send", "--class", className, "--message", message, "--wparam", "1", "--lparam", "0x10"})["result"],
        42);
    EXPECT_EQ(peer.ask("window.last"),
              fmt::format("registered {} 1 16", peer.askNumber("window.register " + toWord(message))));

    const std::uint64_t stuck =
        peer.askNumber(fmt::format("window.create {} {} top stuck", toWord(className), toWord("stuck")));
    const json late =
        runRefused({"send", "--window", std::to_string(stuck), "--id", "1", "--text", "x", "--timeout", "200"});
    EXPECT_EQ(late["kind"], "TimedOut");
    EXPECT_EQ(late["code"], ERROR_TIMEOUT);
    EXPECT_EQ(runRefused({"send", "--title", title + "x", "--text", "x"})["kind"], "Missing");
}

TEST_F(Cli, listensAndPrintsOneObjectALine)
{
    const std::string className = uniqueName("listen");
    const std::string message = uniqueName("message");
    const auto stream = value(startChild(
        cliCommand({"--json", "listen", "--class", className, "--register", message, "--count", "3"})));
    HWND window = nullptr;
    ASSERT_TRUE(eventually([&] { return (window = FindWindowW(wide(className).c_str(), nullptr)) != nullptr; }));
    const auto handle = reinterpret_cast<std::uint64_t>(window);
    peer.ask(fmt::format("copydata {} 0 7 5 0", handle));
    peer.ask(fmt::format("registered {} {} 1 2", handle, toWord(message)));
    peer.ask(fmt::format("copydata {} 0 8 0 0", handle));

    std::string out;
    std::array<std::byte, 4096> piece;
    for (;;) {
        const auto count = value(stream->read(piece));
        if (count == 0)
            break;
        out.append(reinterpret_cast<const char *>(piece.data()), count);
    }
    std::istringstream lines(out);
    std::vector<json> messages;
    for (std::string line; std::getline(lines, line);)
        messages.push_back(parse(line));
    ASSERT_EQ(messages.size(), 3u) << out << stream->describe();
    EXPECT_EQ(messages[0]["id"], 7);
    EXPECT_EQ(messages[0]["payload"], toHex(patternBytes(5, 0)));
    EXPECT_EQ(messages[1]["name"], message);
    EXPECT_EQ(messages[1]["kind"], "Registered");
    EXPECT_EQ(messages[2]["sequence"], 3);
}

TEST_F(Cli, answersByRules)
{
    const std::string className = uniqueName("listen"), message = uniqueName("message");
    const auto stream = value(startChild(cliCommand({"--json", "listen", "--class", className, "--register", message, "--count", "3",
                                                     "--reply", "7=42", "--reply", "*=-3", "--reply", message + "=9@1"})));
    HWND window = nullptr;
    ASSERT_TRUE(eventually([&] { return (window = FindWindowW(wide(className).c_str(), nullptr)) != nullptr; }));
    const auto handle = reinterpret_cast<std::uint64_t>(window);
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 7 5 0", handle)), "42");
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 8 5 0", handle)), "-3");
    EXPECT_EQ(peer.ask(fmt::format("registered {} {} 1 2", handle, toWord(message))), "9");
    std::string out;
    std::array<std::byte, 4096> piece;
    for (std::size_t count = 0; (count = value(stream->read(piece))) > 0;)
        out.append(reinterpret_cast<const char *>(piece.data()), count);
    std::istringstream lines(out);
    std::vector<std::int64_t> results;
    for (std::string line; std::getline(lines, line);)
        results.push_back(parse(line)["outcome"]["result"]);
    EXPECT_THAT(results, testing::ElementsAre(42, -3, 9));
    for (const char *wrong : {"7", "7=x", "=3", "7=1@70000", "nobody=1"})
        EXPECT_NE(run({"listen", "--reply", wrong, "--duration", "0.1"}).exitCode, 0u) << wrong;
}

TEST_F(Cli, capturesThroughARelayAndReplays)
{
    const std::string className = uniqueName("receiver");
    const std::uint64_t real = peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord("Receive")));
    peer.ask("window.reply 5");
    const std::string file = (journal.path() / "relayed.pcapng").string();
    const auto stream = value(startChild(cliCommand({"relay", "--class", className, "--count", "3", "--write", file})));
    Peer sender;
    std::uint64_t found = 0;
    ASSERT_TRUE(eventually([&] {
        found = sender.askNumber(fmt::format("window.find {} {}", toWord(className), toWord("Receive")));
        return found != real;
    }));
    for (int id = 1; id <= 3; ++id)
        EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 {} {} {}", found, id, id * 1000, id)), "5");
    std::array<std::byte, 4096> piece;
    while (value(stream->read(piece)) > 0) {
    }
    EXPECT_EQ(peer.askNumber("window.count"), 3u);
    const ProgramRun replayed = run({"replay", file, "--class", className, "--fast"});
    EXPECT_EQ(replayed.exitCode, 0u) << replayed.err;
    EXPECT_THAT(replayed.err, testing::HasSubstr("sent 3 failed 0"));
    EXPECT_EQ(peer.askNumber("window.count"), 6u);
    EXPECT_EQ(peer.ask("window.last"),
              fmt::format("copydata 0 3 3000 data {}", peer.ask("sum " + toHex(patternBytes(3000, 3)))));
    const ProgramRun filtered = run({"replay", file, "--class", className, "--speed", "1000", "--filter", "data.id == 2"});
    EXPECT_THAT(filtered.err, testing::HasSubstr("sent 1 failed 0"));
    EXPECT_EQ(run({"replay", file, "--class", className, "--filter", "data.id == 99"}).exitCode, 1u);
    const ProgramRun source = run({"export", file, "--format", "cpp"});
    EXPECT_EQ(source.exitCode, 0u);
    EXPECT_THAT(source.out, testing::HasSubstr("SendMessageTimeoutW"));
}

TEST_F(Cli, joinsAnswersThatStandBehindTheirMessages)
{
    const auto message = [](std::uint64_t sequence) {
        Message made;
        made.sequence = sequence;
        made.id = sequence;
        made.inbox = 4;
        made.time = static_cast<std::int64_t>(sequence) * 1'000'000;
        made.payload = toBytes("text");
        made.size = made.payload.size();
        return made;
    };
    Bytes bytes;
    CaptureWriter writer(bytes, "Test");
    writer.nameInbox(4, "Class / Title");
    writer.append(bytes, message(1));
    writer.append(bytes, message(2));
    writer.append(bytes, message(3));
    writer.append(bytes,
                  {.inbox = 4, .outcome = {.sequence = 3, .result = 33, .duration = 3'000'000}, .time = 4'000'000});
    writer.append(bytes,
                  {.inbox = 4, .outcome = {.sequence = 1, .result = 11, .duration = 1'000'000}, .time = 5'000'000});
    writer.append(bytes, message(1)); // another capture was appended
    writer.append(bytes,
                  {.inbox = 4, .outcome = {.sequence = 1, .result = 12, .duration = 1'000'000}, .time = 6'000'000});
    writer.append(bytes, {.inbox = 4, .outcome = {.sequence = 9, .result = 1, .duration = 1}, .time = 7'000'000});
    const std::string file = (journal.path() / "late.pcapng").string();
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));

    const auto results = [](const ProgramRun &shown) {
        EXPECT_EQ(shown.exitCode, 0u) << shown.err;
        std::vector<std::pair<int, int>> found;
        std::istringstream lines(shown.out);
        for (std::string line; std::getline(lines, line);) {
            const json one = parse(line);
            found.emplace_back(one["sequence"], one["outcome"].is_null() ? -1 : one["outcome"]["result"].get<int>());
        }
        return found;
    };
    using Found = std::vector<std::pair<int, int>>;
    EXPECT_EQ(results(run({"--json", "filter", file, ""})), (Found{{1, 11}, {2, -1}, {3, 33}, {1, 12}}));
    EXPECT_EQ(results(run({"--json", "filter", file, "result == 33"})), (Found{{3, 33}}));
    const ProgramRun slow = run({"--json", "filter", file, "duration > 2"});
    EXPECT_EQ(results(slow), (Found{{3, 33}}));
    EXPECT_THAT(slow.err, testing::HasSubstr("not in the capture: 1")) << "of a message that is not there";
    EXPECT_EQ(results(run({"--json", "export", file, "--filter", "result < 20"})), (Found{{1, 11}, {1, 12}}));
    const json statistics = runJson({"stats", file});
    EXPECT_EQ(statistics["durations"]["count"], 3) << statistics;

    const std::string saved = (journal.path() / "saved.pcapng").string();
    EXPECT_EQ(run({"filter", file, "result == 33", "--write", saved}).exitCode, 0u);
    CaptureReader reader(saved);
    std::ifstream in(saved, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    reader.feed(std::as_bytes(std::span(content)));
    const auto kept = value(reader.next());
    ASSERT_TRUE(kept && kept->outcome);
    EXPECT_EQ(kept->outcome->result, 33);
    EXPECT_EQ(reader.inboxNames().at(kept->inbox), "Class / Title");
}

TEST_F(Cli, savesAnswersThatComeLateAndTheInboxsName)
{
    const std::string className = uniqueName("receiver");
    const std::uint64_t real = peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord("Receive")));
    peer.ask("window.reply 5");
    peer.ask("window.hold");
    const std::string file = (journal.path() / "held.pcapng").string();
    const auto stream = value(startChild(cliCommand({"--json", "relay", "--class", className, "--count", "2", "--write", file})));
    Peer sender;
    std::uint64_t found = 0;
    ASSERT_TRUE(eventually([&] {
        found = sender.askNumber(fmt::format("window.find {} {}", toWord(className), toWord("Receive")));
        return found != real;
    }));
    std::thread sending([&] { EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 1 10 0", found)), "5"); });
    // Printed unanswered after a second's wait; then the handler returns.
    std::array<std::byte, 4096> piece;
    std::string out;
    while (out.find('\n') == std::string::npos) {
        const auto count = value(stream->read(piece));
        if (count == 0)
            break;
        out.append(reinterpret_cast<const char *>(piece.data()), count);
    }
    peer.ask("window.release");
    sending.join();
    EXPECT_EQ(sender.ask(fmt::format("copydata {} 0 2 10 0", found)), "5");
    while (value(stream->read(piece)) > 0) {
    }
    EXPECT_TRUE(parse(out)["outcome"].is_null()) << out;
    EXPECT_EQ(runJson({"filter", file, "result == 5 && data.id == 1"})["outcome"]["result"], 5);
    CaptureReader reader(file);
    std::ifstream in(file, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    reader.feed(std::as_bytes(std::span(content)));
    const auto message = value(reader.next());
    ASSERT_TRUE(message);
    EXPECT_EQ(reader.inboxNames().at(message->inbox), fmt::format("relay to {} / Receive", className));
}

TEST_F(Cli, repeatsWithVariables)
{
    const std::string className = uniqueName("receiver");
    peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord("")));
    const ProgramRun sent = run({"--json", "send", "--class", className, "--text", "message {n}", "--repeat", "12", "--rate", "2000"});
    EXPECT_EQ(sent.exitCode, 0u) << sent.err;
    EXPECT_EQ(std::ranges::count(sent.out, '\n'), 12);
    EXPECT_THAT(sent.err, testing::HasSubstr("sent 12 failed 0"));
    EXPECT_EQ(peer.ask("window.last"), fmt::format("copydata 0 0 10 data {}", peer.ask("sum " + hex("message 12"))));
    EXPECT_EQ(parse(sent.out.substr(0, sent.out.find('\n')))["number"], 1);
}

TEST_F(Cli, sendsContentOfAllSorts)
{
    const std::string className = uniqueName("receiver");
    peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord("")));
    const auto received = [&](std::vector<std::string> content) {
        content.insert(content.begin(), {"send", "--class", className, "--id", "5"});
        const ProgramRun sent = run(content);
        EXPECT_EQ(sent.exitCode, 0u) << sent.err;
        return peer.ask("window.last");
    };
    const auto data = [&](std::string_view bytes) {
        return fmt::format("copydata 0 5 {} data {}", bytes.size(), peer.ask("sum " + hex(bytes)));
    };
    using namespace std::string_view_literals;
    EXPECT_EQ(received({"--text",
                        "Gr\xC3\xB6\xC3\x9F"
                        "e",
                        "--terminate"}),
              data("Gr\xC3\xB6\xC3\x9F"
                   "e\0"sv));
    EXPECT_EQ(received({"--utf16", "\xC3\xB6\xF0\x9F\x98\x80", "--terminate"}), data("\xF6\0\x3D\xD8\0\xDE\0\0"sv));
    EXPECT_EQ(received({"--field", "u32=7", "--field", "u16be=258", "--field", "f32=1.5", "--field", "utf8=hi\\0"}),
              data("\x07\0\0\0\x01\x02\0\0\xC0\x3F"
                   "hi\0"sv));
    const auto file = (journal.path() / "content.bin").string();
    std::ofstream(file, std::ios::binary) << std::string(70'000, 'x');
    EXPECT_EQ(received({"--file", file}), data(std::string(70'000, 'x')));
    EXPECT_EQ(received({"--null"}).substr(0, 17), "copydata 0 5 0 nu");
    EXPECT_EQ(runRefused({"send", "--class", className, "--file", file + ".none"})["kind"], "Missing");
    for (const std::vector<std::string> &wrong : {std::vector<std::string>{"--field", "u32"},
                                                  {"--field", "u33=1"},
                                                  {"--field", "u8be=1"},
                                                  {"--field", "u8=256"},
                                                  {"--field", "u8=1", "--text", "x"},
                                                  {"--data", "00", "--terminate"},
                                                  {"--null", "--text", "x"}}) {
        auto arguments = wrong;
        arguments.insert(arguments.begin(), {"send", "--class", className});
        EXPECT_EQ(run(arguments).exitCode, 2u) << wrong.back();
    }
}

TEST_F(Cli, replaysWithTheSameDefaultsAsTheWindow)
{
    const std::string className = uniqueName("receiver");
    peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord("")));
    Bytes bytes;
    CaptureWriter writer(bytes, "Test");
    Message whole{.sequence = 1, .senderWindow = 0x10046, .id = 1, .size = 4, .payload = toBytes("text")};
    Message cut{.sequence = 2, .id = 2, .size = 400, .payload = toBytes("text")};
    writer.append(bytes, whole);
    writer.append(bytes, cut);
    const std::string file = (journal.path() / "cut.pcapng").string();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const ProgramRun replayed = run({"replay", file, "--class", className, "--fast"});
    EXPECT_EQ(replayed.exitCode, 1u) << "not all of it was sent";
    EXPECT_THAT(replayed.err, testing::HasSubstr("payloads were cut when they were captured: 1"));
    EXPECT_THAT(replayed.err, testing::HasSubstr("sent 1 failed 0"));
    EXPECT_EQ(peer.ask("window.last"), fmt::format("copydata 0 1 4 data {}", peer.ask("sum " + hex("text"))));
    EXPECT_EQ(
        run({"replay", file, "--class", className, "--fast", "--filter", "number == 1", "--keep-sender"}).exitCode, 0u);
    EXPECT_EQ(peer.ask("window.last").substr(0, 16), fmt::format("copydata {} 1", 0x10046).substr(0, 16));
}

TEST_F(Cli, stopsAReplayAtTheFirstFailure)
{
    const std::string className = uniqueName("stuck");
    peer.askNumber(fmt::format("window.create {} {} top stuck", toWord(className), toWord("")));
    Bytes bytes;
    CaptureWriter writer(bytes, "Test");
    for (std::uint64_t i = 1; i <= 20'000; ++i)
        writer.append(bytes, Message{.sequence = i, .id = i});
    const std::string file = (journal.path() / "long.pcapng").string();
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const ProgramRun stopped =
        run({"replay", file, "--class", className, "--fast", "--timeout", "100", "--stop-at-failure"});
    EXPECT_EQ(stopped.exitCode, 1u);
    EXPECT_THAT(stopped.err, testing::HasSubstr("sent 0 failed 1"));
    EXPECT_THAT(stopped.out, testing::HasSubstr("failed: "));
}

TEST_F(Cli, watchesWhatChanges)
{
    const Address view = peer.askNumber(fmt::format("section.create {} 4096 rw commit", toWord(name)));
    peer.ask(fmt::format("churn {}", view));
    const ProgramRun result = run({"--json", "watch", "section:" + name, "0", "8", "--hz", "50", "--count", "3"});
    EXPECT_EQ(result.exitCode, 0u) << result.err;
    std::istringstream lines(result.out);
    std::vector<std::string> seen;
    for (std::string line; std::getline(lines, line);) {
        const json update = parse(line);
        ASSERT_FALSE(update["changed"].empty()) << line;
        seen.push_back(update["changed"][0]["bytes"]);
    }
    ASSERT_GE(seen.size(), 2u) << result.out;
    EXPECT_NE(seen[0], seen[1]);
}

TEST_F(Cli, saysWhatIsWrongWithAName)
{
    const std::string event = uniqueName("event");
    const std::string closed = uniqueName("closed");
    peer.ask("event.create " + toWord(event));
    peer.ask(fmt::format("section.closed {} 4096", toWord(closed)));
    const auto refused = [&](const std::string &source) { return runRefused({"read", source, "0", "1"}); };
    const json missing = refused("section:" + name);
    EXPECT_EQ(missing["kind"], "Missing");
    EXPECT_EQ(missing["code"], ERROR_FILE_NOT_FOUND);
    EXPECT_FALSE(missing["hint"].get<std::string>().empty());
    EXPECT_EQ(refused("section:" + event)["kind"], "WrongType");
    EXPECT_EQ(refused("section:" + closed)["kind"], "Refused");
    EXPECT_EQ(refused("section:" + std::string(300, 'n'))["kind"], "Missing");
    EXPECT_EQ(refused("section:Größe 漢字")["kind"], "Missing");
    const ProgramRun plain = run({"read", "section:" + name, "0", "1"});
    EXPECT_EQ(plain.exitCode, 1u);
    EXPECT_THAT(plain.err, testing::HasSubstr(name));
    EXPECT_THAT(plain.err, testing::HasSubstr("(2)"));
    EXPECT_TRUE(plain.out.empty());
}

TEST_F(Cli, takesNamesOfAllKinds)
{
    for (const std::string &odd : {uniqueName("Größe 漢字"), uniqueName("with space"), uniqueName("\"quoted\"")}) {
        const Address view = peer.askNumber(fmt::format("section.create {} 4096 rw commit", toWord(odd)));
        peer.write(view, toBytes("odd"));
        EXPECT_EQ(runJson({"read", "section:" + odd, "0", "3"})["bytes"], hex("odd")) << odd;
    }
}

TEST_F(Cli, refusesWrongUsage)
{
    const std::vector<std::vector<std::string>> wrong{{},
                                                      {"no-such-command"},
                                                      {"read"},
                                                      {"read", "section:x"},
                                                      {"read", "nonsense", "0", "1"},
                                                      {"read", "section:", "0", "1"},
                                                      {"read", "process:x", "0", "1"},
                                                      {"read", "section:x", "[xyz", "1"},
                                                      {"read", "section:x", "0", "-1"},
                                                      {"read", "section:x", "0", "1", "--format", "no"},
                                                      {"write", "section:x", "0", "4"},
                                                      {"write", "section:x", "0", "zz"},
                                                      {"write", "section:x", "0", "4142", "--expect", "41"},
                                                      {"create", "", "1"},
                                                      {"modules", "-1"},
                                                      {"send", "--text", "x"},
                                                      {"watch", "section:x", "0", "1", "--hz", "0"}};
    for (const auto &arguments : wrong) {
        const ProgramRun result = run(arguments);
        EXPECT_EQ(result.exitCode, 2u) << fmt::format("{}", arguments.empty() ? "" : arguments[0]) << ": "
                                       << result.err;
        EXPECT_FALSE(result.err.empty());
        EXPECT_TRUE(result.out.empty()) << result.out;
    }
    runRefused({"read", "section:x", "0", "nine"}, 2);
}

TEST_F(Cli, helpsWithEveryCommand)
{
    EXPECT_EQ(run({"--help"}).exitCode, 0u);
    for (const char *command : {"ps",      "objects", "sections", "modules", "regions", "read",   "write",  "create",
                                "windows", "send",    "listen",   "relay",   "tap",     "replay", "filter", "show",
                                "export",  "stats",   "sequence", "mark",    "watch",   "serve"}) {
        const ProgramRun help = run({command, "--help"});
        EXPECT_EQ(help.exitCode, 0u) << command;
        EXPECT_THAT(help.out, testing::HasSubstr(command));
    }
}

} // namespace
} // namespace ipclens::test
