// The demo's WM_COPYDATA payloads: made by `produce`, checked by `consume` and by tests. Free of <windows.h>.
#pragma once

#include "app/demo/shared_layout.h"

#include <cstddef>
#include <optional>
#include <random>
#include <vector>

namespace ipclens::demo {

struct Payload {
    PayloadKind kind = PayloadKind::Ascii;
    std::vector<std::byte> bytes;
};

// The payload of message `sequence`: kinds take turns. `random` decides sizes and content.
Payload makePayload(std::uint64_t sequence, std::uint32_t pid, std::int64_t time, std::mt19937_64 &random);

// The sequence number of a payload whose checksum holds; none when it is damaged or of no known kind.
std::optional<std::uint64_t> checkPayload(std::uint64_t kind, std::span<const std::byte> bytes);

} // namespace ipclens::demo
