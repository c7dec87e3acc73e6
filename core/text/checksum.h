// Checksums of a selection. MD5, SHA-1 and SHA-256 are left to the window: Qt has them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ipclens {

// IEEE 802.3, as in zip and PNG. `before` is that of the bytes before these.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);
// RFC 1950.
std::uint32_t adler32(std::span<const std::byte> bytes, std::uint32_t before = 1);

struct Checksum {
    std::string_view name; // "CRC-32"
    std::string text;      // hex: "cbf43926"
};
// Sum of the bytes (8, 16 and 32 bits), CRC-32, Adler-32, FNV-1a (32 and 64 bits).
std::vector<Checksum> checksums(std::span<const std::byte> bytes);

} // namespace ipclens
