// The conformance suite over the sources that need no second process.
#include "core/session/file_source.h"
#include "core/session/window_source.h"
#include "tests/unit/memory_source_conformance.h"

#include <atomic>
#include <fmt/format.h>
#include <fstream>

namespace ipclens::test {
namespace {

// A buffer with a piece of every kind, far up in the address space.
class BufferSubject : public ConformanceSubject {
public:
    std::shared_ptr<MemorySource> open(Access access) override
    {
        if (access == Access::ReadWrite)
            return m_writable;
        return std::make_shared<BufferSource>(layout(), access);
    }
    std::vector<Piece> layout() const override
    {
        constexpr Address begin = 0x1'0000'0000 - 0x2000; // the first piece straddles 4 GiB
        return {{{begin, 0x4000}, PieceKind::ReadWrite},
                {{begin + 0x4000, 0x1000}, PieceKind::NoAccess},
                {{begin + 0x5000, 0x1000}, PieceKind::Guard},
                {{begin + 0x6000, 0x1000}, PieceKind::ReadOnly},
                {{begin + 0x7000, 0x3000}, PieceKind::Hole},
                {{begin + 0xA000, 0x2000}, PieceKind::ReadWrite},
                {{begin + 0xC000, 0x1000}, PieceKind::Reserved},
                {{begin + 0xD000, 0x1000}, PieceKind::ReadWrite}};
    }
    Bytes ownerSees(AddressRange range) override
    {
        Bytes bytes(range.size);
        for (std::uint64_t i = 0; i < range.size; ++i)
            bytes[i] = m_writable->peek(range.begin + i);
        return bytes;
    }

private:
    const std::shared_ptr<BufferSource> m_writable = std::make_shared<BufferSource>(layout());
};

// Most of a buffer, beginning and ending in the middle of pages, as the window of the shared section of a module.
class WindowSubject : public ConformanceSubject {
public:
    std::shared_ptr<MemorySource> open(Access access) override
    {
        return std::make_shared<WindowSource>(access == Access::ReadWrite
                                                  ? m_writable
                                                  : std::make_shared<BufferSource>(wholeLayout, access),
                                              window, "window");
    }
    std::vector<Piece> layout() const override
    {
        std::vector<Piece> layout;
        for (const Piece &piece : wholeLayout) {
            AddressRange common = intersect(piece.range, window);
            common.begin -= window.begin;
            layout.push_back({common, piece.kind});
        }
        return layout;
    }
    Bytes ownerSees(AddressRange range) override
    {
        Bytes bytes(range.size);
        for (std::uint64_t i = 0; i < range.size; ++i)
            bytes[i] = m_writable->peek(window.begin + range.begin + i);
        return bytes;
    }

private:
    // The buffer's pattern counts from its start: the window begins where the pattern begins anew.
    static constexpr Address begin = 0x7FF6'0000'0000;
    static constexpr AddressRange window{begin, 0x7800};
    static inline const std::vector<Piece> wholeLayout{{{begin, 0x2000}, PieceKind::ReadWrite},
                                                       {{begin + 0x2000, 0x1000}, PieceKind::ReadOnly},
                                                       {{begin + 0x3000, 0x1000}, PieceKind::Hole},
                                                       {{begin + 0x4000, 0x1000}, PieceKind::Guard},
                                                       {{begin + 0x5000, 0x3000}, PieceKind::ReadWrite}};
    const std::shared_ptr<BufferSource> m_writable = std::make_shared<BufferSource>(wholeLayout);
};

// A file whose size is no multiple of anything.
class FileSubject : public ConformanceSubject {
public:
    FileSubject()
    {
        Bytes bytes(fileSize);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = patternAt(i);
        std::ofstream(m_path, std::ios::binary).write(reinterpret_cast<const char *>(bytes.data()), fileSize);
    }
    ~FileSubject() override
    {
        std::error_code ignored; // a left-over temporary file harms nobody
        std::filesystem::remove(m_path, ignored);
    }

    std::shared_ptr<MemorySource> open(Access access) override
    {
        auto file = FileSource::open(m_path.string(), access);
        if (!file) {
            ADD_FAILURE() << toText(file.error());
            return nullptr;
        }
        return *file;
    }
    std::vector<Piece> layout() const override { return {{{0, fileSize}, PieceKind::ReadWrite}}; }
    Bytes ownerSees(AddressRange range) override
    {
        std::ifstream file(m_path, std::ios::binary);
        file.seekg(static_cast<std::streamoff>(range.begin));
        Bytes bytes(range.size);
        file.read(reinterpret_cast<char *>(bytes.data()), static_cast<std::streamsize>(range.size));
        EXPECT_EQ(static_cast<std::uint64_t>(file.gcount()), range.size);
        return bytes;
    }

private:
    static constexpr int fileSize = 3 * 4096 + 100;
    static inline std::atomic<int> count = 0;
    const std::filesystem::path m_path =
        std::filesystem::temp_directory_path() / fmt::format("ipclens-file-source-{}-{}", wallClock(), ++count);
};

template <class Subject>
ConformanceCase caseOf(std::string name)
{
    return {std::move(name), [] { return std::make_unique<Subject>(); }};
}

INSTANTIATE_TEST_SUITE_P(Sources, MemorySourceConformance,
                         testing::Values(caseOf<BufferSubject>("Buffer"), caseOf<WindowSubject>("Window"),
                                         caseOf<FileSubject>("File")),
                         caseName);

} // namespace
} // namespace ipclens::test
