#include "core/text/checksum.h"

#include <array>
#include <fmt/format.h>

namespace ipclens {
namespace {

// Eight tables: eight bytes a step.
constexpr auto crcTables = [] {
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = value >> 1 ^ (value & 1 ? 0xEDB8'8320u : 0);
        tables[0][i] = value;
    }
    for (std::size_t t = 1; t < 8; ++t) {
        for (std::size_t i = 0; i < 256; ++i)
            tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 0xFF];
    }
    return tables;
}();

std::uint32_t valueOf(std::byte byte)
{
    return std::to_integer<std::uint32_t>(byte);
}

} // namespace

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before)
{
    std::uint32_t crc = ~before;
    std::size_t at = 0;
    for (; bytes.size() - at >= 8; at += 8) {
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            next ^= crcTables[7 - i][(crc >> (8 * i) & 0xFF) ^ valueOf(bytes[at + i])];
            next ^= crcTables[3 - i][valueOf(bytes[at + 4 + i])];
        }
        crc = next;
    }
    for (; at < bytes.size(); ++at)
        crc = crc >> 8 ^ crcTables[0][(crc ^ valueOf(bytes[at])) & 0xFF];
    return ~crc;
}

std::uint32_t adler32(std::span<const std::byte> bytes, std::uint32_t before)
{
    constexpr std::uint32_t prime = 65'521;
    constexpr std::size_t most = 5'552; // bytes until 32 bits could overflow
    std::uint32_t a = before & 0xFFFF;
    std::uint32_t b = before >> 16;
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min(bytes.size(), most));
        for (const std::byte byte : piece) {
            a += valueOf(byte);
            b += a;
        }
        a %= prime;
        b %= prime;
        bytes = bytes.subspan(piece.size());
    }
    return b << 16 | a;
}

std::vector<Checksum> checksums(std::span<const std::byte> bytes)
{
    std::uint64_t sum = 0;
    std::uint32_t fnv32 = 0x811C'9DC5;
    std::uint64_t fnv64 = 0xCBF2'9CE4'8422'2325;
    for (const std::byte byte : bytes) {
        sum += valueOf(byte);
        fnv32 = (fnv32 ^ valueOf(byte)) * 0x0100'0193;
        fnv64 = (fnv64 ^ valueOf(byte)) * 0x0000'0100'0000'01B3;
    }
    return {{"sum 8", fmt::format("{:02x}", sum & 0xFF)},
            {"sum 16", fmt::format("{:04x}", sum & 0xFFFF)},
            {"sum 32", fmt::format("{:08x}", sum & 0xFFFF'FFFF)},
            {"CRC-32", fmt::format("{:08x}", crc32(bytes))},
            {"Adler-32", fmt::format("{:08x}", adler32(bytes))},
            {"FNV-1a 32", fmt::format("{:08x}", fnv32)},
            {"FNV-1a 64", fmt::format("{:016x}", fnv64)}};
}

} // namespace ipclens
