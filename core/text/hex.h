// Bytes as text and back.
#pragma once

#include "core/model/memory.h"

#include <string>
#include <string_view>

namespace ipclens {

// "4d79" or, with a separator, "4d 79".
std::string toHex(std::span<const std::byte> bytes, std::string_view separator = {});

// Accepts upper and lower case, optional 0x, and spaces or commas between whole bytes. The error says which character is wrong.
Result<Bytes> fromHex(std::string_view text);

// Classic dump, 16 bytes a row: address, bytes ("??" where unreadable), text. Ends each row with a newline.
std::string hexDump(const MemoryImage &image);

// A C array initialiser: "0x4d, 0x79". Unreadable bytes become "0x00 /* unreadable */".
std::string cArray(const MemoryImage &image);

} // namespace ipclens
