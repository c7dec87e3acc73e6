#include "app/cli/piece_reader.h"

#include <algorithm>
#include <deque>

namespace ipclens {
namespace {

using Piece = Result<MemoryImages>;

// One request under way.
struct Pending {
    CallId call = 0;
    std::future<Piece> reply;
};

Pending request(Connection &connection, SourceId source, AddressRange range)
{
    auto promise = std::make_shared<std::promise<Piece>>();
    Pending pending{.reply = promise->get_future()};
    pending.call =
        connection.call(ReadMemory{source, {range}}, [promise](Piece piece) { promise->set_value(std::move(piece)); });
    return pending;
}

} // namespace

MemoryImage slice(const MemoryImage &image, AddressRange range)
{
    const AddressRange part = intersect(image.range(), range);
    MemoryImage sliced{.address = part.begin, .why = image.why, .time = image.time};
    const auto begin = image.bytes.begin() + static_cast<std::ptrdiff_t>(part.begin - image.address);
    sliced.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(part.size));
    for (const auto &hole : image.unreadable) {
        if (const auto common = intersect(hole, part); common.size > 0)
            sliced.unreadable.push_back(common);
    }
    return sliced;
}

Result<void> readInPieces(Connection &connection, SourceId source, AddressRange range,
                          const std::function<Result<void>(MemoryImage)> &take)
{
    std::deque<Pending> underWay;
    Address next = range.begin;
    const auto fail = [&](Error error) -> Result<void> {
        for (const auto &pending : underWay)
            connection.cancel(pending.call);
        return Failure(std::move(error));
    };
    while (next < range.end() || !underWay.empty()) {
        while (next < range.end() && underWay.size() < piecesUnderWay) {
            const AddressRange piece{next, std::min(pieceSize, range.end() - next)};
            underWay.push_back(request(connection, source, piece));
            next = piece.end();
        }
        Piece piece = underWay.front().reply.get();
        underWay.pop_front();
        if (!piece)
            return fail(std::move(piece.error()));
        if (piece->images.size() != 1)
            return fail({.kind = ErrorKind::Protocol,
                         .operation = "read memory",
                         .meaning = "the session replied without the range asked for"});
        if (auto taken = take(std::move(piece->images.front())); !taken)
            return fail(std::move(taken.error()));
    }
    return {};
}

} // namespace ipclens
