// How many messages went from which process to which window, since the session began.
#pragma once

#include "core/session/sharing_map.h"
#include "ui/client.h"

#include <map>

namespace ipclens {

// GUI thread. Counts what the client's inboxes receive, whether anybody looks or not.
class MessageCounts : public QObject {
    Q_OBJECT
public:
    explicit MessageCounts(Client &client, QObject *parent = nullptr);

    std::vector<WindowTraffic> traffic() const;
    std::uint64_t unknownSenders() const { return m_unknown; } // messages whose sender nobody knows

signals:
    void changed();

private:
    void count(const MessageBatch &batch);

    std::map<std::tuple<std::uint32_t, std::int64_t, std::uint64_t>, WindowTraffic> m_traffic; // by sender and window
    std::uint64_t m_unknown = 0;
};

} // namespace ipclens
