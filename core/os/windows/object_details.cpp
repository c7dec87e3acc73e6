// What the system tells of one kernel object.
#include "core/os/windows/last_error.h"
#include "core/os/windows/mapped_file_names.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/object_query.h"
#include "core/os/windows/section_query.h"
#include "core/os/windows/sync_query.h"
#include "core/os/windows/windows_system.h"

namespace ipclens {
namespace {

constexpr SIZE_T onePage = 4096;

void addNote(ObjectDetails &details, const std::string &text)
{
    details.note += (details.note.empty() ? "" : "; ") + text;
}

// Only a file's or an image's view has one.
std::string fileBehind(HANDLE section)
{
    const MappedView view(MapViewOfFile(section, FILE_MAP_READ, 0, 0, onePage));
    if (!view)
        return {};
    MappedFileNames names(GetCurrentProcess());
    return names.at(reinterpret_cast<std::uintptr_t>(view.get()));
}

bool runsOnWine()
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

// The most that a view may do is what the section was created with: it is tried, one page each, from the most down. Views are
// refused with STATUS_SECTION_PROTECTION, not for lack of a right of ours. [doc, ZwMapViewOfSection]
std::string protectionOf(const std::string &text, const ObjectTarget &target, ObjectDetails &details)
{
    if (runsOnWine()) {
        addNote(details, "page protection unknown: Wine 8 maps read-only sections for writing, too");
        return {};
    }
    struct Step {
        ULONG protection;
        DWORD right;
        const char *name;
    };
    constexpr Step steps[] = {
        {PAGE_EXECUTE_READWRITE, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE, "PAGE_EXECUTE_READWRITE"},
        {PAGE_READWRITE, SECTION_MAP_READ | SECTION_MAP_WRITE, "PAGE_READWRITE"},
        {PAGE_EXECUTE_READ, SECTION_MAP_READ | SECTION_MAP_EXECUTE, "PAGE_EXECUTE_READ"},
        {PAGE_READONLY, SECTION_MAP_READ, "PAGE_READONLY"}};
    const auto path = target.name.empty() ? Result<std::wstring>(std::wstring()) : nativePath(target.name);
    if (!path || path->empty())
        return {};
    for (const Step &step : steps) {
        const auto section = openNamed(*path, "Section", step.right, text);
        if (!section) {
            addNote(details, "page protection unknown: not all rights are granted that trying takes");
            return {};
        }
        void *base = nullptr;
        SIZE_T size = onePage;
        constexpr int unmapInChildren = 2; // ViewUnmap
        const NTSTATUS status = NtMapViewOfSection(section->get(), GetCurrentProcess(), &base, 0, 0, nullptr, &size,
                                                   unmapInChildren, 0, step.protection);
        if (nt::succeeded(status)) {
            const MappedView view(base);
            return step.name;
        }
        if (status != nt::sectionProtection)
            return {};
    }
    return {};
}

void describeSection(const OpenedObject &object, const std::string &text, const ObjectTarget &target, ObjectDetails &details)
{
    const HANDLE section = object.opened.handle.get();
    if (object.opened.has(SECTION_QUERY)) {
        if (auto info = querySection(section, details.path.empty() ? text : details.path))
            details.section = std::move(*info);
        else
            addNote(details, "size and attributes unknown: " + toText(info.error()));
    } else {
        addNote(details, "size and attributes unknown: SECTION_QUERY is not granted");
    }
    const bool mayHaveFile = !details.section || (details.section->attributes & (SEC_FILE | SEC_IMAGE)) != 0;
    if (mayHaveFile && object.opened.has(SECTION_MAP_READ))
        details.file = fileBehind(section);
    else if (mayHaveFile)
        addNote(details, "the file behind it is unknown: SECTION_MAP_READ is not granted");
    details.protection = protectionOf(text, target, details);
}

} // namespace

Result<ObjectDetails> WindowsSystem::describeObject(const ObjectTarget &target)
{
    const auto object = openTarget(target);
    if (!object)
        return Failure(object.error());
    const HANDLE handle = object->opened.handle.get();
    const std::string text = toText(target);
    ObjectDetails details{.type = object->type};
    if (details.type == "File")
        addNote(details, "asking for a file's name may wait for as long as somebody reads it; the list of handles has it");
    else
        details.path = nameOf(handle);
    const std::uint32_t handles = handleCount(handle);
    details.handles = handles > 0 ? handles - 1 : 0;
    details.isPermanent = isPermanent(handle);
    if (details.type == "Section")
        describeSection(*object, text, target, details);
    if (auto state = querySync(handle, details.type, text))
        details.sync = std::move(*state);
    else if (state.error().kind != ErrorKind::Unsupported)
        addNote(details, "state unknown: " + toText(state.error()));
    return details;
}

} // namespace ipclens
