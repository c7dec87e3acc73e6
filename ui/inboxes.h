// The inboxes, relays and taps that a capture gets its messages from.
#pragma once

#include "ui/client.h"

#include <QStringList>

#include <variant>

namespace ipclens {

using InboxSource = std::variant<InboxRequest, RelayRequest, TapRequest>;

// "class / title" of an inbox, "relay to ...", "tap of ...".
QString nameOf(const InboxSource &source);

// Opens and closes them, any number at once, and tells what arrives. GUI thread.
class Inboxes : public QObject {
    Q_OBJECT
public:
    enum class State { Opening, Open, Closing };
    struct Inbox {
        std::uint64_t key = 0; // ours, before the session has given a number
        State state = State::Opening;
        InboxSource source;
        InboxOpened opened;
        MessageBatch counts; // without messages
    };

    // `client` must outlive it.
    explicit Inboxes(Client &client, QObject *parent = nullptr);
    ~Inboxes() override; // closes all

    void open(const InboxSource &source);
    void close(std::uint64_t key);
    void closeAll();
    // Off: windows answer as before, and what comes is only counted. Also of those that are opened later.
    void setCapturing(bool on);
    bool isCapturing() const { return m_capturing; }

    const std::vector<Inbox> &all() const { return m_inboxes; }
    bool isIdle() const { return m_inboxes.empty(); }
    bool isListening() const { return has(State::Open); }
    bool has(State state) const;
    MessageBatch counts() const; // of all that were opened since the last time that none was, together

    // Those that were open, or refused, when something ended them; made again by openAgain(), with a new connection if
    // that is gone.
    bool canOpenAgain() const { return !m_again.empty(); }
    void openAgain();

signals:
    void changed();
    void opened(const ipclens::InboxOpened &opened, const QString &name);
    void arrived(const ipclens::MessageBatch &batch);
    // It could not be opened; `window` is what a relay or tap was for, 0 when there is none.
    void refused(const ipclens::Error &error, quint64 window);
    void noticed(const ipclens::Error &notice);  // it goes on, but not all may come here
    void failed(const ipclens::Error &error);    // something else: it could not be closed, a tap's program ended
    void interrupted(const ipclens::Error &why); // the connection was lost while at least one was open or opening
    void unconnected(const ipclens::Error &why); // openAgain() found no connection

private:
    Inbox *find(std::uint64_t key);
    bool hasUnknown() const;
    void answered(std::uint64_t key, Result<InboxOpened> reply);
    void take(const MessageBatch &batch);
    void closeNow(Inbox &inbox);
    void forget(std::uint64_t key);
    void clientChanged();

    Client &m_client;
    std::vector<Inbox> m_inboxes;
    std::vector<MessageBatch> m_early; // came before the reply that says whose they are
    std::vector<InboxSource> m_again;
    std::vector<MessageBatch> m_closedCounts;
    std::uint64_t m_lastKey = 0;
    bool m_capturing = true;
    bool m_openOnConnect = false;
};

} // namespace ipclens
