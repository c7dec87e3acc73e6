// Telling broadcasts from messages to one window.
#pragma once

#include "core/os/windows/unique_handle.h"

#include <cstdint>
#include <deque>

namespace ipclens {

// A hidden window that nobody looks for: what it gets was sent to all windows. It lies before all others, so that
// broadcasts, which go through the windows from the front to the back, reach it before any other window of its thread.
// For one thread, which pumps messages.
class BroadcastWitness {
public:
    // The system's refusal leaves it without a window: then nothing is a broadcast.
    BroadcastWitness();
    ~BroadcastWitness();
    BroadcastWitness(const BroadcastWitness &) = delete;
    BroadcastWitness &operator=(const BroadcastWitness &) = delete;

    // To be called whenever another window of the thread was put to the front.
    void goToFront();
    // Whether the message, which another window of the thread has just got, came to this one as well. Once for each
    // time it came.
    bool saw(UINT message, WPARAM wParam, LPARAM lParam);

private:
    struct Seen {
        UINT message = 0;
        WPARAM wParam = 0;
        LPARAM lParam = 0;
        std::uint64_t time = 0; // GetTickCount64()
    };

    static LRESULT CALLBACK windowProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam) noexcept;
    void remember(const Seen &seen) noexcept;

    HWND m_window = nullptr;
    std::deque<Seen> m_seen; // oldest first
};

} // namespace ipclens
