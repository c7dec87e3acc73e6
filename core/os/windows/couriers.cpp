#include "core/os/windows/couriers.h"

#include "core/os/windows/arrival_clock.h"

#include <algorithm>
#include <system_error>

namespace ipclens {

class Couriers::Courier {
public:
    Courier()
        : m_given(CreateEventW(nullptr, FALSE, FALSE, nullptr)), m_done(CreateEventW(nullptr, TRUE, FALSE, nullptr))
    {
    }

    bool isWhole() const { return m_given && m_done; }

    static void run(const std::shared_ptr<Courier> &self)
    {
        while (WaitForSingleObject(self->m_given.get(), INFINITE) == WAIT_OBJECT_0 && !self->m_isOver) {
            self->carry();
            SetEvent(self->m_done.get());
        }
    }

    KernelHandle m_given; // auto-reset
    KernelHandle m_done;  // not so: several may wait for it
    std::atomic<bool> m_isOver = false;
    Errand m_errand; // belongs to the thread between m_given and m_done
    std::thread m_thread;

private:
    void carry()
    {
        static char nothing = 0; // lpData of an empty payload, which is not the same as none
        LPARAM lParam = m_errand.lParam;
        if (m_errand.copy) {
            COPYDATASTRUCT &copy = *m_errand.copy;
            copy.lpData = m_errand.nullData ? nullptr : m_errand.data.empty() ? static_cast<void *>(&nothing) : m_errand.data.data();
            lParam = reinterpret_cast<LPARAM>(&copy);
        }
        // As long as it takes: the first sender decides how long it waits. Not SMTO_ABORTIFHUNG, for the same reason.
        constexpr UINT forEver = 0x7FFF'FFFF; // milliseconds
        const std::int64_t begin = ArrivalClock::ticks();
        SetLastError(0);
        m_errand.sent = SendMessageTimeoutW(m_errand.receiver, m_errand.message, m_errand.wParam, lParam,
                                            SMTO_NORMAL | SMTO_ERRORONEXIT, forEver, &m_errand.result);
        m_errand.code = GetLastError();
        m_errand.duration = ArrivalClock::nanoseconds(ArrivalClock::ticks() - begin);
    }
};

Couriers::~Couriers()
{
    for (const auto &courier : m_all) {
        courier->m_isOver = true;
        SetEvent(courier->m_given.get());
        if (std::ranges::find(m_idle, courier) != m_idle.end())
            courier->m_thread.join();
        else
            courier->m_thread.detach();
    }
}

std::shared_ptr<Couriers::Courier> Couriers::idle()
{
    const auto back = std::ranges::partition(
        m_forgotten, [](const auto &courier) { return WaitForSingleObject(done(*courier), 0) != WAIT_OBJECT_0; });
    m_idle.insert(m_idle.end(), back.begin(), back.end());
    m_forgotten.erase(back.begin(), back.end());
    if (!m_idle.empty()) {
        const auto courier = std::move(m_idle.back());
        m_idle.pop_back();
        return courier;
    }
    auto courier = std::make_shared<Courier>();
    if (!courier->isWhole())
        return nullptr;
    m_all.push_back(courier);
    try {
        courier->m_thread = std::thread([courier] { Courier::run(courier); });
    } catch (const std::system_error &) {
        m_all.pop_back();
        return nullptr;
    }
    return courier;
}

std::shared_ptr<Couriers::Courier> Couriers::send(Errand errand)
{
    const auto courier = idle();
    if (!courier)
        return nullptr;
    courier->m_errand = std::move(errand);
    ResetEvent(courier->m_done.get());
    SetEvent(courier->m_given.get());
    return courier;
}

HANDLE Couriers::done(const Courier &courier)
{
    return courier.m_done.get();
}

Errand Couriers::finish(const std::shared_ptr<Courier> &courier)
{
    Errand errand = std::move(courier->m_errand);
    m_idle.push_back(courier);
    return errand;
}

void Couriers::forget(std::shared_ptr<Courier> courier)
{
    m_forgotten.push_back(std::move(courier));
}

} // namespace ipclens
