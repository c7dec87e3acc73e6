#include "app/cli/segmented_output.h"

#include "core/model/memory.h"
#include "core/session/file_path.h"

#include <utility>

namespace ipclens {
namespace {

constexpr const char *operation = "write a capture";

// Numbered files of an earlier capture of that name.
std::vector<std::filesystem::path> earlierSegments(const std::filesystem::path &path)
{
    std::vector<std::filesystem::path> found;
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    std::error_code ignored;
    for (const auto &entry : std::filesystem::directory_iterator(folder, ignored))
        if (segmentNumber(toUtf8(path.filename()), toUtf8(entry.path().filename())))
            found.push_back(entry.path());
    return found;
}

} // namespace

SegmentedOutput::SegmentedOutput(std::string path, bool replace, std::string system, const MessageStore::Limits &limits)
    : m_path(std::move(path)), m_replace(replace), m_system(std::move(system)), m_segments(limits)
{
}

Result<SegmentedOutput> SegmentedOutput::open(const std::string &path, bool replace, const std::string &system,
                                              const MessageStore::Limits &limits)
{
    SegmentedOutput output(path, replace, system, limits);
    if (output.m_segments.hasLimits()) {
        const auto place = pathOf(path, operation);
        if (!place)
            return Failure(place.error());
        for (const auto &earlier : earlierSegments(*place)) {
            if (!replace)
                return Failure(Error{.kind = ErrorKind::Exists,
                                     .operation = operation,
                                     .object = "file " + toUtf8(earlier),
                                     .meaning = "it is of an earlier capture of that name",
                                     .hint = "--replace removes them"});
            std::error_code ignored; // what stays is written over, or refused when its number comes
            std::filesystem::remove(earlier, ignored);
        }
    }
    if (auto begun = output.begin(); !begun)
        return Failure(std::move(begun.error()));
    return output;
}

Result<void> SegmentedOutput::begin()
{
    if (m_output) {
        if (auto counted = writeCounts(); !counted)
            return counted;
        if (auto closed = m_output->close(); !closed)
            return closed;
    }
    const auto number = m_segments.begin(0);
    const auto path = m_segments.hasLimits() ? segmentPath(m_path, number) : m_path;
    auto output = CaptureOutput::open(path, CaptureOutput::Kind::Growing, m_replace, m_system);
    if (!output)
        return Failure(std::move(output.error()));
    m_output = std::make_unique<CaptureOutput>(std::move(*output));
    for (const auto &[inbox, name] : m_names)
        m_output->nameInbox(inbox, name);
    m_droppedWritten = 0;
    return {};
}

Result<void> SegmentedOutput::write(const MessageView &message)
{
    if (m_segments.isFull(message.time)) {
        if (auto begun = begin(); !begun)
            return begun;
    }
    if (const auto name = m_names.find(message.inbox); name != m_names.end())
        m_output->nameInbox(message.inbox, name->second);
    ++m_counts[message.inbox].written;
    const auto before = m_output->size();
    auto written = m_output->write(message);
    m_segments.wrote(1, m_output->size() - before, message.time);
    for (const auto &excess : m_segments.takeExcess()) {
        std::error_code ignored; // a file that somebody reads just now stays on some systems
        if (const auto path = pathOf(segmentPath(m_path, excess.number), operation))
            std::filesystem::remove(*path, ignored);
    }
    return written;
}

Result<void> SegmentedOutput::write(const LateAnswer &answer)
{
    const auto before = m_output->size();
    auto written = m_output->write(answer);
    m_segments.wrote(0, m_output->size() - before, answer.time);
    return written;
}

void SegmentedOutput::count(std::uint64_t inbox, const InboxCounts &counts)
{
    auto &known = m_counts[inbox];
    known = {.since = counts.since, .received = counts.received, .dropped = counts.dropped, .written = known.written};
}

Result<void> SegmentedOutput::writeCounts()
{
    m_droppedWritten = 0;
    for (const auto &[inbox, counts] : m_counts) {
        m_droppedWritten += counts.dropped;
        if (auto written = m_output->write(inbox, wallClock(), counts); !written)
            return written;
    }
    return {};
}

Result<void> SegmentedOutput::flush()
{
    std::uint64_t dropped = 0;
    for (const auto &[inbox, counts] : m_counts)
        dropped += counts.dropped;
    if (dropped != m_droppedWritten) { // a loss is in the file also when this program ends badly
        if (auto written = writeCounts(); !written)
            return written;
    }
    return m_output->flush();
}

Result<void> SegmentedOutput::close()
{
    if (auto counted = writeCounts(); !counted)
        return counted;
    return m_output->close();
}

} // namespace ipclens
