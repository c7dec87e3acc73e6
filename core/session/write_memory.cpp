#include "core/session/write_memory.h"

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "write memory";

Failure refuse(ErrorKind kind, const std::string &object, std::string meaning, std::string hint = {})
{
    return Failure(Error{.kind = kind, .operation = operation, .object = object, .meaning = std::move(meaning),
                         .hint = std::move(hint)});
}

Result<void> checkRequest(const OpenSourceState &source, const WriteMemory &command, const std::string &object)
{
    const auto size = command.bytes.size();
    if (size == 0)
        return refuse(ErrorKind::Invalid, object, "there are no bytes to write");
    if (size > largestWrite)
        return refuse(ErrorKind::OutOfRange, object,
                      fmt::format("{} bytes are over the limit of {} bytes a write", size, largestWrite));
    if (command.expected && command.expected->size() != size)
        return refuse(ErrorKind::Invalid, object,
                      fmt::format("{} bytes are expected, but {} are to be written", command.expected->size(), size));
    const AddressRange extent = source.memory->extent();
    if (command.address + size < command.address || !extent.contains(AddressRange{command.address, size}))
        return refuse(ErrorKind::OutOfRange, object,
                      fmt::format("{} bytes from there do not lie within 0x{:x} to 0x{:x}", size, extent.begin,
                                  extent.end()));
    if (source.info.access == Access::Read)
        return refuse(ErrorKind::Refused, object, "the source is open read-only", "Open it for writing first");
    return {};
}

// What is to be said about the pages of `range`; an error when one of them cannot be written.
Result<std::string> checkPages(const OpenSourceState &source, AddressRange range, const std::string &object,
                               std::stop_token stop)
{
    const auto regions = source.memory->regions(range, stop);
    if (!regions) // not every source can list them; then the write itself tells
        return regions.error().kind == ErrorKind::Cancelled ? Result<std::string>(Failure(regions.error()))
                                                            : std::string();
    bool isPrivate = source.info.access == Access::Copy;
    for (const Region &region : *regions) {
        if (intersect(region.range, range).size == 0)
            continue;
        const Protection &protection = region.protection;
        if (region.state == RegionState::Committed && !protection.write && !protection.copyOnWrite)
            return refuse(ErrorKind::Refused, object,
                          fmt::format("the page at 0x{:x} is not writable ({})",
                                      std::max(region.range.begin, range.begin), toText(protection)),
                          "ipclens never changes a page's protection");
        // Wine lists SHARED sections of modules as copy-on-write, which they are not.
        isPrivate = isPrivate || (protection.copyOnWrite && source.info.spec.kind != SourceKind::SharedSection);
    }
    if (!isPrivate)
        return std::string();
    if (source.process)
        return fmt::format("copy-on-write: the change stays private to process {}", source.process->key().pid);
    return "copy-on-write: the change stays private to this view";
}

std::string joined(std::string first, const std::string &second)
{
    return first.empty() || second.empty() ? first + second : first + "; " + second;
}

// Why writing failed, and whether it left something behind.
void noteFailure(MemorySource &memory, const Error &error, JournalEntry &entry)
{
    entry.state = JournalState::Failed;
    entry.note = toText(error);
    const auto now = readImage(memory, {entry.address, entry.bytes.size()});
    if (now.unreadable.empty() && now.bytes != entry.before)
        entry.note += "; other bytes than before are there now";
}

} // namespace

Result<WriteReply> writeMemory(const OpenSourceState &source, const WriteMemory &command, Journal &journal,
                               const std::function<void(const JournalEntry &)> &noted, std::stop_token stop,
                               std::string_view reason)
{
    const std::string object = fmt::format("{} at 0x{:x}", source.info.name, command.address);
    if (auto checked = checkRequest(source, command, object); !checked)
        return Failure(checked.error());
    const AddressRange range{command.address, command.bytes.size()};
    const auto pages = checkPages(source, range, object, stop);
    if (!pages)
        return Failure(pages.error());

    MemoryImage before = readImage(*source.memory, range);
    if (!before.unreadable.empty()) {
        const auto where = fmt::format("the byte at 0x{:x} cannot be read, so that it could not be put back",
                                       before.unreadable[0].begin);
        return refuse(ErrorKind::Unreadable, object, where, before.why ? toText(*before.why) : std::string());
    }
    if (command.expected && *command.expected != before.bytes)
        return WriteReply{.outcome = WriteOutcome::Changed, .before = before.bytes, .after = before.bytes,
                          .note = "other bytes than expected are there: nothing was written"};
    if (stop.stop_requested())
        return refuse(ErrorKind::Cancelled, object, "was cancelled: nothing was written");

    auto entry = journal.intend(JournalEntry{.spec = source.info.spec, .source = source.info.name,
                                             .address = range.begin, .before = before.bytes, .bytes = command.bytes,
                                             .undoes = command.undoes, .note = std::string(reason)});
    if (!entry)
        return Failure(entry.error());
    noted(*entry);

    WriteReply reply{.before = std::move(before.bytes), .entry = entry->entry, .note = *pages};
    const auto written = source.memory->write(range.begin, command.bytes);
    if (written) {
        MemoryImage after = readImage(*source.memory, range);
        const bool isSame = after.unreadable.empty() && after.bytes == command.bytes;
        reply.outcome = isSame ? WriteOutcome::Verified : WriteOutcome::Overwritten;
        reply.after = std::move(after.bytes);
        entry->state = isSame ? JournalState::Verified : JournalState::Overwritten;
        entry->note = joined(std::string(reason), reply.note);
    } else {
        noteFailure(*source.memory, written.error(), *entry);
    }
    if (auto concluded = journal.conclude(*entry); !concluded)
        reply.note = joined(reply.note, toText(concluded.error()));
    noted(*entry);
    if (!written)
        return Failure(written.error());
    return reply;
}

} // namespace ipclens
