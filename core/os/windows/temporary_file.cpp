#include "core/os/temporary_file.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/unique_handle.h"

#include <algorithm>
#include <array>
#include <atomic>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *object = "temporary file";
constexpr std::size_t mostAtOnce = std::size_t{1} << 30; // sizes of one call have 32 bits

OVERLAPPED placeAt(std::uint64_t offset)
{
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(offset);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32);
    return place;
}

class DeletedOnClose final : public TemporaryFile {
public:
    explicit DeletedOnClose(KernelHandle file) : m_file(std::move(file)) {}

    Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        while (!bytes.empty()) {
            OVERLAPPED place = placeAt(offset);
            DWORD count = 0;
            const auto size = static_cast<DWORD>(std::min(bytes.size(), mostAtOnce));
            const BOOL written = WriteFile(m_file.get(), bytes.data(), size, &count, &place);
            const DWORD code = written ? ERROR_DISK_FULL : GetLastError();
            if (!written || count == 0)
                return systemFailure(code, "WriteFile", object, "Set TMP to a folder with more room");
            bytes = bytes.subspan(count);
            offset += count;
        }
        return {};
    }

    Result<void> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        while (!into.empty()) {
            OVERLAPPED place = placeAt(offset);
            DWORD count = 0;
            const auto size = static_cast<DWORD>(std::min(into.size(), mostAtOnce));
            const BOOL read = ReadFile(m_file.get(), into.data(), size, &count, &place);
            const DWORD code = read ? ERROR_HANDLE_EOF : GetLastError();
            if (!read || count == 0)
                return systemFailure(code, "ReadFile", object);
            into = into.subspan(count);
            offset += count;
        }
        return {};
    }

private:
    KernelHandle m_file;
};

} // namespace

Result<std::unique_ptr<TemporaryFile>> makeTemporaryFile()
{
    std::array<wchar_t, MAX_PATH + 1> folder{};
    const DWORD length = GetTempPathW(static_cast<DWORD>(folder.size()), folder.data());
    DWORD code = GetLastError();
    if (length == 0 || length >= folder.size())
        return systemFailure(length == 0 ? code : ERROR_BUFFER_OVERFLOW, "GetTempPath", object);
    static std::atomic<unsigned> made = 0;
    const std::string name = fmt::format("ipclens-{}-{}-{}.tmp", GetCurrentProcessId(), GetTickCount64(), ++made);
    const std::wstring path = std::wstring(folder.data(), length) + std::wstring(name.begin(), name.end());
    const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE | DELETE, FILE_SHARE_DELETE, nullptr,
                                    CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr);
    code = GetLastError();
    if (file == INVALID_HANDLE_VALUE)
        return systemFailure(code, "CreateFile", object, "Set TMP to a folder that can be written");
    return std::make_unique<DeletedOnClose>(KernelHandle(file));
}

} // namespace ipclens
