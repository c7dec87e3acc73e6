// Owners for what the system hands out and wants back.
#pragma once

#include <utility>

#include <windows.h>

namespace ipclens {

// Owns one handle and closes it. Closing never disturbs the last error, so that an early return keeps it.
template <class Traits>
class UniqueHandle {
public:
    using Value = typename Traits::Value;

    UniqueHandle() = default;
    explicit UniqueHandle(Value value) : m_value(value) {}
    UniqueHandle(UniqueHandle &&other) noexcept : m_value(std::exchange(other.m_value, Value{})) {}
    UniqueHandle &operator=(UniqueHandle &&other) noexcept
    {
        UniqueHandle(std::move(other)).swap(*this);
        return *this;
    }
    ~UniqueHandle()
    {
        if (m_value != Value{}) {
            const DWORD before = GetLastError();
            Traits::close(m_value);
            SetLastError(before);
        }
    }

    void swap(UniqueHandle &other) noexcept { std::swap(m_value, other.m_value); }
    Value get() const { return m_value; }
    explicit operator bool() const { return m_value != Value{}; }

    // For functions that give a handle through a pointer. Only while empty.
    Value *receive() { return &m_value; }

private:
    Value m_value{};
};

struct KernelHandleTraits {
    using Value = HANDLE;
    static void close(HANDLE handle) { CloseHandle(handle); }
};
// Processes, threads, tokens, sections, directories: whatever CloseHandle closes. None is NULL.
using KernelHandle = UniqueHandle<KernelHandleTraits>;

struct MappedViewTraits {
    using Value = void *;
    static void close(void *view) { UnmapViewOfFile(view); }
};
using MappedView = UniqueHandle<MappedViewTraits>;

} // namespace ipclens
