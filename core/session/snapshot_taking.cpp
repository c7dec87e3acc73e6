#include "core/session/snapshot_taking.h"

#include "core/session/file_path.h"
#include "core/text/checksum.h"
#include "core/text/source_spec.h"

#include <algorithm>
#include <atomic>
#include <system_error>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "save snapshot";

Failure refuse(ErrorKind kind, std::string object, std::string meaning, std::string hint = {})
{
    return Failure(Error{.kind = kind,
                         .operation = operation,
                         .object = std::move(object),
                         .meaning = std::move(meaning),
                         .hint = std::move(hint)});
}

// The parts of the source that are wanted, ascending and apart.
Result<std::vector<AddressRange>> wantedRanges(AddressRange extent, std::vector<AddressRange> ranges,
                                               const std::string &object)
{
    if (ranges.empty())
        return std::vector{extent};
    std::vector<AddressRange> wanted;
    std::ranges::sort(ranges, {}, &AddressRange::begin);
    for (const AddressRange &range : ranges) {
        if (range.size > ~std::uint64_t{0} - range.begin)
            return refuse(ErrorKind::OutOfRange, object,
                          fmt::format("{} bytes at 0x{:x} go beyond the last address", range.size, range.begin));
        const AddressRange inside = intersect(range, extent);
        if (inside.size == 0)
            continue;
        if (!wanted.empty() && inside.begin <= wanted.back().end())
            wanted.back().size = std::max(wanted.back().end(), inside.end()) - wanted.back().begin;
        else
            wanted.push_back(inside);
    }
    if (wanted.empty())
        return refuse(ErrorKind::OutOfRange, object,
                      fmt::format("none of the ranges lies within 0x{:x} to 0x{:x}", extent.begin, extent.end()));
    return wanted;
}

// The regions within the wanted ranges, cut to them.
std::vector<Region> clipped(const std::vector<Region> &regions, const std::vector<AddressRange> &wanted)
{
    std::vector<Region> found;
    for (const Region &region : regions) {
        for (const AddressRange &range : wanted) {
            const AddressRange common = intersect(region.range, range);
            if (common.size == 0)
                continue;
            found.push_back(region);
            found.back().range = common;
        }
    }
    return found;
}

// Copies the readable memory of a source into a storage, piece by piece.
class SnapshotWriter {
public:
    SnapshotWriter(MemorySource &memory, SnapshotStorage &storage, SnapshotTable table)
        : m_memory(memory), m_storage(storage), m_table(std::move(table))
    {
    }

    Result<void> write(const ProgressTeller::Tell &tell, std::stop_token stop)
    {
        std::uint64_t total = 0;
        for (const Region &region : m_table.regions)
            total += region.isReadable() ? region.range.size : 0;
        ProgressTeller progress(tell, total);
        progress.add(0, 0);
        for (const Region &region : m_table.regions) {
            for (Address at = region.range.begin; region.isReadable() && at < region.range.end();) {
                if (stop.stop_requested())
                    return refuse(ErrorKind::Cancelled, m_memory.name(), "was cancelled: nothing was saved");
                const std::uint64_t size = std::min(largestSnapshotPiece, region.range.end() - at);
                if (auto written = writePiece(readImage(m_memory, {at, size})); !written)
                    return written;
                at += size;
                progress.add(size, 0);
            }
        }
        if (m_bytes == 0 && total > 0 && m_why) // the source as a whole cannot be read
            return Failure(*m_why);
        return finishSnapshot(m_storage, m_table, m_end);
    }

    const SnapshotTable &table() const { return m_table; }
    std::uint64_t bytes() const { return m_bytes; }

private:
    // Runs between the holes, each a piece of its own.
    Result<void> writePiece(const MemoryImage &image)
    {
        if (image.why && image.why->kind == ErrorKind::Exited) // half of a process is no snapshot of it
            return Failure(*image.why);
        Address at = image.address;
        for (const AddressRange &hole : image.unreadable) {
            if (auto written = writeRun(image, {at, hole.begin - at}); !written)
                return written;
            addHole(hole);
            at = hole.end();
        }
        if (!m_why)
            m_why = image.why;
        return writeRun(image, {at, image.range().end() - at});
    }

    Result<void> writeRun(const MemoryImage &image, AddressRange run)
    {
        if (run.size == 0)
            return {};
        const auto bytes = std::span(image.bytes).subspan(run.begin - image.address, run.size);
        m_table.pieces.push_back({run, m_end, crc32(bytes)});
        auto written = m_storage.write(m_end, bytes);
        m_end += run.size;
        m_bytes += run.size;
        return written;
    }

    void addHole(const AddressRange &hole)
    {
        if (!m_table.unreadable.empty() && m_table.unreadable.back().end() == hole.begin)
            m_table.unreadable.back().size += hole.size;
        else
            m_table.unreadable.push_back(hole);
    }

    MemorySource &m_memory;
    SnapshotStorage &m_storage;
    SnapshotTable m_table;
    std::uint64_t m_end = snapshotHeaderSize;
    std::uint64_t m_bytes = 0;
    std::optional<Error> m_why;
};

