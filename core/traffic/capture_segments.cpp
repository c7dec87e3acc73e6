#include "core/traffic/capture_segments.h"

#include "core/session/file_path.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr int shares = 8;

// An eighth, at least 1; 0 stays what it is: no limit.
template <class T>
T shareOf(T limit)
{
    return limit == 0 ? 0 : std::max<T>(limit / shares, 1);
}

// Where the ending begins.
std::size_t stemEnd(std::string_view path)
{
    const auto name = path.find_last_of("/\\") + 1; // 0 where there is no folder
    const auto dot = path.rfind('.');
    return dot == path.npos || dot <= name ? path.size() : dot;
}

} // namespace

bool CaptureSegments::isFull(std::int64_t time) const
{
    if (m_segments.empty())
        return true;
    const auto &last = m_segments.back();
    if (last.messages == 0)
        return false;
    const auto isOver = [](auto value, auto share) { return share != 0 && value >= share; };
    return isOver(last.messages, shareOf(m_limits.messages)) || isOver(last.bytes, shareOf(m_limits.bytes)) ||
           isOver(time - last.first, shareOf(m_limits.age));
}

std::uint64_t CaptureSegments::begin(std::uint64_t bytes)
{
    m_segments.push_back({.number = ++m_last, .bytes = bytes});
    m_bytes += bytes;
    return m_last;
}

void CaptureSegments::wrote(std::uint64_t messages, std::uint64_t bytes, std::int64_t time)
{
    auto &last = m_segments.back();
    last.first = last.messages == 0 ? time : last.first;
    last.last = std::max(last.last, time);
    last.messages += messages;
    last.bytes += bytes;
    m_messages += messages;
    m_bytes += bytes;
}

std::vector<CaptureSegments::Segment> CaptureSegments::takeExcess()
{
    std::vector<Segment> excess;
    while (m_segments.size() > 1) {
        const auto oldest = m_segments.front();
        const bool isExcess = (m_limits.messages != 0 && m_messages > m_limits.messages) ||
                              (m_limits.bytes != 0 && m_bytes > m_limits.bytes) ||
                              (m_limits.age != 0 && m_segments.back().last - oldest.last > m_limits.age);
        if (!isExcess)
            break;
        m_segments.pop_front();
        m_messages -= oldest.messages;
        m_bytes -= oldest.bytes;
        ++m_letGo.number;
        m_letGo.messages += oldest.messages;
        m_letGo.bytes += oldest.bytes;
        excess.push_back(oldest);
    }
    return excess;
}

std::vector<std::filesystem::path> captureFiles(const std::filesystem::path &path)
{
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return {path};
    std::map<std::uint64_t, std::filesystem::path> found;
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    for (const auto &entry : std::filesystem::directory_iterator(folder, ignored))
        if (const auto number = segmentNumber(toUtf8(path.filename()), toUtf8(entry.path().filename())))
            found.emplace(*number, entry.path());
    std::vector<std::filesystem::path> files;
    for (auto &[number, file] : found)
        files.push_back(std::move(file));
    return files.empty() ? std::vector{path} : files;
}

std::string segmentPath(const std::string &path, std::uint64_t number)
{
    const auto end = stemEnd(path);
    return fmt::format("{}-{:06}{}", path.substr(0, end), number, path.substr(end));
}

std::optional<std::uint64_t> segmentNumber(const std::string &path, const std::string &segment)
{
    const auto begin = stemEnd(path) + 1, end = stemEnd(segment);
    std::uint64_t number = 0;
    if (begin < end)
        std::from_chars(segment.data() + begin, segment.data() + end, number);
    return number != 0 && segmentPath(path, number) == segment ? std::optional(number) : std::nullopt;
}

} // namespace ipclens
