#include "core/session/scan_pass.h"

#include <algorithm>
#include <cstring>

namespace ipclens {
namespace {

constexpr const char *operation = "scan";
constexpr std::uint64_t blockSize = 1 << 20; // bytes; larger pieces are read more slowly under Wine

std::uint64_t countOf(std::span<const std::uint64_t> bits)
{
    std::uint64_t count = 0;
    forEachWord(bits.data(), bits.size(), [&](std::size_t, std::uint64_t word) {
        count += static_cast<std::uint64_t>(std::popcount(word));
    });
    return count;
}

} // namespace

Result<void> ScanPass::scanRun(AddressRange run)
{
    const std::uint64_t stride = m_shape.stride, size = m_shape.size;
    const std::uint64_t skip = (stride - run.begin % stride) % stride;
    m_step->scanned += run.size;
    if (run.size < skip + size)
        return {};
    std::uint64_t left = (run.size - skip - size) / stride + 1;
    const std::uint64_t most = std::max<std::uint64_t>(((blockSize - size) / stride + 1) / 64 * 64, 64);
    for (Address begin = run.begin + skip; left > 0;) {
        const std::uint64_t slots = std::min(left, most);
        if (auto scanned = scanBlock(begin, static_cast<std::uint32_t>(slots)); !scanned)
            return scanned;
        left -= slots;
        begin += slots * stride;
    }
    return {};
}

Result<void> ScanPass::afterReading(Address begin, std::uint64_t size)
{
    const AddressRange range{begin, size};
    for (const AddressRange &hole : m_reader.unreadable()) {
        const std::uint64_t lost = intersect(hole, range).size;
        m_step->unreadable += lost;
        m_step->scanned -= lost;
    }
    if (m_reader.why() && m_reader.why()->kind == ErrorKind::Exited)
        return Failure(*m_reader.why());
    return {};
}

void ScanPass::dropUnreadable(Address begin, std::uint32_t slots)
{
    const std::uint64_t stride = m_shape.stride;
    for (const AddressRange &hole : m_reader.unreadable()) {
        // Candidates that end in front of the hole or begin behind it stay.
        const std::uint64_t offset = hole.begin - begin;
        std::uint64_t slot = offset < m_shape.size ? 0 : (offset - m_shape.size) / stride + 1;
        for (; slot < slots && slot * stride < offset + hole.size; ++slot)
            m_bits[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    }
}

Result<void> ScanPass::scanBlock(Address begin, std::uint32_t slots)
{
    if (m_isStopped())
        return searchCancelled(operation);
    auto now = m_reader.read({begin, m_shape.bytesOf(slots)});
    if (auto read = afterReading(begin, slots * m_shape.stride); !read)
        return read;
    if (m_reader.isUnreadable()) { // nothing to look at
        m_progress.add(slots * m_shape.stride, m_step->matches);
        return {};
    }
    if (m_criterion.isAll())
        now = m_reader.still();
    m_bits.resize((slots + std::size_t{63}) / 64);
    m_criterion.mark(now, nullptr, slots, m_shape.stride, m_bits.data());
    if (m_reader.isLive() && isDense(countOf(m_bits), slots)) {
        now = m_reader.still();
        m_criterion.mark(now, nullptr, slots, m_shape.stride, m_bits.data());
    }
    dropUnreadable(begin, slots);
    auto added = addBlock(begin, slots, now, nullptr);
    m_progress.add(slots * m_shape.stride, m_step->matches);
    return added;
}

// Where to read: everything, or around the matches of a list.
void ScanPass::findParts(const LoadedScanBlock &old)
{
    const AddressRange all{old.block.begin, m_shape.bytesOf(old.block.slots)};
    m_parts.clear();
    if (!old.block.isList) {
        m_parts.push_back(all);
        return;
    }
    old.forEach([&](std::size_t, std::size_t slot) {
        const AddressRange match{all.begin + slot * m_shape.stride, m_shape.size};
        if (m_parts.empty() || match.begin > m_parts.back().end() + worthSkipping)
            m_parts.push_back(match);
        else
            m_parts.back().size = match.end() - m_parts.back().begin;
    });
}

void ScanPass::markMatches(const LoadedScanBlock &old, std::span<const std::byte> now)
{
    const std::size_t stride = m_shape.stride;
    m_bits.resize(old.words());
    if (!old.block.isList && (!m_criterion.needsBefore() || old.block.isWhole)) {
        m_criterion.mark(now, old.values->data(), old.block.slots, stride, m_bits.data());
        for (std::size_t word = 0; old.positions && word < m_bits.size(); ++word)
            m_bits[word] &= old.bitmap()[word];
        return;
    }
    std::ranges::fill(m_bits, 0);
    old.forEach([&](std::size_t number, std::size_t slot) {
        if (m_criterion.passes(now.data() + slot * stride, old.valueAt(number, slot, m_shape)))
            m_bits[slot / 64] |= std::uint64_t{1} << slot % 64;
    });
}

Result<void> ScanPass::narrowBlock(const std::shared_ptr<const ScanBlock> &block)
{
    if (m_isStopped())
        return searchCancelled(operation);
    const auto old = LoadedScanBlock::load(m_store, *block);
    if (!old)
        return Failure(old.error());
    findParts(*old);
    const AddressRange range{block->begin, m_shape.bytesOf(block->slots)};
    auto now = m_reader.read(range, m_parts);
    m_step->scanned += totalSize(m_parts);
    if (auto read = afterReading(range.begin, range.size); !read)
        return read;
    markMatches(*old, now);
    if (m_reader.isLive() && !m_criterion.keepsValues() && isDense(countOf(m_bits), block->slots)) {
        now = m_reader.still();
        markMatches(*old, now);
    }
    dropUnreadable(block->begin, block->slots);
    auto added =
        m_criterion.keepsValues() ? addUnchanged(block, *old) : addBlock(block->begin, block->slots, now, &*old);
    m_progress.add(range.size, m_step->matches);
    return added;
}

template <class Visit>
void ScanPass::forEachMarked(const LoadedScanBlock *old, Visit visit)
{
    if (!old || old->block.isWhole) { // where the number of a match is of no use
        forEachBit(m_bits.data(), m_bits.size(), [&](std::size_t slot) { visit(std::size_t{0}, slot); });
        return;
    }
    old->forEach([&](std::size_t number, std::size_t slot) {
        if (m_bits[slot / 64] >> slot % 64 & 1)
            visit(number, slot);
    });
}

// Makes a block of the bits, with what is there now.
Result<void> ScanPass::addBlock(Address begin, std::uint32_t slots, std::span<const std::byte> now,
                                  const LoadedScanBlock *old)
{
    const std::size_t size = m_shape.size, stride = m_shape.stride;
    const std::uint64_t matches = countOf(m_bits);
    if (matches == 0)
        return {};
    auto block = std::make_shared<ScanBlock>(ScanBlock{.begin = begin, .slots = slots});
    block->isWhole = isDense(matches, slots);
    if (block->isWhole)
        return finish(std::move(block), matches, toBytes(now));
    Bytes values(matches * size);
    std::byte *next = values.data();
    const bool isLive = m_reader.isLive();
    forEachMarked(isLive ? old : nullptr, [&](std::size_t number, std::size_t slot) {
        std::memcpy(next, now.data() + slot * stride, size);
        // The target may have written since it was looked at.
        if (isLive && !m_criterion.passes(next, old ? old->valueAt(number, slot, m_shape) : nullptr)) {
            m_bits[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
            return;
        }
        next += size;
    });
    values.resize(static_cast<std::size_t>(next - values.data()));
    const std::size_t left = values.size() / size;
    return left == 0 ? Result<void>() : finish(std::move(block), left, std::move(values));
}

// Makes a block of the bits, with what was there before.
Result<void> ScanPass::addUnchanged(const std::shared_ptr<const ScanBlock> &block, const LoadedScanBlock &old)
{
    const std::uint64_t matches = countOf(m_bits);
    if (matches == 0)
        return {};
    if (matches == block->matches) {
        m_step->add(block);
        return {};
    }
    auto fewer = std::make_shared<ScanBlock>(ScanBlock{.begin = block->begin, .slots = block->slots});
    fewer->isWhole = block->isWhole && isDense(matches * 4, block->slots);
    if (fewer->isWhole) {
        fewer->matches = static_cast<std::uint32_t>(matches);
        fewer->values = block->values;
        if (auto stored = storePositions(*fewer); !stored)
            return stored;
        m_step->add(std::move(fewer));
        return {};
    }
    Bytes values(matches * m_shape.size);
    std::byte *next = values.data();
    forEachMarked(&old, [&](std::size_t number, std::size_t slot) {
        std::memcpy(next, old.valueAt(number, slot, m_shape), m_shape.size);
        next += m_shape.size;
    });
    return finish(std::move(fewer), matches, std::move(values));
}

Result<void> ScanPass::finish(std::shared_ptr<ScanBlock> block, std::uint64_t matches, Bytes values)
{
    block->matches = static_cast<std::uint32_t>(matches);
    auto stored = m_store.keep(std::move(values));
    if (!stored)
        return Failure(std::move(stored.error()));
    block->values = std::move(*stored);
    if (auto positions = storePositions(*block); !positions)
        return positions;
    m_step->add(std::move(block));
    return {};
}

Result<void> ScanPass::storePositions(ScanBlock &block)
{
    if (block.matches == block.slots)
        return {};
    block.isList = block.matches * sizeof(std::uint32_t) < m_bits.size() * sizeof(std::uint64_t);
    Bytes positions;
    if (block.isList) {
        positions.resize(block.matches * sizeof(std::uint32_t));
        std::byte *next = positions.data();
        forEachBit(m_bits.data(), m_bits.size(), [&](std::size_t slot) {
            const auto number = static_cast<std::uint32_t>(slot);
            std::memcpy(next, &number, sizeof number);
            next += sizeof number;
        });
    } else {
        positions = toBytes(std::as_bytes(std::span(m_bits)));
    }
    auto stored = m_store.keep(std::move(positions));
    if (!stored)
        return Failure(std::move(stored.error()));
    block.positions = std::move(*stored);
    return {};
}

} // namespace ipclens
