// Threads that send a message and wait for its answer on behalf of a thread that has to stay reachable.
#pragma once

#include "core/model/bytes.h"
#include "core/os/windows/unique_handle.h"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace ipclens {

// A message to be sent, and what came of it.
struct Errand {
    HWND receiver = nullptr;
    UINT message = 0;
    WPARAM wParam = 0;
    LPARAM lParam = 0;               // not for WM_COPYDATA
    std::optional<COPYDATASTRUCT> copy; // WM_COPYDATA; its lpData is not used
    bool nullData = false;
    Bytes data;                      // a copy: the sender of the original may be gone before the errand is done

    LRESULT sent = 0; // what SendMessageTimeout gave
    DWORD_PTR result = 0;
    DWORD code = 0;
    std::int64_t duration = 0; // nanoseconds from sending to the answer
};

// As many threads as errands are under way at a time; they stay for the next. For one thread. A receiver that never answers keeps its
// courier waiting: at the end such a one is left behind with all that it needs, and ends with the answer or with the process, because
// there is no way to call off a message that was sent.
class Couriers {
public:
    class Courier;

    ~Couriers();

    // None: the system gives no more threads.
    std::shared_ptr<Courier> send(Errand errand);
    // Set from when the errand is done until the courier's next one.
    static HANDLE done(const Courier &courier);
    // What came of one that is done; the courier is free for the next.
    Errand finish(const std::shared_ptr<Courier> &courier);
    // Nobody will ask what comes of it.
    void forget(std::shared_ptr<Courier> courier);

private:
    std::shared_ptr<Courier> idle();

    std::vector<std::shared_ptr<Courier>> m_all;
    std::vector<std::shared_ptr<Courier>> m_idle;
    std::vector<std::shared_ptr<Courier>> m_forgotten; // idle once they are done
};

} // namespace ipclens
