// A model with messages for tests of what shows captures.
#pragma once

#include "ui/message_model.h"

namespace ipclens::test {

constexpr std::int64_t sampleSecond = 1'000'000'000;
constexpr std::int64_t sampleStart = 1'700'000'000 * sampleSecond;

// From one of three programs to the same receiver, with answers.
inline Message answeredMessage(std::uint64_t sequence)
{
    Message message;
    message.sequence = sequence;
    message.time = sampleStart + static_cast<std::int64_t>(sequence) * sampleSecond / 100;
    message.inbox = 1;
    message.id = sequence % 4;
    message.sender = {static_cast<std::uint32_t>(100 + sequence % 3 * 4), 1};
    message.senderName = "client.exe";
    message.senderWindow = 0x10000 + sequence % 3;
    message.receiver = {500, 1};
    message.receiverName = "server.exe";
    message.receiverWindow = 0x50000;
    message.payload = toBytes("order " + std::to_string(sequence));
    message.size = message.payload.size();
    message.outcome = MessageOutcome{
        .sequence = sequence, .result = 1, .duration = static_cast<std::int64_t>(200'000 + sequence % 50 * 10'000)};
    return message;
}

inline void fill(MessageModel &model, std::uint64_t first, std::uint64_t count)
{
    std::vector<Message> messages;
    for (auto sequence = first; sequence < first + count; ++sequence)
        messages.push_back(answeredMessage(sequence));
    model.append(messages);
}

} // namespace ipclens::test
