#include "core/session/freezer.h"

#include "core/session/stop_and_join.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "freeze";

Failure refuse(ErrorKind kind, std::string object, std::string meaning)
{
    return Failure(
        Error{.kind = kind, .operation = operation, .object = std::move(object), .meaning = std::move(meaning)});
}

std::uint64_t bitsOf(std::span<const std::byte> bytes, ByteOrder order)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::to_integer<std::uint64_t>(bytes[i])
                 << 8 * (order == ByteOrder::Little ? i : bytes.size() - 1 - i);
    return value;
}

// Whether the first is larger; false where one of them is no number.
bool isLarger(ValueType type, ByteOrder order, const Bytes &left, const Bytes &right)
{
    const std::uint64_t a = bitsOf(left, order);
    const std::uint64_t b = bitsOf(right, order);
    const int unused = static_cast<int>(64 - 8 * sizeOf(type));
    const auto extended = [&](std::uint64_t bits) { return static_cast<std::int64_t>(bits << unused) >> unused; };
    switch (type) {
    case ValueType::I8:
    case ValueType::I16:
    case ValueType::I32:
    case ValueType::I64: return extended(a) > extended(b);
    case ValueType::F32:
        return std::bit_cast<float>(static_cast<std::uint32_t>(a)) >
               std::bit_cast<float>(static_cast<std::uint32_t>(b));
    case ValueType::F64: return std::bit_cast<double>(a) > std::bit_cast<double>(b);
    default: return a > b;
    }
}

} // namespace

// Guarded by the freezer's mutex.
struct Freezer::Entry {
    FrozenItem item;
    Clock::duration period{};
    Clock::time_point next;
    bool removed = false;
};

Freezer::Freezer(const Sources &sources, std::function<void(Event)> give)
    : m_sources(sources), m_give(std::move(give)), m_thread([this](std::stop_token stop) { run(stop); })
{
}

void Freezer::stop()
{
    stopAndJoin(m_thread, m_mutex, m_changed);
}

Result<void> Freezer::check(const FrozenItem &item)
{
    const std::string object = fmt::format("{} bytes at 0x{:x}", item.bytes.size(), item.address);
    if (!(item.rate >= slowest && item.rate <= fastest)) // also refuses what is not a number
        return refuse(ErrorKind::OutOfRange, fmt::format("rate {}", item.rate),
                      fmt::format("a rate is {} to {} Hz", slowest, fastest));
    if (item.bytes.empty() || item.bytes.size() > mostBytes)
        return refuse(ErrorKind::OutOfRange, object, fmt::format("a frozen value has 1 to {} bytes", mostBytes));
    if (item.type && item.bytes.size() != sizeOf(*item.type))
        return refuse(ErrorKind::Invalid, object,
                      fmt::format("a {} has {} bytes", nameOf(*item.type), sizeOf(*item.type)));
    if (!item.type && item.rule != FreezeRule::Hold)
        return refuse(ErrorKind::Invalid, object, "only a number may rise or fall: name its type");
    return {};
}

Bytes Freezer::wanted(const FrozenItem &item, const Bytes &found)
{
    const bool mayStay = (item.rule == FreezeRule::MayRise && isLarger(*item.type, item.order, found, item.bytes)) ||
                         (item.rule == FreezeRule::MayFall && isLarger(*item.type, item.order, item.bytes, found));
    return mayStay ? found : item.bytes;
}

Result<FrozenItem> Freezer::add(FrozenItem item)
{
    auto entry = std::make_shared<Entry>();
    entry->period = std::chrono::round<Clock::duration>(std::chrono::duration<double>(1 / item.rate));
    entry->next = Clock::now() + entry->period;
    {
        const std::scoped_lock lock(m_mutex);
        if (m_entries.size() >= mostItems)
            return refuse(ErrorKind::OutOfRange, item.name, fmt::format("at most {} values can be frozen", mostItems));
        item.id = ++m_last;
        item.rewrites = 0;
        item.failure.reset();
        entry->item = std::move(item);
        m_entries.push_back(entry);
        ++m_changes;
        item = entry->item;
    }
    m_changed.notify_all();
    return item;
}

// Until the write under way is done; the next one may be under way then.
void Freezer::waitForWrite(std::unique_lock<std::mutex> &lock)
{
    m_idle.wait(lock, [this, seen = m_writes] { return !m_isWriting || m_writes != seen; });
}

