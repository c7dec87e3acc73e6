// A session's far end that tests play by hand.
#pragma once

#include "tests/ui/wait_until.h"
#include "ui/client.h"

#include <gtest/gtest.h>


#include <mutex>
#include <vector>

namespace ipclens::test {

// Keeps what is asked until the test answers. Shared between a connection, which its client owns, and the test.
struct FarEnd {
    struct Call {
        CallId id = 0;
        AnyCommand command;
        ReplySink reply;
    };

    std::mutex mutex;
    std::vector<Call> calls;
    ConnectionSinks sinks;
    CallId next = 1;
    int opened = 0;
    Host host{.system = "Test 1.0"};

    // The oldest unanswered command of that kind, taken out; fails the test when there is none in time.
    template <class Command>
    Command take(ReplySink *reply)
    {
        Command found{};
        const auto search = [&] {
            const std::scoped_lock lock(mutex);
            for (auto it = calls.begin(); it != calls.end(); ++it) {
                if (!std::holds_alternative<Command>(it->command))
                    continue;
                found = std::get<Command>(std::move(it->command));
                *reply = std::move(it->reply);
                calls.erase(it);
                return true;
            }
            return false;
        };
        EXPECT_TRUE(waitUntil(search)) << "no " << Command::name << " was asked";
        return found;
    }
    template <class Command>
    Command answer(Result<typename Command::Reply> with)
    {
        ReplySink reply;
        auto command = take<Command>(&reply);
        if (reply) {
            if (with)
                reply(Result<AnyReply>(AnyReply(std::move(*with))));
            else
                reply(Result<AnyReply>(std::unexpected(std::move(with.error()))));
        }
        return command;
    }
    template <class Command>
    std::size_t waiting()
    {
        const std::scoped_lock lock(mutex);
        return static_cast<std::size_t>(std::ranges::count_if(
            calls, [](const Call &call) { return std::holds_alternative<Command>(call.command); }));
    }
    void raise(Event event) { sinks.event(std::move(event)); }
    // As a connection does: all calls fail, then the sink is told.
    void lose(const Error &why)
    {
        std::vector<Call> left;
        {
            const std::scoped_lock lock(mutex);
            left.swap(calls);
        }
        for (auto &call : left)
            call.reply(std::unexpected(why));
        sinks.closed(why);
    }
};

class FakeConnection : public Connection {
public:
    explicit FakeConnection(std::shared_ptr<FarEnd> end) : m_end(std::move(end)) {}
    CallId submit(AnyCommand command, ReplySink reply) override
    {
        // What a client asks on its own is answered by itself.
        if (std::holds_alternative<GetHost>(command)) {
            reply(Result<AnyReply>(m_end->host));
            return 0;
        }
        if (std::holds_alternative<Ping>(command)) {
            reply(Result<AnyReply>(Done{}));
            return 0;
        }
        const std::scoped_lock lock(m_end->mutex);
        const auto id = m_end->next++;
        m_end->calls.push_back({id, std::move(command), std::move(reply)});
        return id;
    }
    void cancel(CallId) override {}

private:
    const std::shared_ptr<FarEnd> m_end;
};

// A client connected to a far end that the test plays.
struct PlayedClient {
    std::shared_ptr<FarEnd> end = std::make_shared<FarEnd>();
    Client client{QStringLiteral("test"),
                  {[end = end](ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
                       end->sinks = std::move(sinks);
                       ++end->opened;
                       return std::make_unique<FakeConnection>(end);
                   },
                   QStringLiteral("wine ipclens-cli.exe serve")}};

    explicit PlayedClient(Host host = {.system = "Test 1.0"})
    {
        end->host = std::move(host);
        client.connectNow();
        EXPECT_TRUE(waitUntil([this] { return client.state() == Client::State::Connected; }));
    }
};

inline Message sampleMessage(std::uint64_t sequence, std::int64_t time, std::string_view text = "hello")
{
    Message message;
    message.sequence = sequence;
    message.time = time;
    message.id = sequence % 7;
    message.senderWindow = 0x10046;
    message.sender.pid = 100;
    message.senderName = "demo.exe";
    message.payload = toBytes(text);
    message.size = message.payload.size();
    return message;
}

} // namespace ipclens::test
