#include "app/demo/shared_memory.h"

#include "app/demo/shared_data.h"

#include <algorithm>
#include <tuple>

namespace ipclens::demo {

SharedMemory::SharedMemory()
    : m_mutex(checked(CreateMutexW(nullptr, FALSE, mutexName), "CreateMutex of MySharedMemMutex")),
      m_mapping(checked(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, memorySize, mappingName),
                        "CreateFileMapping of MySharedMem")),
      m_view(MapViewOfFile(m_mapping.get(), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, memorySize))
{
    if (!m_view)
        fail("MapViewOfFile of MySharedMem");
    initialise();
}

SharedDataLayout &SharedMemory::data()
{
    return *reinterpret_cast<SharedDataLayout *>(MySharedData);
}

bool SharedMemory::locked(const Stop &stop, const std::function<void()> &touch)
{
    const HANDLE handles[] = {m_mutex.get(), stop.event()};
    const DWORD outcome = WaitForMultipleObjects(2, handles, FALSE, INFINITE);
    if (outcome == WAIT_OBJECT_0 + 1)
        return false;
    if (outcome == WAIT_FAILED)
        fail("WaitForMultipleObjects on MySharedMemMutex");
    // An abandoned mutex is ours too: its owner was ended in the middle, and the next update makes the content whole
    // again.
    touch();
    if (!ReleaseMutex(m_mutex.get()))
        fail("ReleaseMutex of MySharedMemMutex");
    return true;
}

void SharedMemory::initialise()
{
    if (WaitForSingleObject(m_mutex.get(), INFINITE) == WAIT_FAILED)
        fail("WaitForSingleObject on MySharedMemMutex");
    auto &layout = mapping();
    if (layout.magic == 0) {
        layout.magic = MappingLayout::expectedMagic;
        layout.version = layoutVersion;
        setText(layout.text, "no producer yet");
        setText(layout.greeting, "Hello! Change me: the consumer prints it.");
    }
    if (data().magic == 0) {
        data().magic = SharedDataLayout::expectedMagic;
        data().version = layoutVersion;
        setText(data().text, "no producer yet");
    }
    ++data().loads;
    const bool ours = layout.magic == MappingLayout::expectedMagic && layout.version == layoutVersion;
    if (!ReleaseMutex(m_mutex.get()))
        fail("ReleaseMutex of MySharedMemMutex");
    if (!ours)
        throw Failure("open MySharedMem: another program's mapping has that name, or another version of this one");
}

ChangeReporter::ChangeReporter(std::string area, const void *memory, std::size_t offset, std::size_t size)
    : m_area(std::move(area)), m_begin(static_cast<const unsigned char *>(memory) + offset), m_offset(offset),
      m_known(m_begin, m_begin + size)
{
}

void ChangeReporter::report()
{
    // Looked at once: somebody may be changing it under our hands.
    const std::vector<unsigned char> current(m_begin, m_begin + m_known.size());
    for (auto [was, is] = std::ranges::mismatch(m_known, current); is != current.end();) {
        const auto begin = is - current.begin();
        std::string before;
        std::string after;
        for (; is != current.end() && *was != *is; ++was, ++is) {
            before += fmt::format("{:02x}", *was);
            after += fmt::format("{:02x}", *is);
        }
        say("CHANGED area={} offset=0x{:03x} old={} new={}", m_area, m_offset + static_cast<std::size_t>(begin), before,
            after);
        std::tie(was, is) = std::mismatch(was, m_known.end(), is);
    }
    m_known = current;
}

} // namespace ipclens::demo
