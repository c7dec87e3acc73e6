// Numbers, sizes and addresses as the window shows them.
#pragma once

#include "core/model/memory.h"

#include <QString>

namespace ipclens {

QString countText(std::uint64_t count);   // "12,345"
QString sizeText(std::uint64_t bytes);    // "4 KiB", "1.5 GiB", "17 B"
QString addressText(Address address);     // "0x7ff61000"
QString bytesText(std::span<const std::byte> bytes, std::size_t limit = 16); // "2a 00 .. (64 bytes)"
QString clockText(std::int64_t time);     // nanoseconds since 1970: "12:01:07.123", with the date when it is another day

inline QString fromUtf8(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace ipclens
