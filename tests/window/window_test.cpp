// ipclens.exe from end to end: a real window, real demo programs, the session in the window's own process.
#include "tests/window/running_window.h"

#include "app/demo/shared_layout.h"
#include "core/text/hex.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include <shellapi.h>

namespace ipclens::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::size_t freeOffset = 0x810; // where the tour types "Lens"

// The demo's mapping as a third program sees it.
class DemoMapping {
public:
    DemoMapping()
    {
        const bool there = eventually([this] {
            m_section = KernelHandle(OpenFileMappingW(FILE_MAP_READ, FALSE, demo::mappingName));
            return static_cast<bool>(m_section);
        });
        if (there)
            m_view = MappedView(MapViewOfFile(m_section.get(), FILE_MAP_READ, 0, 0, demo::memorySize));
        if (!m_view)
            throwLastError("open the demo's mapping");
    }
    std::uint64_t sequence() const { return static_cast<const volatile demo::MappingLayout *>(m_view.get())->sequence; }
    std::string textAt(std::size_t offset, std::size_t size) const
    {
        return {static_cast<const char *>(m_view.get()) + offset, size};
    }

private:
    KernelHandle m_section;
    MappedView m_view;
};

// Each test has settings and a journal of its own.
class WindowTest : public testing::Test {
protected:
    WindowTest()
    {
        SetEnvironmentVariableW(L"LOCALAPPDATA", local.path().c_str());
        forgetSettings();
    }
    ~WindowTest() override { forgetSettings(); }

    // The settings of whoever runs this on a real Windows stay.
    static void forgetSettings()
    {
        if (isWine())
            RegDeleteTreeW(HKEY_CURRENT_USER, L"Software\\ipclens");
    }
    std::unique_ptr<ByteStream> startDemo(const std::string &arguments)
    {
        return value(
            startChild(fmt::format("\"{}\" {} --quiet", (selfFolder() / "ipclens-demo.exe").string(), arguments)));
    }
    json journal() const
    {
        const auto run = runCli({"--json", "--journal", (local.path() / "ipclens" / "journal").string(), "journal"});
        EXPECT_EQ(run.exitCode, 0u) << run.err;
        return json::parse(run.out, nullptr, false);
    }
    // Byte by byte, as it was typed.
    void expectLensInJournal() const
    {
        const json read = journal();
        EXPECT_TRUE(read["damaged"].empty()) << read.dump();
        std::map<std::uint64_t, std::string> written;
        for (const json &entry : read["entries"]) {
            EXPECT_EQ(entry["state"], "Verified") << entry.dump();
            written[entry["address"].get<std::uint64_t>()] = entry["bytes"];
        }
        EXPECT_EQ(written,
                  (std::map<std::uint64_t, std::string>{
                      {freeOffset, "4c"}, {freeOffset + 1, "65"}, {freeOffset + 2, "6e"}, {freeOffset + 3, "73"}}));
    }

    TemporaryFolder local;
};

// Where the tour's pictures go: kept for people when they say where.
std::filesystem::path pictureFolder(const TemporaryFolder &otherwise)
{
    const char *wanted = std::getenv("IPCLENS_PICTURES");
    return wanted && *wanted ? std::filesystem::path(wanted) : otherwise.path() / "tour";
}

TEST_F(WindowTest, worksWithAllFourMechanismsAndShowsTheRightBytes)
{
    const OwnSection own(uniqueName("shown"), 0x2000);
    const auto produce = startDemo("produce"), consume = startDemo("consume");
    const DemoMapping mapping;
    ASSERT_EQ(mapping.textAt(freeOffset, 4), std::string(4, '\0'));
    const auto folder = pictureFolder(local);
    const RunningWindow window({"--open", "section:" + own.name(), "--tour", folder.string()});
    EXPECT_EQ(window.waitForEnd(), 0u) << window.output();

    // Lists, mapping, process memory, DLL section and messages were there, or the tour would have failed; now what it
    // did.
    EXPECT_EQ(mapping.textAt(freeOffset, 4), "Lens");
    expectLensInJournal();
    std::istringstream paths(window.output());
    int pictures = 0;
    for (std::string path; std::getline(paths, path); ++pictures) {
        while (path.ends_with('\r'))
            path.pop_back();
        std::ifstream in(path, std::ios::binary);
        std::string start(8, '\0');
        EXPECT_TRUE(in.read(start.data(), 8)) << path;
        EXPECT_EQ(start, "\x89PNG\r\n\x1a\n") << path;
    }
    EXPECT_GE(pictures, 14) << window.output();

    std::ifstream shown(folder / "02-opened.txt");
    std::string line;
    std::getline(shown, line);
    EXPECT_THAT(line, HasSubstr(own.name()));
    const auto pattern = patternBytes(own.size(), 0);
    std::size_t rows = 0;
    for (; std::getline(shown, line); ++rows) {
        while (line.ends_with('\r'))
            line.pop_back();
        const auto at = rows * 16;
        ASSERT_LE(at + 16, pattern.size());
        EXPECT_EQ(line, fmt::format("{:x}  {}", at, toHex(std::span(pattern).subspan(at, 16), " ")));
    }
    EXPECT_GE(rows, 16u);
}

