// The conformance suite over the memory of a second process, and over sections that a second process made.
#include "tests/peer/windows_peer.h"
#include "tests/unit/memory_source_peer.h"

#include <fmt/format.h>

namespace ipclens::test {
namespace {

// A section made by a child, of which it committed the readable pieces.
class SectionSubject : public ConformanceSubject {
public:
    SectionSubject(std::vector<Piece> layout, const std::string &how) : m_layout(std::move(layout)), m_system(makeSystem())
    {
        m_view = m_peer.askNumber(
            fmt::format("section.create {} {} rw {}", toWord(m_name), m_layout.back().range.end(), how));
        for (const Piece &piece : m_layout) {
            if (!piece.isReadable())
                continue;
            if (how == "reserve")
                m_peer.ask(fmt::format("commit {} {}", m_view + piece.range.begin, piece.range.size));
            m_peer.ask(fmt::format("fill {} {} {}", m_view + piece.range.begin, piece.range.size, m_view));
        }
    }

    std::shared_ptr<MemorySource> open(Access access) override { return value(m_system->openSection(m_name, access)); }
    std::vector<Piece> layout() const override { return m_layout; }
    Bytes ownerSees(AddressRange range) override { return m_peer.read({m_view + range.begin, range.size}); }

private:
    const std::string m_name = uniqueName("section");
    const std::vector<Piece> m_layout;
    Peer m_peer;
    Address m_view = 0;
    const std::unique_ptr<System> m_system;
};

INSTANTIATE_TEST_SUITE_P(
    Windows, MemorySourceConformance,
    testing::Values(ConformanceCase{"Process", [] { return std::make_unique<ProcessSubject>(); }},
                    ConformanceCase{"CommittedSection",
                                    [] {
                                        return std::make_unique<SectionSubject>(
                                            std::vector<Piece>{{{0, 0x5000}, PieceKind::ReadWrite}}, "commit");
                                    }},
                    ConformanceCase{"ReservedSection",
                                    [] {
                                        return std::make_unique<SectionSubject>(
                                            std::vector<Piece>{{{0, 0x3000}, PieceKind::ReadWrite},
                                                               {{0x3000, 0x4000}, PieceKind::Reserved},
                                                               {{0x7000, 0x1000}, PieceKind::ReadWrite},
                                                               {{0x8000, 0x8000}, PieceKind::Reserved},
                                                               {{0x10000, 0x8000}, PieceKind::ReadWrite},
                                                               {{0x18000, 0x8000}, PieceKind::Reserved}},
                                            "reserve");
                                    }}),
    caseName);

} // namespace
} // namespace ipclens::test
