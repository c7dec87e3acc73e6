#include "app/cli/capture_output.h"

#include "app/cli/console.h"
#include "core/session/file_path.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "write a capture";

} // namespace

Failure CaptureOutput::failure(int code) const
{
    if (m_path == "-")
        return fileFailure(operation, "standard output", code);
    auto failure = fileFailure(operation, m_path, code);
    if (code == EEXIST)
        failure.error().hint = "--replace writes over it";
    return failure;
}

Result<CaptureOutput> CaptureOutput::open(const std::string &path, Kind kind, bool replace, const std::string &system)
{
    CaptureOutput output(path);
    output.m_replace = replace;
    if (path != "-") {
        const auto place = pathOf(path, operation);
        if (!place)
            return Failure(place.error());
        std::error_code ignored;
        if (!replace && std::filesystem::exists(*place, ignored))
            return output.failure(EEXIST);
        // What is no ordinary file, such as a named pipe or /dev/null, cannot be replaced.
        if (kind == Kind::Whole &&
            (!std::filesystem::exists(*place, ignored) || std::filesystem::is_regular_file(*place, ignored))) {
            if (auto opened = output.openBeside(); !opened)
                return Failure(std::move(opened.error()));
        } else {
            output.m_file.reset(openForWriting(path, replace));
            if (!output.m_file)
                return output.failure(errno);
        }
    }
    output.m_writer.emplace(output.m_buffer, system);
    if (auto begun = output.put(output.m_buffer); !begun)
        return Failure(std::move(begun.error()));
    return output;
}

Result<void> CaptureOutput::openBeside()
{
    constexpr int mostTries = 100; // others may do the same
    for (int number = 0; number < mostTries && !m_file; ++number) {
        m_beside = fmt::format("{}.{}.part", m_path, number);
        m_file.reset(openForWriting(m_beside, false));
        if (!m_file && errno != EEXIST)
            break;
    }
    if (m_file)
        return {};
    const int code = errno;
    return fileFailure(operation, std::exchange(m_beside, {}), code);
}

CaptureOutput::~CaptureOutput()
{
    if (m_beside.empty() || !m_file)
        return;
    m_file.reset();
    std::error_code ignored;
    if (const auto beside = pathOf(m_beside, operation))
        std::filesystem::remove(*beside, ignored);
}

Result<void> CaptureOutput::put(const Bytes &bytes)
{
    std::FILE *const file = m_file ? m_file.get() : stdout;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
        return failure(errno);
    m_size += bytes.size();
    return {};
}

Result<void> CaptureOutput::write(std::uint64_t inbox, std::int64_t time, const InboxCounts &counts)
{
    m_buffer.clear();
    m_writer->append(m_buffer, inbox, time, counts);
    return put(m_buffer);
}

Result<void> CaptureOutput::write(const MessageView &message)
{
    m_buffer.clear();
    m_writer->append(m_buffer, message);
    return put(m_buffer);
}

Result<void> CaptureOutput::write(const LateAnswer &answer)
{
    m_buffer.clear();
    m_writer->append(m_buffer, answer);
    return put(m_buffer);
}

Result<void> CaptureOutput::flush()
{
    if (std::fflush(m_file ? m_file.get() : stdout) != 0)
        return failure(errno);
    return {};
}

Result<void> CaptureOutput::close()
{
    if (!m_file)
        return flush();
    const bool isClosed = std::fclose(m_file.release()) == 0;
    const int code = errno;
    if (m_beside.empty())
        return isClosed ? Result<void>() : failure(code);
    const auto beside = pathOf(m_beside, operation), place = pathOf(m_path, operation);
    std::error_code problem;
    if (isClosed && !m_replace && std::filesystem::exists(*place, problem))
        problem = std::make_error_code(std::errc::file_exists); // made meanwhile by somebody
    else if (isClosed)
        std::filesystem::rename(*beside, *place, problem);
    if (isClosed && !problem)
        return {};
    std::error_code ignored;
    std::filesystem::remove(*beside, ignored);
    if (!isClosed)
        return failure(code);
    if (problem == std::errc::file_exists)
        return failure(EEXIST);
    return Failure(Error{.code = static_cast<std::uint32_t>(problem.value()),
                         .operation = operation,
                         .object = "file " + m_path,
                         .meaning = problem.message()});
}

} // namespace ipclens
