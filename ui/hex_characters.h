// What stands in the text column of a hex view.
#pragma once

#include "ui/hex_layout.h"
#include "ui/sparse_bytes.h"

namespace ipclens {

// Bytes before a row, and behind it, that may belong to its first and last character.
inline constexpr std::size_t characterReach = 3;

// Marks in place of a character.
inline constexpr char32_t noCharacter = 0;       // not known, or belongs to the character before
inline constexpr char32_t wrongCharacter = U'.'; // no character of this encoding, or none that can be seen
inline constexpr char32_t unreadableCharacter = U'?';

// The character of each byte of a row; of one that takes several bytes only the first has it. `cells` are the row's
// from index `first` on, with what is known around it; `column` is that of the row's first byte.
void readCharacters(std::span<const SparseBytes::Cell> cells, std::size_t first, int column, const HexLayout &layout,
                    std::span<char32_t> into);

// A character as bytes; empty when the encoding has none for it.
Bytes encodeCharacter(char32_t character, const HexLayout &layout);

} // namespace ipclens
