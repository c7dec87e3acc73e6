// Identifiers and addresses that are runs of bytes: GUIDs, IPv4 and IPv6 addresses, colours.
#pragma once

#include "core/model/bytes.h"
#include "core/text/text_problem.h"

#include <string>

namespace ipclens {

// Bytes in the order in which the text has them: of a GUID each group with its most significant byte first.
std::string formatGuid(std::span<const std::byte> bytes); // 16: "{6f9619ff-8b86-d011-b42d-00c04fc964ff}"
Parsed<Bytes> parseGuid(std::string_view text);

std::string formatIpv4(std::span<const std::byte> bytes); // 4: "127.0.0.1"
Parsed<Bytes> parseIpv4(std::string_view text);

std::string formatIpv6(std::span<const std::byte> bytes); // 16, as RFC 5952 wants it: "2001:db8::1"
Parsed<Bytes> parseIpv6(std::string_view text);

std::string formatColour(std::span<const std::byte> bytes); // 3 or 4: "#ff8000"
Parsed<Bytes> parseColour(std::string_view text, std::size_t size);

} // namespace ipclens
