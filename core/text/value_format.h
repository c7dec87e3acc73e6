// What bytes mean when read as numbers, times and text: for the inspector and for payloads.
#pragma once

#include "core/model/memory.h"

#include <string>
#include <vector>

namespace ipclens {

// The bytes at one address read as one type. Where bytes are missing the text says so instead of guessing.
struct DecodedValue {
    std::string type;   // "u32"
    std::string little; // the value, least significant byte first; the only value where byte order means nothing
    std::string big;    // most significant byte first; empty where byte order means nothing
    bool wide = false;  // too long to stand beside its other byte order
    bool operator==(const DecodedValue &) const = default;
};

// All types the inspector knows, always the same rows in the same order. Values that reach an unreadable byte are
// "unreadable", those that reach beyond the image are "-".
std::vector<DecodedValue> decodeValues(const MemoryImage &image, Address at);

// Text up to the first zero, quoted, with everything unprintable escaped; at most `limit` characters, then "...".
std::string quotedUtf8(std::span<const std::byte> bytes, std::size_t limit = 32);
std::string quotedUtf16(std::span<const std::byte> bytes, bool bigEndian, std::size_t limit = 32);

// "2023-11-23 10:27:01.1234567" (UTC); "no date" outside the years 1601 to 9999.
std::string formatFileTime(std::uint64_t hundredNanoseconds);
// Seconds since 1970: "2023-11-23 10:27:01" (UTC); "no date" outside the years 0 to 9999.
std::string formatUnixTime(std::int64_t seconds);

} // namespace ipclens
