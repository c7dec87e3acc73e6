#include "core/wire/codec.h"

#include "core/model/transform.h"
#include "core/wire/unpacker.h"

#include <cstring>

#include <msgpack.hpp>

namespace ipclens {
namespace {

// Bytes of at least this many bytes are not copied into a frame.
constexpr std::size_t referredBytes = 4096;

constexpr std::uint32_t requestType = 0;
constexpr std::uint32_t responseType = 1;
constexpr std::uint32_t notificationType = 2;
constexpr std::string_view cancelMethod = "session.cancel";

struct Cancel {
    CallId call = 0;
    IPCLENS_FIELDS(call)
};

// What msgpack::packer writes to.
struct FrameBuffer {
    Frame &frame;
    void write(const char *data, std::size_t size) { frame.append(std::as_bytes(std::span(data, size))); }
};

// Packs values at the end of a frame.
class Packer {
public:
    explicit Packer(Frame &frame) : m_frame(frame), m_buffer{frame}, m_packer(m_buffer) {}

    void array(std::uint32_t count) { m_packer.pack_array(count); }
    void nil() { m_packer.pack_nil(); }

    void pack(bool value) { value ? m_packer.pack_true() : m_packer.pack_false(); }
    void pack(double value) { m_packer.pack_double(value); }
    template <std::integral Integer>
    void pack(Integer value)
    {
        m_packer.pack(value);
    }
    template <NamedEnum Enum>
    void pack(Enum value)
    {
        pack(nameOf(value));
    }
    void pack(std::string_view text)
    {
        m_packer.pack_str(static_cast<std::uint32_t>(text.size()));
        m_packer.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
    }
    void pack(const std::string &text) { pack(std::string_view(text)); }
    void pack(const Bytes &bytes)
    {
        m_packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
        if (bytes.size() >= referredBytes)
            m_frame.refer(bytes);
        else
            m_frame.append(bytes);
    }
    template <class T>
    void pack(const std::optional<T> &value)
    {
        if (value)
            pack(*value);
        else
            nil();
    }
    template <class T>
    void pack(const std::vector<T> &values)
    {
        array(static_cast<std::uint32_t>(values.size()));
        for (const T &value : values)
            pack(value);
    }
    template <HasFields T>
    void pack(const T &value)
    {
        std::apply(
            [this](const auto &...fields) {
                m_packer.pack_map(sizeof...(fields));
                [[maybe_unused]] std::size_t n = 0;
                ((pack(nthName(T::fieldNames, n++)), pack(fields)), ...);
            },
            value.fields());
    }

private:
    Frame &m_frame;
    FrameBuffer m_buffer;
    msgpack::packer<FrameBuffer> m_packer;
};

template <class T>
Frame request(CallId id, const T &parameters)
{
    Frame frame;
    Packer packer(frame);
    packer.array(4);
    packer.pack(requestType);
    packer.pack(id);
    packer.pack(T::name);
    packer.array(1);
    packer.pack(parameters);
    return frame;
}

template <class T>
Frame notification(std::string_view method, const T &parameters)
{
    Frame frame;
    Packer packer(frame);
    packer.array(3);
    packer.pack(notificationType);
    packer.pack(method);
    packer.array(1);
    packer.pack(parameters);
    return frame;
}

// `pack` packs error and result.
template <class Pack>
Frame response(CallId id, Pack pack)
{
    Frame frame;
    Packer packer(frame);
    packer.array(4);
    packer.pack(responseType);
    packer.pack(id);
    pack(packer);
    return frame;
}

Frame errorResponse(CallId id, const Error &error)
{
    return response(id, [&](Packer &packer) {
        packer.pack(error);
        packer.nil();
    });
}

Frame resultResponse(CallId id, const auto &result)
{
    return response(id, [&](Packer &packer) {
        packer.nil();
        packer.pack(result);
    });
}

Bytes alone(const auto &value)
{
    Frame frame;
    Packer(frame).pack(value);
    Bytes bytes;
    bytes.reserve(frame.size());
    for (const auto piece : frame.pieces())
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    return bytes;
}

Failure protocolError(std::string_view method, std::string problem)
{
    return Failure(Error{.kind = ErrorKind::Protocol,
                         .operation = "unpack",
                         .object = std::string(method.substr(0, 64)),
                         .meaning = std::move(problem)});
}

} // namespace

std::vector<std::span<const std::byte>> Frame::pieces(std::size_t from) const
{
    std::vector<std::span<const std::byte>> pieces;
    pieces.reserve(2 * m_references.size() + 1);
    const auto add = [&](std::span<const std::byte> piece) {
        const auto left_out = std::min(from, piece.size());
        from -= left_out;
        if (left_out < piece.size())
            pieces.push_back(piece.subspan(left_out));
    };
    std::size_t at = 0;
    for (const Reference &reference : m_references) {
        add(std::span(m_own).subspan(at, reference.at - at));
        add(reference.bytes);
        at = reference.at;
    }
    add(std::span(m_own).subspan(at));
    return pieces;
}

void Frame::append(std::span<const std::byte> bytes)
{
    if (bytes.empty())
        return;
    const auto at = m_own.size();
    if (m_own.capacity() < at + bytes.size())
        m_own.reserve(std::max<std::size_t>(2 * (at + bytes.size()), 256));
    m_own.resize(at + bytes.size());
    std::memcpy(m_own.data() + at, bytes.data(), bytes.size());
    m_size += bytes.size();
}

void Frame::refer(std::span<const std::byte> bytes)
{
    m_references.push_back({m_own.size(), bytes});
    m_size += bytes.size();
}

Frame packRequest(CallId id, const AnyCommand &command)
{
    return std::visit([id](const auto &one) { return request(id, one); }, command);
}

Frame packRequest(CallId id, const Hello &hello)
{
    return request(id, hello);
}

Frame packCancel(CallId call)
{
    return notification(cancelMethod, Cancel{call});
}

Frame packResponse(CallId id, const Result<AnyReply> &reply)
{
    if (!reply)
        return errorResponse(id, reply.error());
    Frame frame = std::visit([id](const auto &one) { return resultResponse(id, one); }, *reply);
    if (frame.size() > largestFrame)
        return errorResponse(id, Error{.kind = ErrorKind::OutOfRange,
                                       .operation = "reply",
                                       .meaning = fmt::format("the reply of {} bytes is over the limit of {} bytes",
                                                              frame.size(), largestFrame),
                                       .hint = "Ask for less at once"});
    return frame;
}

Frame packResponse(CallId id, const Hello &hello)
{
    return resultResponse(id, hello);
}

Frame packEvent(const Event &event)
{
    return std::visit([](const auto &one) { return notification(one.name, one); }, event);
}

Bytes packAlone(const AnyReply &reply)
{
    return std::visit([](const auto &one) { return alone(one); }, reply);
}

Bytes packAlone(const Event &event)
{
    return std::visit([](const auto &one) { return alone(one); }, event);
}

Bytes packAlone(const Error &error)
{
    return alone(error);
}

Bytes packAlone(const Message &message)
{
    return alone(message);
}

Bytes packAlone(const MessageOutcome &outcome)
{
    return alone(outcome);
}

Bytes packAlone(const SeriesOutcome &outcome)
{
    return alone(outcome);
}

Result<IncomingFrame> IncomingFrame::open(ReceivedFrame received)
{
    IncomingFrame frame;
    frame.m_frame = std::move(received);
    Unpacker unpacker(frame.m_frame, 0);
    std::uint64_t items = 0;
    std::uint32_t type = 0;
    if (!unpacker.takeArray(items) || !unpacker.unpack(type))
        return protocolError("frame", "type of the frame: " + unpacker.problem());
    if (type > notificationType || items != (type == notificationType ? 3u : 4u))
        return protocolError("frame", fmt::format("a frame of type {} with {} items is none of [0, id, method, params], "
                                                  "[1, id, error, result], [2, method, params]",
                                                  type, items));
    frame.m_kind = static_cast<Kind>(type);
    if (type != notificationType && !unpacker.unpack(frame.m_id))
        return protocolError("frame", "id of the frame: " + unpacker.problem());
    if (type != responseType && !unpacker.unpack(frame.m_method))
        return protocolError("frame", "method of the frame: " + unpacker.problem());
    frame.m_values = unpacker.position();
    return frame;
}

// The one parameter, on top of `value`'s own defaults.
template <class T>
Result<T> IncomingFrame::parameters(T value)
{
    Unpacker unpacker(m_frame, m_values);
    std::uint64_t count = 0;
    if (!unpacker.takeArray(count))
        return protocolError(m_method, "parameters: " + unpacker.problem());
    if (count > 0 && !unpacker.unpack(value))
        return protocolError(m_method, unpacker.problem());
    return value;
}

template <class T>
Result<T> IncomingFrame::response(std::string_view method)
{
    Unpacker unpacker(m_frame, m_values);
    if (!unpacker.takeNil()) {
        Error error;
        if (!unpacker.unpack(error))
            return protocolError(method, "error of the reply: " + unpacker.problem());
        return Failure(std::move(error));
    }
    T value{};
    if (!unpacker.unpack(value))
        return protocolError(method, "reply: " + unpacker.problem());
    return value;
}

Result<AnyCommand> IncomingFrame::command()
{
    return [this]<std::size_t... indices>(std::index_sequence<indices...>) {
        Result<AnyCommand> result = protocolError(m_method, "there is no such command");
        const auto tryOne = [&]<class Command>(std::type_identity<Command>) {
            if (m_method != Command::name)
                return false;
            result = transform(parameters<Command>(), [](Command command) { return AnyCommand(std::move(command)); });
            return true;
        };
        (tryOne(std::type_identity<std::variant_alternative_t<indices, AnyCommand>>()) || ...);
        return result;
    }(std::make_index_sequence<std::variant_size_v<AnyCommand>>());
}

Result<AnyReply> IncomingFrame::reply(std::size_t command)
{
    return [&]<std::size_t... indices>(std::index_sequence<indices...>) {
        Result<AnyReply> result = Failure(Error{});
        const auto tryOne = [&]<class Command>(std::size_t index, std::type_identity<Command>) {
            if (index != command)
                return false;
            using Reply = typename Command::Reply;
            result = transform(response<Reply>(Command::name), [](Reply reply) { return AnyReply(std::move(reply)); });
            return true;
        };
        (tryOne(indices, std::type_identity<std::variant_alternative_t<indices, AnyCommand>>()) || ...);
        return result;
    }(std::make_index_sequence<std::variant_size_v<AnyCommand>>());
}

Result<std::optional<Event>> IncomingFrame::event()
{
    return [this]<std::size_t... indices>(std::index_sequence<indices...>) {
        Result<std::optional<Event>> result;
        const auto tryOne = [&]<class One>(std::type_identity<One>) {
            if (m_method != One::name)
                return false;
            result = transform(parameters<One>(), [](One event) { return std::optional<Event>(std::move(event)); });
            return true;
        };
        (tryOne(std::type_identity<std::variant_alternative_t<indices, Event>>()) || ...);
        return result;
    }(std::make_index_sequence<std::variant_size_v<Event>>());
}

Result<Hello> IncomingFrame::hello()
{
    return parameters<Hello>(Hello{.protocol = 0, .version = "a program that does not say its version"});
}

Result<Hello> IncomingFrame::helloResponse()
{
    return response<Hello>(Hello::name);
}

Result<CallId> IncomingFrame::cancelledCall()
{
    if (m_method != cancelMethod)
        return protocolError(m_method, "there is no such notification");
    return transform(parameters<Cancel>(), [](Cancel cancel) { return cancel.call; });
}

} // namespace ipclens
