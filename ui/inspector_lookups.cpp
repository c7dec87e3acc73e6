#include "ui/inspector_lookups.h"

#include "core/text/checksum.h"
#include "ui/number_text.h"
#include "ui/sharing_rows.h"

#include <QCryptographicHash>
#include <QThreadPool>

#include <algorithm>

namespace ipclens {

namespace {

constexpr qsizetype mostPlaces = 4'000;
constexpr int listFreshFor = 3'000; // milliseconds
constexpr int settleTime = 200;        // milliseconds: a selection that is still growing is not summed

using Sums = QList<std::pair<QString, QString>>;

Sums sumsOf(const std::vector<MemoryImage> &images)
{
    Bytes all;
    std::size_t total = 0;
    for (const auto &image : images)
        total += image.bytes.size();
    all.reserve(total);
    for (const auto &image : images)
        all.insert(all.end(), image.bytes.begin(), image.bytes.end());
    Sums sums;
    for (const auto &sum : checksums(all))
        sums.emplace_back(fromUtf8(sum.name), fromUtf8(sum.text));
    const auto view =
        QByteArray::fromRawData(reinterpret_cast<const char *>(all.data()), static_cast<qsizetype>(all.size()));
    for (const auto &[name, method] :
         {std::pair{"MD5", QCryptographicHash::Md5}, std::pair{"SHA-1", QCryptographicHash::Sha1},
          std::pair{"SHA-256", QCryptographicHash::Sha256}})
        sums.emplace_back(QLatin1String(name), QString::fromLatin1(QCryptographicHash::hash(view, method).toHex()));
    return sums;
}

} // namespace

void InspectorLookups::setSource(Client *client, const SourceInfo &source)
{
    const bool isSame = client == m_client && source.source == m_source.source;
    m_client = client;
    m_source = source;
    if (isSame)
        return;
    ++m_generation;
    m_isAsking = false;
    m_places.clear();
    m_wanted.clear();
    m_windows.clear();
    m_windowListing = {};
    m_handles.clear();
    m_handleListing = {};
    setSelection({});
}

QString InspectorLookups::placeOf(Address address)
{
    const auto known = m_places.constFind(address);
    if (known != m_places.constEnd())
        return *known;
    if (std::ranges::find(m_wanted, address) == m_wanted.end())
        m_wanted.push_back(address);
    if (m_wanted.size() == 1)
        QMetaObject::invokeMethod(this, &InspectorLookups::ask, Qt::QueuedConnection); // with all others of this turn
    return {};
}

void InspectorLookups::ask()
{
    if (m_isAsking || m_wanted.empty() || m_client == nullptr || m_source.source == 0 ||
        m_client->state() != Client::State::Connected)
        return;
    m_isAsking = true;
    auto wanted = std::exchange(m_wanted, {});
    if (wanted.size() > 64)
        wanted.resize(64);
    m_client->call(LocateAddresses{m_source.source, wanted}, this,
                   [this, wanted, generation = m_generation](const Result<AddressPlaces> &reply) {
                       if (generation != m_generation)
                           return;
                       m_isAsking = false;
                       if (m_places.size() > mostPlaces)
                           m_places.clear();
                       for (const auto address : wanted)
                           m_places.insert(address, QString()); // what cannot be told is not asked again and again
                       if (reply) {
                           for (const auto &place : reply->places)
                               m_places.insert(place.address, fromUtf8(place.text));
                           emit changed();
                       }
                       ask();
                   });
}

QString InspectorLookups::windowOf(std::uint64_t handle)
{
    // Handles of windows are 32-bit numbers on all Windows, and small and odd ones are none.
    if (handle < 0x20 || handle > 0xffff'ffff || handle % 2 != 0)
        return {};
    const auto found = std::ranges::find(m_windows, handle, &Window::handle);
    if (found == m_windows.end()) {
        askWindows(handle);
        return {};
    }
    return tr("%1 \"%2\" of %3 (%4)")
        .arg(fromUtf8(found->className), fromUtf8(found->title), fromUtf8(found->processName))
        .arg(found->process.pid);
}

bool InspectorLookups::isToAsk(const Listing &listing, std::uint64_t number) const
{
    const bool isFresh = listing.since.isValid() && listing.since.elapsed() < listFreshFor;
    return number != listing.number && !isFresh && !listing.isAsking && !listing.isRefused && m_client != nullptr &&
           m_client->state() == Client::State::Connected;
}

void InspectorLookups::askWindows(std::uint64_t handle)
{
    if (!isToAsk(m_windowListing, handle))
        return;
    m_windowListing.isAsking = true;
    m_windowListing.number = handle;
    m_client->call(ListWindows{}, this, [this, generation = m_generation](Result<WindowList> reply) {
        if (generation != m_generation)
            return;
        m_windowListing.isAsking = false;
        m_windowListing.since.start();
        m_windowListing.isRefused = !reply; // a number is then just a number
        if (reply) {
            m_windows = std::move(reply->windows);
            emit changed();
        }
    });
}

QString InspectorLookups::objectOf(std::uint64_t handle)
{
    // Handles are multiples of four, counted up from there.
    if (handle == 0 || handle > 0xff'ffff || handle % 4 != 0 || m_source.spec.process.pid == 0 ||
        m_source.spec.kind == SourceKind::Handle)
        return {};
    askHandles(handle);
    return m_handles.value(handle);
}

void InspectorLookups::askHandles(std::uint64_t handle)
{
    if (!isToAsk(m_handleListing, handle))
        return;
    m_handleListing.isAsking = true;
    m_handleListing.number = handle;
    const ListHandles question{m_source.spec.process};
    m_client->call(question, this, [this, generation = m_generation](const Result<HandleList> &reply) {
        if (generation != m_generation)
            return;
        m_handleListing.isAsking = false;
        m_handleListing.since.start();
        m_handleListing.isRefused = !reply;
        m_handles.clear();
        if (!reply)
            return;
        for (const auto &held : reply->handles) {
            const QString path = held.path.empty() ? tr("without a name") : fromUtf8(held.path);
            m_handles.insert(held.handle, tr("%1 %2 (%3)").arg(fromUtf8(held.type), path, rightsText(held.rights)));
        }
        emit changed();
    });
}

void InspectorLookups::setSelection(const std::vector<AddressRange> &ranges)
{
    if (ranges == m_selected)
        return;
    m_selected = ranges;
    ++m_selection;
    m_checksums.clear();
    m_selectionText.clear();
    if (!m_settle.isSingleShot()) {
        m_settle.setSingleShot(true);
        m_settle.setInterval(settleTime);
        connect(&m_settle, &QTimer::timeout, this, [this] { computeChecksums(false); });
    }
    if (ranges.empty())
        m_settle.stop();
    else
        m_settle.start();
    emit changed();
}

void InspectorLookups::computeChecksums(bool mayBeLarge)
{
    std::uint64_t total = 0;
    for (const auto &range : m_selected)
        total += std::min(range.size, largestSelection + 1);
    if (total == 0 || m_client == nullptr || m_client->state() != Client::State::Connected)
        return;
    m_checksums.clear();
    if (total > largestSelection)
        m_selectionText = tr("more than %1: too much to sum").arg(sizeText(largestSelection));
    else if (total > quickSelection && !mayBeLarge)
        m_selectionText = tr("%1: press Enter to sum").arg(sizeText(total));
    else
        m_selectionText = tr("summing %1\u2026").arg(sizeText(total));
    emit changed();
    if (total > largestSelection || (total > quickSelection && !mayBeLarge))
        return;
    m_client->call(ReadMemory{m_source.source, m_selected}, this,
                   [this, selection = m_selection](Result<MemoryImages> reply) {
                       if (selection == m_selection)
                           takeSelection(std::move(reply));
                   });
}

void InspectorLookups::takeSelection(Result<MemoryImages> reply)
{
    const bool isWhole =
        reply && std::ranges::all_of(reply->images, [](const MemoryImage &image) { return image.unreadable.empty(); });
    if (!isWhole) {
        m_selectionText = reply ? tr("parts of it cannot be read") : fromUtf8(toText(reply.error()));
        emit changed();
        return;
    }
    const auto read = std::make_shared<MemoryImages>(std::move(*reply));
    QThreadPool::globalInstance()->start([self = QPointer(this), selection = m_selection, read] {
        const auto sums = sumsOf(read->images);
        const auto time = read->images.empty() ? 0 : read->images.front().time;
        QMetaObject::invokeMethod(qApp, [self, selection, sums, time] {
            if (!self || selection != self->m_selection)
                return;
            self->m_checksums = sums;
            self->m_selectionText = tr("as it was at %1").arg(clockText(time));
            emit self->changed();
        });
    });
}

} // namespace ipclens
