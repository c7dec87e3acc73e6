// Which process a message's sender was.
#pragma once

#include "core/model/process.h"
#include "core/os/windows/unique_handle.h"

#include <map>
#include <mutex>

namespace ipclens {

struct Sender {
    ProcessKey key;
    std::string name; // of the program file; empty when the system refuses it
};

// Keys and names of processes by pid. Keeps a handle to each, so that its pid cannot pass to another process while it
// is remembered. Any thread.
class SenderNames {
public:
    Sender of(std::uint32_t pid);
    // Lets go of processes that have ended, and of those not asked for lately. Cheap when called often.
    void sweep();

private:
    struct Entry {
        KernelHandle process;
        Sender sender;
        std::uint64_t used = 0; // GetTickCount64()
    };

    std::mutex m_mutex; // guards what follows
    std::map<std::uint32_t, Entry> m_entries;
    std::uint64_t m_swept = 0;
};

} // namespace ipclens
