// What messages lead to: blocks of memory in their senders, and named sections.
#pragma once

#include "core/os/system.h"

#include <map>

#include <windows.h>

namespace ipclens {

// Rules by the numbers of their messages.
Result<std::map<UINT, PointerPlace>> placesOf(const std::vector<PointerRule> &rules);

// Reads it while the sender waits for its answer, because a sender may free it as soon as it has that. For one thread.
// An upper bound on what the sender waits for is the reading of `mostBytes`.
class ReferenceReader {
public:
    // `places` by number of the registered message.
    ReferenceReader(std::uint32_t mostBytes, std::map<UINT, PointerPlace> places)
        : m_mostBytes(mostBytes), m_places(std::move(places))
    {
    }

    // The section that a payload names which is nothing but a name: 2 to 128 printable ASCII characters as bytes or UTF-16, with or
    // without a terminator, and without any of "*?<>|,;=[]
    std::vector<MessageReference> ofCopyData(std::span<const std::byte> data);
    std::vector<MessageReference> ofRegistered(UINT message, WPARAM wParam, LPARAM lParam);

private:
    struct Known {
        std::shared_ptr<Process> process;
        std::uint64_t used = 0; // GetTickCount64()
    };

    Result<std::shared_ptr<Process>> open(std::uint32_t pid);

    const std::uint32_t m_mostBytes;
    const std::map<UINT, PointerPlace> m_places;
    std::map<std::uint32_t, Known> m_processes; // kept open: their pids cannot pass to others
};

} // namespace ipclens
