// Portable executables as they lie in a process's memory. Everything read is another program's and may be garbage.
#pragma once

#include "core/model/process.h"
#include "core/os/memory_source.h"

namespace ipclens {

struct PeSection {
    std::string name;
    AddressRange range; // where it is in the process
    std::uint32_t characteristics = 0;
};

// Headers of a PE32 or PE32+ image.
struct PeImage {
    AddressRange range;
    std::vector<PeSection> sections;
    AddressRange exportDirectory; // size 0: none
};

// `range` is where the loader put the image; nothing outside it is read. Errors: Unreadable, or Invalid with what is
// wrong.
Result<PeImage> readPeImage(MemorySource &memory, AddressRange range);

// Exports that lie in `section`, ascending; forwarders, which have no address, are left out. Each reaches to the next
// export or the section's end.
Result<std::vector<Export>> exportsIn(MemorySource &memory, const PeImage &image, const PeSection &section);

} // namespace ipclens
