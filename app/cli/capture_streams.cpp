#include "app/cli/capture_streams.h"

#include "app/cli/console.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace ipclens {
namespace {

constexpr std::size_t pieceSize = 1 << 20;

std::filesystem::path pathOf(const std::string &utf8)
{
    return std::u8string(utf8.begin(), utf8.end());
}

std::string meaningOf(int code)
{
    return code != 0 ? std::strerror(code) : "it cannot be opened";
}

} // namespace

Result<void> readCapture(const std::string &path, const std::function<Result<void>(Message)> &take)
{
    return readCaptureItems(path, [&take](const CaptureItem &item, const CaptureReader &) {
        return item.message ? take(item.message->toMessage()) : Result<void>();
    });
}

Result<void> readCaptureItems(const std::string &path, const std::function<Result<void>(const CaptureItem &, const CaptureReader &)> &take)
{
    std::ifstream file;
    if (path == "-") {
        prepareBinaryInput();
    } else {
        errno = 0;
        file.open(pathOf(path), std::ios::binary);
        if (!file || std::filesystem::is_directory(pathOf(path)))
            return Failure(Error{.kind = errno == ENOENT ? ErrorKind::Missing : ErrorKind::Failed,
                                 .operation = "read a capture",
                                 .object = path,
                                 .meaning = file ? "it is a folder" : meaningOf(errno)});
    }
    std::istream &input = path == "-" ? std::cin : file;
    CaptureReader reader(path == "-" ? "standard input" : path);
    std::vector<char> piece(pieceSize);
    do {
        input.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        reader.feed(std::as_bytes(std::span(piece)).first(static_cast<std::size_t>(input.gcount())));
        for (;;) {
            const auto item = reader.nextItem();
            if (!item)
                return Failure(item.error());
            if (!*item)
                break;
            if (auto taken = take(**item, reader); !taken)
                return taken;
        }
    } while (input);
    if (input.bad())
        return Failure(Error{.operation = "read a capture", .object = path, .meaning = "reading failed in the middle"});
    return reader.finish();
}

Failure CaptureOutput::failure(int code) const
{
    return Failure(Error{.kind = code == EEXIST ? ErrorKind::Exists : ErrorKind::Failed,
                         .code = static_cast<std::uint32_t>(code),
                         .operation = "write a capture",
                         .object = m_path == "-" ? "standard output" : m_path,
                         .meaning = meaningOf(code),
                         .hint = code == EEXIST ? "--replace writes over it" : ""});
}

Result<CaptureOutput> CaptureOutput::open(const std::string &path, bool replace, const std::string &system)
{
    CaptureOutput output(path);
    if (path != "-") {
        errno = 0;
        output.m_file.reset(openForWriting(path, replace));
        if (!output.m_file)
            return output.failure(errno);
    }
    output.m_writer.emplace(output.m_buffer, system);
    if (auto begun = output.put(output.m_buffer); !begun)
        return Failure(std::move(begun.error()));
    return output;
}

Result<void> CaptureOutput::put(const Bytes &bytes)
{
    errno = 0;
    std::FILE *const file = m_file ? m_file.get() : stdout;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
        return failure(errno);
    return {};
}

Result<void> CaptureOutput::write(const MessageView &message)
{
    m_buffer.clear();
    m_writer->append(m_buffer, message);
    return put(m_buffer);
}

Result<void> CaptureOutput::write(std::uint64_t inbox, std::int64_t time, const MessageOutcome &outcome)
{
    m_buffer.clear();
    m_writer->append(m_buffer, inbox, time, outcome);
    return put(m_buffer);
}

Result<void> CaptureOutput::flush()
{
    errno = 0;
    if (std::fflush(m_file ? m_file.get() : stdout) != 0)
        return failure(errno);
    return {};
}

Result<void> CaptureOutput::close()
{
    if (!m_file)
        return flush();
    errno = 0;
    if (std::fclose(m_file.release()) != 0)
        return failure(errno);
    return {};
}

} // namespace ipclens
