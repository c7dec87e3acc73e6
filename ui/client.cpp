#include "ui/client.h"

#include "core/os/elevation.h"
#include "core/session/session.h"
#include "core/wire/wire.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace ipclens {

namespace {

constexpr std::size_t queuedEventBytes = std::size_t{64} << 20;
constexpr int drainInterval = 16;  // milliseconds
constexpr int pingInterval = 2000; // milliseconds

// What an event holds in memory, near enough to bound a queue with.
std::size_t weightOf(const Event &event)
{
    constexpr std::size_t perItem = 256;
    return std::visit(
        [](const auto &value) -> std::size_t {
            using T = std::decay_t<decltype(value)>;
            std::size_t weight = perItem;
            if constexpr (std::is_same_v<T, WatchUpdate>) {
                for (const auto &image : value.changed)
                    weight += perItem + image.bytes.size();
            } else if constexpr (std::is_same_v<T, MessageBatch>) {
                for (const auto &message : value.messages) {
                    weight += 2 * perItem + message.payload.size();
                    for (const auto &reference : message.references)
                        weight += perItem + reference.bytes.size();
                }
                weight += perItem * value.outcomes.size();
            } else if constexpr (std::is_same_v<T, SeriesUpdate>) {
                weight += perItem * value.outcomes.size();
            } else if constexpr (std::is_same_v<T, JournalChanged>) {
                weight += value.entry.before.size() + value.entry.bytes.size();
            } else if constexpr (std::is_same_v<T, FrozenChanged>) {
                weight += value.item.bytes.size();
            }
            return weight;
        },
        event);
}

// Threads that end on their own time: they open connections nobody waits for any more, or close old ones.
class Leftovers {
public:
    void add(std::jthread thread)
    {
        thread.request_stop();
        const std::scoped_lock lock(m_mutex);
        m_threads.push_back(std::move(thread));
    }
    void finish()
    {
        for (;;) {
            std::vector<std::jthread> threads;
            {
                const std::scoped_lock lock(m_mutex);
                threads.swap(m_threads);
            }
            if (threads.empty())
                return;
        }
    }

private:
    std::mutex m_mutex;
    std::vector<std::jthread> m_threads;
};

Leftovers &leftovers()
{
    static Leftovers threads;
    return threads;
}

void closeInBackground(std::unique_ptr<Connection> connection)
{
    if (connection)
        leftovers().add(std::jthread([connection = std::move(connection)]() mutable { connection.reset(); }));
}

Error disconnected(const QString &name, const Error &why)
{
    if (why.kind == ErrorKind::Disconnected)
        return why;
    return {.kind = ErrorKind::Disconnected,
            .operation = "call",
            .object = "session " + name.toStdString(),
            .meaning = "there is no connection",
            .hint = "Connect first (Session menu)"};
}

} // namespace

// Thread-safe. Outlives the client when a connection is slow to end; then it lets everything pass into nothing.
struct Client::Inlet : std::enable_shared_from_this<Client::Inlet> {
    explicit Inlet(Client *owner) : client(owner) {}

    // Runs a member of the client on its thread, unless it has gone on to another connection by then.
    template <class Member, class... Values>
    void post(Member member, Values... values)
    {
        const std::scoped_lock lock(mutex);
        postLocked(member, std::move(values)...);
    }
    template <class Member, class... Values>
    void postLocked(Member member, Values... values)
    {
        if (!client)
            return;
        // Qt copies no functor here, but its type must be copyable.
        auto arguments = std::make_shared<std::tuple<Values...>>(std::move(values)...);
        auto deliver = [self = shared_from_this(), target = client, member, arguments] {
            if (target->m_inlet == self)
                std::apply([&](auto &...value) { (target->*member)(std::move(value)...); }, *arguments);
        };
        QMetaObject::invokeMethod(client, std::move(deliver), Qt::QueuedConnection);
    }

    // Blocks while too much is waiting: that holds the far end back.
    void take(Event event)
    {
        const auto weight = weightOf(event);
        std::unique_lock lock(mutex);
        drained.wait(lock, [&] { return !client || waiting == 0 || waiting + weight <= queuedEventBytes; });
        if (!client)
            return;
        waiting += weight;
        pushLocked({std::move(event), {}, weight});
    }

    // Behind the events that are there.
    void mark(std::function<void()> reached)
    {
        const std::scoped_lock lock(mutex);
        if (client)
            pushLocked({{}, std::move(reached), 0});
    }

    struct Waiting {
        Event event;
        std::function<void()> reached; // instead of an event
        std::size_t weight = 0;
    };

    std::optional<Waiting> next()
    {
        std::optional<Waiting> first;
        {
            const std::scoped_lock lock(mutex);
            if (queue.empty()) {
                drainAsked = false;
                return {};
            }
            first = std::move(queue.front());
            queue.pop_front();
            waiting -= first->weight;
        }
        drained.notify_all();
        return first;
    }

