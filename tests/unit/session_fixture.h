// A session on a fake system, in this process or at the far end of a stream pair; tests cannot tell which.
#pragma once

#include "core/session/session.h"
#include "core/wire/wire.h"
#include "tests/unit/fake_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <thread>

namespace ipclens {

inline constexpr std::chrono::seconds testDeadline{30}; // far beyond what anything here takes

// Something that happens on other threads and that a test waits for.
class Signal {
public:
    void set()
    {
        const std::scoped_lock lock(m_mutex); // held to the end: the waiter may destroy this as soon as it wakes
        m_isSet = true;
        m_changed.notify_all();
    }
    bool wait(std::chrono::seconds atMost = testDeadline)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, atMost, [this] { return m_isSet; });
    }
    bool isSet()
    {
        const std::scoped_lock lock(m_mutex);
        return m_isSet;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_isSet = false;
};

// The events of a session, in order.
class EventLog {
public:
    void add(Event event)
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_events.push_back(std::move(event));
        }
        m_changed.notify_all();
    }
    // The first event of type T, from the n-th event on, for which `accept` says yes; waits for it.
    template <class T>
    std::optional<T> waitFor(std::function<bool(const T &)> accept = [](const T &) { return true; })
    {
        std::unique_lock lock(m_mutex);
        std::optional<T> found;
        m_changed.wait_for(lock, testDeadline, [&] {
            for (; !found && m_next < m_events.size(); ++m_next)
                if (const T *event = std::get_if<T>(&m_events[m_next]); event && accept(*event))
                    found = *event;
            return found.has_value();
        });
        return found;
    }
    std::vector<Event> all()
    {
        const std::scoped_lock lock(m_mutex);
        return m_events;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<Event> m_events;
    std::size_t m_next = 0; // waitFor() looks at each event once
};

// A folder that is removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder()
    {
        static std::atomic<int> count = 0;
        m_path = std::filesystem::temp_directory_path() /
                 ("ipclens-test-" + std::to_string(wallClock()) + "-" + std::to_string(++count));
        std::filesystem::create_directories(m_path);
    }
    ~TemporaryFolder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    TemporaryFolder(const TemporaryFolder &) = delete;
    const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

// A serving end on a thread of its own.
class ServingThread {
public:
    ServingThread(std::unique_ptr<ByteStream> stream, std::shared_ptr<FakeWorld> world, SessionOptions options)
        : m_stream(std::move(stream)), m_thread([this, world, options] {
              m_result = serve(*m_stream, std::make_unique<FakeSystem>(world), options);
              m_stream->shutdown();
          })
    {
    }
    // Waits until serving has ended.
    Result<void> result()
    {
        if (m_thread.joinable())
            m_thread.join();
        return m_result;
    }
    ByteStream &stream() { return *m_stream; }

private:
    const std::unique_ptr<ByteStream> m_stream;
    Result<void> m_result;
    std::jthread m_thread;
};

enum class Where { InProcess, OverWire };

class SessionTest : public testing::TestWithParam<Where> {
protected:
    SessionTest() : m_world(std::make_shared<FakeWorld>()) {}

    // `event` takes events instead of m_events.
    void start(std::function<void(Event)> event = {})
    {
        ConnectionSinks sinks{.event = event ? event : [this](Event one) { m_events.add(std::move(one)); },
                              .closed = [this](Error error) {
                                  m_closedError = std::move(error);
                                  m_closed.set();
                              }};
        const SessionOptions options{.journalFolder = m_folder.path() / "journal"};
        if (GetParam() == Where::InProcess) {
            m_connection = startSession(std::make_unique<FakeSystem>(m_world), options, std::move(sinks));
            return;
        }
        auto [near, far] = streamPair();
        m_serving = std::make_unique<ServingThread>(std::move(far), m_world, options);
        auto connection = connectStream(std::move(near), std::move(sinks));
        ASSERT_TRUE(connection) << toText(connection.error());
        m_connection = std::move(*connection);
    }

    template <class Command>
    Result<typename Command::Reply> ask(Command command)
    {
        return m_connection->wait(std::move(command));
    }
    SourceInfo open(SourceSpec spec, Access access = Access::Read)
    {
        auto info = ask(OpenSource{.spec = std::move(spec), .access = access});
        EXPECT_TRUE(info) << toText(info.error());
        return info ? *info : SourceInfo{};
    }
    SourceInfo openSection(const std::string &name, Access access = Access::Read)
    {
        return open({.kind = SourceKind::Section, .name = name}, access);
    }

    TemporaryFolder m_folder;
    std::shared_ptr<FakeWorld> m_world;
    EventLog m_events;
    Signal m_closed;
    Error m_closedError;
    std::unique_ptr<ServingThread> m_serving; // outlives the connection
    std::unique_ptr<Connection> m_connection;
};

inline std::string whereName(const testing::TestParamInfo<Where> &info)
{
    return info.param == Where::InProcess ? "InProcess" : "OverWire";
}

} // namespace ipclens
