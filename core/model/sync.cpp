#include "core/model/sync.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

std::string mutexText(const SyncState &state)
{
    if (state.signaled)
        return state.abandoned ? "free, abandoned: its last owner ended without releasing it" : "free";
    std::string text = "owned";
    if (state.ownerThread != 0)
        text += fmt::format(" by thread {} of process {}", state.ownerThread, state.owner.pid);
    if (state.count > 1)
        text += fmt::format(", {} times over", state.count);
    return text + (state.abandoned ? ", and was abandoned before" : "");
}

std::string timerText(const SyncState &state)
{
    const double seconds = static_cast<double>(state.remaining) / 1e9;
    if (state.signaled)
        return "signaled";
    return state.remaining > 0 ? fmt::format("due in {:.3f} s", seconds) : "not set";
}

} // namespace

std::string toText(const SyncState &state)
{
    std::string text;
    switch (state.kind) {
    case SyncKind::Mutex:
        text = mutexText(state);
        break;
    case SyncKind::Event:
        text = fmt::format("{}, {} reset", state.signaled ? "set" : "not set", state.manualReset ? "manual" : "auto");
        break;
    case SyncKind::Semaphore:
        text = fmt::format("{} of {}", state.count, state.maximum);
        break;
    case SyncKind::Timer:
        text = timerText(state);
        break;
    case SyncKind::Job:
        text = fmt::format("{} process{}", state.count, state.count == 1 ? "" : "es");
        break;
    }
    return state.note.empty() ? text : text + "; " + state.note;
}

} // namespace ipclens