TEST_F(WindowTest, leavesNothingBehindWhenItIsClosed)
{
    OwnSection own(uniqueName("closing"), 0x25000);
    const RunningWindow window({"--open", "section:" + own.name(), "--listen"});
    ASSERT_TRUE(eventually([&] { return window.mapsView(own.size()) && FindWindowW(L"IpclensInbox", L"Receive"); }));
    own.release();
    ASSERT_TRUE(OwnSection::exists(own.name())) << "it holds the mapping";
    window.close();
    EXPECT_EQ(window.waitForEnd(), 0u) << window.output();
    EXPECT_FALSE(OwnSection::exists(own.name()));
    EXPECT_FALSE(FindWindowW(L"IpclensInbox", nullptr));
    EXPECT_THAT(windowsOf(window.pid()), testing::IsEmpty());
    const auto processes = runCli({"ps"});
    EXPECT_THAT(processes.out, testing::Not(HasSubstr("ipclens.exe")));
}

TEST_F(WindowTest, worksBesideASecondOne)
{
    OwnSection own(uniqueName("two"), 0x27000);
    const std::vector<std::string> arguments{"--open", "section:" + own.name(), "--listen"};
    const RunningWindow first(arguments), second(arguments);
    ASSERT_TRUE(eventually([&] { return first.mapsView(own.size()) && second.mapsView(own.size()); }));
    own.release();
    first.close();
    EXPECT_EQ(first.waitForEnd(), 0u) << first.output();
    EXPECT_TRUE(second.isRunning());
    EXPECT_TRUE(OwnSection::exists(own.name())) << "the second still holds it";
    second.close();
    EXPECT_EQ(second.waitForEnd(), 0u) << second.output();
    EXPECT_FALSE(OwnSection::exists(own.name()));
}

TEST_F(WindowTest, harmsNobodyWhenItIsKilledDuringTraffic)
{
    const auto produce = startDemo("produce --rate 200"), consume = startDemo("consume");
    const DemoMapping mapping;
    RunningWindow window({"--tour", (local.path() / "tour").string()});
    ASSERT_TRUE(eventually([&] { return mapping.textAt(freeOffset, 4) == "Lens" || !window.isRunning(); }));
    HWND inbox = nullptr;
    ASSERT_TRUE(eventually([&] {
        inbox = FindWindowW(L"IpclensInbox", L"Receive");
        return inbox || !window.isRunning();
    }));
    // One more sender beside the demo's, which tells when it is held up.
    std::atomic<int> delivered = 0;
    DWORD failure = 0;
    std::thread sender([&] {
        char text[] = "as fast as it goes";
        COPYDATASTRUCT data{7, sizeof text, text};
        DWORD_PTR result = 0;
        while (SendMessageTimeoutW(inbox, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&data), SMTO_ABORTIFHUNG, 60'000,
                                   &result))
            ++delivered;
        failure = GetLastError();
    });
    EXPECT_TRUE(eventually([&] { return delivered > 500 || !window.isRunning(); }));
    EXPECT_TRUE(window.isRunning()) << window.output();
    window.kill();
    sender.join(); // its time-out is the deadline
    EXPECT_NE(failure, static_cast<DWORD>(ERROR_TIMEOUT));
    EXPECT_GT(delivered, 500);
    const auto before = mapping.sequence();
    EXPECT_TRUE(eventually([&] { return mapping.sequence() > before + 50; })) << "the demo goes on";
    EXPECT_FALSE(IsWindow(inbox));
    expectLensInJournal();
}

