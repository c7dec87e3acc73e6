#include "core/session/scan.h"

#include "core/session/scan_pass.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "scan";

Failure refuse(ErrorKind kind, std::string object, std::string meaning, std::string hint = {})
{
    return Failure(Error{.kind = kind,
                         .operation = operation,
                         .object = std::move(object),
                         .meaning = std::move(meaning),
                         .hint = std::move(hint)});
}

Bytes copyOf(const std::byte *from, std::size_t size)
{
    return Bytes(from, from + size);
}

} // namespace

Scan::Scan(std::optional<ValueType> type, ByteOrder order, ScanShape shape, std::shared_ptr<ScanBudget> budget)
    : m_type(type), m_order(order), m_shape(shape), m_store(std::move(budget))
{
}

Result<std::shared_ptr<Scan>> Scan::start(MemorySource &memory, const StartScan &command,
                                          std::shared_ptr<ScanBudget> budget, const ProgressTeller::Tell &tell,
                                          std::stop_token stop)
{
    if (command.alignment != 0 && (!std::has_single_bit(command.alignment) || command.alignment > 8))
        return refuse(ErrorKind::Invalid, fmt::format("alignment {}", command.alignment),
                      "it is 1, 2, 4 or 8, or 0 for the type's size");
    const auto criterion = ScanCriterion::make(command.type, command.order, command.terms, true, 0);
    if (!criterion)
        return Failure(criterion.error());
    const auto range = searchedRange(memory, command.range, operation);
    if (!range)
        return Failure(range.error());
    const auto runs = findRuns(memory, *range, command.regions, stop);
    if (!runs)
        return Failure(runs.error());
    const std::size_t stride = command.alignment != 0 ? command.alignment : command.type ? criterion->size() : 1;
    const std::uint64_t history = budget->history;
    auto scan =
        std::make_shared<Scan>(command.type, command.order, ScanShape{criterion->size(), stride}, std::move(budget));
    ScanPass pass(scan->m_store, scan->m_shape, memory, *criterion, {tell, totalSize(runs->runs)},
                  [&] { return stop.stop_requested(); });
    for (const AddressRange &run : runs->runs)
        if (auto scanned = pass.scanRun(run); !scanned)
            return Failure(scanned.error());
    auto step = std::move(pass).step();
    scan->m_mostMemory = std::max(step->scanned + history, step->scanned / 4 * 5);
    scan->add(std::move(step));
    return scan;
}

Result<ScanStatus> Scan::narrow(MemorySource &memory, const ScanTerms &terms, const ProgressTeller::Tell &tell,
                                std::stop_token stop)
{
    const auto criterion = ScanCriterion::make(m_type, m_order, terms, false, m_shape.size);
    if (!criterion)
        return Failure(criterion.error());
    const auto before = latest();
    std::uint64_t total = 0;
    for (const auto &block : before->blocks)
        total += m_shape.bytesOf(block->slots);
    ScanPass pass(m_store, m_shape, memory, *criterion, {tell, total},
                  [&] { return stop.stop_requested() || m_closed.stop_requested(); });
    for (const auto &block : before->blocks) {
        if (auto narrowed = pass.narrowBlock(block); !narrowed)
            return Failure(narrowed.error());
        if (m_store.memory() <= m_mostMemory)
            continue;
        for (const auto *part : {&block->values, &block->positions})
            if (*part && part->use_count() == 1) // no later step shares it
                if (auto moved = m_store.moveToFile(**part); !moved)
                    return Failure(std::move(moved.error()));
    }
    add(std::move(pass).step());
    return status();
}

Result<ScanStatus> Scan::undo()
{
    std::shared_ptr<const ScanStep> undone; // freed without the lock
    {
        const std::scoped_lock lock(m_mutex);
        if (m_steps.size() < 2)
            return Failure(Error{.kind = ErrorKind::Invalid,
                                 .operation = "undo a scan",
                                 .meaning = "there is no narrowing to take back",
                                 .hint = fmt::format("The last {} can be", mostSteps - 1)});
        undone = std::move(m_steps.back());
        m_steps.pop_back();
    }
    undone.reset();
    return status();
}

