// The conformance subject for the memory of a second process. The child's verb "layout" makes the memory, and "armed" tells
// whether its guard pages are untouched; both are written for each system.
#pragma once

#include "tests/unit/memory_source_conformance.h"
#include "tests/unit/peer_process.h"

namespace ipclens::test {

// Memory in a child, read and written through the real System of this machine.
class ProcessSubject : public ConformanceSubject {
public:
    ProcessSubject();
    std::shared_ptr<MemorySource> open(Access access) override;
    std::vector<Piece> layout() const override { return m_layout; }
    Bytes ownerSees(AddressRange range) override { return m_peer.read(range); }
    bool guardsAreArmed() override { return m_peer.ask("armed") == "yes"; }

    Peer &peer() { return m_peer; }

private:
    Peer m_peer;
    std::vector<Piece> m_layout;
    std::unique_ptr<System> m_system;
};

// A layout as the child's answer, and back.
std::string layoutWords(const std::vector<Piece> &layout);
std::vector<Piece> layoutFromWords(const std::string &words);

// Fills the piece of this process's own memory with the pattern of a layout that starts at `begin`.
void fillWithPattern(AddressRange piece, Address begin);

} // namespace ipclens::test
