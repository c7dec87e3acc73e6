#include "core/session/snapshot_file.h"

#include "core/text/checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::string_view magic = "ipclens snapshot";
constexpr std::uint32_t version = 1;
constexpr std::uint64_t largestTable = std::uint64_t{256} << 20;

Failure damaged(const SnapshotStorage &storage, ErrorKind kind, std::string meaning, std::string hint = {})
{
    return Failure(Error{.kind = kind,
                         .operation = "open snapshot",
                         .object = storage.name(),
                         .meaning = std::move(meaning),
                         .hint = std::move(hint)});
}

// Puts numbers and texts one behind the other.
class Packer {
public:
    template <class T>
    void number(T value)
    {
        for (std::size_t i = 0; i < sizeof value; ++i)
            m_bytes.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> 8 * i));
    }
    void text(std::string_view text)
    {
        number(static_cast<std::uint32_t>(text.size()));
        raw(text);
    }
    void raw(std::string_view text)
    {
        const auto bytes = std::as_bytes(std::span(text));
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }
    void range(const AddressRange &range)
    {
        number(range.begin);
        number(range.size);
    }
    const Bytes &bytes() const { return m_bytes; }

private:
    Bytes m_bytes;
};

// Takes them apart again. Behind the end everything is 0, and problem() says where that was.
class Unpacker {
public:
    explicit Unpacker(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    template <class T>
    T number()
    {
        if (!has(sizeof(T), "a number"))
            return T{};
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            value |= std::to_integer<std::uint64_t>(m_bytes[m_at + i]) << 8 * i;
        m_at += sizeof(T);
        return static_cast<T>(value);
    }
    std::string text()
    {
        const auto size = number<std::uint32_t>();
        if (!has(size, "a text"))
            return {};
        std::string text(reinterpret_cast<const char *>(m_bytes.data() + m_at), size);
        m_at += size;
        return text;
    }
    AddressRange range(std::string_view what)
    {
        AddressRange range{number<std::uint64_t>(), number<std::uint64_t>()};
        if (range.size > ~std::uint64_t{0} - range.begin)
            fail(fmt::format("{} goes beyond the last address", what));
        return range;
    }
    // How many entries of at least `smallest` bytes follow.
    std::uint64_t count(std::size_t smallest, std::string_view what)
    {
        const auto count = number<std::uint64_t>();
        if (count <= (m_bytes.size() - m_at) / smallest)
            return count;
        fail(fmt::format("it claims {} {}, for which there is no room", count, what));
        return 0;
    }
    void fail(std::string problem)
    {
        if (m_problem.empty())
            m_problem = fmt::format("at 0x{:x} of the table: {}", m_at, problem);
    }
    bool isGood() const { return m_problem.empty(); }
    const std::string &problem() const { return m_problem; }
    bool atEnd() const { return m_at == m_bytes.size(); }

private:
    bool has(std::size_t size, std::string_view what)
    {
        if (isGood() && m_bytes.size() - m_at < size)
            fail(fmt::format("the table ends within {}", what));
        return isGood();
    }

    const std::span<const std::byte> m_bytes;
    std::size_t m_at = 0;
    std::string m_problem;
};

std::uint8_t packed(const Protection &protection)
{
    return static_cast<std::uint8_t>((protection.read ? 1 : 0) | (protection.write ? 2 : 0) |
                                     (protection.execute ? 4 : 0) | (protection.copyOnWrite ? 8 : 0) |
                                     (protection.guard ? 16 : 0));
}

Protection unpacked(std::uint8_t bits, std::uint32_t native)
{
    return {.read = (bits & 1) != 0,
            .write = (bits & 2) != 0,
            .execute = (bits & 4) != 0,
            .copyOnWrite = (bits & 8) != 0,
            .guard = (bits & 16) != 0,
            .native = native};
}

void pack(Packer &packer, const Region &region)
{
    packer.range(region.range);
    packer.number(static_cast<std::uint8_t>(region.state));
    packer.number(static_cast<std::uint8_t>(region.type));
    packer.number(packed(region.protection));
    packer.number(std::uint8_t{0});
    packer.number(region.protection.native);
    packer.number(region.allocationBase);
    packer.text(region.mapped);
}

Region unpackRegion(Unpacker &unpacker)
{
    Region region{.range = unpacker.range("a region")};
    const auto state = unpacker.number<std::uint8_t>();
    const auto type = unpacker.number<std::uint8_t>();
    const auto protection = unpacker.number<std::uint8_t>();
    unpacker.number<std::uint8_t>();
    region.protection = unpacked(protection, unpacker.number<std::uint32_t>());
    region.allocationBase = unpacker.number<std::uint64_t>();
    region.mapped = unpacker.text();
    region.state = static_cast<RegionState>(state);
    region.type = static_cast<RegionType>(type);
    if (nameOf(region.state).empty() || nameOf(region.type).empty())
        unpacker.fail(fmt::format("a region has state {} and type {}, which this version does not know", state, type));
    return region;
}

// That `range` lies in the extent and behind the ranges before it, which end at `end`.
void checkOrder(Unpacker &unpacker, const AddressRange &range, const AddressRange &extent, Address &end,
                std::string_view what)
{
    if (!unpacker.isGood())
        return;
    if (range.size == 0 || !extent.contains(range))
        unpacker.fail(fmt::format("{} of {} bytes at 0x{:x} is not within the source", what, range.size, range.begin));
    else if (range.begin < end)
        unpacker.fail(fmt::format("{} at 0x{:x} is not behind the one before it", what, range.begin));
    end = range.end();
}

void unpackRanges(Unpacker &unpacker, std::vector<AddressRange> &ranges, const AddressRange &extent,
                  std::string_view what)
{
    Address end = 0;
    for (auto left = unpacker.count(16, what); left > 0 && unpacker.isGood(); --left) {
        ranges.push_back(unpacker.range(what));
        checkOrder(unpacker, ranges.back(), extent, end, what);
    }
}

Bytes packTable(const SnapshotTable &table)
{
    Packer packer;
    packer.text(table.name);
    packer.range(table.extent);
    packer.number(table.base);
    packer.number(std::uint64_t{table.regions.size()});
    for (const Region &region : table.regions)
        pack(packer, region);
    packer.number(std::uint64_t{table.pieces.size()});
    for (const SnapshotPiece &piece : table.pieces) {
        packer.range(piece.range);
        packer.number(piece.offset);
        packer.number(piece.crc);
    }
    for (const auto *ranges : {&table.unreadable, &table.parts}) {
        packer.number(std::uint64_t{ranges->size()});
        for (const AddressRange &range : *ranges)
            packer.range(range);
    }
    return packer.bytes();
}

void unpackTable(Unpacker &unpacker, SnapshotTable &table, std::uint64_t tableOffset)
{
    table.name = unpacker.text();
    table.extent = unpacker.range("the source");
    table.base = unpacker.number<std::uint64_t>();
    Address end = 0;
    for (auto left = unpacker.count(40, "regions"); left > 0 && unpacker.isGood(); --left) {
        table.regions.push_back(unpackRegion(unpacker));
        checkOrder(unpacker, table.regions.back().range, table.extent, end, "a region");
    }
    end = 0;
    for (auto left = unpacker.count(28, "pieces"); left > 0 && unpacker.isGood(); --left) {
        SnapshotPiece piece{.range = unpacker.range("a piece")};
        piece.offset = unpacker.number<std::uint64_t>();
        piece.crc = unpacker.number<std::uint32_t>();
        checkOrder(unpacker, piece.range, table.extent, end, "a piece");
        const bool isInside = piece.offset >= snapshotHeaderSize && piece.offset <= tableOffset &&
                              piece.range.size <= std::min(largestSnapshotPiece, tableOffset - piece.offset);
        if (unpacker.isGood() && !isInside)
            unpacker.fail(fmt::format("the piece at 0x{:x} has {} bytes at 0x{:x} of the file, where they cannot be",
                                      piece.range.begin, piece.range.size, piece.offset));
        table.pieces.push_back(piece);
    }
    unpackRanges(unpacker, table.unreadable, table.extent, "an unreadable range");
    if (!unpacker.atEnd()) // older files end here
        unpackRanges(unpacker, table.parts, table.extent, "a range asked for");
    if (unpacker.isGood() && !unpacker.atEnd())
        unpacker.fail("it goes on where it should end");
}

// Where the header says that the table is.
struct TablePlace {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint32_t crc = 0;
};

Result<TablePlace> readHeader(SnapshotStorage &storage, SnapshotTable &table)
{
    const auto size = storage.size();
    if (!size)
        return Failure(size.error());
    Bytes header(std::min(snapshotHeaderSize, *size), std::byte{});
    if (auto read = storage.read(0, header); !read)
        return Failure(read.error());
    const auto expected = std::as_bytes(std::span(magic));
    const auto begin = std::span(header).first(std::min(header.size(), magic.size()));
    if (!std::ranges::equal(begin, expected.first(begin.size())) || begin.empty())
        return damaged(storage, ErrorKind::WrongType,
                       "it is no snapshot of ipclens: it does not begin with \"ipclens snapshot\"");
    if (header.size() < snapshotHeaderSize)
        return damaged(storage, ErrorKind::Invalid,
                       fmt::format("it is cut: it has {} bytes, its header {}", *size, snapshotHeaderSize));

    const std::span<const std::byte> numbers = std::span(header).subspan(magic.size());
    Unpacker unpacker(numbers);
    const auto itsVersion = unpacker.number<std::uint32_t>();
    table.pageSize = unpacker.number<std::uint32_t>();
    table.pointerSize = unpacker.number<std::uint32_t>();
    const auto kind = unpacker.number<std::uint32_t>();
    table.time = unpacker.number<std::int64_t>();
    TablePlace place{unpacker.number<std::uint64_t>(), unpacker.number<std::uint64_t>(),
                     unpacker.number<std::uint32_t>()};
    if (itsVersion != version)
        return damaged(storage, ErrorKind::Unsupported,
                       fmt::format("it is of version {}; this ipclens reads version {}", itsVersion, version));
    if (unpacker.number<std::uint32_t>() != crc32(std::span(header).first(60)))
        return damaged(storage, ErrorKind::Invalid, "it is damaged: its header does not match its checksum");
    if (place.offset == 0)
        return damaged(storage, ErrorKind::Invalid, "it was never finished");
    table.kind = static_cast<SourceKind>(kind);
    if (kind > 0xFF || nameOf(table.kind).empty() || !std::has_single_bit(table.pageSize) ||
        table.pageSize > 1u << 30 || (table.pointerSize != 4 && table.pointerSize != 8))
        return damaged(storage, ErrorKind::Invalid,
                       fmt::format("its header makes no sense: kind {}, {} bytes a page, {} a pointer", kind,
                                   table.pageSize, table.pointerSize));
    if (place.offset < snapshotHeaderSize || place.offset > *size || place.size > *size - place.offset ||
        place.size > largestTable)
        return damaged(storage, ErrorKind::Invalid,
                       fmt::format("it is cut: its table of {} bytes should be at 0x{:x}, and it has 0x{:x} bytes",
                                   place.size, place.offset, *size));
    return place;
}

} // namespace

