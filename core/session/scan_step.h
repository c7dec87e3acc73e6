// What a scan has found, at one of its steps.
#pragma once

#include "core/model/memory.h"
#include "core/session/scan_store.h"

#include <algorithm>
#include <bit>

namespace ipclens {

// The candidates of a scan: `size` bytes at every multiple of `stride`.
struct ScanShape {
    std::size_t size = 1;
    std::size_t stride = 1;

    // From the first of so many candidates to the end of the last.
    std::uint64_t bytesOf(std::size_t slots) const { return (slots - 1) * stride + size; }
};

// Calls visit(index of the word, word) for those that are not 0, ascending. Most are 0 and passed over many at once.
template <class Visit>
void forEachWord(const std::uint64_t *words, std::size_t count, Visit visit)
{
    constexpr std::size_t together = 16;
    for (std::size_t first = 0; first < count; first += together) {
        if (first + together <= count) {
            std::uint64_t any = 0;
            for (std::size_t i = 0; i < together; ++i)
                any |= words[first + i];
            if (any == 0)
                continue;
        }
        for (std::size_t word = first; word < std::min(first + together, count); ++word)
            if (words[word] != 0)
                visit(word, words[word]);
    }
}

// Calls visit(index) for the bits that are set, ascending.
template <class Visit>
void forEachBit(const std::uint64_t *words, std::size_t count, Visit visit)
{
    forEachWord(words, count, [&](std::size_t word, std::uint64_t left) {
        for (; left != 0; left &= left - 1)
            visit(word * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    });
}

// At most 1 MiB of memory: which of its candidates match, and what they held. Never changed.
struct ScanBlock {
    Address begin = 0;
    std::uint32_t slots = 0; // candidates at begin, begin + stride, ...
    std::uint32_t matches = 0;
    bool isList = false;  // positions are numbers of 32 bits, else a bitmap
    bool isWhole = false; // values are the block's bytes, else those of the matches alone
    std::shared_ptr<StoredBytes> positions; // none: all candidates match
    std::shared_ptr<StoredBytes> values;
};

// A block with its positions and values in memory. The block outlives it.
struct LoadedScanBlock {
    const ScanBlock &block;
    std::shared_ptr<const Bytes> positions; // none: all
    std::shared_ptr<const Bytes> values;

    static Result<LoadedScanBlock> load(ScanStore &store, const ScanBlock &block);

    std::size_t words() const { return (block.slots + std::size_t{63}) / 64; }
    const std::uint64_t *bitmap() const { return reinterpret_cast<const std::uint64_t *>(positions->data()); }
    const std::byte *valueAt(std::size_t number, std::size_t slot, const ScanShape &shape) const
    {
        return values->data() + (block.isWhole ? slot * shape.stride : number * shape.size);
    }

    // Calls visit(number of the match, its slot), ascending.
    template <class Visit>
    void forEach(Visit visit) const
    {
        std::size_t number = 0;
        if (!positions) {
            for (; number < block.slots; ++number)
                visit(number, number);
        } else if (block.isList) {
            const auto *const list = reinterpret_cast<const std::uint32_t *>(positions->data());
            for (; number < block.matches; ++number)
                visit(number, std::size_t{list[number]});
        } else {
            forEachBit(bitmap(), words(), [&](std::size_t slot) { visit(number++, slot); });
        }
    }
};

struct ScanStep {
    std::vector<std::shared_ptr<const ScanBlock>> blocks; // ascending
    std::vector<std::uint64_t> first;                     // of each block's matches, its number
    std::uint64_t matches = 0;
    std::uint64_t scanned = 0;    // bytes
    std::uint64_t unreadable = 0; // bytes

    void add(std::shared_ptr<const ScanBlock> block)
    {
        first.push_back(matches);
        matches += block->matches;
        blocks.push_back(std::move(block));
    }
};

} // namespace ipclens
