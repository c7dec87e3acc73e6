// Modules of a process, and which of their sections are shared between processes.
#include "core/os/windows/last_error.h"
#include "core/os/pe_image.h"
#include "core/os/windows/process_handle.h"
#include "core/os/windows/utf16.h"
#include "core/os/windows/windows_system.h"

#include <algorithm>

#include <psapi.h>

namespace ipclens {
namespace {

Result<std::vector<HMODULE>> moduleHandles(HANDLE process, std::uint32_t pid)
{
    std::vector<HMODULE> handles(256);
    for (int attempt = 0;; ++attempt) {
        const DWORD size = static_cast<DWORD>(handles.size() * sizeof(HMODULE));
        DWORD needed = 0;
        const BOOL listed = EnumProcessModulesEx(process, handles.data(), size, &needed, LIST_MODULES_ALL);
        const DWORD code = GetLastError();
        if (listed && needed <= size) {
            handles.resize(needed / sizeof(HMODULE));
            return handles;
        }
        if (!listed && hasExited(process))
            return Failure(exitedError("list modules", processText(pid)));
        // While a process starts or loads a module its list is torn for a moment, and ERROR_PARTIAL_COPY says so.
        if (!listed && (code != ERROR_PARTIAL_COPY || attempt == 10))
            return systemFailure(code, "EnumProcessModulesEx", processText(pid),
                                 code == ERROR_PARTIAL_COPY ? "The process may still be starting: try again" : "");
        if (listed)
            handles.resize(needed / sizeof(HMODULE) + 64);
    }
}

// Without a value when the module was unloaded meanwhile.
std::optional<Module> describe(HANDLE process, HMODULE handle)
{
    MODULEINFO info;
    if (!GetModuleInformation(process, handle, &info, sizeof info))
        return std::nullopt;
    std::wstring path(MAX_PATH, L'\0');
    DWORD length = GetModuleFileNameExW(process, handle, path.data(), static_cast<DWORD>(path.size()));
    while (length + 1 >= path.size() && path.size() < 32768) { // cut, or just fitting: it does not tell
        path.resize(path.size() * 4);
        length = GetModuleFileNameExW(process, handle, path.data(), static_cast<DWORD>(path.size()));
    }
    if (length == 0)
        return std::nullopt;
    Module module{.path = toUtf8(std::wstring_view(path).substr(0, length)),
                  .range = {reinterpret_cast<std::uintptr_t>(info.lpBaseOfDll), info.SizeOfImage}};
    module.name = fileNameOf(module.path);
    return module;
}

Result<void> addSharedSections(MemorySource &memory, const Module &module, std::vector<SharedSection> &found)
{
    const auto image = readPeImage(memory, module.range);
    if (!image)
        return Failure(image.error());
    for (const PeSection &section : image->sections) {
        if (!(section.characteristics & IMAGE_SCN_MEM_SHARED))
            continue;
        auto exports = exportsIn(memory, *image, section);
        if (!exports)
            return Failure(std::move(exports.error()));
        found.push_back({.module = module.name,
                         .path = module.path,
                         .section = section.name,
                         .range = section.range,
                         .characteristics = section.characteristics,
                         .exports = std::move(*exports)});
    }
    return {};
}

} // namespace

Result<std::vector<Module>> WindowsSystem::modules(ProcessKey key)
{
    const auto process = openProcessHandle(key, PROCESS_QUERY_INFORMATION | PROCESS_VM_READ);
    if (!process)
        return Failure(process.error());
    const auto handles = moduleHandles(process->get(), key.pid);
    if (!handles)
        return Failure(handles.error());
    std::vector<Module> modules;
    for (const HMODULE handle : *handles)
        if (auto module = describe(process->get(), handle))
            modules.push_back(std::move(*module));
    if (hasExited(process->get()))
        return Failure(exitedError("list modules", processText(key.pid)));
    std::ranges::sort(modules, {}, [](const Module &module) { return module.range.begin; });
    return modules;
}

// A module whose headers are unreadable or overwritten does not hide the others' sections. But an empty answer must be
// true: when nothing was found, the first such module is reported.
Result<std::vector<SharedSection>> WindowsSystem::sharedSections(ProcessKey key, std::stop_token stop)
{
    const auto process = openProcess(key, Access::Read);
    if (!process)
        return Failure(process.error());
    const auto loaded = modules((*process)->key());
    if (!loaded)
        return Failure(loaded.error());
    std::vector<SharedSection> found;
    std::optional<Error> unread;
    for (const Module &module : *loaded) {
        if (stop.stop_requested())
            return cancelled("list shared sections");
        if (auto added = addSharedSections(**process, module, found); !added) {
            if (added.error().kind == ErrorKind::Exited)
                return Failure(std::move(added.error()));
            if (!unread) {
                unread = std::move(added.error());
                unread->object = module.name + ", " + unread->object;
            }
        }
    }
    if (found.empty() && unread)
        return Failure(std::move(*unread));
    return found;
}

} // namespace ipclens
