#include "core/traffic/cpp_sender.h"

#include <fmt/format.h>

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::uint64_t mostBytes = std::uint64_t{16} << 20;

constexpr std::string_view begin = R"cpp(// Sends messages again that ipclens captured. Compile with: x86_64-w64-mingw32-g++ -static THIS.cpp -luser32
#ifndef UNICODE
#define UNICODE
#endif
#include <windows.h>

#include <stdio.h>

struct Message {
    const wchar_t *registered;  // the message's name; NULL: WM_COPYDATA
    unsigned long long id;      // dwData
    const unsigned char *data;  // NULL: lpData is NULL
    unsigned long size;
    unsigned long long wParam;  // registered messages
    unsigned long long lParam;
    unsigned long pause;        // milliseconds before it
    bool isAnswered;            // whether `result` was recorded
    long long result;
};

)cpp";

constexpr std::string_view end = R"cpp(
static DWORD_PTR sendOne(HWND window, const Message &message, bool &isSent)
{
    const DWORD timeout = 5000; // milliseconds
    DWORD_PTR result = 0;
    if (message.registered) {
        isSent = SendMessageTimeoutW(window, RegisterWindowMessageW(message.registered), (WPARAM)message.wParam,
                                     (LPARAM)message.lParam, SMTO_ABORTIFHUNG, timeout, &result) != 0;
        return result;
    }
    static unsigned char nothing;
    COPYDATASTRUCT copy;
    copy.dwData = (ULONG_PTR)message.id;
    copy.cbData = message.size;
    copy.lpData = message.data ? (void *)(message.size > 0 ? message.data : &nothing) : NULL;
    isSent = SendMessageTimeoutW(window, WM_COPYDATA, 0, (LPARAM)&copy, SMTO_ABORTIFHUNG, timeout, &result) != 0;
    return result;
}

int main()
{
    int count = 0;
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    const wchar_t *className = count > 1 && arguments[1][0] ? arguments[1] : receiverClass;
    const wchar_t *title = count > 2 && arguments[2][0] ? arguments[2] : receiverTitle;
    const HWND window = className || title ? FindWindowW(className, title) : NULL;
    if (!window) {
        fprintf(stderr, "There is no such window. Arguments: CLASS TITLE; \"\" is any.\n");
        return 2;
    }
    int different = 0;
    for (unsigned i = 0; i < sizeof messages / sizeof *messages; ++i) {
        const Message &message = messages[i];
        Sleep(message.pause);
        bool isSent = false;
        const long long result = (long long)(LONG_PTR)sendOne(window, message, isSent);
        const bool isSame = isSent && (!message.isAnswered || result == message.result);
        if (isSent)
            printf("%u: returned %lld%s\n", i + 1, result, isSame ? "" : " (recorded was another result)");
        else
            printf("%u: failed, error %lu\n", i + 1, GetLastError());
        different += !isSame;
    }
    return different > 0;
}
)cpp";

// A wide string literal; NULL where there is none.
std::string literal(const std::string &text)
{
    if (text.empty())
        return "NULL";
    std::string result = "L\"";
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t i = 1; i < length && at + i < text.size(); ++i)
            code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
        at += length;
        if (code == '"' || code == '\\')
            result += fmt::format("\\{}", static_cast<char>(code));
        else if (code >= ' ' && code <= '~' && code != '?') // no trigraphs
            result += static_cast<char>(code);
        else if (code < 0xA0)
            result += fmt::format("\\{:03o}", static_cast<std::uint32_t>(code)); // \u may not name these
        else if (code < 0x10000)
            result += fmt::format("\\u{:04X}", static_cast<std::uint32_t>(code));
        else
            result += fmt::format("\\U{:08X}", static_cast<std::uint32_t>(code));
    }
    return result + '"';
}

void appendArray(std::string &source, std::size_t number, const Bytes &bytes)
{
    constexpr std::size_t perLine = 20;
    source += fmt::format("static const unsigned char data{}[] = {{", number);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        source += i % perLine == 0 ? "\n    " : " ";
        source += fmt::format("0x{:02X},", static_cast<unsigned>(bytes[i]));
    }
    source += "\n};\n";
}

Failure refuse(ErrorKind kind, std::string object, std::string meaning)
{
    return Failure(Error{
        .kind = kind, .operation = "export as C++", .object = std::move(object), .meaning = std::move(meaning)});
}

} // namespace

Result<std::string> cppSender(std::span<const Message> messages, const std::string &className, const std::string &title)
{
    if (messages.empty())
        return refuse(ErrorKind::OutOfRange, "no messages", "there is nothing to send");
    std::uint64_t bytes = 0;
    for (const Message &message : messages) {
        if (message.isTruncated())
            return refuse(ErrorKind::Invalid, fmt::format("message {}", message.sequence),
                          "its payload was cut when it was captured: it cannot be sent again");
        bytes += message.payload.size();
        if (bytes > mostBytes)
            return refuse(ErrorKind::OutOfRange, fmt::format("message {}", message.sequence),
                          fmt::format("the payloads up to it have over {} bytes: too large for a source file", mostBytes));
    }
    std::string source(begin);
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (!messages[i].payload.empty())
            appendArray(source, i + 1, messages[i].payload);
    source += "static const unsigned char empty[] = {0};\n\nstatic const Message messages[] = {\n";
    std::int64_t before = messages.front().time;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const Message &message = messages[i];
        constexpr std::int64_t longest = 0x7FFF'FFFF;
        const std::int64_t pause = std::clamp<std::int64_t>((message.time - before) / 1'000'000, 0, longest);
        before = std::max(before, message.time);
        const bool isRegistered = message.kind == MessageKind::Registered;
        const bool isAnswered = message.outcome && !message.outcome->failure;
        const std::string data = message.nullData || isRegistered ? "NULL"
                                 : message.payload.empty()        ? "empty"
                                                                  : fmt::format("data{}", i + 1);
        source += fmt::format("    {{{}, {}ULL, {}, {}UL, {}ULL, {}ULL, {}UL, {}, (long long)0x{:X}ULL}},\n", isRegistered ? literal(message.name) : "NULL",
                              isRegistered ? 0 : message.id, data, isRegistered ? 0 : message.size, message.wParam, message.lParam,
                              pause, isAnswered, isAnswered ? static_cast<std::uint64_t>(message.outcome->result) : 0);
    }
    source += fmt::format("}};\n\nstatic const wchar_t *const receiverClass = {};\nstatic const wchar_t *const receiverTitle = {};\n",
                          literal(className), literal(title));
    source += end;
    return source;
}

} // namespace ipclens
