#include "ui/inboxes.h"

#include "ui/number_text.h"

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

QString nameOfTarget(const WindowTarget &target)
{
    if (target.window != 0)
        return addressText(target.window);
    return QStringLiteral("%1 / %2").arg(fromUtf8(target.className), fromUtf8(target.title));
}

// What a relay or a tap is for, when it is known by its handle.
std::uint64_t windowOf(const InboxSource &source)
{
    if (const auto *relay = std::get_if<RelayRequest>(&source))
        return relay->receiver.window;
    const auto *tap = std::get_if<TapRequest>(&source);
    return tap ? tap->window.window : 0;
}

void addCounts(MessageBatch &sum, const MessageBatch &counts)
{
    sum.received += counts.received;
    sum.dropped += counts.dropped;
    sum.droppedBytes += counts.droppedBytes;
    sum.truncated += counts.truncated;
    sum.skipped += counts.skipped;
}

} // namespace

QString nameOf(const InboxSource &source)
{
    if (const auto *inbox = std::get_if<InboxRequest>(&source))
        return QStringLiteral("%1 / %2").arg(fromUtf8(inbox->className), fromUtf8(inbox->title));
    if (const auto *relay = std::get_if<RelayRequest>(&source))
        return Inboxes::tr("relay to %1").arg(nameOfTarget(relay->receiver));
    return Inboxes::tr("tap of %1").arg(nameOfTarget(std::get<TapRequest>(source).window));
}

Inboxes::Inboxes(Client &client, QObject *parent) : QObject(parent), m_client(client)
{
    connect(&client, &Client::messagesArrived, this, &Inboxes::take);
    connect(&client, &Client::stateChanged, this, &Inboxes::clientChanged);
}

Inboxes::~Inboxes()
{
    m_client.disconnect(this);
    for (const auto &inbox : m_inboxes) {
        if (inbox.state == State::Open) // those being opened are closed by their reply
            m_client.call(CloseInbox{inbox.opened.inbox}, &m_client, [](const Result<Done> &) {});
    }
}

Inboxes::Inbox *Inboxes::find(std::uint64_t key)
{
    const auto found = std::ranges::find(m_inboxes, key, &Inbox::key);
    return found == m_inboxes.end() ? nullptr : &*found;
}

bool Inboxes::has(State state) const
{
    return std::ranges::any_of(m_inboxes, [state](const Inbox &inbox) { return inbox.state == state; });
}

// One that is to be closed as soon as it is open counts as well: its reply is still to come.
bool Inboxes::hasUnknown() const
{
    return std::ranges::any_of(m_inboxes, [](const Inbox &inbox) { return inbox.opened.inbox == 0; });
}

MessageBatch Inboxes::counts() const
{
    MessageBatch sum;
    for (const auto &counts : m_closedCounts)
        addCounts(sum, counts);
    for (const auto &inbox : m_inboxes)
        addCounts(sum, inbox.counts);
    return sum;
}

void Inboxes::open(const InboxSource &source)
{
    if (isIdle()) {
        m_closedCounts.clear();
        m_again.clear();
    }
    m_openOnConnect = false;
    const auto key = ++m_lastKey;
    m_inboxes.push_back({.key = key, .source = source});
    // The inbox must not stay open at the far end when nobody is left before the reply.
    auto &client = m_client;
    const auto answer = [&client, self = QPointer(this), key](Result<InboxOpened> reply) {
        if (self && self->find(key))
            self->answered(key, std::move(reply));
        else if (reply)
            client.call(CloseInbox{reply->inbox}, &client, [](const Result<Done> &) {});
    };
    if (const auto *inbox = std::get_if<InboxRequest>(&source))
        m_client.call(OpenInbox{*inbox}, &m_client, answer);
    else if (const auto *relay = std::get_if<RelayRequest>(&source))
        m_client.call(OpenRelay{*relay}, &m_client, answer);
    else
        m_client.call(OpenTap{std::get<TapRequest>(source)}, &m_client, answer);
    emit changed();
}

