// Commands, replies and events as MessagePack-RPC frames and back; see wire.h for the frames' form.
// What is packed follows from IPCLENS_FIELDS alone: a struct is a map from field names to values, an enumerator its name,
// Bytes a binary, no value nil. Unpacking leaves fields that do not come as they are and skips those it does not know, so
// that either end may be the newer one; a value of the wrong type or out of range is an error that names the field.
#pragma once

#include "core/wire/frame_reader.h"
#include "core/wire/wire.h"

namespace ipclens {

// The first exchange, the same both ways.
struct Hello {
    static constexpr std::string_view name = "session.hello";
    std::uint32_t protocol = protocolNumber;
    std::string version = "ipclens " IPCLENS_VERSION; // program and version
    IPCLENS_FIELDS(protocol, version)
};

// A frame on its way out: small items in a buffer of its own, large Bytes referred to where they are. What it was packed
// from must stay unchanged and where it is until the frame has been written.
class Frame {
public:
    std::size_t size() const { return m_size; }
    // What is to be written, without the first `from` bytes.
    std::vector<std::span<const std::byte>> pieces(std::size_t from = 0) const;

    void append(std::span<const std::byte> bytes); // copies
    void refer(std::span<const std::byte> bytes);

private:
    struct Reference {
        std::size_t at; // in m_own
        std::span<const std::byte> bytes;
    };
    Bytes m_own;
    std::vector<Reference> m_references;
    std::size_t m_size = 0;
};

Frame packRequest(CallId id, const AnyCommand &command);
Frame packRequest(CallId id, const Hello &hello);
Frame packCancel(CallId call);
// `reply` packed; or, when it would be over the frame limit, an error that says so.
Frame packResponse(CallId id, const Result<AnyReply> &reply);
Frame packResponse(CallId id, const Hello &hello);
Frame packEvent(const Event &event);

// One value without a frame around it.
Bytes packAlone(const AnyReply &reply);
Bytes packAlone(const Event &event);
Bytes packAlone(const Error &error);
Bytes packAlone(const Message &message);
Bytes packAlone(const MessageOutcome &outcome);
Bytes packAlone(const SeriesOutcome &outcome);

// A frame that came in, taken apart as far as is needed to know what it is. Its values are unpacked once, by the one
// function that fits; errors are of kind Protocol. Valid as long as the ReceivedFrame's head.
class IncomingFrame {
public:
    enum class Kind { Request, Response, Notification };

    static Result<IncomingFrame> open(ReceivedFrame frame);

    Kind kind() const { return m_kind; }
    CallId id() const { return m_id; }                     // of a request or response
    const std::string &method() const { return m_method; } // of a request or notification

    Result<AnyCommand> command();
    // The reply to a command, given by its index in AnyCommand; or the error the far end replied.
    Result<AnyReply> reply(std::size_t command);
    Result<Hello> hello();         // of a request
    Result<Hello> helloResponse(); // or the error the far end replied
    // No value: an event that this version does not know.
    Result<std::optional<Event>> event();
    Result<CallId> cancelledCall();

private:
    IncomingFrame() = default;
    template <class T>
    Result<T> response(std::string_view method);
    template <class T>
    Result<T> parameters(T value = {});

    ReceivedFrame m_frame;
    Kind m_kind = Kind::Request;
    CallId m_id = 0;
    std::string m_method;
    std::size_t m_values = 0; // where in the head what follows id and method begins
};

} // namespace ipclens
