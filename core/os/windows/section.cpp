// Named sections (file mappings): opened, created, mapped whole.
#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/object_query.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/rights.h"
#include "core/os/windows/section_query.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/virtual_memory.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

#include <algorithm>

namespace ipclens {
namespace {

constexpr Right readRights[] = {{SECTION_MAP_READ, "SECTION_MAP_READ"}, {SECTION_QUERY, "SECTION_QUERY"}};
constexpr Right writeRights[] = {
    {SECTION_MAP_READ, "SECTION_MAP_READ"}, {SECTION_QUERY, "SECTION_QUERY"}, {SECTION_MAP_WRITE, "SECTION_MAP_WRITE"}};

std::string sectionText(const std::string &name)
{
    return "section " + name;
}

bool isNativePath(const std::string &name)
{
    return name.starts_with('\\');
}

// A name that Windows would take as it stands, or the reason why not.
Result<std::wstring> checkName(const std::string &name, const char *operation)
{
    if (name.empty())
        return invalidInput(operation, name, "a section's name has at least one character");
    auto wide = isNativePath(name) ? toUtf16WithNuls(name, operation) : toUtf16(name, operation);
    if (wide && wide->size() > nt::mostNameLength)
        return invalidInput(operation, name.substr(0, 40) + "...",
                            fmt::format("it has {} characters, Windows takes {}", wide->size(), nt::mostNameLength));
    return wide;
}

Error explained(Error error, const std::string &name)
{
    const auto plain = name.substr(0, name.find('\\') == std::string::npos ? 0 : name.find('\\'));
    if (error.code == ERROR_INVALID_HANDLE || error.code == static_cast<std::uint32_t>(nt::typeMismatch)) {
        error.kind = ErrorKind::WrongType;
        error.meaning = "the name belongs to another kind of object";
        error.hint = "The list of objects says which; events, mutexes and sections share one space of names";
    } else if (error.code == ERROR_PATH_NOT_FOUND && !isNativePath(name)) {
        error.hint =
            fmt::format("There is no name space \"{}\": names begin with Local\\ or Global\\, are plain, or are full "
                        "paths that begin with \\",
                        plain);
    } else if (error.kind == ErrorKind::Missing) {
        error.hint = isNativePath(name)
                         ? "Upper and lower case differ; the list of objects has the paths"
                         : "Upper and lower case differ; a service's or another logon session's is Global\\NAME or "
                           "\\Sessions\\N\\BaseNamedObjects\\NAME";
    }
    return error;
}

Result<KernelHandle> openHandle(const std::string &name, const std::wstring &wide, DWORD access)
{
    KernelHandle section;
    if (isNativePath(name)) {
        nt::ObjectName path(wide);
        const NTSTATUS status = NtOpenSection(section.receive(), access, path.attributes());
        if (!nt::succeeded(status))
            return Failure(explained(nativeError(status, "NtOpenSection", sectionText(name)), name));
        return section;
    }
    if (access == SECTION_QUERY) // alone it would be taken for FILE_MAP_COPY, which has the same value
        access |= SECTION_MAP_READ;
    *section.receive() = OpenFileMappingW(access, FALSE, wide.c_str());
    const DWORD code = GetLastError();
    if (!section)
        return Failure(explained(systemError(code, "OpenFileMapping", sectionText(name)), name));
    return section;
}

// Bytes of address space that the view takes.
std::uint64_t viewSize(const void *view)
{
    const auto begin = reinterpret_cast<std::uintptr_t>(view);
    auto end = begin;
    MEMORY_BASIC_INFORMATION info;
    while (VirtualQuery(reinterpret_cast<const void *>(end), &info, sizeof info) != 0 && info.AllocationBase == view &&
           info.State != MEM_FREE)
        end = reinterpret_cast<std::uintptr_t>(info.BaseAddress) + info.RegionSize;
    return end - begin;
}

// A section with its one view, which is read and written as memory of our own process.
class WindowsSection final : public Section {
public:
    WindowsSection(OpenedWithRights opened, MappedView view, SectionInfo info, bool known, Access access, Access asked)
        : m_opened(std::move(opened)), m_view(std::move(view)), m_info(std::move(info)), m_access(access),
          m_memory(window(known, asked))
    {
    }

