// The demo's two shared memories and their mutex, and who changes them.
#pragma once

#include "app/demo/platform.h"
#include "app/demo/shared_layout.h"

#include <functional>
#include <vector>

namespace ipclens::demo {

// The mapping `MySharedMem` and the DLL's `MySharedData`, both guarded by `MySharedMemMutex`. Whichever program starts
// first creates and initialises them. Any thread.
class SharedMemory {
public:
    SharedMemory();

    MappingLayout &mapping() { return *static_cast<MappingLayout *>(m_view.get()); }
    SharedDataLayout &data();

    // Runs `touch` while holding the mutex; false, without running it, when told to stop while waiting.
    bool locked(const Stop &stop, const std::function<void()> &touch);

private:
    struct Unmapper {
        void operator()(void *view) const { UnmapViewOfFile(view); }
    };

    void initialise();

    UniqueHandle m_mutex;
    UniqueHandle m_mapping;
    std::unique_ptr<void, Unmapper> m_view;
};

// Remembers a piece of memory that neither program writes, and prints what somebody else changed in it.
class ChangeReporter {
public:
    // `offset` counts from the memory's beginning.
    ChangeReporter(std::string area, const void *memory, std::size_t offset, std::size_t size);

    // One line "CHANGED area=… offset=0x… old=HEX new=HEX" for each run of changed bytes.
    void report();

private:
    std::string m_area;
    const unsigned char *m_begin;
    std::size_t m_offset;
    std::vector<unsigned char> m_known;
};

// The text in a zero-terminated field, control characters and others than ASCII as dots.
template <std::size_t Size>
std::string textOf(const std::array<char, Size> &field)
{
    std::string text;
    for (const char c : field) {
        if (c == '\0')
            break;
        text += c >= ' ' && c <= '~' ? c : '.';
    }
    return text;
}

template <std::size_t Size>
void setText(std::array<char, Size> &field, std::string_view text)
{
    field.fill('\0');
    text.copy(field.data(), Size - 1);
}

} // namespace ipclens::demo
