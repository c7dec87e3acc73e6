#include "core/session/watched_ranges.h"

#include <algorithm>
#include <cstring>

namespace ipclens {
namespace {

// The unreadable parts of `image` within `part`.
std::vector<AddressRange> unreadableIn(const MemoryImage &image, const AddressRange &part)
{
    std::vector<AddressRange> found;
    auto at = std::ranges::upper_bound(image.unreadable, part.begin, {}, &AddressRange::begin);
    if (at != image.unreadable.begin())
        --at;
    for (; at != image.unreadable.end() && at->begin < part.end(); ++at)
        if (const auto both = intersect(*at, part); both.size > 0)
            found.push_back(both);
    return found;
}

MemoryImage cut(const MemoryImage &image, const AddressRange &part)
{
    MemoryImage piece{.address = part.begin, .unreadable = unreadableIn(image, part), .time = image.time};
    piece.bytes.resize(part.size);
    std::memcpy(piece.bytes.data(), image.bytes.data() + (part.begin - image.address), part.size);
    if (!piece.unreadable.empty())
        piece.why = image.why;
    return piece;
}

// Adds the pages of `now` that differ from `before`, neighbours as one image.
void addChanges(const MemoryImage &before, const MemoryImage &now, std::uint64_t pageSize,
                std::vector<MemoryImage> &changed)
{
    const bool sameMarks = before.unreadable == now.unreadable;
    const auto differs = [&](const AddressRange &page) {
        const auto offset = page.begin - now.address;
        return std::memcmp(before.bytes.data() + offset, now.bytes.data() + offset, page.size) != 0 ||
               (!sameMarks && unreadableIn(before, page) != unreadableIn(now, page));
    };
    const AddressRange whole = now.range();
    if (sameMarks && std::memcmp(before.bytes.data(), now.bytes.data(), now.bytes.size()) == 0)
        return;
    AddressRange run{whole.begin, 0};
    for (Address at = whole.begin; at < whole.end();) {
        const auto toNextPage = pageSize - at % pageSize;
        const AddressRange page{at, std::min<std::uint64_t>(toNextPage, whole.end() - at)};
        at = page.end();
        if (differs(page)) {
            run.size += page.size;
            if (at < whole.end())
                continue;
        }
        if (run.size > 0)
            changed.push_back(cut(now, run));
        run = {at, 0};
    }
}

// The same for memory that is at hand: what changed is copied into `before`. It changes under our eyes, so that what
// counts is the copy.
void takeChanges(MemoryImage &before, std::span<const std::byte> now, std::int64_t time, std::uint64_t pageSize,
                 std::vector<MemoryImage> &changed)
{
    constexpr std::uint64_t block = 64 << 10; // compared at once, where most often nothing changed
    const AddressRange whole = before.range();
    AddressRange run{whole.begin, 0};
    const auto endRun = [&](Address next) {
        if (run.size > 0)
            changed.push_back(cut(before, run));
        run = {next, 0};
    };
    before.time = time;
    for (Address at = whole.begin; at < whole.end();) {
        const std::uint64_t offset = at - whole.begin;
        const std::uint64_t rest = whole.end() - at;
        const auto differs = [&](std::uint64_t size) {
            return std::memcmp(before.bytes.data() + offset, now.data() + offset, size) != 0;
        };
        if (const auto size = std::min(rest, block - at % block); !differs(size)) {
            at += size;
            endRun(at);
            continue;
        }
        for (const Address end = std::min(whole.end(), at - at % block + block); at < end;) {
            const auto size = std::min<std::uint64_t>(whole.end() - at, pageSize - at % pageSize);
            const auto from = static_cast<std::size_t>(at - whole.begin);
            const bool isChanged = std::memcmp(before.bytes.data() + from, now.data() + from, size) != 0;
            at += size;
            if (isChanged) {
                std::memcpy(before.bytes.data() + from, now.data() + from, size);
                run.size += size;
            } else {
                endRun(at);
            }
        }
    }
    endRun(whole.end());
}

// Set when nothing at all could be read for a reason that lies in the source rather than in the pages.
std::optional<Error> failureOf(const std::vector<MemoryImage> &images)
{
    for (const MemoryImage &image : images)
        if (image.unreadable.size() != 1 || image.unreadable[0].size != image.bytes.size())
            return std::nullopt;
    const auto &why = images[0].why;
    if (!why || why->kind == ErrorKind::Unreadable || why->kind == ErrorKind::OutOfRange)
        return std::nullopt;
    return why;
}

} // namespace

bool WatchedRanges::compareInPlace(MemorySource &memory, WatchUpdate &update)
{
    if (m_last.empty() || m_failing)
        return false;
    std::vector<std::span<const std::byte>> now;
    for (std::size_t i = 0; i < m_ranges.size(); ++i) {
        now.push_back(memory.direct(m_ranges[i]));
        if (now.back().size() != m_ranges[i].size || !m_last[i].unreadable.empty())
            return false;
    }
    update.time = wallClock();
    for (std::size_t i = 0; i < m_ranges.size(); ++i)
        takeChanges(m_last[i], now[i], update.time, memory.pageSize(), update.changed);
    return true;
}

bool WatchedRanges::look(MemorySource &memory, WatchUpdate &update)
{
    if (compareInPlace(memory, update))
        return !update.changed.empty();
    std::vector<MemoryImage> images;
    images.reserve(m_ranges.size());
    for (const AddressRange &range : m_ranges)
        images.push_back(readImage(memory, range));
    update.time = images[0].time;

    const auto failure = failureOf(images);
    update.recovered = !failure && m_failing;
    if (failure && !m_failing)
        update.failure = failure;
    m_failing = failure.has_value();

    if (m_last.empty()) {
        update.changed = images;
        m_last = std::move(images);
        return true;
    }
    if (!failure) {
        for (std::size_t i = 0; i < images.size(); ++i)
            addChanges(m_last[i], images[i], memory.pageSize(), update.changed);
        m_last = std::move(images);
    }
    return !update.changed.empty() || update.failure || update.recovered;
}

} // namespace ipclens
