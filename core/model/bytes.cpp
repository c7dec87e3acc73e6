#include "core/model/bytes.h"

#include <array>
#include <bit>
#include <mutex>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(place, size) static_cast<void>(0)
#define ASAN_UNPOISON_MEMORY_REGION(place, size) static_cast<void>(0)
#endif

namespace ipclens {
namespace {

constexpr std::size_t smallestPooled = 4 * 1024;
constexpr std::size_t largestOfPages = 64 * 1024;
constexpr std::size_t largestPooled = std::size_t{64} << 20;
constexpr std::size_t mostKept = std::size_t{256} << 20;

// Blocks are of whole pages; large ones, of which there are few, of a power of two.
std::size_t roundUp(std::size_t size)
{
    return size <= largestOfPages ? (size + smallestPooled - 1) / smallestPooled * smallestPooled : std::bit_ceil(size);
}

// Free blocks, one list for each size that roundUp() gives. Lives as long as the process.
class BlockPool {
public:
    void *take(std::size_t size)
    {
        const std::scoped_lock lock(m_mutex);
        auto &list = m_free[index(size)];
        if (list.empty())
            return nullptr;
        void *block = list.back();
        list.pop_back();
        m_kept -= size;
        return block;
    }

    bool keep(void *block, std::size_t size) noexcept
    {
        try {
            const std::scoped_lock lock(m_mutex);
            if (m_kept + size > mostKept)
                return false;
            m_free[index(size)].push_back(block);
            m_kept += size;
            return true;
        } catch (...) {
            return false; // no memory to remember it: give it back to the system
        }
    }

private:
    static constexpr std::size_t listsOfPages = largestOfPages / smallestPooled;
    static std::size_t index(std::size_t size)
    {
        return size <= largestOfPages ? size / smallestPooled
                                      : listsOfPages + static_cast<std::size_t>(std::countr_zero(size));
    }

    std::mutex m_mutex;
    std::array<std::vector<void *>, listsOfPages + 64> m_free;
    std::size_t m_kept = 0;
};

BlockPool &pool()
{
    static auto *const instance = new BlockPool; // never destroyed: threads may release blocks during exit
    return *instance;
}

bool isPooled(std::size_t size) { return size >= smallestPooled && size <= largestPooled; }

} // namespace

void *allocateBytes(std::size_t size)
{
    if (!isPooled(size))
        return ::operator new(size);
    const std::size_t rounded = roundUp(size);
    void *block = pool().take(rounded);
    if (!block)
        block = ::operator new(rounded);
    ASAN_UNPOISON_MEMORY_REGION(block, size);
    ASAN_POISON_MEMORY_REGION(static_cast<char *>(block) + size, rounded - size);
    return block;
}

void releaseBytes(void *block, std::size_t size) noexcept
{
    if (isPooled(size)) {
        // Before it is kept: another thread may have it at once.
        ASAN_POISON_MEMORY_REGION(block, roundUp(size));
        if (pool().keep(block, roundUp(size)))
            return;
        ASAN_UNPOISON_MEMORY_REGION(block, roundUp(size));
    }
    ::operator delete(block);
}

} // namespace ipclens
