#include "core/text/struct_types.h"

#include <algorithm>

namespace ipclens::structs {
namespace {

using Kind = LayoutType::Kind;

struct Basic {
    std::string_view names; // with spaces between them
    Kind kind;
    std::uint64_t size; // 0: as large as a pointer
};

// Windows data types as in Microsoft's list of them, and those of C.
constexpr Basic basics[] = {
    {"char CHAR CCHAR", Kind::Character, 1},
    {"wchar_t WCHAR char16_t TCHAR TBYTE OLECHAR", Kind::WideCharacter, 2},
    {"BYTE UCHAR BOOLEAN uint8_t UINT8 byte __uint8 char8_t", Kind::Unsigned, 1},
    {"int8_t INT8 __int8", Kind::Signed, 1},
    {"WORD USHORT uint16_t UINT16 ATOM LANGID", Kind::Unsigned, 2},
    {"short SHORT int16_t INT16 __int16 VARIANT_BOOL", Kind::Signed, 2},
    {"DWORD UINT ULONG uint32_t UINT32 DWORD32 ULONG32 COLORREF LCID LCTYPE LGRPID ACCESS_MASK SECURITY_INFORMATION "
     "char32_t",
     Kind::Unsigned, 4},
    {"int long INT LONG int32_t INT32 LONG32 __int32 HRESULT NTSTATUS SCODE HFILE", Kind::Signed, 4},
    {"BOOL", Kind::Truth, 4},
    {"bool _Bool", Kind::Truth, 1},
    {"uint64_t UINT64 DWORD64 ULONG64 ULONGLONG DWORDLONG QWORD ULARGE_INTEGER", Kind::Unsigned, 8},
    {"int64_t INT64 LONG64 LONGLONG __int64 LARGE_INTEGER time_t __time64_t USN", Kind::Signed, 8},
    {"float FLOAT", Kind::Float, 4},
    {"double DOUBLE DATE", Kind::Float, 8},
    {"size_t SIZE_T UINT_PTR ULONG_PTR DWORD_PTR uintptr_t WPARAM KAFFINITY SOCKET", Kind::Unsigned, 0},
    {"ssize_t SSIZE_T INT_PTR LONG_PTR intptr_t ptrdiff_t LPARAM LRESULT", Kind::Signed, 0},
    {"HANDLE HWND HMODULE HINSTANCE HDC HBITMAP HICON HCURSOR HMENU HKEY HFONT HBRUSH HPEN HRGN HGLOBAL HLOCAL HRSRC "
     "HMONITOR HHOOK HPALETTE HDESK HWINSTA HKL HACCEL HDWP HDROP HGDIOBJ HCOLORSPACE HENHMETAFILE HMETAFILE "
     "HDEVNOTIFY "
     "SC_HANDLE SERVICE_STATUS_HANDLE HINTERNET PVOID LPVOID LPCVOID PCVOID LPSTR LPCSTR LPWSTR LPCWSTR LPTSTR LPCTSTR "
     "PSTR "
     "PCSTR PWSTR PCWSTR PTSTR PCTSTR PSID BSTR FARPROC WNDPROC DLGPROC HOOKPROC TIMERPROC",
     Kind::Pointer, 0},
};

struct Known {
    std::string_view names;
    std::string_view text;
};

constexpr Known structures[] = {
    {"POINT POINTL", "struct POINT { LONG x, y; };"},
    {"POINTS", "struct POINTS { SHORT x, y; };"},
    {"SIZE SIZEL", "struct SIZE { LONG cx, cy; };"},
    {"RECT RECTL", "struct RECT { LONG left, top, right, bottom; };"},
    {"COORD", "struct COORD { SHORT X, Y; };"},
    {"SMALL_RECT", "struct SMALL_RECT { SHORT Left, Top, Right, Bottom; };"},
    {"SYSTEMTIME",
     "struct SYSTEMTIME { WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds; };"},
    {"LUID", "struct LUID { DWORD LowPart; LONG HighPart; };"},
    {"UNICODE_STRING", "struct UNICODE_STRING { USHORT Length, MaximumLength; PWSTR Buffer; };"},
    {"LIST_ENTRY", "struct LIST_ENTRY { PVOID Flink, Blink; };"},
    {"COPYDATASTRUCT", "struct COPYDATASTRUCT { ULONG_PTR dwData; DWORD cbData; PVOID lpData; };"},
    {"MSG", "struct MSG { HWND hwnd; UINT message; WPARAM wParam; LPARAM lParam; DWORD time; POINT pt; };"},
    {"NMHDR", "struct NMHDR { HWND hwndFrom; UINT_PTR idFrom; UINT code; };"},
    {"WINDOWPOS", "struct WINDOWPOS { HWND hwnd, hwndInsertAfter; int x, y, cx, cy; UINT flags; };"},
    {"WINDOWPLACEMENT", "struct WINDOWPLACEMENT { UINT length, flags, showCmd; POINT ptMinPosition, ptMaxPosition; "
                        "RECT rcNormalPosition; };"},
    {"SECURITY_ATTRIBUTES",
     "struct SECURITY_ATTRIBUTES { DWORD nLength; LPVOID lpSecurityDescriptor; BOOL bInheritHandle; };"},
    {"PROCESS_INFORMATION", "struct PROCESS_INFORMATION { HANDLE hProcess, hThread; DWORD dwProcessId, dwThreadId; };"},
    {"LOGFONT LOGFONTW",
     "struct LOGFONTW { LONG lfHeight, lfWidth, lfEscapement, lfOrientation, lfWeight; BYTE lfItalic, lfUnderline, "
     "lfStrikeOut, lfCharSet, lfOutPrecision, lfClipPrecision, lfQuality, lfPitchAndFamily; WCHAR lfFaceName[32]; };"},
    {"LOGFONTA",
     "struct LOGFONTA { LONG lfHeight, lfWidth, lfEscapement, lfOrientation, lfWeight; BYTE lfItalic, lfUnderline, "
     "lfStrikeOut, lfCharSet, lfOutPrecision, lfClipPrecision, lfQuality, lfPitchAndFamily; CHAR lfFaceName[32]; };"},
};

bool hasWord(std::string_view list, std::string_view word)
{
    for (std::size_t at = 0; at <= list.size();) {
        const auto end = std::min(list.find(' ', at), list.size());
        if (list.substr(at, end - at) == word)
            return true;
        at = end + 1;
    }
    return false;
}

bool isKnown(std::string_view name)
{
    return basicType(name, PointerSize::Bits64) || !knownStruct(name).empty();
}

// LPDWORD, PCRECT: pointers to what is known without the letters before it.
bool isPointerName(std::string_view name)
{
    if (name.size() > 40) // no such name is as long
        return false;
    for (const std::string_view prefix : {"LPC", "LP", "PC", "P"})
        if (name.starts_with(prefix) && name.size() > prefix.size() && isKnown(name.substr(prefix.size())))
            return true;
    return false;
}

} // namespace

LayoutType pointerType(PointerSize pointers)
{
    const auto size = static_cast<std::uint64_t>(pointers);
    return {.kind = Kind::Pointer, .size = size, .alignment = size};
}

std::optional<LayoutType> basicType(std::string_view name, PointerSize pointers)
{
    for (const auto &[names, kind, size] : basics) {
        if (hasWord(names, name)) {
            const auto whole = size == 0 ? static_cast<std::uint64_t>(pointers) : size;
            return LayoutType{.kind = kind, .size = whole, .alignment = whole};
        }
    }
    if (name == "FILETIME") // two DWORDs
        return LayoutType{.kind = Kind::FileTime, .size = 8, .alignment = 4};
    if (hasWord("GUID CLSID IID UUID FMTID", name))
        return LayoutType{.kind = Kind::Guid, .size = 16, .alignment = 4};
    if (name == "HALF_PTR" || name == "UHALF_PTR") {
        const auto half = static_cast<std::uint64_t>(pointers) / 2;
        return LayoutType{.kind = name == "HALF_PTR" ? Kind::Signed : Kind::Unsigned, .size = half, .alignment = half};
    }
    if (isPointerName(name))
        return pointerType(pointers);
    return {};
}

std::string_view knownStruct(std::string_view name)
{
    const auto *const known =
        std::ranges::find_if(structures, [&](const Known &one) { return hasWord(one.names, name); });
    return known != std::end(structures) ? known->text : std::string_view();
}

} // namespace ipclens::structs
