// filter, export, stats, replay and listen --write of ipclens-cli.exe: captures in files and pipes.
#include "tests/peer/cli_fixture.h"
#include "tests/peer/running_cli.h"
#include "tests/unit/read_capture.h"

#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <sstream>

namespace ipclens::test {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class CaptureCli : public Cli {
protected:
    std::string path(const std::string &file) const { return (journal.path() / file).string(); }
    static void save(const std::string &path, std::span<const std::byte> bytes)
    {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    static Bytes load(const std::string &path)
    {
        std::ifstream in(path, std::ios::binary);
        return toBytes(std::string{std::istreambuf_iterator<char>(in), {}});
    }
    static std::vector<std::uint64_t> sequencesIn(const Bytes &file)
    {
        const auto read = readCapture(file);
        EXPECT_FALSE(read.error) << toText(*read.error);
        std::vector<std::uint64_t> sequences;
        for (const auto &message : read.messages)
            sequences.push_back(message.sequence);
        return sequences;
    }
    static std::vector<json> linesOf(const std::string &text)
    {
        std::vector<json> all;
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            all.push_back(parse(line));
        return all;
    }
    // Until a line says so.
    static auto says(const std::string &what)
    {
        return [what](const std::string &text) { return text.find(what) != text.npos && text.ends_with('\n'); };
    }
};

Message sample(std::uint64_t sequence, bool isAnswered = true)
{
    Message message{.sequence = sequence,
                    .time = 1'795'000'000'000'000'000 + static_cast<std::int64_t>(sequence) * 1'000'000,
                    .senderName = "Demo.exe",
                    .id = sequence,
                    .size = 5,
                    .payload = toBytes("hello"),
                    .inbox = 3};
    if (isAnswered)
        message.outcome =
            MessageOutcome{.sequence = sequence, .result = static_cast<std::int64_t>(sequence) * 10, .duration = 5};
    return message;
}

// Pieces of a capture as a program writes it that goes on.
class Growing {
public:
    Growing() : m_writer(m_bytes, "Windows Test") { m_writer.nameInbox(3, "Class / Title"); }
    Growing &add(const Message &message)
    {
        m_writer.append(m_bytes, message);
        return *this;
    }
    Growing &answer(std::uint64_t sequence, std::int64_t result)
    {
        m_writer.append(m_bytes, {.inbox = 3,
                                  .outcome = {.sequence = sequence, .result = result, .duration = 2'500'000'000},
                                  .time = sample(sequence).time + 2'500'000'000,
                                  .messageTime = sample(sequence).time});
        return *this;
    }
    Bytes take() { return std::exchange(m_bytes, {}); }

private:
    Bytes m_bytes;
    CaptureWriter m_writer;
};

TEST_F(CaptureCli, replacesTheCaptureThatItReads)
{
    const auto file = path("a.pcapng");
    save(file, Growing().add(sample(1)).add(sample(2)).add(sample(3)).take());
    EXPECT_EQ(runRefused({"filter", file, "data.id != 2", "--write", file})["kind"], "Exists");
    EXPECT_THAT(sequencesIn(load(file)), ElementsAre(1, 2, 3));
    const ProgramRun replaced = run({"filter", file, "data.id != 2", "--write", file, "--replace"});
    EXPECT_EQ(replaced.exitCode, 0u) << replaced.err;
    EXPECT_THAT(replaced.err, HasSubstr("2 of 3 messages"));
    EXPECT_THAT(sequencesIn(load(file)), ElementsAre(1, 3));
    const auto read = readCapture(load(file));
    EXPECT_EQ(read.system, "Windows Test") << "where it was captured, not where it was filtered";
    EXPECT_EQ(read.inboxNames.at(3), "Class / Title");

    // What matches nothing is an empty capture.
    EXPECT_EQ(run({"filter", file, "data.id == 99", "--write", path("none.pcapng")}).exitCode, 0u);
    EXPECT_THAT(sequencesIn(load(path("none.pcapng"))), ElementsAre());
    EXPECT_EQ(readCapture(load(path("none.pcapng"))).system, "Windows Test");
}

TEST_F(CaptureCli, leavesWhatIsThereWhenTheInputCannotBeRead)
{
    const auto good = path("good.pcapng"), broken = path("broken.pcapng");
    save(good, Growing().add(sample(1)).take());
    const Bytes before = load(good);
    save(broken, toBytes("this is no capture at all"));
    EXPECT_THAT(runRefused({"filter", broken, "", "--write", good, "--replace"})["meaning"].get<std::string>(),
                HasSubstr("no pcapng file"));
    EXPECT_EQ(runRefused({"filter", path("missing.pcapng"), "", "--write", good, "--replace"})["kind"], "Missing");
    EXPECT_TRUE(load(good) == before);

    // A damaged one gives what could be read, but never loses the rest of itself.
    auto bytes = Growing().add(sample(1)).add(sample(2)).take();
    bytes.resize(bytes.size() - 10);
    save(broken, bytes);
    EXPECT_THAT(runRefused({"filter", broken, "", "--write", broken, "--replace"})["meaning"].get<std::string>(),
                HasSubstr("into a block"));
    EXPECT_TRUE(load(broken) == bytes);
    EXPECT_EQ(run({"filter", broken, "", "--write", good, "--replace"}).exitCode, 1u);
    EXPECT_THAT(sequencesIn(load(good)), ElementsAre(1));
    std::size_t files = 0;
    for (const auto &entry : std::filesystem::directory_iterator(journal.path()))
        files += entry.is_regular_file();
    EXPECT_EQ(files, 2u) << "nothing is left behind";
}

TEST_F(CaptureCli, filtersAPipeLive)
{
    RunningCli cli({"--json", "filter", "-", "data.id != 2"});
    Growing capture;
    // The first comes at once, the second, which is not answered, when it has waited; the input goes on.
    cli.write(capture.add(sample(1)).add(sample(2)).take());
    cli.waitForOutput(says(R"("sequence":1,)"));
    cli.write(capture.add(sample(3, false)).add(sample(4)).take());
    cli.waitForOutput(says(R"("sequence":4,)"));
    cli.write(capture.answer(3, 33).answer(9, 1).take());
    const auto lines = linesOf(cli.waitForOutput(says(R"({"answer")")));
    ASSERT_EQ(lines.size(), 4u);
    EXPECT_EQ(lines[1]["sequence"], 3);
    EXPECT_TRUE(lines[1]["outcome"].is_null());
    EXPECT_EQ(lines[2]["outcome"]["result"], 40);
    EXPECT_EQ(lines[3]["answer"]["outcome"]["sequence"], 3);
    EXPECT_EQ(lines[3]["answer"]["outcome"]["result"], 33);
    const ProgramRun ended = cli.wait();
    EXPECT_EQ(ended.exitCode, 0u) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("3 of 4 messages"));
    EXPECT_THAT(ended.err, HasSubstr("not in the capture: 1"));
}

TEST_F(CaptureCli, looksAgainWhenTheAnswerCame)
{
    RunningCli cli({"filter", "-", "result == 33", "--write", "-"});
    Growing capture;
    cli.write(capture.add(sample(1, false)).add(sample(2)).take());
    RunningCli waiting({"--json", "filter", "-", "", "--write", path("all.pcapng")}, &cli); // through two pipes
    cli.write(capture.add(sample(3, false)).answer(1, 33).take());
    ASSERT_TRUE(eventually([&] {
        return !load(path("all.pcapng")).empty() && sequencesIn(load(path("all.pcapng"))).size() == 1;
    })) << "while the input goes on";
    const auto written = readCapture(load(path("all.pcapng")));
    EXPECT_EQ(written.messages.at(0).outcome.value().result, 33);
    EXPECT_EQ(written.inboxNames.at(3), "Class / Title");
    EXPECT_EQ(written.system, "Windows Test");
    const ProgramRun ended = cli.wait();
    EXPECT_THAT(ended.err, HasSubstr("1 of 3 messages"));
    EXPECT_EQ(waiting.wait().exitCode, 0u);
}

TEST_F(CaptureCli, readsPipesOfAllSorts)
{
    const auto bytes = Growing().add(sample(1)).add(sample(2, false)).add(sample(3)).answer(2, 22).take();
    const auto through = [&](std::vector<std::string> arguments) {
        RunningCli cli(std::move(arguments));
        // In pieces that end anywhere.
        for (std::size_t at = 0; at < bytes.size(); at += 50)
            cli.write(std::span(bytes).subspan(at, std::min<std::size_t>(50, bytes.size() - at)));
        ProgramRun run = cli.wait();
        EXPECT_EQ(run.exitCode, 0u) << run.err;
        return run;
    };
    const json statistics = parse(through({"--json", "stats", "-"}).out);
    EXPECT_EQ(statistics["total"]["messages"], 3);
    EXPECT_EQ(statistics["durations"]["count"], 3) << "also of the one that was answered late";
    const std::string csv = through({"export", "-", "--format", "csv"}).out;
    EXPECT_EQ(std::ranges::count(csv, '\n'), 4);
    EXPECT_THAT(csv, HasSubstr(",22,2500000000,"));
    EXPECT_EQ(linesOf(through({"export", "-", "--format", "json"}).out).size(), 3u);
    EXPECT_THAT(through({"export", "-", "--format", "cpp"}).out, HasSubstr("SendMessageTimeoutW"));

    RunningCli broken({"--json", "stats", "-"});
    broken.write(std::span(bytes).first(bytes.size() - 3));
    const ProgramRun cut = broken.wait();
    EXPECT_EQ(cut.exitCode, 1u);
    EXPECT_EQ(parse(cut.out)["total"]["messages"], 3) << "up to the damage";
    EXPECT_THAT(cut.err, HasSubstr("standard input at byte"));
}

TEST_F(CaptureCli, replaysFromAPipe)
{
    const std::string className = uniqueName("receiver");
    peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord("")));
    RunningCli cli({"replay", "-", "--class", className, "--fast"});
    Growing capture;
    cli.write(capture.add(sample(1, false)).add(sample(2, false)).take());
    const ProgramRun ended = cli.wait();
    EXPECT_EQ(ended.exitCode, 0u) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("sent 2 failed 0"));
    EXPECT_EQ(peer.askNumber("window.count"), 2u);
}

