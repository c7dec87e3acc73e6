#include "core/os/windows/utf16.h"

#include <windows.h>

namespace ipclens {

Result<std::wstring> toUtf16WithNuls(std::string_view text, const char *what)
{
    if (text.empty())
        return std::wstring();
    if (text.size() > 1 << 20)
        return invalidInput(what, std::string(text.substr(0, 40)) + "...", "the text is longer than 1 MiB");
    const int size = static_cast<int>(text.size());
    const int length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), size, nullptr, 0);
    if (length <= 0) {
        std::string printable;
        for (const char c : text)
            printable += static_cast<unsigned char>(c) < 0x80 ? c : '?';
        return invalidInput(what, std::move(printable), "the text is not valid UTF-8 (each ? is a byte over 0x7F)");
    }
    std::wstring wide(static_cast<std::size_t>(length), L'\0');
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), size, wide.data(), length);
    return wide;
}

Result<std::wstring> toUtf16(std::string_view text, const char *what)
{
    if (const auto nul = text.find('\0'); nul != std::string_view::npos)
        return invalidInput(what, std::string(text.substr(0, nul)) + "\\0" + std::string(text.substr(nul + 1)),
                            "character " + std::to_string(nul + 1) + " is NUL, at which Windows ends the text");
    return toUtf16WithNuls(text, what);
}

std::string toUtf8(std::wstring_view text)
{
    if (text.empty())
        return {};
    const int length = static_cast<int>(text.size());
    const int size = WideCharToMultiByte(CP_UTF8, 0, text.data(), length, nullptr, 0, nullptr, nullptr);
    std::string narrow(static_cast<std::size_t>(size), '\0');
    WideCharToMultiByte(CP_UTF8, 0, text.data(), length, narrow.data(), size, nullptr, nullptr);
    return narrow;
}

bool isExactInUtf8(std::wstring_view text)
{
    const auto back = toUtf16WithNuls(toUtf8(text), "name");
    return back && *back == text;
}

} // namespace ipclens
