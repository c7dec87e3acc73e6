#include "core/os/windows/file_questions.h"

#include "core/os/windows/nt.h"
#include "core/os/windows/object_query.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace ipclens {
namespace {

constexpr std::chrono::milliseconds patience{250}; // for one answer, which takes microseconds
std::atomic<int> stuck = 0;                        // threads left behind

// NtQueryInformationFile's class 24. [doc, FILE_PIPE_LOCAL_INFORMATION]
struct PipeLocalInformation {
    ULONG type;
    ULONG configuration;
    ULONG maximumInstances; // 0xFFFFFFFF: any number
    ULONG currentInstances;
    ULONG inboundQuota;
    ULONG readAvailable;
    ULONG outboundQuota;
    ULONG writeAvailable;
    ULONG state;
    ULONG end;
};
constexpr int pipeLocalInformation = 24;

PipeState stateOf(ULONG state)
{
    switch (state) {
    case 1: return PipeState::Disconnected;
    case 2: return PipeState::Listening;
    case 3: return PipeState::Connected;
    case 4: return PipeState::Closing;
    default: return PipeState::Unknown;
    }
}

FileAnswer askOne(HANDLE file, bool withPipe)
{
    FileAnswer answer{.path = nameOf(file)};
    if (!withPipe || !answer.path.starts_with("\\Device\\NamedPipe"))
        return answer;
    IO_STATUS_BLOCK block{};
    PipeLocalInformation local{};
    const NTSTATUS status = NtQueryInformationFile(file, &block, &local, sizeof local,
                                                   static_cast<FILE_INFORMATION_CLASS>(pipeLocalInformation));
    if (nt::succeeded(status)) {
        answer.isServer = local.end == 1;
        answer.state = stateOf(local.state);
        answer.instances = local.currentInstances;
        answer.maximum = local.maximumInstances == 0xFFFFFFFF ? 0 : local.maximumInstances;
    }
    ULONG pid = 0;
    if (GetNamedPipeServerProcessId(file, &pid))
        answer.serverPid = pid;
    return answer;
}

// What the asking thread and the one that waits share. Whoever is left last destroys it.
struct Inquiry {
    std::vector<KernelHandle> files;
    bool withPipes = false;
    std::mutex mutex; // guards what follows
    std::condition_variable changed;
    std::vector<std::optional<FileAnswer>> answers;
    std::size_t next = 0;   // being asked
    unsigned generation = 0; // of the asking thread; an older one ends when it comes back
    KernelHandle thread;     // of that generation, to call it off
};

void askAll(const std::shared_ptr<Inquiry> &inquiry, unsigned generation)
{
    std::unique_lock lock(inquiry->mutex);
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), inquiry->thread.receive(), THREAD_TERMINATE, FALSE,
                    0); // CancelSynchronousIo wants this right; none: the thread is left without being called off
    while (inquiry->next < inquiry->files.size()) {
        const std::size_t at = inquiry->next;
        lock.unlock();
        FileAnswer answer = askOne(inquiry->files[at].get(), inquiry->withPipes);
        lock.lock();
        if (inquiry->generation != generation) {
            --stuck;
            return;
        }
        inquiry->answers[at] = std::move(answer);
        ++inquiry->next;
        inquiry->changed.notify_all();
    }
}

} // namespace

std::vector<std::optional<FileAnswer>> FileQuestions::ask(bool withPipes)
{
    auto inquiry = std::make_shared<Inquiry>();
    inquiry->files = std::move(m_files);
    inquiry->withPipes = withPipes;
    m_files.clear();
    const std::size_t count = inquiry->files.size();
    inquiry->answers.resize(count);
    std::unique_lock lock(inquiry->mutex);
    while (inquiry->next < count && stuck < mostStuck) {
        std::thread([inquiry, generation = inquiry->generation] { askAll(inquiry, generation); }).detach();
        for (;;) {
            const std::size_t before = inquiry->next;
            if (before == count)
                break;
            if (inquiry->changed.wait_for(lock, patience, [&] { return inquiry->next != before; }))
                continue;
            ++stuck;
            ++inquiry->generation;
            ++inquiry->next; // this one stays without an answer
            const KernelHandle thread = std::move(inquiry->thread);
            if (thread)
                CancelSynchronousIo(thread.get());
            break;
        }
    }
    return inquiry->answers;
}

} // namespace ipclens
