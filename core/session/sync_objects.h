// Synchronisation objects and what they probably guard.
#pragma once

#include "core/session/sharing_commands.h"

namespace ipclens {

Result<SyncList> listSyncObjects(System &system, const ListSyncObjects &command, std::stop_token stop);

// Guesses which sections an object guards: those whose names begin alike, and those that the same two or more processes hold.
class GuardGuesses {
public:
    static constexpr std::size_t most = 8; // guesses for one object; names count more than holders

    explicit GuardGuesses(const std::vector<SharedObject> &objects); // of any type

    std::vector<Guarded> of(const std::string &path, const std::vector<ObjectHandle> &holders) const;

private:
    struct Candidate {
        ObjectTarget target;
        std::string stem;
        std::vector<std::uint32_t> pids;
    };
    std::vector<Candidate> m_sections;
};

} // namespace ipclens