TEST_F(WindowTest, worksInAnElevatedSessionThatEndsWithIt)
{
    if (!isWine())
        GTEST_SKIP() << "Windows would ask the user";
    OwnSection own(uniqueName("elevated"), 0x29000);
    const RunningWindow window({"--connect", "elevated", "--open", "section:" + own.name(), "--listen"});
    HWND inbox = nullptr;
    ASSERT_TRUE(eventually([&] {
        inbox = FindWindowW(L"IpclensInbox", L"Receive");
        return inbox != nullptr;
    }));
    DWORD session = 0;
    GetWindowThreadProcessId(inbox, &session);
    EXPECT_NE(session, window.pid());
    const KernelHandle process(OpenProcess(SYNCHRONIZE, FALSE, session));
    EXPECT_FALSE(window.mapsView(own.size())) << "the session maps it, not the window";
    own.release();
    ASSERT_TRUE(eventually([&] { return OwnSection::exists(own.name()); }));
    window.close();
    EXPECT_EQ(window.waitForEnd(), 0u) << window.output();
    EXPECT_EQ(WaitForSingleObject(process.get(), 60'000), WAIT_OBJECT_0);
    EXPECT_FALSE(OwnSection::exists(own.name()));
}

TEST_F(WindowTest, saysWhatItIs)
{
    const auto path = (selfFolder() / "ipclens.exe").wstring();
    std::vector<std::byte> block(GetFileVersionInfoSizeW(path.c_str(), nullptr));
    ASSERT_FALSE(block.empty());
    ASSERT_TRUE(GetFileVersionInfoW(path.c_str(), 0, static_cast<DWORD>(block.size()), block.data()));
    wchar_t *version = nullptr;
    UINT length = 0;
    ASSERT_TRUE(VerQueryValueW(block.data(), L"\\StringFileInfo\\040904B0\\ProductVersion",
                               reinterpret_cast<void **>(&version), &length));
    EXPECT_EQ(std::wstring(version), wide(IPCLENS_VERSION));
    HICON large = nullptr, small = nullptr;
    EXPECT_GE(ExtractIconExW(path.c_str(), 0, &large, &small, 1), 1u);
    EXPECT_TRUE(large && small);
    DestroyIcon(large);
    DestroyIcon(small);
}

TEST_F(WindowTest, printsHelpAndVersionAndMistakes)
{
    const auto say = [](std::vector<std::string> arguments) {
        const RunningWindow window(arguments);
        const DWORD code = window.waitForEnd();
        return std::pair(code, window.output());
    };
    const auto [helped, help] = say({"--help"});
    EXPECT_EQ(helped, 0u);
    EXPECT_THAT(help, HasSubstr("--connect"));
    EXPECT_THAT(say({"--version"}), testing::Pair(0u, "ipclens " IPCLENS_VERSION "\n"));
    const auto [mistaken, mistake] = say({"--no-such-thing"});
    EXPECT_EQ(mistaken, 2u);
    EXPECT_THAT(mistake, HasSubstr("no-such-thing"));
}

TEST_F(WindowTest, printsOnTheConsoleItWasStartedFrom)
{
    FreeConsole();
    ASSERT_TRUE(AllocConsole()) << GetLastError();
    // No standard handles, as a shell starts a program with a window.
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    startup.dwFlags = STARTF_USESTDHANDLES;
    auto command = wide(fmt::format("\"{}\" --version", (selfFolder() / "ipclens.exe").string()));
    PROCESS_INFORMATION info{};
    ASSERT_TRUE(CreateProcessW(nullptr, command.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup, &info));
    const KernelHandle process(info.hProcess), thread(info.hThread);
    if (WaitForSingleObject(process.get(), 60'000) != WAIT_OBJECT_0) {
        TerminateProcess(process.get(), 9);
        ADD_FAILURE() << "it does not end";
    }
    const HANDLE console = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                       nullptr, OPEN_EXISTING, 0, nullptr);
    wchar_t text[400] = {};
    DWORD read = 0;
    EXPECT_TRUE(ReadConsoleOutputCharacterW(console, text, 399, {0, 0}, &read)) << GetLastError();
    CloseHandle(console);
    FreeConsole();
    EXPECT_NE(std::wstring_view(text).find(wide("ipclens " IPCLENS_VERSION)), std::wstring_view::npos);
}

} // namespace
} // namespace ipclens::test