// Erases the entries that `which` holds for, and waits until none of them is being written.
template <class Which>
std::size_t Freezer::erase(std::unique_lock<std::mutex> &lock, Which which)
{
    const auto count = std::erase_if(m_entries, [&](const auto &entry) {
        if (!which(*entry))
            return false;
        entry->removed = true;
        return true;
    });
    waitForWrite(lock);
    return count;
}

bool Freezer::remove(FreezeId id)
{
    std::unique_lock lock(m_mutex);
    return erase(lock, [id](const Entry &entry) { return entry.item.id == id; }) > 0;
}

void Freezer::removeAll()
{
    std::unique_lock lock(m_mutex);
    erase(lock, [](const Entry &) { return true; });
}

void Freezer::removeSource(SourceId source)
{
    {
        std::unique_lock lock(m_mutex);
        const auto isGone = [&](const Entry &entry) {
            if (entry.item.source != source)
                return false;
            m_news.push_back({entry.item, true});
            return true;
        };
        if (erase(lock, isGone) == 0)
            return;
        ++m_changes;
    }
    m_changed.notify_all();
}

void Freezer::setOn(bool on)
{
    {
        std::unique_lock lock(m_mutex);
        m_on = on;
        ++m_changes;
        if (!on)
            waitForWrite(lock);
    }
    m_changed.notify_all();
}

FrozenList Freezer::list() const
{
    const std::scoped_lock lock(m_mutex);
    FrozenList list{.on = m_on};
    for (const auto &entry : m_entries)
        list.items.push_back(entry->item);
    return list;
}

std::shared_ptr<Freezer::Entry> Freezer::mostUrgent() const
{
    const auto found = std::ranges::min_element(m_entries, {}, [](const auto &entry) { return entry->next; });
    return m_on && found != m_entries.end() ? *found : nullptr;
}

// Looks and writes without the lock.
void Freezer::rewrite(Entry &entry, std::unique_lock<std::mutex> &lock)
{
    const FrozenItem item = entry.item;
    m_isWriting = true;
    lock.unlock();
    bool isRewritten = false;
    Bytes held = item.bytes;
    const auto look = [&]() -> Result<void> {
        const auto source = m_sources.find(item.source, operation);
        if (!source)
            return Failure(source.error());
        MemorySource &memory = *(*source)->memory;
        const auto found = readImage(memory, {item.address, item.bytes.size()});
        if (!found.unreadable.empty())
            return Failure(found.why.value_or(Error{.kind = ErrorKind::Unreadable, .operation = operation}));
        held = wanted(item, found.bytes);
        if (held == found.bytes)
            return {};
        if ((*source)->info.access == Access::Read)
            return refuse(ErrorKind::Refused, fmt::format("{} at 0x{:x}", item.name, item.address),
                          "the source is open read-only");
        isRewritten = true;
        return memory.write(item.address, held);
    };
    const Result<void> outcome = [&]() -> Result<void> {
        try {
            return look();
        } catch (const std::exception &problem) {
            return refuse(ErrorKind::Failed, item.name, problem.what());
        }
    }();
    lock.lock();
    m_isWriting = false;
    ++m_writes;
    m_idle.notify_all();
    const bool isNews = outcome.has_value() == entry.item.failure.has_value();
    entry.item.failure = outcome ? std::nullopt : std::optional(outcome.error());
    entry.item.rewrites += outcome && isRewritten ? 1 : 0;
    if (outcome)
        entry.item.bytes = std::move(held);
    if (isNews && !entry.removed)
        m_news.push_back({entry.item, false});
}

void Freezer::run(std::stop_token stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (!m_news.empty()) {
            const auto news = std::exchange(m_news, {});
            lock.unlock();
            for (const FrozenChanged &change : news)
                m_give(change);
            lock.lock();
            continue;
        }
        const auto seen = m_changes;
        const auto isChanged = [&] { return stop.stop_requested() || m_changes != seen; };
        const auto entry = mostUrgent();
        const auto now = Clock::now();
        if (!entry) {
            m_changed.wait(lock, isChanged);
        } else if (now < entry->next) {
            m_changed.wait_until(lock, entry->next, isChanged);
        } else {
            // Ticks whose time has passed are left out: writing twice would hold nothing better.
            entry->next += entry->period * (1 + (now - entry->next) / entry->period);
            rewrite(*entry, lock);
        }
    }
}

} // namespace ipclens
