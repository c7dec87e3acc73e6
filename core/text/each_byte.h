// Walking over an image byte by byte.
#pragma once

#include "core/model/memory.h"

namespace ipclens {

// Calls visit(index, isReadable) for every byte, walking the unreadable ranges alongside.
template <class Visit>
void forEachByte(const MemoryImage &image, Visit visit)
{
    auto hole = image.unreadable.begin();
    for (std::size_t i = 0; i < image.bytes.size(); ++i) {
        const Address at = image.address + i;
        while (hole != image.unreadable.end() && at >= hole->end())
            ++hole;
        visit(i, hole == image.unreadable.end() || !hole->contains(at));
    }
}

} // namespace ipclens
