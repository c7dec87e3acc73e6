// A walk through the kernel's namespace of objects.
#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/object_query.h"
#include "core/os/windows/section_query.h"
#include "core/os/windows/unique_handle.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

// The namespace is a tree as long as links are not followed; the bound is for systems that have it otherwise.
constexpr std::size_t deepest = 64;
constexpr std::size_t mostInDirectory = 1 << 20;

struct Entry {
    std::wstring name;
    std::wstring type;
};

std::string shortReason(const Error &error)
{
    return fmt::format("{} (0x{:08X})", error.meaning, error.code);
}

Result<KernelHandle> openDirectory(const std::wstring &name, HANDLE parent, const std::string &path)
{
    KernelHandle directory;
    nt::ObjectName object(name, parent);
    const NTSTATUS status = NtOpenDirectoryObject(directory.receive(), nt::directoryQuery, object.attributes());
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtOpenDirectoryObject", "directory " + path);
    return directory;
}

// What one directory holds; `failure` is set when the system ended the listing with an error.
struct Listing {
    std::vector<Entry> entries;
    std::optional<Error> failure;
};

// One entry a call: Wine does not give several (C0000002).
Listing list(HANDLE directory, const std::string &path)
{
    Listing listing;
    Bytes buffer(4096);
    ULONG context = 0;
    while (listing.entries.size() < mostInDirectory) {
        const ULONG before = context;
        const BOOLEAN first = listing.entries.empty();
        const NTSTATUS status = NtQueryDirectoryObject(directory, buffer.data(), static_cast<ULONG>(buffer.size()),
                                                       TRUE, first, &context, nullptr);
        if (status == nt::noMoreEntries)
            return listing;
        if (status == nt::bufferTooSmall && buffer.size() < 1 << 20) {
            context = before;
            buffer.resize(buffer.size() * 4);
            continue;
        }
        if (!nt::succeeded(status)) {
            listing.failure = nativeError(status, "NtQueryDirectoryObject", "directory " + path);
            return listing;
        }
        const auto &entry = *reinterpret_cast<const nt::DirectoryEntry *>(buffer.data());
        listing.entries.push_back({std::wstring(nt::view(entry.name)), std::wstring(nt::view(entry.type))});
    }
    listing.failure = Error{.operation = "NtQueryDirectoryObject",
                            .object = "directory " + path,
                            .meaning = fmt::format("it has more than {} entries", mostInDirectory)};
    return listing;
}

void readLink(NamedObject &object, const std::wstring &name, HANDLE parent)
{
    KernelHandle link;
    nt::ObjectName linkName(name, parent);
    NTSTATUS status = NtOpenSymbolicLinkObject(link.receive(), nt::symbolicLinkQuery, linkName.attributes());
    if (nt::succeeded(status)) {
        std::wstring text(32767, L'\0');
        UNICODE_STRING target{};
        target.Buffer = text.data();
        target.MaximumLength = static_cast<USHORT>(text.size() * sizeof(wchar_t));
        status = NtQuerySymbolicLinkObject(link.get(), &target, nullptr);
        object.target = toUtf8(nt::view(target));
    }
    if (!nt::succeeded(status)) {
        object.target.clear();
        object.note = "target unknown: " + shortReason(nativeError(status, "NtQuerySymbolicLinkObject", object.path));
    }
}

void readSection(NamedObject &object, const std::wstring &name, HANDLE parent)
{
    KernelHandle section;
    nt::ObjectName sectionName(name, parent);
    const NTSTATUS status = NtOpenSection(section.receive(), SECTION_QUERY, sectionName.attributes());
    auto info = nt::succeeded(status) ? querySection(section.get(), object.path)
                                      : Result<SectionInfo>(nativeFailure(status, "NtOpenSection", object.path));
    if (info)
        object.section = std::move(*info);
    else
        object.note = "size and attributes unknown: " + shortReason(info.error());
}

// Goes down the tree, depth first, and keeps what it finds. For one walk on one thread.
class Walk {
public:
    Walk(bool includeWine, std::stop_token stop) : m_includeWine(includeWine), m_stop(std::move(stop)) {}

    // False when stopped. `note` takes what went wrong with this directory.
    bool directory(HANDLE handle, const std::string &path, std::size_t depth, std::string &note)
    {
        const Listing listing = list(handle, path);
        if (listing.failure)
            note = "listed in part: " + shortReason(*listing.failure);
        for (const Entry &entry : listing.entries) {
            if (m_stop.stop_requested())
                return false;
            if (!m_includeWine && isWinesOwn(toUtf8(entry.name)))
                continue;
            if (!object(entry, handle, path, depth))
                return false;
        }
        return true;
    }

    std::vector<NamedObject> take() { return std::move(m_found); }

private:
    bool object(const Entry &entry, HANDLE parent, const std::string &parentPath, std::size_t depth)
    {
        NamedObject object{.type = toUtf8(entry.type), .name = toUtf8(entry.name)};
        object.path = parentPath + "\\" + object.name;
        if (object.type == "SymbolicLink")
            readLink(object, entry.name, parent);
        else if (object.type == "Section")
            readSection(object, entry.name, parent);
        if (!isExactInUtf8(entry.name))
            object.note += std::string(object.note.empty() ? "" : "; ") +
                           "the name is not valid UTF-16 and cannot be opened by this text";
        const std::size_t index = m_found.size();
        m_found.push_back(std::move(object));
        if (m_found[index].type != "Directory")
            return true;
        return enter(entry, parent, index, depth);
    }

    bool enter(const Entry &entry, HANDLE parent, std::size_t index, std::size_t depth)
    {
        const std::string path = m_found[index].path;
        if (depth == deepest) {
            m_found[index].note = fmt::format("not entered: it is {} levels deep", depth);
            return true;
        }
        const auto handle = openDirectory(entry.name, parent, path);
        if (!handle) {
            m_found[index].note = "not entered: " + shortReason(handle.error());
            return true;
        }
        std::string note;
        const bool goOn = directory(handle->get(), path, depth + 1, note);
        if (!note.empty())
            m_found[index].note = note;
        return goOn;
    }

    bool m_includeWine;
    std::stop_token m_stop;
    std::vector<NamedObject> m_found;
};

} // namespace

Result<std::vector<NamedObject>> WindowsSystem::namedObjects(bool includeWine, std::stop_token stop)
{
    const auto root = openDirectory(L"\\", nullptr, "\\");
    if (!root)
        return Failure(root.error());
    Walk walk(includeWine, std::move(stop));
    std::string note;
    if (!walk.directory(root->get(), "", 0, note))
        return cancelled("list objects");
    auto found = walk.take();
    if (!note.empty()) // the root itself is listed only when there is something to say of it
        found.push_back({.type = "Directory", .name = "\\", .path = "\\", .note = note});
    return found;
}

} // namespace ipclens