    // After this the client hears nothing more; gives back a connection that had just been made.
    std::unique_ptr<Connection> cutOff()
    {
        std::unique_ptr<Connection> fresh;
        {
            const std::scoped_lock lock(mutex);
            client = nullptr;
            queue.clear();
            if (outcome && *outcome)
                fresh = std::move(**outcome);
        }
        drained.notify_all();
        return fresh;
    }

    std::mutex mutex; // guards all that follows
    std::condition_variable drained;
    Client *client;
    std::optional<Result<std::unique_ptr<Connection>>> outcome; // of opening, until the client takes it
    std::deque<Waiting> queue;
    std::size_t waiting = 0; // sum of the weights
    bool drainAsked = false;

private:
    void pushLocked(Waiting what)
    {
        queue.push_back(std::move(what));
        if (!std::exchange(drainAsked, true))
            postLocked(&Client::drainEvents);
    }
};

Client::Client(QString name, Opener open, QObject *parent)
    : QObject(parent), m_name(std::move(name)), m_open(std::move(open)),
      m_draining([this] { return drainPiece(); }, this)
{
    m_error = {.kind = ErrorKind::Disconnected, .operation = "session", .object = m_name.toStdString(),
               .meaning = "not connected yet"};
    m_drainTimer.setSingleShot(true);
    m_drainTimer.setTimerType(Qt::PreciseTimer);
    connect(&m_drainTimer, &QTimer::timeout, this, &Client::drainEvents);
    m_pingTimer.setInterval(pingInterval);
    connect(&m_pingTimer, &QTimer::timeout, this, &Client::measureLatency);
    m_sinceDrain.start();
}

Client::~Client()
{
    closeConnection();
}

void Client::finishClosing()
{
    leftovers().finish();
}

void Client::connectNow()
{
    if (m_state != State::Lost)
        return;
    closeConnection();
    m_state = State::Connecting;
    m_latency = -1;
    m_inlet = std::make_shared<Inlet>(this);
    m_opening = std::jthread([open = m_open, inlet = m_inlet](std::stop_token stop) {
        ConnectionSinks sinks{.event = [inlet](Event event) { inlet->take(std::move(event)); },
                              .closed = [inlet](Error error) { inlet->post(&Client::lost, std::move(error)); }};
        auto outcome = open(std::move(sinks), stop);
        std::unique_lock lock(inlet->mutex);
        if (inlet->client) {
            inlet->outcome = std::move(outcome);
            inlet->postLocked(&Client::opened);
        } else {
            lock.unlock();
            outcome = Failure(Error{}); // closes it here, where waiting is allowed
        }
    });
    emit stateChanged();
}

void Client::opened()
{
    m_opening.join(); // this was the last thing it did
    std::optional<Result<std::unique_ptr<Connection>>> outcome;
    {
        const std::scoped_lock lock(m_inlet->mutex);
        outcome.swap(m_inlet->outcome);
    }
    if (!*outcome) {
        lost(std::move(outcome->error()));
        return;
    }
    m_connection = std::move(**outcome);
    m_connection->call(GetHost{}, [inlet = m_inlet](Result<Host> host) {
        if (host)
            inlet->post(&Client::greeted, std::move(*host));
        else
            inlet->post(&Client::lost, std::move(host.error()));
    });
}

void Client::greeted(Host host)
{
    m_host = std::move(host);
    m_state = State::Connected;
    m_pingTimer.start();
    measureLatency();
    emit stateChanged();
}

// What came before the connection was lost is still delivered.
void Client::lost(Error error)
{
    if (m_state == State::Connected)
        afterEvents(this, [this, error = std::move(error)] { endConnection(error); });
    else
        endConnection(std::move(error));
}

void Client::endConnection(Error error)
{
    if (m_state == State::Lost)
        return;
    closeConnection();
    m_error = std::move(error);
    m_state = State::Lost;
    // Their own replies may be lost with the connection; nobody is left waiting.
    for (auto &[call, pending] : std::exchange(m_pending, {})) {
        if (pending.context)
            pending.callback(std::unexpected(m_error));
    }
    emit stateChanged();
}

void Client::closeConnection()
{
    m_pingTimer.stop();
    m_drainTimer.stop();
    m_draining.stop();
    m_sincePing.invalidate();
    m_latency = -1;
    if (m_inlet)
        closeInBackground(m_inlet->cutOff());
    m_inlet.reset();
    if (m_opening.joinable())
        leftovers().add(std::move(m_opening));
    closeInBackground(std::move(m_connection));
}

