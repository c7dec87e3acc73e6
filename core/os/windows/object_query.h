// Kernel objects of any type: opened by name or through somebody's handle, and what the system tells of them.
#pragma once

#include "core/model/sharing.h"
#include "core/os/windows/rights.h"

namespace ipclens {

// Where a name leads that is plain or begins with Local\ or Global\, as CreateFileMapping and its like take it; full
// paths as they are. Invalid when no name can be that.
Result<std::wstring> nativePath(const std::string &name);

// What may be asked of objects of a type, by the names that Windows' headers give. Empty for types without a table.
std::span<const Right> rightsOf(std::string_view type);
// In words; bits without a name as a number.
std::vector<std::string> rightNames(std::string_view type, DWORD access);

// Opens an object of one of the types that have a name to open: Section, Mutant, Event, Semaphore, Timer, Job,
// SymbolicLink, Directory.
Result<KernelHandle> openNamed(const std::wstring &path, std::string_view type, DWORD access, const std::string &text);
// Of which of these types the object at `path` is.
Result<std::string> typeAt(const std::wstring &path, const std::string &text);

// A handle of ours to what `value` is to in `process`, which was opened with PROCESS_DUP_HANDLE. `text` names it in
// errors.
Result<KernelHandle> duplicateHandle(HANDLE process, std::uint64_t value, DWORD access, const std::string &text);

// An object that was opened to be looked at, whatever it is.
struct OpenedObject {
    OpenedWithRights opened;
    std::string type;
};
// Opens with as many as possible of the rights that queries need: to its state, size, contents and access list; never
// with SYNCHRONIZE, as nothing here waits. Through somebody's handle it may end up with none, by name it has at least
// one.
Result<OpenedObject> openTarget(const ObjectTarget &target);

std::string typeOf(HANDLE object);
// Full path, empty when it has no name. Never of a file: that may wait for as long as somebody reads a pipe.
std::string nameOf(HANDLE object);
// Open handles in the whole system; 0 when not told.
std::uint32_t handleCount(HANDLE object);
bool isPermanent(HANDLE object);

bool isSame(HANDLE one, HANDLE other);

// Whether an object of that name is one of those that Wine makes for itself: "__wine_...", "__WINE_FONT_MUTEX__".
bool isWinesOwn(std::string_view name);

} // namespace ipclens
