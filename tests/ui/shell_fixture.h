// A main window on a session over the fake system, for tests that drive real widgets.
#pragma once

#include "core/session/session.h"
#include "tests/ui/wait_until.h"
#include "tests/unit/fake_system.h"
#include "ui/client.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>

namespace ipclens::shell {

// Passes everything on to a real session, until the test cuts it.
class CuttableConnection : public Connection {
public:
    struct Cable {
        std::mutex mutex;
        ConnectionSinks sinks;
        bool isCut = false;
        int made = 0;
        void cut()
        {
            ConnectionSinks told;
            {
                const std::scoped_lock lock(mutex);
                isCut = true;
                told = sinks;
            }
            told.closed({.kind = ErrorKind::Disconnected, .operation = "read", .object = "session test",
                         .meaning = "the far end closed the connection"});
        }
    };

    CuttableConnection(std::shared_ptr<Cable> cable, std::unique_ptr<Connection> session)
        : m_cable(std::move(cable)), m_session(std::move(session))
    {
    }
    CallId submit(AnyCommand command, ReplySink reply) override
    {
        {
            const std::scoped_lock lock(m_cable->mutex);
            if (m_cable->isCut)
                return 0;
        }
        return m_session->submit(std::move(command), std::move(reply));
    }
    void cancel(CallId call) override { m_session->cancel(call); }

private:
    const std::shared_ptr<Cable> m_cable;
    const std::unique_ptr<Connection> m_session;
};

// The demo's world without the demo: two processes, one section, two windows.
struct Shell : testing::Test {
    std::shared_ptr<FakeWorld> world = std::make_shared<FakeWorld>();
    std::shared_ptr<CuttableConnection::Cable> cable = std::make_shared<CuttableConnection::Cable>();
    QTemporaryDir journals;
    std::shared_ptr<FakeMemory> section;

    Shell()
    {
        QSettings().clear();
        world->addProcess(100, "demo.exe");
        world->addProcess(200, "other.exe");
        section = world->addSection("MySharedMem", 0x1000);
        // The session opens objects by their path as well.
        world->sections["\\BaseNamedObjects\\MySharedMem"] = section;
        world->objects = {{.type = "Section", .name = "MySharedMem", .path = "\\BaseNamedObjects\\MySharedMem",
                           .section = SectionInfo{.size = 0x1000}},
                          {.type = "Event", .name = "Ready", .path = "\\BaseNamedObjects\\Ready"}};
        world->windows = {{.handle = 0x20, .className = "Peer", .title = "Receive", .process = {100, 1'000'100},
                           .processName = "demo.exe", .visible = true}};
        world->host.limits = {"Messages cannot be received, because this is a fake."};
    }

    Client::Opener opener()
    {
        return [world = world, cable = cable, folder = journals.path().toStdString()](
                   ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
            {
                const std::scoped_lock lock(cable->mutex);
                cable->sinks = sinks;
                cable->isCut = false;
                ++cable->made;
            }
            return std::make_unique<CuttableConnection>(
                cable, startSession(std::make_unique<FakeSystem>(world), {.journalFolder = folder}, std::move(sinks)));
        };
    }
};

} // namespace ipclens::shell
