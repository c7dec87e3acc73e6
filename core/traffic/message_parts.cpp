#include "core/traffic/message_parts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace ipclens {

// The message that has come as far as the part begins; else any of that key, or a new one. There can be several of a
// key where a capture was merged with itself.
MessageParts::Place MessageParts::openFor(const Key &key, const Part &part)
{
    auto found = m_open.end();
    for (auto open = m_open.begin(); open != m_open.end(); ++open) {
        if (open->key != key)
            continue;
        const bool fits = part.offset == 0 ? !open->joined && !open->isGivenUp
                                           : open->joined && open->joined->bytes.size() == part.offset;
        if (fits)
            return open;
        if (part.offset != 0 && found == m_open.end())
            found = open;
    }
    return found != m_open.end() ? found : m_open.insert(m_open.end(), Open{.key = key, .place = part.place});
}

void MessageParts::begin(const Key &key, const Part &part, Joined about)
{
    const auto open = openFor(key, part);
    about.bytes = toBytes(part.bytes);
    about.place = part.place;
    m_held += about.bytes.size();
    open->joined = std::move(about);
    put(open, part);
}

void MessageParts::add(const Key &key, const Part &part)
{
    const auto open = openFor(key, part);
    if (!open->isGivenUp) {
        open->total = part.total;
        const auto [early, isNew] = open->early.try_emplace(part.offset);
        if (isNew) {
            early->second = toBytes(part.bytes);
            m_held += part.bytes.size();
        }
    }
    put(open, part);
}

void MessageParts::put(Place open, const Part &part)
{
    open->since = m_passed;
    const bool isLast = part.total != 0 && part.offset + part.bytes.size() >= part.total;
    if (open->isGivenUp) {
        if (isLast)
            m_open.erase(open);
        return;
    }
    if (open->joined) {
        auto &bytes = open->joined->bytes;
        while (!open->early.empty() && open->early.begin()->first <= bytes.size()) {
            const auto next = open->early.extract(open->early.begin());
            if (next.key() == bytes.size())
                bytes.insert(bytes.end(), next.mapped().begin(), next.mapped().end());
            else
                m_held -= next.mapped().size(); // it was there before
        }
        if (open->total != 0 && bytes.size() >= open->total) {
            m_held -= bytes.size();
            open->joined->isWhole = true;
            m_ready.push_back(std::move(*open->joined));
            open->joined.reset();
            release(*open);
            m_open.erase(open);
            return;
        }
        if (part.isCut) {
            giveUp(*open);
            if (isLast)
                m_open.erase(open);
            return;
        }
    }
    for (auto oldest = m_open.begin(); m_held > mostHeld && oldest != m_open.end(); ++oldest)
        if (!oldest->isGivenUp)
            giveUp(*oldest);
}

void MessageParts::release(Open &open)
{
    for (const auto &[offset, bytes] : open.early)
        m_held -= bytes.size();
    open.early.clear();
    if (open.joined)
        m_held -= open.joined->bytes.size();
    open.joined.reset();
}

void MessageParts::giveUp(Open &open)
{
    const auto whole = open.total != 0 ? fmt::format(" of {}", open.total) : std::string();
    if (m_missing.messages++ == 0) {
        m_missing.place = open.joined ? open.joined->place : open.place;
        m_missing.what =
            open.joined ? fmt::format("message {} goes on in packets that are missing or cut: {}{} bytes are there",
                                      open.key.sequence, open.joined->bytes.size(), whole)
                        : fmt::format("the beginning of message {} is missing", open.key.sequence);
    }
    if (open.joined) {
        m_held -= open.joined->bytes.size();
        m_ready.push_back(std::move(*open.joined));
        open.joined.reset();
    }
    release(open);
    open.isGivenUp = true;
}

void MessageParts::pass()
{
    ++m_passed;
    for (auto open = m_open.begin(); open != m_open.end();) {
        if (m_passed - open->since <= mostBetween) {
            ++open;
            continue;
        }
        if (!open->isGivenUp)
            giveUp(*open);
        open = m_open.erase(open);
    }
}

void MessageParts::giveUpAll()
{
    for (Open &open : m_open)
        if (!open.isGivenUp)
            giveUp(open);
    m_open.clear();
}

std::optional<MessageParts::Joined> MessageParts::take()
{
    if (m_ready.empty())
        return {};
    auto joined = std::move(m_ready.front());
    m_ready.pop_front();
    return joined;
}

} // namespace ipclens
