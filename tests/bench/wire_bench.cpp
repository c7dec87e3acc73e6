// A session behind a byte stream against a bare pipe to a process of the same kind.
// Usage: ipclens_wire_bench SERVE_COMMAND PIPE_PEER_COMMAND
#include "core/wire/wire.h"
#include "tests/bench/measure.h"

#include <cstring>
#include <semaphore>

using namespace ipclens;

namespace {

[[noreturn]] void fail(const Error &error)
{
    fmt::print(stderr, "{}\n", toText(error));
    std::exit(1);
}

template <class T>
T orFail(Result<T> result)
{
    if (!result)
        fail(result.error());
    return std::move(*result);
}

// A request for `size` bytes over the bare pipe, and reading them.
void ask(ByteStream &pipe, std::uint64_t size, std::vector<std::byte> &buffer)
{
    std::byte request[64]{};
    std::memcpy(request, &size, sizeof size);
    const std::span<const std::byte> piece(request);
    if (const auto written = pipe.write(std::span(&piece, 1)); !written)
        fail(written.error());
    while (size > 0) {
        const auto got = orFail(pipe.read(std::span(buffer).first(std::min<std::uint64_t>(size, buffer.size()))));
        if (got == 0)
            fail(Error{.operation = "read the bare pipe", .meaning = "it closed"});
        size -= got;
    }
}

// Reads `total` bytes in pieces of 1 MiB with four requests in flight, as a client that streams does.
void readAll(Connection &connection, SourceId source, std::uint64_t total)
{
    constexpr std::uint64_t piece = 1 << 20;
    std::counting_semaphore<> room(4), done(0);
    for (std::uint64_t at = 0; at < total; at += piece) {
        room.acquire();
        connection.call(ReadMemory{.source = source, .ranges = {{at, piece}}}, [&](Result<MemoryImages> reply) {
            if (!reply)
                fail(reply.error());
            if (!reply->images.front().unreadable.empty())
                fail(*reply->images.front().why);
            room.release();
            done.release();
        });
    }
    for (std::uint64_t at = 0; at < total; at += piece)
        done.acquire();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        fmt::print(stderr, "usage: ipclens_wire_bench SERVE_COMMAND PIPE_PEER_COMMAND\n");
        return 2;
    }
    const auto connection = orFail(connectStream(orFail(startChild(argv[1])), {}));
    const auto pipe = orFail(startChild(argv[2]));
    constexpr std::uint64_t size = 64 << 20;
    const auto source =
        orFail(connection->wait(CreateSection{{.name = fmt::format("ipclens-wire-bench-{}", wallClock()), .size = size}}));
    std::vector<std::byte> buffer(1 << 20);

    const auto roundTrips = [](auto once) {
        return [once] {
            constexpr int count = 2000;
            return bench::seconds([&] {
                       for (int i = 0; i < count; ++i)
                           once();
                   })
                / count * 1e6;
        };
    };
    const auto bare = roundTrips([&] { ask(*pipe, 64, buffer); });
    bare();
    bench::report("no-op command, round trip", bench::alternate(9, roundTrips([&] { orFail(connection->wait(Ping{})); }), bare),
                  "us", "at most 2.5");
    bench::report("read 64 bytes of a section, round trip",
                  bench::alternate(9, roundTrips([&] {
                                       orFail(connection->wait(ReadMemory{.source = source.source, .ranges = {{0, 64}}}));
                                   }),
                                   bare),
                  "us", "at most 4");

    const auto rate = [](auto work) { return [work] { return size / bench::seconds(work) / 1e6; }; };
    const auto ours = rate([&] { readAll(*connection, source.source, size); });
    const auto raw = rate([&] { ask(*pipe, size, buffer); });
    ours(), raw();
    bench::report("read 64 MiB of a section", bench::alternate(15, ours, raw), "MB/s", "at least 0.6");
}
