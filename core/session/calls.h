// The calls a session has not replied to yet.
#pragma once

#include "core/session/connection.h"

#include <mutex>
#include <stop_token>
#include <unordered_map>

namespace ipclens {

// Decides, once for each call, whether it is replied to or was cancelled. Thread-safe.
class Calls {
public:
    // False: a call of that number is under way already.
    bool begin(CallId call)
    {
        const std::scoped_lock lock(m_mutex);
        return m_open.try_emplace(call).second;
    }

    // No value: it was cancelled.
    std::optional<std::stop_token> token(CallId call)
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_open.find(call);
        return found == m_open.end() ? std::nullopt : std::optional(found->second.get_token());
    }

    // Whether the reply is still wanted. Nobody else gets to reply after this.
    bool finish(CallId call)
    {
        const std::scoped_lock lock(m_mutex);
        return m_open.erase(call) > 0;
    }

    void cancel(CallId call)
    {
        auto entry = [&] {
            const std::scoped_lock lock(m_mutex);
            return m_open.extract(call);
        }();
        if (entry)
            entry.mapped().request_stop();
    }

    void cancelAll()
    {
        auto open = [&] {
            const std::scoped_lock lock(m_mutex);
            return std::exchange(m_open, {});
        }();
        for (auto &[call, stop] : open)
            stop.request_stop();
    }

private:
    std::mutex m_mutex;
    std::unordered_map<CallId, std::stop_source> m_open;
};

} // namespace ipclens
