// Raw bytes. Blocks are reused instead of going back to the system, because the first touch of a fresh page costs far
// more than copying it.
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace ipclens {

// Blocks of 4 KiB and more come from a process-wide free list of at most 256 MiB; smaller ones from operator new.
// Thread-safe.
void *allocateBytes(std::size_t size);
void releaseBytes(void *block, std::size_t size) noexcept;

// Leaves new bytes uninitialised: whoever resizes fills what it added.
template <class T>
struct BytesAllocator {
    using value_type = T;

    BytesAllocator() = default;
    template <class U>
    BytesAllocator(const BytesAllocator<U> &) noexcept {}

    T *allocate(std::size_t n) { return static_cast<T *>(allocateBytes(n * sizeof(T))); }
    void deallocate(T *block, std::size_t n) noexcept { releaseBytes(block, n * sizeof(T)); }

    template <class U>
    void construct(U *where) noexcept { ::new (static_cast<void *>(where)) U; }
    template <class U, class... Args>
    void construct(U *where, Args &&...args) { ::new (static_cast<void *>(where)) U(std::forward<Args>(args)...); }

    bool operator==(const BytesAllocator &) const { return true; }
};

using Bytes = std::vector<std::byte, BytesAllocator<std::byte>>;

// Copied at once: a vector with an allocator of its own copies byte by byte, which takes ten times as long.
inline Bytes toBytes(std::span<const std::byte> bytes)
{
    Bytes copy(bytes.size());
    if (!bytes.empty())
        std::memcpy(copy.data(), bytes.data(), bytes.size());
    return copy;
}
inline Bytes toBytes(std::string_view text)
{
    return toBytes(std::as_bytes(std::span(text.data(), text.size())));
}

} // namespace ipclens
