#include "core/model/bytes.h"

#include <array>
#include <bit>
#include <mutex>

namespace ipclens {
namespace {

constexpr std::size_t smallestPooled = 64 * 1024;
constexpr std::size_t largestPooled = std::size_t{64} << 20;
constexpr std::size_t mostKept = std::size_t{256} << 20;

// Free blocks, one list for each power of two. Lives as long as the process.
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
    static std::size_t index(std::size_t size) { return static_cast<std::size_t>(std::countr_zero(size)); }

    std::mutex m_mutex;
    std::array<std::vector<void *>, 64> m_free;
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
    const auto rounded = std::bit_ceil(size);
    if (void *block = pool().take(rounded))
        return block;
    return ::operator new(rounded);
}

void releaseBytes(void *block, std::size_t size) noexcept
{
    if (isPooled(size) && pool().keep(block, std::bit_ceil(size)))
        return;
    ::operator delete(block);
}

} // namespace ipclens
