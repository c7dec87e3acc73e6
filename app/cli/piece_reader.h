// Reading more than one command brings.
#pragma once

#include "core/session/connection.h"

#include <functional>

namespace ipclens {

inline constexpr std::uint64_t pieceSize = 1 << 20; // frames of about this size are the fastest to carry
inline constexpr std::size_t piecesUnderWay = 8;

// The part of `image` that lies in `range`.
MemoryImage slice(const MemoryImage &image, AddressRange range);

// Reads `range` as images of at most pieceSize, the next ones already under way while `take` sees one. In ascending
// order, on the caller's thread. `take` ends the reading with an error.
Result<void> readInPieces(Connection &connection, SourceId source, AddressRange range,
                          const std::function<Result<void>(MemoryImage)> &take);

} // namespace ipclens
