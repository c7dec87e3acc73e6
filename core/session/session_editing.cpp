// What a session does around looking at and editing memory.
#include "core/session/session_core.h"

#include "core/model/transform.h"
#include "core/session/difference.h"
#include "core/session/snapshot_taking.h"
#include "core/session/write_memory.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

using Noted = std::function<void(const JournalEntry &)>;

// Writes the value that is to be held for the first time, which is the one time that is journalled. The target may
// change it meanwhile: what it would have kept is decided by what is really there.
Result<FrozenItem> writeFirst(const OpenSourceState &source, FrozenItem item, Journal &journal, const Noted &noted,
                              std::stop_token stop)
{
    constexpr int attempts = 8;
    for (int attempt = 1;; ++attempt) {
        const auto found = readImage(*source.memory, {item.address, item.bytes.size()});
        const bool isKnown = found.unreadable.empty();
        WriteMemory first{.source = item.source, .address = item.address, .bytes = item.bytes};
        if (isKnown) {
            first.bytes = Freezer::wanted(item, found.bytes);
            if (attempt < attempts) // a target that never rests is written to whatever is there
                first.expected = found.bytes;
        }
        const auto reply = writeMemory(source, first, journal, noted, stop, "frozen from here on");
        if (!reply)
            return Failure(reply.error());
        if (reply->outcome == WriteOutcome::Changed)
            continue;
        item.bytes = first.bytes;
        return item;
    }
}

} // namespace

Job<EvaluatedAddress> Session::handle(EvaluateAddress &command)
{
    return {LaneName::Walk, [this, command = std::move(command)](std::stop_token stop) -> Result<EvaluatedAddress> {
                const auto source = m_sources.find(command.source, "evaluate an address");
                if (!source)
                    return Failure(source.error());
                return m_places.evaluate(**source, command.text, command.here, stop);
            }};
}

Job<AddressPlaces> Session::handle(LocateAddresses &command)
{
    return {LaneName::Walk, [this, command = std::move(command)](std::stop_token stop) -> Result<AddressPlaces> {
                const auto source = m_sources.find(command.source, "locate addresses");
                if (!source)
                    return Failure(source.error());
                return m_places.locate(**source, command.addresses, stop);
            }};
}

Job<FrozenItem> Session::handle(Freeze &command)
{
    return {LaneName::Memory,
            [this, item = std::move(command.item)](std::stop_token stop) mutable -> Result<FrozenItem> {
                const auto source = m_sources.find(item.source, "freeze");
                if (!source)
                    return Failure(source.error());
                item.name = (*source)->info.name;
                if (auto checked = Freezer::check(item); !checked)
                    return Failure(checked.error());
                const Noted noted = [this](const JournalEntry &entry) { giveEvent(JournalChanged{entry}); };
                auto written = writeFirst(**source, std::move(item), m_journal, noted, stop);
                if (!written)
                    return written;
                auto added = m_freezer.add(std::move(*written));
                if (added && !m_sources.find(added->source, "freeze")) { // closed meanwhile
                    m_freezer.remove(added->id);
                    return Failure(m_sources.find(added->source, "freeze").error());
                }
                return added;
            },
            [this](const FrozenItem &item) { m_freezer.remove(item.id); }};
}

Result<Done> Session::handle(const Unfreeze &command)
{
    if (command.id == 0) {
        m_freezer.removeAll();
        return Done{};
    }
    if (m_freezer.remove(command.id))
        return Done{};
    return Failure(Error{.kind = ErrorKind::Missing,
                         .operation = "unfreeze",
                         .object = fmt::format("frozen value {}", command.id),
                         .meaning = "there is no frozen value of that number"});
}

Result<Done> Session::handle(const SetFreezing &command)
{
    m_freezer.setOn(command.on);
    return Done{};
}

Result<FrozenList> Session::handle(const ListFrozen &)
{
    return m_freezer.list();
}

Job<SnapshotSaved> Session::handle(SaveSnapshot &command)
{
    return {LaneName::Snapshot, [this, command = std::move(command)](std::stop_token stop) -> Result<SnapshotSaved> {
                const auto source = m_sources.find(command.source, "save snapshot");
                if (!source)
                    return Failure(source.error());
                return saveSnapshot(**source, command, progressOf(command.job), stop);
            }};
}

Job<SourceInfo> Session::handle(TakeFrame &command)
{
    return {LaneName::Snapshot, [this, command = std::move(command)](std::stop_token stop) -> Result<SourceInfo> {
                const auto source = m_sources.find(command.source, "take a frame");
                if (!source)
                    return Failure(source.error());
                return transform(takeFrame(**source, command, progressOf(command.job), stop),
                                 [this](OpenSourceState frame) { return m_sources.add(std::move(frame)); });
            },
            [this](const SourceInfo &frame) { static_cast<void>(m_sources.remove(frame.source, "close source")); }};
}

Job<Difference> Session::handle(FindDifference &command)
{
    return {LaneName::Snapshot, [this, command = std::move(command)](std::stop_token stop) -> Result<Difference> {
                const auto left = m_sources.find(command.left, "find a difference");
                if (!left)
                    return Failure(left.error());
                const auto right = m_sources.find(command.right, "find a difference");
                if (!right)
                    return Failure(right.error());
                return findDifference(*(*left)->memory, *(*right)->memory, {(*left)->info.parts, (*right)->info.parts},
                                      command, progressOf(command.job), stop);
            }};
}

} // namespace ipclens
