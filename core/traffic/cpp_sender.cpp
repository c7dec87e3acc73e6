#include "core/traffic/cpp_sender.h"

#include "core/text/c_literal.h"
#include "core/traffic/inbox_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace ipclens {
namespace {

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

// NULL where there is none.
std::string literal(const std::string &text)
{
    return text.empty() ? "NULL" : wideLiteral(text);
}

void appendArray(std::string &source, std::uint64_t number, std::span<const std::byte> bytes)
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

CppSender::CppSender() : m_text(begin)
{
}

Result<void> CppSender::add(const MessageView &message)
{
    const auto object = fmt::format("message {}", message.sequence);
    const bool isRegistered = !message.isCopied();
    if (!isRegistered && message.isTruncated())
        return refuse(ErrorKind::Invalid, object, "its payload was cut when it was captured: it cannot be sent again");
    if (isRegistered && message.name.empty())
        return refuse(ErrorKind::Invalid, object, "nobody knows the name of its registered message");
    if (message.size > 0xFFFF'FFFF)
        return refuse(ErrorKind::Invalid, object,
                      fmt::format("it says that it has {} bytes, more than a message can have", message.size));
    m_bytes += message.payload.size();
    if (m_bytes > mostBytes)
        return refuse(ErrorKind::OutOfRange, object,
                      fmt::format("the payloads up to it have over {} bytes: too large for a source file", mostBytes));
    if (++m_count > mostMessages)
        return refuse(ErrorKind::OutOfRange, object,
                      fmt::format("a source file has at most {} messages", mostMessages));

    m_inboxes.insert(message.inbox);
    if (!message.payload.empty())
        appendArray(m_text, m_count, message.payload);
    constexpr std::int64_t longest = 0x7FFF'FFFF;
    const auto pause = m_count == 1 ? 0 : std::clamp<std::int64_t>((message.time - m_before) / 1'000'000, 0, longest);
    m_before = m_count == 1 ? message.time : std::max(m_before, message.time);
    const bool isAnswered = message.isAnswered && !message.failure;
    const std::string data = message.nullData || isRegistered ? "NULL"
                             : message.payload.empty()        ? "empty"
                                                              : fmt::format("data{}", m_count);
    m_rows += fmt::format("    {{{}, {}ULL, {}, {}UL, {}ULL, {}ULL, {}UL, {}, (long long)0x{:X}ULL}},\n",
                          isRegistered ? wideLiteral(message.name) : "NULL", isRegistered ? 0 : message.id, data,
                          isRegistered ? 0 : message.size, message.wParam, message.lParam, pause, isAnswered,
                          isAnswered ? static_cast<std::uint64_t>(message.result) : 0);
    return {};
}

Result<void> CppSender::finish(const std::map<std::uint64_t, std::string> &inboxNames)
{
    if (m_count == 0)
        return refuse(ErrorKind::OutOfRange, "no messages", "there is nothing to send");
    std::optional<WindowTarget> receiver;
    if (const auto name = inboxNames.find(*m_inboxes.begin()); m_inboxes.size() == 1 && name != inboxNames.end())
        receiver = targetOfInbox(name->second);
    m_text += "static const unsigned char empty[] = {0};\n\nstatic const Message messages[] = {\n";
    m_text += m_rows;
    m_rows.clear();
    m_text += fmt::format(
        "}};\n\nstatic const wchar_t *const receiverClass = {};\nstatic const wchar_t *const receiverTitle = {};\n",
        literal(receiver ? receiver->className : ""), literal(receiver ? receiver->title : ""));
    m_text += end;
    return {};
}

Result<std::string> cppSender(std::span<const Message> messages, const std::map<std::uint64_t, std::string> &inboxNames)
{
    CppSender sender;
    for (const Message &message : messages)
        if (auto added = sender.add(message); !added)
            return Failure(std::move(added.error()));
    if (auto finished = sender.finish(inboxNames); !finished)
        return Failure(std::move(finished.error()));
    return sender.take();
}

} // namespace ipclens