TEST_F(CaptureCli, listensIntoAPipeAndAFilter)
{
    const std::string className = uniqueName("listen");
    RunningCli listening({"listen", "--class", className, "--count", "3", "--write", "-"});
    RunningCli filtering({"--json", "filter", "-", "data.id != 8"}, &listening);
    listening.waitForError(says("listening"));
    HWND window = nullptr;
    ASSERT_TRUE(eventually([&] { return (window = FindWindowW(wide(className).c_str(), nullptr)) != nullptr; }));
    const auto handle = reinterpret_cast<std::uint64_t>(window);
    peer.ask(fmt::format("copydata {} 0 7 5 0", handle));
    filtering.waitForOutput(says(R"("id":7,)")); // while it goes on
    peer.ask(fmt::format("copydata {} 0 8 5 0", handle));
    peer.ask(fmt::format("copydata {} 0 9 500000 0", handle));
    const ProgramRun filtered = filtering.wait();
    EXPECT_EQ(filtered.exitCode, 0u) << filtered.err;
    const auto lines = linesOf(filtered.out);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[1]["payload"], toHex(patternBytes(500'000, 0)));
    EXPECT_EQ(listening.wait().exitCode, 0u);
}

TEST_F(CaptureCli, listensWithAFilterOnAnswersThatComeLate)
{
    const std::string className = uniqueName("receiver");
    const std::uint64_t real =
        peer.askNumber(fmt::format("window.create {} {} top pump", toWord(className), toWord("Receive")));
    peer.ask("window.reply 5");
    peer.ask("window.hold");
    RunningCli cli({"--json", "relay", "--class", className, "--count", "1", "--filter", "result == 5 && data.id == 1",
                    "--write", path("late.pcapng")});
    Peer sender;
    std::uint64_t found = 0;
    ASSERT_TRUE(eventually([&] {
        found = sender.askNumber(fmt::format("window.find {} {}", toWord(className), toWord("Receive")));
        return found != real;
    }));
    sender.tell(fmt::format("copydata {} 0 1 10 0", found));
    // Longer than it is held back: whoever comes behind it is shown meanwhile, were it not for the filter.
    RunningCli watching({"--json", "listen", "--class", uniqueName("nobody"), "--duration", "1.5"});
    EXPECT_EQ(watching.wait().exitCode, 0u);
    peer.ask("window.release");
    EXPECT_EQ(sender.answer(), "5");
    const ProgramRun ended = cli.wait();
    EXPECT_EQ(ended.exitCode, 0u) << ended.err;
    const auto lines = linesOf(ended.out);
    ASSERT_EQ(lines.size(), 1u) << ended.out;
    EXPECT_EQ(lines[0]["outcome"]["result"], 5);
    EXPECT_GT(lines[0]["outcome"]["duration"], 1'000'000'000);
    EXPECT_EQ(readCapture(load(path("late.pcapng"))).messages.at(0).outcome.value().result, 5);
}

TEST_F(CaptureCli, listensToSeveralInboxes)
{
    const std::string one = uniqueName("one"), two = uniqueName("two"), message = uniqueName("message");
    RunningCli cli({"--json", "listen", "--inbox", one + ";First", "--inbox", two + ";;" + message + ";max=4",
                    "--reply", "7=42", "--reply", message + "=9", "--count", "3", "--write", path("both.pcapng")});
    HWND first = nullptr, second = nullptr;
    ASSERT_TRUE(eventually([&] {
        first = FindWindowW(wide(one).c_str(), L"First");
        second = FindWindowW(wide(two).c_str(), nullptr);
        return first && second;
    }));
    const auto to = [](HWND window) { return reinterpret_cast<std::uint64_t>(window); };
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 7 10 0", to(first))), "42");
    EXPECT_EQ(peer.ask(fmt::format("copydata {} 0 7 10 0", to(second))), "42");
    EXPECT_EQ(peer.ask(fmt::format("registered {} {} 1 2", to(second), toWord(message))), "9");
    const ProgramRun ended = cli.wait();
    EXPECT_EQ(ended.exitCode, 0u) << ended.err;
    const auto lines = linesOf(ended.out);
    ASSERT_EQ(lines.size(), 3u);
    EXPECT_NE(lines[0]["inbox"], lines[1]["inbox"]);
    EXPECT_EQ(lines[0]["payload"].get<std::string>().size(), 20u);
    EXPECT_EQ(lines[1]["payload"].get<std::string>().size(), 8u) << "its own cap";
    EXPECT_THAT(ended.err, HasSubstr(one + " / First: received 1 "));
    EXPECT_THAT(ended.err, HasSubstr(two + " / : received 2 dropped 0 (0 bytes) truncated 1"));
    const auto names = readCapture(load(path("both.pcapng"))).inboxNames;
    EXPECT_EQ(names.size(), 2u);
    EXPECT_EQ(names.begin()->second, one + " / First");
    for (const std::vector<std::string> &wrong : {std::vector<std::string>{"--inbox", ";x"},
                                                  {"--inbox", "a;b;max=0"},
                                                  {"--inbox", "a", "--class", "b"},
                                                  {"--inbox", "a", "--reply", "Nobody=1"}}) {
        auto arguments = wrong;
        arguments.insert(arguments.begin(), "listen");
        EXPECT_EQ(run(arguments).exitCode, 2u) << wrong[1];
    }
}

// Everything that was shown is in the file when the program is killed in the middle.
TEST_F(CaptureCli, aKilledCaptureHasWhatWasShown)
{
    const std::string className = uniqueName("listen");
    const auto file = path("killed.pcapng");
    std::vector<json> shown;
    {
        RunningCli cli({"--json", "listen", "--class", className, "--write", file});
        HWND window = nullptr;
        ASSERT_TRUE(eventually([&] { return (window = FindWindowW(wide(className).c_str(), nullptr)) != nullptr; }));
        peer.tell(fmt::format("flood {} 0 20000 0", reinterpret_cast<std::uint64_t>(window)));
        const auto text = cli.waitForOutput([](const std::string &out) { return std::ranges::count(out, '\n') > 300; });
        cli.kill();
        shown = linesOf(text.substr(0, text.rfind('\n') + 1));
    }
    auto read = readCapture(load(file));
    ASSERT_GE(read.messages.size(), shown.size());
    for (std::size_t i = 0; i < shown.size(); ++i) {
        ASSERT_EQ(read.messages[i].sequence, shown[i]["sequence"]);
        ASSERT_EQ(toHex(read.messages[i].payload), shown[i]["payload"]);
    }
    EXPECT_EQ(linesOf(run({"--json", "filter", file, "number == 300"}).out).size(), 1u)
        << "and can be read, with what may be cut at its end";
}

TEST_F(CaptureCli, keepsTheLastOfALongCapture)
{
    const std::string className = uniqueName("listen");
    const auto file = path("ring.pcapng");
    RunningCli cli({"--json", "listen", "--class", className, "--count", "100", "--write", file, "--keep-count", "16"});
    HWND window = nullptr;
    ASSERT_TRUE(eventually([&] { return (window = FindWindowW(wide(className).c_str(), nullptr)) != nullptr; }));
    for (int i = 0; i < 100; ++i)
        peer.ask(fmt::format("copydata {} 0 {} 5 0", reinterpret_cast<std::uint64_t>(window), i));
    const ProgramRun ended = cli.wait();
    EXPECT_EQ(ended.exitCode, 0u) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("84 messages, "));
    EXPECT_THAT(ended.err, HasSubstr("in 42 files"));
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_FALSE(std::filesystem::exists(path("ring-000042.pcapng")));
    EXPECT_TRUE(std::filesystem::exists(path("ring-000043.pcapng")));
    // All of its files are one capture.
    const auto kept = linesOf(run({"--json", "filter", file, ""}).out);
    ASSERT_EQ(kept.size(), 16u);
    EXPECT_EQ(kept.front()["sequence"], 85);
    EXPECT_EQ(kept.back()["sequence"], 100);
    const json statistics = runJson({"stats", file});
    EXPECT_EQ(statistics["inboxes"][0]["received"], 100) << "counts go on from file to file";
    EXPECT_EQ(statistics["inboxes"][0]["written"], 100);
    EXPECT_EQ(statistics["inboxes"][0]["name"], className + " / ipclens");

    EXPECT_EQ(runRefused(
                  {"listen", "--class", className, "--duration", "0.1", "--write", file, "--keep-count", "16"})["kind"],
              "Exists");
    EXPECT_EQ(
        run({"listen", "--class", className, "--duration", "0.1", "--write", file, "--keep-size", "1M", "--replace"})
            .exitCode,
        0u);
    EXPECT_FALSE(std::filesystem::exists(path("ring-000043.pcapng")));
    EXPECT_EQ(run({"listen", "--keep-size", "1M"}).exitCode, 2u) << "there is nothing to limit";
}

TEST_F(CaptureCli, showsAMessageInAllForms)
{
    Growing capture;
    auto text = sample(1);
    text.payload = toBytes(R"({"name":"x","big":123456789012345678901})");
    text.size = text.payload.size();
    text.senderTitle = "Demo window";
    const auto handle = [](std::uint64_t sequence, std::string_view bytes) {
        auto message = sample(sequence);
        message.kind = MessageKind::Registered;
        message.name = "Handle";
        message.id = 0xC001;
        message.payload.clear();
        message.size = 0;
        message.references = {{.kind = ReferenceKind::Pointer,
                               .process = {.pid = 4, .created = 6},
                               .address = 0x1000,
                               .bytes = toBytes(bytes)}};
        return message;
    };
    const auto file = path("a.pcapng");
    save(file, capture.add(text).add(handle(2, "abcdefgh")).add(sample(3)).add(handle(4, "abXdefYY")).take());

    const std::string shown = run({"show", file, "1"}).out;
    for (const char *part : {"7b 22 6e 61", "UTF-8  100 %", "ANSI", "  \"big\": 123456789012345678901", "LITTLE ENDIAN",
                             "u32", "Demo window", "inbox 3: Class / Title"})
        EXPECT_THAT(shown, HasSubstr(part));
    const std::string structure = "struct S { DWORD id; char text[4]; }";
    const std::string changed = run({"show", file, "number == 4", "--layout", structure}).out;
    EXPECT_THAT(changed, HasSubstr("leads to 0x1000 in process 4"));
    EXPECT_THAT(changed, HasSubstr("differs from that of number 2 at +0x2 +0x6 to +0x7"));
    EXPECT_THAT(changed, HasSubstr("\"efYY\""));
    const json one = runJson({"show", file, "4", "--layout", structure});
    EXPECT_EQ(one["references"][0]["changed"]["since"], 2);
    EXPECT_EQ(one["references"][0]["changed"]["ranges"][1], json({{"begin", 6}, {"size", 2}}));
    EXPECT_EQ(one["fields"][1]["name"], "text");
    const json whole = runJson({"show", file, "1"});
    EXPECT_EQ(whole["json"], R"({"name":"x","big":123456789012345678901})");
    EXPECT_EQ(whole["text"][0]["confidence"], 100);
    EXPECT_EQ(runRefused({"show", file, "99"})["kind"], "Missing");
    EXPECT_EQ(run({"show", file, "1", "--layout", "struct {"}).exitCode, 2u);
    EXPECT_EQ(run({"show", file, "1", "--layout", path("no such file")}).exitCode, 2u);
}

TEST_F(CaptureCli, exportsChosenColumnsAndForms)
{
    Growing capture;
    auto large = sample(3);
    large.payload = Bytes(5000, std::byte{'x'});
    large.size = 5000;
    auto cut = sample(4);
    cut.size = 99;
    const auto file = path("a.pcapng");
    save(file, capture.add(sample(1)).add(sample(2)).add(large).add(cut).take());
    EXPECT_EQ(run({"filter", file, "number < 3", "--columns", "number,delta,id,mark", "--time", "utc"}).out,
              "  NUMBER        DELTA  ID OR NAME      MARK\n"
              "       1  0.000000000  1\n"
              "       2  0.001000000  2\n");
    EXPECT_THAT(run({"export", file, "--columns", "time", "--time", "utc"}).out,
                HasSubstr("2026-11-18T11:06:40.001000000Z"));
    EXPECT_THAT(run({"export", file, "--columns", "time", "--time", "first"}).out, HasSubstr("\n0.003000000\n"));
    EXPECT_THAT(run({"export", file, "--layout", "struct A { char a[5]; }"}).out, HasSubstr("a \"hello\""));
    const auto rows = linesOf(run({"export", file, "--format", "json", "--layout", "struct A { char a[5]; }"}).out);
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[0]["fields"]["a"], "\"hello\"");
    EXPECT_THAT(run({"export", file, "--format", "c"}).out, HasSubstr("static const COPYDATASTRUCT message2 = "));
    const ProgramRun commands = run({"export", file, "--format", "command"});
    EXPECT_THAT(commands.out,
                HasSubstr("ipclens-cli send --class \"Class\" --title \"Title\" --id 1 --data 68656c6c6f\n"));
    EXPECT_THAT(commands.out, HasSubstr("replay "));
    EXPECT_THAT(commands.err, HasSubstr("of which there is no command: 1"));
    EXPECT_EQ(run({"filter", file, "", "--columns", "number,colour"}).exitCode, 2u);
    const std::string names = run({"filter", "--fields"}).out;
    EXPECT_THAT(names, HasSubstr("sender.pid"));
    EXPECT_THAT(names, HasSubstr("u32("));
}

TEST_F(CaptureCli, marksAndComments)
{
    const auto file = path("a.pcapng");
    save(file, Growing().add(sample(1)).add(sample(2)).add(sample(3)).take());
    EXPECT_EQ(run({"mark", file, "number == 2", "--comment", "look, here", "--write", file, "--replace"}).exitCode, 0u);
    EXPECT_EQ(run({"mark", file, "number >= 2", "--write", file, "--replace"}).exitCode, 0u);
    const auto read = readCapture(load(file));
    ASSERT_EQ(read.annotations.size(), 3u);
    EXPECT_TRUE(read.annotations[0].isEmpty());
    EXPECT_EQ(read.annotations[1], (Annotation{.marked = true, .comment = "look, here"}));
    EXPECT_EQ(read.annotations[2], (Annotation{.marked = true}));
    EXPECT_THAT(run({"filter", file, "marked", "--columns", "number,mark,comment"}).out,
                HasSubstr("2  M     look, here"));
    EXPECT_EQ(runRefused({"mark", file, "number == 9", "--write", file, "--replace"})["kind"], "Missing");
}

TEST_F(CaptureCli, countsOverTime)
{
    Growing capture;
    for (std::uint64_t i = 1; i <= 100; ++i) {
        auto message = sample(i);
        message.time = 1'795'000'000'000'000'000 + static_cast<std::int64_t>(i - 1) * 100'000'000;
        message.id = i % 2;
        message.sender.pid = 10 + static_cast<std::uint32_t>(i % 2);
        capture.add(message);
    }
    const auto file = path("a.pcapng");
    save(file, capture.take());
    const auto rows = linesOf(run({"--json", "stats", file, "--every", "1s"}).out);
    ASSERT_EQ(rows.size(), 10u);
    for (const json &row : rows)
        EXPECT_EQ(row["count"], 10);
    EXPECT_EQ(rows[3]["time"], 1'795'000'003'000'000'000);
    EXPECT_EQ(linesOf(run({"--json", "stats", file, "--every", "1s", "--by", "sender"}).out).size(), 20u);
    const std::string csv = run({"stats", file, "--every", "5s", "--csv", "--value", "u8(payload, 0)"}).out;
    EXPECT_THAT(csv, HasSubstr("1795000000.000000000,\"all\",50,5200,104,104,104,104\n"));
    const std::string table =
        run({"stats", file, "--every", "2s", "--curve", "data.id == 0", "--curve", "size > 100"}).out;
    EXPECT_THAT(table, HasSubstr("data.id == 0"));
    EXPECT_THAT(table, HasSubstr("  5"));
    EXPECT_EQ(run({"stats", file, "--every", "fast"}).exitCode, 2u);
    EXPECT_EQ(run({"stats", file, "--every", "1s", "--value", "nonsense("}).exitCode, 2u);
}

TEST_F(CaptureCli, tellsLossesApartFromFilters)
{
    Bytes bytes;
    CaptureWriter writer(bytes, "Windows Test");
    writer.nameInbox(3, "Class / Title");
    for (const std::uint64_t sequence : {1, 2, 3, 6, 7})
        writer.append(bytes, sample(sequence, sequence != 7));
    writer.append(bytes, 3, 1, InboxCounts{.since = 1, .received = 7, .dropped = 2, .written = 5});
    const auto file = path("a.pcapng");
    save(file, bytes);
    const json filtered = runJson({"stats", file, "--filter", "data.id == 6"});
    EXPECT_EQ(filtered["missing"], 2) << "not those that the filter leaves out";
    EXPECT_EQ(filtered["dropped"], 2);
    EXPECT_EQ(filtered["total"]["messages"], 1);
    EXPECT_EQ(filtered["inboxes"][0]["received"], 7);
    const std::string text = run({"stats", file}).out;
    EXPECT_THAT(text, HasSubstr("5 messages, 25 bytes"));
    EXPECT_THAT(text,
                HasSubstr("1 without an answer, 2 numbers missing, 2 known to be dropped, 0 payloads cut by 0 bytes"));
    for (const char *title : {"INBOX  NAME ", "END  ", "BETWEEN  ", "ID OR NAME  ", "A SECOND", "PAYLOAD BYTES"})
        EXPECT_THAT(text, HasSubstr(title));
    EXPECT_THAT(
        text, testing::ContainsRegex(
                  "3      Class / Title         5        2           1    0          0         7        2        5\n"));
}

TEST_F(CaptureCli, drawsASequence)
{
    const auto file = path("a.pcapng");
    auto message = sample(1);
    message.sender.pid = 10;
    message.receiver.pid = 20;
    message.receiverName = "Receiver.exe";
    save(file, Growing().add(message).take());
    EXPECT_THAT(run({"sequence", file}).out, HasSubstr("|-- id 1, 5 bytes: hello ----"));
    const std::string mermaid = run({"sequence", file, "--format", "mermaid"}).out;
    EXPECT_THAT(mermaid, testing::StartsWith("sequenceDiagram\n    participant p1 as Demo.exe 10\n"));
    EXPECT_THAT(run({"sequence", file, "--format", "plantuml", "--filter", "data.id == 9"}).out,
                testing::StrEq("@startuml\n@enduml\n"));
    EXPECT_EQ(run({"--json", "sequence", file}).exitCode, 2u);
}

TEST_F(CaptureCli, takesPathsThatBeginWithASlash)
{
    EXPECT_EQ(runRefused({"stats", "/no/such/capture.pcapng"})["kind"], "Missing");
}

TEST_F(CaptureCli, mayCaptureNoReferences)
{
    EXPECT_EQ(
        run({"listen", "--class", uniqueName("listen"), "--capture-references", "0", "--duration", "0.01"}).exitCode,
        0u);
}

} // namespace
} // namespace ipclens::test
