#include "core/text/copy_formats.h"

#include "core/text/each_byte.h"

#include "core/text/hex.h"

#include <algorithm>
#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::size_t columns = 16;

constexpr CopyFormatInfo formats[] = {{CopyFormat::Hex, "Hex"},         {CopyFormat::CArray, "C array"},
                                      {CopyFormat::StdArray, "C++ std::array"}, {CopyFormat::Python, "Python bytes"},
                                      {CopyFormat::Base64, "Base64"},   {CopyFormat::HexDump, "Hex dump"},
                                      {CopyFormat::Address, "Address"}};

std::string byteText(std::byte byte)
{
    return fmt::format("{:02x}", std::to_integer<unsigned>(byte));
}

std::string hexText(const MemoryImage &image)
{
    std::string text;
    forEachByte(image, [&](std::size_t i, bool isReadable) {
        text += i == 0 ? "" : " ";
        text += isReadable ? byteText(image.bytes[i]) : "??";
    });
    return text;
}

// The rows of an initialiser. `element` makes one element from "0x4d".
template <class Element>
std::string initialiser(const MemoryImage &image, Element element)
{
    std::string text;
    forEachByte(image, [&](std::size_t i, bool isReadable) {
        text += i % columns == 0 ? "\n    " : " ";
        text += element("0x" + byteText(isReadable ? image.bytes[i] : std::byte{0}));
        if (!isReadable)
            text += " /* unreadable */";
        if (i + 1 < image.bytes.size())
            text += ',';
    });
    return text + '\n';
}

std::string pythonText(const MemoryImage &image)
{
    std::string text = "bytes([";
    for (std::size_t i = 0; i < image.bytes.size(); ++i)
        text += fmt::format("{}0x{}{}", i % columns == 0 ? "\n    " : " ", byteText(image.bytes[i]),
                            i + 1 < image.bytes.size() ? "," : "\n");
    return text + "])";
}

std::string base64Text(std::span<const std::byte> bytes)
{
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        unsigned group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (i < count ? std::to_integer<unsigned>(bytes[at + i]) : 0);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= count ? letters[group >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

std::string dumpText(const MemoryImage &image, Address base)
{
    MemoryImage shown = image;
    shown.address += base;
    for (AddressRange &range : shown.unreadable)
        range.begin += base;
    std::string text = hexDump(shown);
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

} // namespace

std::span<const CopyFormatInfo> copyFormats()
{
    return formats;
}

Result<std::string> copyAs(CopyFormat format, const MemoryImage &image, Address base)
{
    const bool canMark = format != CopyFormat::Python && format != CopyFormat::Base64;
    if (!canMark && !image.unreadable.empty()) {
        const AddressRange &hole = image.unreadable.front();
        return Failure(Error{.kind = ErrorKind::Unreadable,
                             .operation = fmt::format("copy as {}", formats[static_cast<std::size_t>(format)].title),
                             .object = fmt::format("{} bytes at 0x{:x}", image.bytes.size(), image.address + base),
                             .meaning = fmt::format("{} bytes at 0x{:x} cannot be read, and this form cannot say so",
                                                    hole.size, hole.begin + base),
                             .hint = "Copy the parts before and behind, or copy as hex, which marks them"});
    }
    switch (format) {
    case CopyFormat::Hex: return hexText(image);
    case CopyFormat::CArray:
        return fmt::format("const unsigned char bytes[{}] = {{{}}};", image.bytes.size(),
                           initialiser(image, [](std::string byte) { return byte; }));
    case CopyFormat::StdArray:
        return fmt::format("constexpr std::array<std::byte, {}> bytes{{{}}};", image.bytes.size(),
                           initialiser(image, [](const std::string &byte) { return "std::byte{" + byte + "}"; }));
    case CopyFormat::Python: return pythonText(image);
    case CopyFormat::Base64: return base64Text(image.bytes);
    case CopyFormat::HexDump: return dumpText(image, base);
    case CopyFormat::Address: break;
    }
    return fmt::format("0x{:x}", image.address + base);
}

} // namespace ipclens
