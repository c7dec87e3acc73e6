#include "ui/memory_editor.h"

#include "core/text/source_spec.h"
#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/region_text.h"
#include "ui/why.h"

#include <algorithm>

namespace ipclens {

namespace {

constexpr int watchedFor = 2'000;              // milliseconds after a write
constexpr double watchRate = 60;               // Hz
constexpr std::size_t mostWatched = 64;        // writes; typing a long line watches the newest
constexpr std::size_t largestWatched = 1 << 16; // bytes of one write
constexpr std::size_t keptTimes = 256;

} // namespace

MemoryEditor::MemoryEditor(SourceLink &link, ErrorBar &bar, QObject *parent) : QObject(parent), m_link(link), m_bar(bar)
{
    m_watchEnd.setSingleShot(true);
    connect(&m_watchEnd, &QTimer::timeout, this, &MemoryEditor::restartWatch);
    connect(&m_link.client(), &Client::watchUpdated, this, [this](const WatchUpdate &update) {
        if (m_watch != 0 && update.watch == m_watch)
            compare(update);
        else if (m_watch == 0 && m_watchRequest != 0 && m_early.size() < 256)
            m_early.push_back(update);
    });
    // What anybody here writes over a fresh write is no doing of the target's.
    connect(&m_link.client(), &Client::journalChanged, this, [this](const JournalEntry &entry) {
        if (m_entryTimes.size() > keptTimes)
            m_entryTimes.clear();
        m_entryTimes[entry.entry] = entry.time;
        if (entry.source != m_link.source().name)
            return;
        const AddressRange written{entry.address, entry.bytes.size()};
        std::erase_if(m_fresh, [&](const Fresh &fresh) {
            return fresh.entry != entry.entry && intersect({fresh.at, fresh.bytes.size()}, written).size != 0;
        });
    });
    connect(&m_link, &SourceLink::sourceChanged, this, [this] {
        m_fresh.clear();
        m_watch = 0; // watches end with their source
        m_watchRequest = 0;
    });
}

MemoryEditor::~MemoryEditor()
{
    stopWatch();
}

QString MemoryEditor::placeText(Address at) const
{
    return addressText(at + m_link.source().base);
}

void MemoryEditor::setWritable(bool writable)
{
    m_isWritable = writable;
    if (!writable)
        m_agreed.clear();
}

void MemoryEditor::write(Edit edit)
{
    if (edit.bytes.empty() || (!edit.expected.empty() && edit.expected == edit.bytes))
        return; // nothing would change
    if (!m_isWritable) {
        m_bar.showText(
            tr("%1 was not written: the tab is read-only. Open the padlock (Ctrl+E) to write.").arg(placeText(edit.at)),
            ErrorBar::Level::Error);
        return;
    }
    if (edit.bytes.size() > largestEdit) {
        m_bar.showText(
            tr("%1 are more than one write takes (%2).").arg(sizeText(edit.bytes.size()), sizeText(largestEdit)),
            ErrorBar::Level::Error);
        return;
    }
    const auto outlook = writeOutlook(m_link.regions(), m_link.source(), {edit.at, edit.bytes.size()});
    if (!outlook.refusal.isEmpty()) {
        m_bar.showText(outlook.refusal + tr(" Nothing was written.") + waitingText(), ErrorBar::Level::Error);
        return;
    }
    const Region *region = regionAt(m_link.regions(), edit.at);
    const Address agreement = region != nullptr ? region->range.begin : 0;
    if (outlook.warning.isEmpty() || m_agreed.contains(agreement)) {
        send(edit);
        return;
    }
    m_bar.showText(outlook.warning, ErrorBar::Level::Warning);
    m_bar.offer(tr("Write"), [this, edit = std::move(edit), agreement] {
        m_bar.clear();
        m_agreed.insert(agreement);
        write(edit);
    });
}

void MemoryEditor::writeAll(std::vector<Edit> edits)
{
    std::ranges::reverse(edits);
    m_waiting = std::move(edits);
    writeNext();
}

void MemoryEditor::writeNext()
{
    // Edits that change nothing are passed over.
    while (!m_waiting.empty()) {
        Edit edit = std::move(m_waiting.back());
        m_waiting.pop_back();
        if (!edit.expected.empty() && edit.expected == edit.bytes)
            continue;
        write(std::move(edit));
        return;
    }
}

QString MemoryEditor::waitingText()
{
    const auto left = std::exchange(m_waiting, {}).size();
    return left == 0 ? QString() : tr(" %1 more pieces were not tried.").arg(left);
}

void MemoryEditor::send(const Edit &edit)
{
    WriteMemory command{.source = m_link.source().source, .address = edit.at, .expected = {}, .bytes = edit.bytes};
    if (!edit.expected.empty())
        command.expected = edit.expected;
    m_link.client().call(std::move(command), this,
                         [this, edit, source = m_link.source().source](const Result<WriteReply> &reply) {
                             if (source == m_link.source().source || !reply) // else it is another source's view by now
                                 take(edit, reply);
                         });
}

void MemoryEditor::take(const Edit &edit, const Result<WriteReply> &reply)
{
    if (!reply) {
        showRefusal(m_bar, reply.error(), explainTarget(m_link.source().spec));
        m_waiting.clear();
        return;
    }
    const auto time = m_entryTimes.find(reply->entry);
    emit answered({.address = edit.at,
                   .bytes = reply->after,
                   .unreadable = {},
                   .why = {},
                   .time = time == m_entryTimes.end() ? wallClock() : time->second});
    const QString place = placeText(edit.at);
    switch (reply->outcome) {
    case WriteOutcome::Verified:
        m_bar.clear();
        emit said(tr("%1: %2 \u2192 %3 verified").arg(place, bytesText(reply->before), bytesText(reply->after)));
        if (!reply->note.empty())
            m_bar.showText(fromUtf8(reply->note), ErrorBar::Level::Warning);
        watch(edit, *reply);
        writeNext();
        return;
    case WriteOutcome::Changed: showRefused(edit, *reply); return;
    case WriteOutcome::Overwritten: {
        QString text = tr("%1: %2 was written, but reading back gave %3: overwritten by the target at once.")
                           .arg(place, bytesText(edit.bytes), bytesText(reply->after));
        if (!reply->note.empty())
            text += QLatin1Char(' ') + fromUtf8(reply->note);
        m_bar.showText(text + waitingText(), ErrorBar::Level::Warning);
        return;
    }
    }
}

void MemoryEditor::showRefused(const Edit &edit, const WriteReply &reply)
{
    // Of many bytes, the first that is another one says most.
    std::size_t first = 0;
    while (first + 1 < reply.after.size() && reply.after[first] == edit.expected[first])
        ++first;
    const bool isLong = reply.after.size() > 16;
    const std::size_t count = isLong ? std::min<std::size_t>(8, reply.after.size() - first) : reply.after.size();
    first = isLong ? first : 0;
    const auto part = [&](const Bytes &bytes) {
        return bytesText(std::span<const std::byte>(bytes).subspan(first, count));
    };
    const QString what = isLong ? tr("%1 bytes were not written").arg(countText(edit.bytes.size()))
                                : tr("%1 was not written").arg(bytesText(edit.bytes));
    m_bar.showText(tr("%1 changed from %2 to %3 meanwhile; %4.")
                       .arg(placeText(edit.at + first), part(edit.expected), part(reply.after), what) +
                       waitingText(),
                   ErrorBar::Level::Warning);
    Edit anyway = edit;
    anyway.expected.clear(); // a value that changes all the time would be refused again and again
    m_bar.offer(tr("Write anyway"), [this, anyway] {
        m_bar.clear();
        write(anyway);
    });
    m_bar.offer(tr("Take theirs"), [this] { m_bar.clear(); }); // it is shown already
}

// Afterwards. ---------------------------------------------------------------------------------------------------------

void MemoryEditor::watch(const Edit &edit, const WriteReply &reply)
{
    if (edit.bytes.size() > largestWatched)
        return;
    const AddressRange written{edit.at, edit.bytes.size()};
    std::erase_if(m_fresh, [&](const Fresh &fresh) {
        return intersect({fresh.at, fresh.bytes.size()}, written).size != 0;
    });
    if (m_fresh.size() >= mostWatched)
        m_fresh.erase(m_fresh.begin());
    const auto time = m_entryTimes.find(reply.entry);
    Fresh fresh{.at = edit.at,
                .bytes = edit.bytes,
                .time = time == m_entryTimes.end() ? 0 : time->second,
                .entry = reply.entry,
                .age = {}};
    fresh.age.start();
    m_fresh.push_back(std::move(fresh));
    restartWatch();
}

void MemoryEditor::stopWatch()
{
    m_watchRequest = 0;
    m_early.clear();
    const auto watch = std::exchange(m_watch, 0);
    if (watch != 0 && m_link.client().state() == Client::State::Connected) // one that ended with its source is no loss
        m_link.client().call(StopWatch{watch}, &m_link.client(), [](const Result<Done> &) {});
}

void MemoryEditor::restartWatch()
{
    stopWatch();
    std::erase_if(m_fresh, [](const Fresh &fresh) { return fresh.age.elapsed() >= watchedFor; });
    if (m_fresh.empty() || m_link.source().source == 0)
        return;
    m_watchEnd.start(watchedFor - static_cast<int>(m_fresh.front().age.elapsed()));
    StartWatch start{.source = m_link.source().source, .ranges = {}, .rate = watchRate};
    for (const auto &fresh : m_fresh)
        start.ranges.push_back({fresh.at, fresh.bytes.size()});
    static quint64 requests = 0;
    m_watchRequest = ++requests;
    m_link.client().call(std::move(start), &m_link.client(),
                         [self = QPointer(this), &client = m_link.client(), request = m_watchRequest](
                             const Result<WatchStarted> &reply) { watchStarted(self, client, request, reply); });
}

void MemoryEditor::watchStarted(const QPointer<MemoryEditor> &self, Client &client, quint64 request,
                                const Result<WatchStarted> &reply)
{
    if (!reply)
        return; // the view's own watch says why nothing can be watched
    if (self && self->m_watchRequest == request)
        self->takeWatch(reply->watch);
    else
        client.call(StopWatch{reply->watch}, &client, [](const Result<Done> &) {});
}

void MemoryEditor::takeWatch(WatchId watch)
{
    m_watch = watch;
    for (const auto &update : std::exchange(m_early, {})) {
        if (update.watch == watch)
            compare(update);
    }
}

void MemoryEditor::compare(const WatchUpdate &update)
{
    for (std::size_t i = 0; i < m_fresh.size(); ++i) {
        const Fresh fresh = m_fresh[i];
        if (update.time != 0 && update.time < fresh.time)
            continue; // read before the write
        const AddressRange written{fresh.at, fresh.bytes.size()};
        for (const auto &image : update.changed) {
            const AddressRange both = intersect(image.range(), written);
            if (both.size == 0)
                continue;
            const auto now = std::span<const std::byte>(image.bytes).subspan(both.begin - image.address, both.size);
            const auto ours = std::span<const std::byte>(fresh.bytes).subspan(both.begin - fresh.at, both.size);
            const bool isReadable = std::ranges::none_of(
                image.unreadable, [&](const AddressRange &hole) { return intersect(hole, both).size != 0; });
            if (!isReadable || std::ranges::equal(now, ours))
                continue;
            const auto first = static_cast<std::size_t>(std::ranges::mismatch(now, ours).in1 - now.begin());
            const auto within = fresh.time != 0 && update.time != 0 ? (update.time - fresh.time) / 1'000'000
                                                                    : static_cast<std::int64_t>(fresh.age.elapsed());
            const std::size_t shown = std::min<std::size_t>(8, both.size - first);
            m_bar.showText(tr("%1: %2 was written and verified, but overwritten by the target with %3 within %4 ms.")
                               .arg(placeText(both.begin + first), bytesText(ours.subspan(first, shown)),
                                    bytesText(now.subspan(first, shown)))
                               .arg(std::max<std::int64_t>(1, within)),
                           ErrorBar::Level::Warning);
            m_fresh.erase(m_fresh.begin() + static_cast<std::ptrdiff_t>(i));
            return compare(update); // the others
        }
    }
}

} // namespace ipclens