// A writer that is about to begin.
Result<SnapshotWriter> prepare(const OpenSourceState &source, std::vector<AddressRange> ranges,
                               SnapshotStorage &storage, std::stop_token stop)
{
    const bool isAll = ranges.empty();
    const auto wanted = wantedRanges(source.memory->extent(), std::move(ranges), source.info.name);
    if (!wanted)
        return Failure(wanted.error());
    const auto regions = source.memory->regions(source.memory->extent(), stop);
    if (!regions)
        return Failure(regions.error());
    SnapshotTable table{.name = source.info.name,
                        .kind = source.info.spec.kind,
                        .time = wallClock(),
                        .pageSize = source.memory->pageSize(),
                        .pointerSize = source.pointerSize,
                        .extent = source.memory->extent(),
                        .base = source.info.base,
                        .regions = clipped(*regions, *wanted),
                        .parts = isAll ? std::vector<AddressRange>{} : *wanted};
    return SnapshotWriter(*source.memory, storage, std::move(table));
}

// A file on its way to its name; removed when it does not get there.
class UnfinishedFile {
public:
    explicit UnfinishedFile(std::filesystem::path path) : m_path(std::move(path)) {}
    ~UnfinishedFile()
    {
        std::error_code ignored; // the error that is being reported says more
        if (!m_path.empty())
            std::filesystem::remove(m_path, ignored);
    }
    UnfinishedFile(const UnfinishedFile &) = delete;

    const std::filesystem::path &path() const { return m_path; }

    // Under its name, over an existing file only with `replace`.
    Result<void> giveName(const std::filesystem::path &name, bool replace)
    {
        std::error_code code;
        if (!replace) { // a second name fails where there is a file; renaming would not
            std::filesystem::create_hard_link(m_path, name, code);
            if (!code)
                return {};
            std::error_code unknown;
            if (code == std::errc::file_exists || std::filesystem::exists(name, unknown))
                return refuse(ErrorKind::Exists, "file " + toUtf8(name), "a file of that name exists already");
            // Not every file system has second names.
        }
        std::filesystem::rename(m_path, name, code);
        if (code)
            return refuse(ErrorKind::Failed, "file " + toUtf8(name), code.message());
        m_path.clear();
        return {};
    }

private:
    std::filesystem::path m_path;
};

std::filesystem::path unfinishedName(const std::filesystem::path &path)
{
    static std::atomic<unsigned> count = 0;
    auto name = path;
    name += fmt::format(".{:x}-{}.part", wallClock(), ++count);
    return name;
}

} // namespace

Result<SnapshotSaved> saveSnapshot(const OpenSourceState &source, const SaveSnapshot &command,
                                   const ProgressTeller::Tell &tell, std::stop_token stop)
{
    const auto named = pathOf(command.path, operation);
    if (!named)
        return Failure(named.error());
    const std::filesystem::path &path = *named;
    std::error_code code;
    if (std::filesystem::is_directory(path, code))
        return refuse(ErrorKind::WrongType, "file " + command.path, "is a folder");
    if (!command.replace && std::filesystem::exists(path, code))
        return refuse(ErrorKind::Exists, "file " + command.path, "a file of that name exists already",
                      "Choose another name, or ask for it to be replaced");

    UnfinishedFile file(unfinishedName(path));
    SnapshotSaved saved{.path = command.path};
    {
        auto storage = createSnapshotStorage(file.path());
        if (!storage) {
            Error error = storage.error();
            error.object = "file " + command.path; // not the name it has until it is finished
            if (error.kind == ErrorKind::Missing)
                error.hint = "Its folder does not exist";
            return Failure(std::move(error));
        }
        auto writer = prepare(source, command.ranges, **storage, stop);
        if (!writer)
            return Failure(writer.error());
        if (auto written = writer->write(tell, stop); !written)
            return Failure(written.error());
        saved.regions = writer->table().regions.size();
        saved.bytes = writer->bytes();
        saved.unreadable = writer->table().unreadable;
    }
    if (auto given = file.giveName(path, command.replace); !given)
        return Failure(given.error());
    return saved;
}

Result<OpenSourceState> takeFrame(const OpenSourceState &source, const TakeFrame &command,
                                  const ProgressTeller::Tell &tell, std::stop_token stop)
{
    auto file = makeTemporaryFile();
    if (!file)
        return Failure(file.error());
    auto storage = temporarySnapshotStorage(std::move(*file));
    auto writer = prepare(source, command.ranges, *storage, stop);
    if (!writer)
        return Failure(writer.error());
    if (auto written = writer->write(tell, stop); !written)
        return Failure(written.error());
    SourceSpec spec{.kind = SourceKind::Snapshot, .name = "frame of " + source.info.name};
    SnapshotTable table = writer->table();
    auto name = toText(spec);
    return snapshotState(std::make_shared<SnapshotSource>(std::move(storage), std::move(table), std::move(name)),
                         std::move(spec));
}

OpenSourceState snapshotState(std::shared_ptr<SnapshotSource> snapshot, SourceSpec spec)
{
    const SnapshotTable &table = snapshot->table();
    OpenSourceState state{.pointerSize = table.pointerSize};
    state.info.name = toText(spec);
    state.info.spec = std::move(spec);
    state.info.extent = table.extent;
    state.info.base = table.base;
    state.info.pageSize = table.pageSize;
    state.info.granted = {"read"};
    state.info.parts = table.parts;
    state.memory = std::move(snapshot);
    return state;
}

} // namespace ipclens