void Inboxes::answered(std::uint64_t key, Result<InboxOpened> reply)
{
    auto *inbox = find(key);
    const bool wanted = inbox->state == State::Opening;
    if (!reply) {
        const auto source = inbox->source;
        forget(key);
        if (wanted) {
            m_again.push_back(source);
            emit refused(reply.error(), windowOf(source));
        }
        return;
    }
    inbox->opened = std::move(*reply);
    inbox->counts.inbox = inbox->opened.inbox;
    inbox->state = wanted ? State::Open : State::Closing;
    if (!m_capturing)
        m_client.call(SetInboxCapturing{inbox->opened.inbox, false}, this, [](const Result<Done> &) {});
    if (wanted)
        emit opened(inbox->opened, nameOf(inbox->source));
    else
        closeNow(*inbox);
    const auto number = find(key)->opened.inbox;
    std::vector<MessageBatch> others;
    for (auto &batch : std::exchange(m_early, {})) {
        if (batch.inbox == number)
            take(batch);
        else
            others.push_back(std::move(batch));
    }
    if (hasUnknown())
        m_early = std::move(others);
    emit changed();
}

void Inboxes::take(const MessageBatch &batch)
{
    const auto found = std::ranges::find_if(m_inboxes, [&](const Inbox &inbox) {
        return inbox.state != State::Opening && inbox.opened.inbox == batch.inbox && batch.inbox != 0;
    });
    if (found == m_inboxes.end()) {
        if (hasUnknown())
            m_early.push_back(batch);
        return;
    }
    MessageBatch &counts = found->counts;
    counts.received = batch.received;
    counts.dropped = batch.dropped;
    counts.droppedBytes = batch.droppedBytes;
    counts.truncated = batch.truncated;
    counts.skipped = batch.skipped;
    emit arrived(batch);
    if (batch.notice)
        emit noticed(*batch.notice);
    if (batch.ended)
        emit failed(*batch.ended);
}

void Inboxes::close(std::uint64_t key)
{
    auto *inbox = find(key);
    if (!inbox || inbox->state == State::Closing)
        return;
    const bool isOpen = inbox->state == State::Open;
    inbox->state = State::Closing;
    if (isOpen)
        closeNow(*inbox); // else answered() goes on from here
    emit changed();
}

void Inboxes::closeNow(Inbox &inbox)
{
    // The session gives the last messages before it replies, but they may still wait for delivery here: until then the
    // inbox is ours.
    m_client.call(CloseInbox{inbox.opened.inbox}, this, [this, key = inbox.key](const Result<Done> &reply) {
        m_client.afterEvents(this, [this, key, reply] {
            if (!find(key))
                return;
            if (!reply && reply.error().kind != ErrorKind::Disconnected)
                emit failed(reply.error());
            forget(key);
        });
    });
}

void Inboxes::closeAll()
{
    m_openOnConnect = false;
    std::vector<std::uint64_t> keys;
    for (const auto &inbox : m_inboxes)
        keys.push_back(inbox.key);
    for (const auto key : keys)
        close(key);
}

void Inboxes::forget(std::uint64_t key)
{
    const auto found = std::ranges::find(m_inboxes, key, &Inbox::key);
    m_closedCounts.push_back(found->counts);
    m_inboxes.erase(found);
    if (!hasUnknown())
        m_early.clear();
    emit changed();
}

void Inboxes::setCapturing(bool on)
{
    if (m_capturing == on)
        return;
    m_capturing = on;
    for (const auto &inbox : m_inboxes) {
        if (inbox.state == State::Open)
            m_client.call(SetInboxCapturing{inbox.opened.inbox, on}, this, [this](const Result<Done> &reply) {
                if (!reply)
                    emit failed(reply.error());
            });
    }
    emit changed();
}

void Inboxes::openAgain()
{
    if (m_client.state() != Client::State::Connected) {
        m_openOnConnect = true;
        m_client.connectNow();
        return;
    }
    for (const auto &source : std::exchange(m_again, {}))
        open(source);
}

void Inboxes::clientChanged()
{
    if (m_client.state() == Client::State::Connected && std::exchange(m_openOnConnect, false)) {
        openAgain();
    } else if (m_client.state() == Client::State::Lost) {
        const bool wasUsed = has(State::Open) || has(State::Opening);
        const bool wasWaiting = std::exchange(m_openOnConnect, false);
        if (wasUsed)
            m_again.clear();
        for (auto &inbox : std::exchange(m_inboxes, {})) {
            m_closedCounts.push_back(inbox.counts);
            if (inbox.state != State::Closing) // what was asked for has happened, if otherwise than meant
                m_again.push_back(std::move(inbox.source));
        }
        m_early.clear();
        emit changed();
        if (wasUsed)
            emit interrupted(m_client.lastError());
        else if (wasWaiting)
            emit unconnected(m_client.lastError());
    }
}

} // namespace ipclens
