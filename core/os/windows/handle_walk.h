// The list of all handles of all processes, and copies of them to look at.
#pragma once

#include "core/model/sharing.h"
#include "core/os/windows/nt.h"
#include "core/os/windows/process_list.h"
#include "core/os/windows/unique_handle.h"

#include <map>
#include <span>
#include <vector>

namespace ipclens {

// One list, by process and handle. Numbers of types are learnt from handles of our own that are found in it; what they
// are differs from release to release of Windows.
class HandleWalk {
public:
    // Objects of our own, one of each type that processes share, are made before the list is, and closed again.
    static Result<HandleWalk> start();

    std::span<const nt::HandleEntry> entries() const { return m_entries; }
    // Consecutive entries of one process each.
    std::vector<std::span<const nt::HandleEntry>> byProcess() const;
    // Empty for types of which no handle of ours is in the list.
    std::string_view typeName(USHORT type) const;
    std::optional<USHORT> typeNumber(std::string_view type) const;
    // The number of the type of `object`, a handle of ours opened before the walk started.
    std::optional<USHORT> typeNumberOf(HANDLE object) const;
    void learn(USHORT type, std::string name) { m_types.emplace(type, std::move(name)); }

    const ListedProcess &process(std::uint32_t pid) const;
    // The process, opened for copying its handles. Any thread.
    Result<KernelHandle> open(std::uint32_t pid) const;
    // The same, kept. An error once is an error for the whole walk.
    Result<HANDLE> opened(std::uint32_t pid);

    // All of an entry but its path.
    ObjectHandle describe(const nt::HandleEntry &entry, std::string type) const;
    UnseenProcess unseen(std::uint32_t pid, std::uint32_t handles, Error why) const;

private:
    std::vector<nt::HandleEntry> m_entries;
    std::map<USHORT, std::string> m_types;
    std::map<std::uint32_t, ListedProcess> m_processes;
    std::map<std::uint32_t, Result<KernelHandle>> m_opened;
};

inline std::uint32_t pidOf(const nt::HandleEntry &entry)
{
    return static_cast<std::uint32_t>(entry.pid);
}

} // namespace ipclens
