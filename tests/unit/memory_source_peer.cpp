#include "tests/unit/memory_source_peer.h"

#include <fmt/format.h>
#include <sstream>

namespace ipclens::test {

ProcessSubject::ProcessSubject() : m_layout(layoutFromWords(m_peer.ask("layout"))), m_system(makeSystem()) {}

std::shared_ptr<MemorySource> ProcessSubject::open(Access access)
{
    auto process = m_system->openProcess({m_peer.pid(), 0}, access);
    if (!process) {
        ADD_FAILURE() << toText(process.error());
        return nullptr;
    }
    return *process;
}

std::string layoutWords(const std::vector<Piece> &layout)
{
    std::string words;
    for (const Piece &piece : layout)
        words += fmt::format("{} {} {} ", piece.range.begin, piece.range.size, static_cast<int>(piece.kind));
    return words;
}

std::vector<Piece> layoutFromWords(const std::string &words)
{
    std::istringstream in(words);
    std::vector<Piece> layout;
    Piece piece;
    int kind = 0;
    while (in >> piece.range.begin >> piece.range.size >> kind) {
        piece.kind = static_cast<PieceKind>(kind);
        layout.push_back(piece);
    }
    return layout;
}

void fillWithPattern(AddressRange piece, Address begin)
{
    auto *to = reinterpret_cast<volatile std::byte *>(piece.begin);
    for (std::uint64_t i = 0; i < piece.size; ++i)
        to[i] = patternAt(piece.begin + i - begin);
}

} // namespace ipclens::test
