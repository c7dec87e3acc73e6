// Names of files and pipes by handle, with an end to the waiting.
#pragma once

#include "core/model/sharing.h"
#include "core/os/windows/unique_handle.h"

#include <optional>
#include <vector>

namespace ipclens {

struct FileAnswer {
    std::string path; // "\Device\NamedPipe\x"; empty: it has none, or it is not told
    // Of a pipe.
    bool isServer = false;
    PipeState state = PipeState::Unknown;
    std::uint32_t instances = 0;
    std::uint32_t maximum = 0;
    std::uint32_t serverPid = 0;
};

// Asking anything of a file that was opened for synchronous use waits until the read or write is done that somebody is in the
// middle of, which for a pipe may be never. So a thread of its own asks, and when it does not come back it is called off
// (CancelSynchronousIo) and left behind: it holds what it needs and ends by itself when the read does. At most `mostStuck`
// threads can be in this state in the whole program; from then on questions stay unanswered at once. One thread uses one of
// these.
class FileQuestions {
public:
    static constexpr int mostStuck = 4;

    void add(KernelHandle file) { m_files.push_back(std::move(file)); }
    // In the order added; without a value where there was no answer in time. Everything about pipes only when asked for.
    // Forgets the files.
    std::vector<std::optional<FileAnswer>> ask(bool withPipes);

private:
    std::vector<KernelHandle> m_files;
};

} // namespace ipclens
