// A session of this process, and a second process whose memory it looks at.
#pragma once

#include "tests/peer/windows_peer.h"

#include <gtest/gtest.h>

namespace ipclens::test {

class PeerSession : public testing::Test {
protected:
    SourceInfo open(SourceSpec spec, Access access = Access::Read)
    {
        return value(session->wait(OpenSource{std::move(spec), access}));
    }
    SourceInfo openPeer(Access access = Access::Read)
    {
        return open({.kind = SourceKind::Process, .process = {peer.pid(), 0}}, access);
    }
    MemoryImage read(SourceId source, AddressRange range)
    {
        return value(session->wait(ReadMemory{source, {range}})).images.at(0);
    }

    Peer peer;
    TemporaryFolder folder;
    EventLog log;
    std::unique_ptr<Connection> session = startSession(makeSystem(), {folder.path() / "journal"}, log.sinks());
};

} // namespace ipclens::test
