#include "core/wire/last_words.h"

#include <fmt/format.h>

#include <chrono>

namespace ipclens {

void LastWords::add(std::string_view words)
{
    constexpr std::size_t kept = 4096;
    const std::scoped_lock lock(m_mutex);
    m_words += words;
    if (m_words.size() > kept)
        m_words.erase(0, m_words.size() - kept);
}

void LastWords::finish()
{
    const std::scoped_lock lock(m_mutex);
    m_isFinished = true;
    m_finished.notify_all();
}

std::string LastWords::describe(const std::string &command, const std::string &state) const
{
    std::unique_lock lock(m_mutex);
    m_finished.wait_for(lock, std::chrono::milliseconds(100), [this] { return m_isFinished; });
    const auto text = fmt::format("command \"{}\" ({})", command, state);
    const auto end = m_words.find_last_not_of("\r\n");
    return end == std::string::npos ? text : fmt::format("{}, which said: {}", text, m_words.substr(0, end + 1));
}

} // namespace ipclens
