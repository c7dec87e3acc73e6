// What bytes mean when read as every type the inspector knows.
#pragma once

#include "core/model/memory.h"
#include "core/text/date_time.h"
#include "core/text/typed_value.h"

namespace ipclens {

// The bytes at one address read as one type. Where bytes are missing the text says so instead of guessing.
struct DecodedValue {
    std::string type;   // "u32"
    std::string little; // the value, least significant byte first; the only value where byte order means nothing
    std::string big;    // most significant byte first; empty where byte order means nothing
    bool wide = false;  // too long to stand beside its other byte order
    TypedKind kind = TypedKind::U8;

    bool operator==(const DecodedValue &) const = default;
};

// All types of core/text/typed_value.h, always the same rows in the same order. Values that reach an unreadable byte
// are "unreadable", those that reach beyond the image are "-". The largest value needs 16 bytes; text shows more when
// there is more.
std::vector<DecodedValue> decodeValues(const MemoryImage &image, Address at);

} // namespace ipclens
