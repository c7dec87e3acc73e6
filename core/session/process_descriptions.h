// What can be said of a process.
#pragma once

#include "core/session/sharing_commands.h"

#include <deque>

namespace ipclens {

// Remembers the processes it described, with a handle each, so that it can say when they ended. One thread.
class ProcessDescriptions {
public:
    static constexpr std::size_t mostRemembered = 64; // a handle keeps the pid from being used again

    Result<ProcessDescription> describe(System &system, const DescribeProcess &command, std::stop_token stop);

private:
    struct Remembered {
        ProcessInfo info;
        std::shared_ptr<Process> process; // none where opening was refused
    };

    Remembered *find(ProcessKey key);
    void remember(System &system, const ProcessInfo &info);

    std::deque<Remembered> m_remembered; // longest ago first
};

} // namespace ipclens
