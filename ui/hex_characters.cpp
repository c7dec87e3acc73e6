#include "ui/hex_characters.h"

#include <QChar>

#include <algorithm>

namespace ipclens {
namespace {

using Cells = std::span<const SparseBytes::Cell>;

unsigned valueOf(const SparseBytes::Cell &cell)
{
    return std::to_integer<unsigned>(cell.value);
}

char32_t visible(char32_t character)
{
    return QChar::isPrint(character) && QChar::category(character) != QChar::Other_Format ? character : wrongCharacter;
}

// What a byte that is no character of its own shows.
char32_t markOf(const SparseBytes::Cell &cell)
{
    switch (cell.state) {
    case ByteState::Unknown:
        return noCharacter;
    case ByteState::Unreadable:
        return unreadableCharacter;
    case ByteState::Known:
        break;
    }
    return wrongCharacter;
}

struct Sequence {
    char32_t character = wrongCharacter;
    std::size_t size = 0; // bytes; 0: no character begins here
};

Sequence utf8At(Cells cells)
{
    const unsigned lead = valueOf(cells[0]);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
    if (size == 0 || size > cells.size())
        return {};
    char32_t character = size == 1 ? lead : lead & (0x7Fu >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if (cells[i].state != ByteState::Known || (valueOf(cells[i]) & 0xC0) != 0x80)
            return {};
        character = character << 6 | (valueOf(cells[i]) & 0x3F);
    }
    const bool isOverlong = (size == 3 && character < 0x800) || (size == 4 && character < 0x10000);
    if (isOverlong || character > 0x10FFFF || QChar::isSurrogate(character))
        return {};
    return {character, size};
}

std::optional<char16_t> utf16UnitAt(Cells cells, ByteOrder order)
{
    if (cells.size() < 2 || cells[0].state != ByteState::Known || cells[1].state != ByteState::Known)
        return std::nullopt;
    const unsigned first = valueOf(cells[0]), second = valueOf(cells[1]);
    return static_cast<char16_t>(order == ByteOrder::Little ? first | second << 8 : first << 8 | second);
}

Sequence utf16At(Cells cells, ByteOrder order)
{
    const auto unit = utf16UnitAt(cells, order);
    if (!unit)
        return {};
    if (!QChar::isSurrogate(*unit))
        return {*unit, 2};
    const auto next = utf16UnitAt(cells.subspan(2), order);
    if (!QChar::isHighSurrogate(*unit) || !next || !QChar::isLowSurrogate(*next))
        return {wrongCharacter, 2};
    return {QChar::surrogateToUcs4(*unit, *next), 4};
}

} // namespace

void readCharacters(Cells cells, std::size_t first, int column, const HexLayout &layout, std::span<char32_t> into)
{
    if (layout.text == HexText::Ascii || layout.text == HexText::Latin1) {
        const unsigned last = layout.text == HexText::Ascii ? 0x7E : 0xFF;
        for (std::size_t i = 0; i < into.size(); ++i) {
            const SparseBytes::Cell &cell = cells[first + i];
            const unsigned value = valueOf(cell);
            const bool isSeen = value >= 0x20 && value <= last && (value < 0x7F || value > 0xA0) && value != 0xAD;
            into[i] = cell.state == ByteState::Known && isSeen ? value : markOf(cell);
        }
        return;
    }
    const bool isWide = layout.text == HexText::Utf16;
    // Characters may begin before the row. UTF-16 begins at even columns only.
    std::size_t at = isWide ? (first + static_cast<unsigned>(column)) % 2 : 0;
    for (std::size_t i = 0; i < into.size(); ++i)
        into[i] = isWide && (static_cast<unsigned>(column) + i) % 2 == 1 && cells[first + i].state == ByteState::Known
                      ? noCharacter
                      : markOf(cells[first + i]);
    while (at < first + into.size()) {
        const Sequence found = cells[at].state != ByteState::Known ? Sequence{}
                               : isWide                            ? utf16At(cells.subspan(at), layout.order)
                                                                   : utf8At(cells.subspan(at));
        const std::size_t step = std::max<std::size_t>(found.size, isWide ? 2 : 1);
        for (std::size_t i = at; found.size != 0 && i < std::min(at + found.size, first + into.size()); ++i) {
            if (i >= first)
                into[i - first] = i == at ? visible(found.character) : noCharacter;
        }
        at += step;
    }
}

Bytes encodeCharacter(char32_t character, const HexLayout &layout)
{
    const auto byte = [](char32_t value) { return static_cast<std::byte>(value); };
    switch (layout.text) {
    case HexText::Ascii:
        return character < 0x80 ? Bytes{byte(character)} : Bytes{};
    case HexText::Latin1:
        return character < 0x100 ? Bytes{byte(character)} : Bytes{};
    case HexText::Utf8:
        if (character < 0x80)
            return {byte(character)};
        if (character < 0x800)
            return {byte(0xC0 | character >> 6), byte(0x80 | (character & 0x3F))};
        if (character < 0x10000)
            return {byte(0xE0 | character >> 12), byte(0x80 | (character >> 6 & 0x3F)),
                    byte(0x80 | (character & 0x3F))};
        return {byte(0xF0 | character >> 18), byte(0x80 | (character >> 12 & 0x3F)),
                byte(0x80 | (character >> 6 & 0x3F)), byte(0x80 | (character & 0x3F))};
    case HexText::Utf16:
        break;
    }
    Bytes bytes;
    const auto add = [&](char16_t unit) {
        const bool isLittle = layout.order == ByteOrder::Little;
        bytes.push_back(byte(isLittle ? unit & 0xFF : unit >> 8));
        bytes.push_back(byte(isLittle ? unit >> 8 : unit & 0xFF));
    };
    if (QChar::requiresSurrogates(character)) {
        add(QChar::highSurrogate(character));
        add(QChar::lowSurrogate(character));
    } else {
        add(static_cast<char16_t>(character));
    }
    return bytes;
}

} // namespace ipclens