std::shared_ptr<const ScanStep> Scan::latest() const
{
    const std::scoped_lock lock(m_mutex);
    return m_steps.back();
}

void Scan::add(std::shared_ptr<const ScanStep> step)
{
    std::shared_ptr<const ScanStep> forgotten; // freed without the lock
    const std::scoped_lock lock(m_mutex);
    m_steps.push_back(std::move(step));
    if (m_steps.size() > mostSteps) {
        forgotten = std::move(m_steps.front());
        m_steps.erase(m_steps.begin());
    }
}

ScanStatus Scan::status() const
{
    const std::scoped_lock lock(m_mutex);
    return statusOf(*m_steps.back(), m_steps.size());
}

ScanStatus Scan::statusOf(const ScanStep &step, std::size_t steps) const
{
    constexpr std::uint64_t perBlock =
        sizeof(ScanBlock) + 2 * (sizeof(StoredBytes) + sizeof(Bytes)) + sizeof(void *) * 8;
    return {.matches = step.matches,
            .scanned = step.scanned,
            .unreadable = step.unreadable,
            .memory = m_store.memory() + step.blocks.size() * perBlock,
            .disk = m_store.disk(),
            .steps = static_cast<std::uint32_t>(steps)};
}

Result<ScanRows> Scan::read(MemorySource &memory, std::uint64_t first, std::uint32_t count, std::stop_token stop)
{
    if (count > mostRows)
        return refuse(ErrorKind::OutOfRange, fmt::format("{} rows", count),
                      fmt::format("at most {} can be read at once", mostRows));
    const auto step = latest();
    ScanRows rows{.first = std::min(first, step->matches)};
    const std::uint64_t end = rows.first + std::min<std::uint64_t>(count, step->matches - rows.first);
    auto index = static_cast<std::size_t>(std::ranges::upper_bound(step->first, rows.first) - step->first.begin());
    for (index -= index > 0; index < step->blocks.size() && step->first[index] < end; ++index) {
        const ScanBlock &block = *step->blocks[index];
        const auto loaded = LoadedScanBlock::load(m_store, block);
        if (!loaded)
            return Failure(loaded.error());
        const std::size_t begin = rows.rows.size();
        loaded->forEach([&](std::size_t number, std::size_t slot) {
            const std::uint64_t row = step->first[index] + number;
            if (row >= rows.first && row < end)
                rows.rows.push_back({.address = block.begin + slot * m_shape.stride,
                                     .before = copyOf(loaded->valueAt(number, slot, m_shape), m_shape.size),
                                     .now = {}});
        });
        if (stop.stop_requested())
            return searchCancelled("read a scan");
        readNow(memory, std::span(rows.rows).subspan(begin));
    }
    return rows;
}

// Rows that are near each other are read together; they are of one block, so that nothing between is a hole.
void Scan::readNow(MemorySource &memory, std::span<ScanRow> rows) const
{
    for (std::size_t begin = 0; begin < rows.size();) {
        const Address from = rows[begin].address;
        std::size_t next = begin + 1;
        while (next < rows.size() && rows[next].address - rows[next - 1].address < worthSkipping)
            ++next;
        const MemoryImage image = readImage(memory, {from, rows[next - 1].address + m_shape.size - from});
        for (; begin < next; ++begin) {
            ScanRow &row = rows[begin];
            const AddressRange place{row.address, m_shape.size};
            if (std::ranges::none_of(image.unreadable,
                                     [&](const AddressRange &hole) { return intersect(hole, place).size > 0; }))
                row.now = copyOf(image.bytes.data() + (row.address - from), m_shape.size);
        }
    }
}

} // namespace ipclens