    std::string name() const override { return "section:" + m_info.name; }
    AddressRange extent() const override { return m_memory.extent(); }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override
    {
        return m_memory.regions(range, std::move(stop));
    }
    ReadOutcome read(Address address, std::span<std::byte> into) override { return m_memory.read(address, into); }
    std::span<const std::byte> direct(AddressRange range) override { return m_memory.direct(range); }
    Result<void> write(Address address, std::span<const std::byte> bytes) override
    {
        return m_memory.write(address, bytes);
    }

    SectionInfo info() const override { return m_info; }
    Access access() const override { return m_access; }
    std::vector<std::string> granted() const override { return m_opened.granted; }
    std::vector<std::string> refused() const override { return m_opened.refused; }

private:
    MemoryWindow window(bool known, Access asked) const;

    OpenedWithRights m_opened;
    MappedView m_view;
    SectionInfo m_info;
    Access m_access;
    VirtualMemory m_memory;
};

MemoryWindow WindowsSection::window(bool known, Access asked) const
{
    const std::uint64_t mapped = viewSize(m_view.get());
    const bool image = (m_info.attributes & SEC_IMAGE) != 0; // its size in memory is the view's, not the file's
    return {.process = GetCurrentProcess(),
            .base = reinterpret_cast<std::uintptr_t>(m_view.get()),
            .extent = {0, known && !image ? std::min(m_info.size, mapped) : mapped},
            .name = sectionText(m_info.name),
            .writable = m_access != Access::Read,
            .whyReadOnly = asked == Access::Read ? "Open it read-write" : "The section's owner allows reading only",
            .direct = known && (m_info.attributes & (SEC_FILE | SEC_IMAGE)) == 0};
}

DWORD viewAccess(Access access)
{
    switch (access) {
    case Access::ReadWrite:
        return FILE_MAP_READ | FILE_MAP_WRITE;
    case Access::Copy:
        return FILE_MAP_COPY;
    case Access::Read:
        break;
    }
    return FILE_MAP_READ;
}

// Maps with `access`, or read-only where writing is refused: `access()` then says so.
Result<std::shared_ptr<Section>> map(OpenedWithRights opened, const std::string &name, Access access)
{
    auto info = opened.has(SECTION_QUERY) ? querySection(opened.handle.get(), name)
                                          : Result<SectionInfo>(SectionInfo{.name = name});
    if (!info)
        return Failure(std::move(info.error()));

    Access given = access == Access::ReadWrite && !opened.has(SECTION_MAP_WRITE) ? Access::Read : access;
    MappedView view(MapViewOfFile(opened.handle.get(), viewAccess(given), 0, 0, 0));
    DWORD code = GetLastError();
    if (!view && given == Access::ReadWrite && (code == ERROR_ACCESS_DENIED || code == ERROR_INVALID_PARAMETER)) {
        // The handle may write, but the section's own protection is read-only.
        given = Access::Read;
        opened.refused.emplace_back("FILE_MAP_WRITE");
        view = MappedView(MapViewOfFile(opened.handle.get(), viewAccess(given), 0, 0, 0));
        code = GetLastError();
    }
    if (!view) {
        const bool large = sizeof(void *) == 4 && info->size > 1 << 30;
        return systemFailure(code, "MapViewOfFile", sectionText(name),
                             large ? fmt::format("It has {} bytes: use the 64-bit ipclens", info->size)
                                   : std::string());
    }
    const bool known = opened.has(SECTION_QUERY);
    return std::make_shared<WindowsSection>(std::move(opened), std::move(view), std::move(*info), known, given, access);
}

struct PageProtection {
    DWORD page;
    Access access; // of the view that the creator gets
};

PageProtection pageProtection(SectionProtection protection)
{
    switch (protection) {
    case SectionProtection::ReadOnly:
        return {PAGE_READONLY, Access::Read};
    case SectionProtection::WriteCopy:
        return {PAGE_WRITECOPY, Access::Copy};
    case SectionProtection::ExecuteRead:
        return {PAGE_EXECUTE_READ, Access::Read};
    case SectionProtection::ExecuteReadWrite:
        return {PAGE_EXECUTE_READWRITE, Access::ReadWrite};
    case SectionProtection::ReadWrite:
        break;
    }
    return {PAGE_READWRITE, Access::ReadWrite};
}

Error createError(Error error, const SectionRequest &request)
{
    if (error.kind == ErrorKind::Exists) {
        error.meaning = "a section of this name exists already";
        error.hint = "Open it, or choose another name";
    } else if (error.code == ERROR_COMMITMENT_LIMIT || error.code == ERROR_NOT_ENOUGH_MEMORY) {
        error.hint = request.reserve ? "Choose a smaller size" : "Choose a smaller size, or reserve without committing";
    } else if (error.kind == ErrorKind::Refused && request.name.starts_with("Global\\")) {
        error.hint = "Creating in Global\\ needs SeCreateGlobalPrivilege: run ipclens elevated, or use Local\\";
    } else if (error.kind == ErrorKind::Invalid) {
        error.hint = fmt::format("Windows does not take this size ({} bytes) with this protection ({})", request.size,
                                 nameOf(request.protection));
    } else {
        return explained(std::move(error), request.name);
    }
    return error;
}

Result<KernelHandle> createHandle(const SectionRequest &request, const std::wstring &wide)
{
    KernelHandle section;
    const DWORD page = pageProtection(request.protection).page;
    const DWORD allocation = request.reserve ? SEC_RESERVE : SEC_COMMIT;
    const std::string object = sectionText(request.name);
    if (isNativePath(request.name)) {
        nt::ObjectName path(wide);
        LARGE_INTEGER size;
        size.QuadPart = static_cast<LONGLONG>(request.size);
        const NTSTATUS status =
            NtCreateSection(section.receive(), SECTION_ALL_ACCESS, path.attributes(), &size, page, allocation, nullptr);
        if (!nt::succeeded(status))
            return Failure(createError(nativeError(status, "NtCreateSection", object), request));
        return section;
    }
    *section.receive() =
        CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, page | allocation, static_cast<DWORD>(request.size >> 32),
                           static_cast<DWORD>(request.size), wide.c_str());
    const DWORD code = GetLastError();
    if (!section || code == ERROR_ALREADY_EXISTS) // it opens what is there, which is not creating
        return Failure(createError(systemError(code, "CreateFileMapping", object), request));
    return section;
}

} // namespace

