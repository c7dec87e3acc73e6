// A session at the far end of a byte stream: MessagePack-RPC.
//
//   request      [0, id, method, [params]]     id 1, 2, 3, ...; params is a map of the command's fields
//   response     [1, id, error, result]        error is nil or a map of Error's fields
//   notification [2, method, [params]]         events from the session; "session.cancel" {call} to it
//
// The first request is "session.hello" {protocol, version}, answered by the same from the far end; another protocol number
// is refused by an error that names both.
#pragma once

#include "core/session/session.h"
#include "core/wire/byte_stream.h"

namespace ipclens {

inline constexpr std::uint32_t protocolNumber = 1;
inline constexpr std::size_t largestFrame = std::size_t{128} << 20;

// Shakes hands (waits at most `timeout` milliseconds) and gives the client's end.
Result<std::unique_ptr<Connection>> connectStream(std::unique_ptr<ByteStream> stream, ConnectionSinks sinks,
                                                  std::uint32_t timeout = 60'000);

// Serves one session on the stream until the far end closes it (success) or breaks the protocol (error).
Result<void> serve(ByteStream &stream, std::unique_ptr<System> system, SessionOptions options);

} // namespace ipclens