Result<void> finishSnapshot(SnapshotStorage &storage, const SnapshotTable &table, std::uint64_t tableOffset)
{
    const Bytes packedTable = packTable(table);
    if (packedTable.size() > largestTable)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = "save snapshot",
                             .object = storage.name(),
                             .meaning = fmt::format("its table would have {} bytes, the limit is {}",
                                                    packedTable.size(), largestTable)});
    if (auto written = storage.write(tableOffset, packedTable); !written)
        return written;
    Packer header;
    header.raw(magic);
    header.number(version);
    header.number(table.pageSize);
    header.number(table.pointerSize);
    header.number(static_cast<std::uint32_t>(table.kind));
    header.number(table.time);
    header.number(tableOffset);
    header.number(std::uint64_t{packedTable.size()});
    header.number(crc32(packedTable));
    header.number(crc32(std::span<const std::byte>(header.bytes())));
    return storage.write(0, header.bytes());
}

Result<SnapshotTable> readSnapshotTable(SnapshotStorage &storage)
{
    SnapshotTable table;
    const auto place = readHeader(storage, table);
    if (!place)
        return Failure(place.error());
    Bytes bytes(place->size, std::byte{});
    if (auto read = storage.read(place->offset, bytes); !read)
        return Failure(read.error());
    if (crc32(bytes) != place->crc)
        return damaged(storage, ErrorKind::Invalid,
                       fmt::format("it is damaged: its table at 0x{:x} does not match its checksum", place->offset));
    Unpacker unpacker(bytes);
    unpackTable(unpacker, table, place->offset);
    if (!unpacker.isGood())
        return damaged(storage, ErrorKind::Invalid, "it is damaged: " + unpacker.problem());
    return table;
}

} // namespace ipclens
