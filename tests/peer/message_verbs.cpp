// What a child can send to windows.
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_buffer.h"

#include "core/text/hex.h"

#include <atomic>
#include <thread>

namespace ipclens::test {
namespace {

HWND windowOf(const std::string &word)
{
    return reinterpret_cast<HWND>(toNumber(word));
}

// copydata WINDOW SENDER ID SIZE SEED: sends SIZE bytes of the pattern from SEED on; what the handler returned
const PeerVerb copyDataVerb("copydata", [](const Words &words) {
    Bytes bytes(toNumber(words.at(3)));
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = patternAt(toNumber(words.at(4)) + i);
    COPYDATASTRUCT data{toNumber(words.at(2)), static_cast<DWORD>(bytes.size()), bytes.data()};
    return std::to_string(
        SendMessageW(windowOf(words.at(0)), WM_COPYDATA, toNumber(words.at(1)), reinterpret_cast<LPARAM>(&data)));
});

// copydata.bytes WINDOW SENDER ID HEX
const PeerVerb bytesVerb("copydata.bytes", [](const Words &words) {
    Bytes bytes = fromHex(words.at(3)).value();
    COPYDATASTRUCT data{toNumber(words.at(2)), static_cast<DWORD>(bytes.size()), bytes.data()};
    return std::to_string(
        SendMessageW(windowOf(words.at(0)), WM_COPYDATA, toNumber(words.at(1)), reinterpret_cast<LPARAM>(&data)));
});

// copydata.timed WINDOW ID: when it was answered, by the performance counter
const PeerVerb timedVerb("copydata.timed", [](const Words &words) {
    COPYDATASTRUCT data{toNumber(words.at(1)), 0, nullptr};
    SendMessageW(windowOf(words.at(0)), WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&data));
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    return std::to_string(now.QuadPart);
});

// copydata.many WINDOW COUNT: the same from as many threads at a time; the sum of what the handlers returned
const PeerVerb manyVerb("copydata.many", [](const Words &words) {
    std::atomic<LRESULT> sum = 0;
    std::vector<std::jthread> senders;
    for (std::uint64_t i = 0; i < toNumber(words.at(1)); ++i)
        senders.emplace_back([&sum, window = windowOf(words.at(0))] {
            COPYDATASTRUCT data{1, 0, nullptr};
            sum += SendMessageW(window, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&data));
        });
    senders.clear();
    return std::to_string(sum);
});

// copydata.last WINDOW: sends from a window of its own, and ends at once
const PeerVerb lastWordsVerb("copydata.last", [](const Words &words) {
    const HWND own =
        CreateWindowExW(0, L"Static", L"Last words", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
    COPYDATASTRUCT data{};
    SendMessageW(windowOf(words.at(0)), WM_COPYDATA, reinterpret_cast<WPARAM>(own), reinterpret_cast<LPARAM>(&data));
    TerminateProcess(GetCurrentProcess(), 0);
    return std::string();
});

template <class Function>
std::string give(Function function, const Words &words)
{
    return std::to_string(function(windowOf(words.at(0)), static_cast<UINT>(toNumber(words.at(1))),
                                   toNumber(words.at(2)), static_cast<LPARAM>(toNumber(words.at(3)))));
}

// send, post and notify WINDOW MESSAGE WPARAM LPARAM
const PeerVerb sendVerb("send", [](const Words &words) { return give(SendMessageW, words); });
const PeerVerb postVerb("post", [](const Words &words) { return give(PostMessageW, words); });
const PeerVerb notifyVerb("notify", [](const Words &words) { return give(SendNotifyMessageW, words); });

// copydata.null WINDOW SENDER ID SIZE: lpData is NULL
const PeerVerb nullDataVerb("copydata.null", [](const Words &words) {
    COPYDATASTRUCT data{toNumber(words.at(2)), static_cast<DWORD>(toNumber(words.at(3))), nullptr};
    return std::to_string(
        SendMessageW(windowOf(words.at(0)), WM_COPYDATA, toNumber(words.at(1)), reinterpret_cast<LPARAM>(&data)));
});

// copydata.nothing WINDOW: lParam is 0
const PeerVerb nothingVerb("copydata.nothing", [](const Words &words) {
    return std::to_string(SendMessageW(windowOf(words.at(0)), WM_COPYDATA, 0, 0));
});

// registered WINDOW NAME WPARAM LPARAM
const PeerVerb registeredVerb("registered", [](const Words &words) {
    return std::to_string(SendMessageW(windowOf(words.at(0)),
                                       RegisterWindowMessageW(wide(fromWord(words.at(1))).c_str()),
                                       toNumber(words.at(2)), static_cast<LPARAM>(toNumber(words.at(3)))));
});

// flood WINDOW SENDER COUNT SEED: COUNT messages, numbered by dwData from SEED on; how many were accepted. COUNT 0:
// without end.
const PeerVerb floodVerb("flood", [](const Words &words) {
    const HWND window = windowOf(words.at(0));
    const std::uint64_t count = toNumber(words.at(2));
    const std::uint64_t seed = toNumber(words.at(3));
    std::uint64_t accepted = 0;
    for (std::uint64_t i = 0; count == 0 || i < count; ++i) {
        Bytes bytes = floodPayload(seed + i);
        COPYDATASTRUCT data{seed + i, static_cast<DWORD>(bytes.size()), bytes.data()};
        accepted += SendMessageW(window, WM_COPYDATA, toNumber(words.at(1)), reinterpret_cast<LPARAM>(&data)) != 0;
    }
    return std::to_string(accepted);
});

} // namespace
} // namespace ipclens::test
