#include "core/wire/json.h"

#include "core/text/hex.h"
#include "core/wire/codec.h"

#include <nlohmann/json.hpp>

namespace ipclens {
namespace {

using Json = nlohmann::ordered_json; // keeps the order of the fields

void turnBytesIntoHex(Json &json)
{
    if (json.is_binary()) {
        const auto &binary = json.get_binary();
        json = toHex(std::as_bytes(std::span(binary.data(), binary.size())));
    } else if (json.is_structured()) {
        for (Json &child : json)
            turnBytesIntoHex(child);
    }
}

std::string jsonOf(const Bytes &packed)
{
    const auto *first = reinterpret_cast<const std::uint8_t *>(packed.data());
    Json json = Json::from_msgpack(first, first + packed.size());
    turnBytesIntoHex(json);
    // Names in foreign processes need not be valid UTF-8.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

std::string toJson(const AnyReply &reply)
{
    return jsonOf(packAlone(reply));
}

std::string toJson(const Event &event)
{
    return jsonOf(packAlone(event));
}

std::string toJson(const Error &error)
{
    return jsonOf(packAlone(error));
}

std::string toJson(const Message &message)
{
    return jsonOf(packAlone(message));
}

std::string toJson(const MessageOutcome &outcome)
{
    return jsonOf(packAlone(outcome));
}

std::string toJson(const SeriesOutcome &outcome)
{
    return jsonOf(packAlone(outcome));
}

} // namespace ipclens