CallId Client::submit(AnyCommand command, QObject *context, std::move_only_function<void(Result<AnyReply>)> callback)
{
    const auto call = ++m_lastCall;
    m_pending[call] = {context ? context : this, std::move(callback)};
    if (m_state != State::Connected) {
        auto fail = [this, call] { deliver(call, std::unexpected(disconnected(m_name, m_error))); };
        QMetaObject::invokeMethod(this, std::move(fail), Qt::QueuedConnection);
        return call;
    }
    m_pending[call].remote = m_connection->submit(std::move(command), [inlet = m_inlet, call](Result<AnyReply> reply) {
        inlet->post(&Client::deliver, call, std::move(reply));
    });
    return call;
}

void Client::deliver(CallId call, Result<AnyReply> reply)
{
    auto node = m_pending.extract(call);
    if (node && node.mapped().context)
        node.mapped().callback(std::move(reply));
}

void Client::cancel(CallId call)
{
    const auto node = m_pending.extract(call);
    if (node && m_connection && node.mapped().remote != 0)
        m_connection->cancel(node.mapped().remote);
}

void Client::afterEvents(QObject *context, std::function<void()> callback)
{
    auto call = [context = QPointer(context), callback = std::move(callback)] {
        if (context)
            callback();
    };
    if (m_inlet)
        m_inlet->mark(std::move(call));
    else
        QMetaObject::invokeMethod(this, std::move(call), Qt::QueuedConnection);
}

void Client::drainEvents()
{
    const auto elapsed = m_sinceDrain.elapsed();
    if (elapsed < drainInterval) {
        if (!m_drainTimer.isActive())
            m_drainTimer.start(static_cast<int>(drainInterval - elapsed));
        return;
    }
    m_draining.start();
}

// True: there is more than fits into one turn of the event loop.
bool Client::drainPiece()
{
    const auto inlet = m_inlet;
    if (!inlet)
        return false;
    QElapsedTimer timer;
    timer.start();
    const QPointer<Client> self(this);
    while (timer.elapsed() < IdleWork::pieceMilliseconds) {
        auto next = inlet->next();
        if (!next) {
            m_sinceDrain.restart();
            return false;
        }
        if (next->reached)
            next->reached();
        else
            give(next->event);
        if (!self || m_inlet != inlet)
            return false; // a slot closed this connection
    }
    return true;
}

void Client::give(const Event &event)
{
    std::visit(
        [this](const auto &value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, WatchUpdate>)
                emit watchUpdated(value);
            else if constexpr (std::is_same_v<T, MessageBatch>)
                emit messagesArrived(value);
            else if constexpr (std::is_same_v<T, JournalChanged>)
                emit journalChanged(value.entry);
            else if constexpr (std::is_same_v<T, Progress>)
                emit progressed(value);
            else if constexpr (std::is_same_v<T, SeriesUpdate>)
                emit seriesUpdated(value);
            else
                emit frozenChanged(value.item, value.isGone);
        },
        event);
}

void Client::measureLatency()
{
    if (m_sincePing.isValid()) { // no answer yet: the latency is at least this
        m_latency = static_cast<double>(m_sincePing.elapsed());
        emit latencyChanged();
        return;
    }
    m_sincePing.start();
    using Clock = std::chrono::steady_clock;
    m_connection->call(Ping{}, [inlet = m_inlet, sent = Clock::now()](Result<Done> reply) {
        // Taken here, so that a busy window does not count as a slow connection. A failure is told by `closed`.
        if (reply)
            inlet->post(&Client::pingAnswered, std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
    });
}

void Client::pingAnswered(double milliseconds)
{
    m_sincePing.invalidate();
    m_latency = milliseconds;
    emit latencyChanged();
}

Client::Opener openHere()
{
    return [](ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
        return startSession(makeSystem(), {.journalFolder = defaultJournalFolder()}, std::move(sinks));
    };
}

namespace {

// A stream that can be shut down from outside while somebody else owns its use.
class SharedStream : public ByteStream {
public:
    explicit SharedStream(std::shared_ptr<ByteStream> stream) : m_stream(std::move(stream)) {}
    Result<std::size_t> read(std::span<std::byte> into) override { return m_stream->read(into); }
    Result<void> write(std::span<const std::span<const std::byte>> pieces) override { return m_stream->write(pieces); }
    void shutdown() override { m_stream->shutdown(); }
    std::string describe() const override { return m_stream->describe(); }

private:
    const std::shared_ptr<ByteStream> m_stream;
};

} // namespace

Client::Opener openThroughCommand(const QString &command)
{
    auto open = [command = command.toStdString()](ConnectionSinks sinks,
                                                  std::stop_token stop) -> Result<std::unique_ptr<Connection>> {
        auto child = command == elevatedSession ? startElevatedSession(stop) : startChild(command);
        if (!child)
            return Failure(std::move(child.error()));
        const std::shared_ptr<ByteStream> stream = std::move(*child);
        const std::stop_callback giveUp(stop, [&stream] { stream->shutdown(); });
        return connectStream(std::make_unique<SharedStream>(stream), std::move(sinks));
    };
    return {std::move(open), command};
}

} // namespace ipclens