Result<std::shared_ptr<Section>> WindowsSystem::openSection(const std::string &name, Access access)
{
    const auto wide = checkName(name, "open section");
    if (!wide)
        return Failure(wide.error());
    const std::span<const Right> wanted =
        access == Access::ReadWrite ? std::span<const Right>(writeRights) : readRights;
    auto opened = openWithMost(wanted, SECTION_MAP_READ, [&](DWORD mask) { return openHandle(name, *wide, mask); });
    if (!opened)
        return Failure(std::move(opened.error()));
    return map(std::move(*opened), name, access);
}

// Asked for explicitly: handles that others opened to map often lack SECTION_QUERY, which a copy of theirs would lack, too.
Result<std::shared_ptr<Section>> WindowsSystem::openSectionOf(ProcessKey key, std::uint64_t value, Access access)
{
    const std::string name = toText(ObjectTarget{.process = key, .handle = value});
    const auto process = openProcessHandle(key, PROCESS_DUP_HANDLE);
    if (!process)
        return Failure(process.error());
    const auto kind = duplicateHandle(process->get(), value, 0, name);
    if (!kind)
        return Failure(kind.error());
    if (const std::string type = typeOf(kind->get()); type != "Section")
        return Failure(Error{.kind = ErrorKind::WrongType,
                             .operation = "open section",
                             .object = name,
                             .meaning = fmt::format("the handle is to an object of type {}", type)});
    const std::span<const Right> wanted =
        access == Access::ReadWrite ? std::span<const Right>(writeRights) : readRights;
    auto opened = openWithMost(wanted, SECTION_MAP_READ,
                               [&](DWORD mask) { return duplicateHandle(process->get(), value, mask, name); });
    if (!opened)
        return Failure(std::move(opened.error()));
    return map(std::move(*opened), name, access);
}

Result<std::shared_ptr<Section>> WindowsSystem::createSection(const SectionRequest &request)
{
    const auto wide = checkName(request.name, "create section");
    if (!wide)
        return Failure(wide.error());
    if (request.size == 0)
        return invalidInput("create section", "0", "a section has at least one byte");
    if (request.size > INT64_MAX)
        return invalidInput("create section", std::to_string(request.size), "Windows takes sizes up to 2^63-1 bytes");
    auto handle = createHandle(request, *wide);
    if (!handle)
        return Failure(std::move(handle.error()));
    OpenedWithRights opened{.handle = std::move(*handle), .mask = SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE};
    for (const Right &right : writeRights)
        opened.granted.emplace_back(right.name);
    return map(std::move(opened), request.name, pageProtection(request.protection).access);
}

} // namespace ipclens
