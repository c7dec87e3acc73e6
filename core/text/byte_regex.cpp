#include "core/text/byte_regex.h"

#include "core/text/regex_syntax.h"

#include <algorithm>

namespace ipclens {

ByteRegex::ByteRegex() = default;
ByteRegex::~ByteRegex() = default;
ByteRegex::ByteRegex(ByteRegex &&) noexcept = default;
ByteRegex &ByteRegex::operator=(ByteRegex &&) noexcept = default;

Parsed<ByteRegex> ByteRegex::parse(std::string_view text, bool foldCase)
{
    const auto tree = parseRegex(text, {.foldCase = foldCase});
    if (!tree)
        return std::unexpected(tree.error());
    const auto wrong = [&](std::string meaning) {
        return std::unexpected(TextProblem{0, text.size(), std::move(meaning)});
    };
    if (canBeEmpty(*tree))
        return wrong("it also matches no bytes at all, and so everywhere; use + where * stands");
    auto forwards = writeProgram(*tree, false);
    auto backwards = writeProgram(*tree, true);
    if (!forwards || !backwards)
        return wrong(std::move(forwards ? backwards : forwards).error().meaning);
    ByteRegex regex;
    regex.m_forwards = std::make_unique<LazyAutomaton>(std::move(*forwards), LazyAutomaton::Kind::Anchored);
    regex.m_backwards = std::make_unique<LazyAutomaton>(std::move(*backwards), LazyAutomaton::Kind::Anywhere);
    return regex;
}

void ByteRegex::search(std::span<const std::byte> bytes, std::size_t begin, std::size_t end, std::stop_token stop,
                       const std::function<bool(std::size_t, std::size_t)> &found)
{
    // Window by window, right to left for the places where matches begin, then left to right from each to its end.
    std::vector<bool> begins;
    for (std::size_t next = begin; next < end && !stop.stop_requested();) {
        const std::size_t windowEnd = std::min(end, next + longest);
        const std::size_t reach = std::min(bytes.size(), windowEnd + longest);
        begins.assign(windowEnd - next, false);
        bool any = false;
        auto state = m_backwards->start();
        for (std::size_t at = reach; at-- > next;) {
            state = m_backwards->step(state, bytes[at]);
            if (m_backwards->isMatch(state) && at < windowEnd)
                any = begins[at - next] = true;
        }
        const std::size_t first = next;
        for (; any && next < windowEnd && !stop.stop_requested();) {
            if (!begins[next - first]) {
                ++next;
                continue;
            }
            std::size_t length = 0;
            auto way = m_forwards->start();
            for (std::size_t at = next; at < reach && !m_forwards->isDead(way); ++at) {
                way = m_forwards->step(way, bytes[at]);
                if (m_forwards->isMatch(way))
                    length = at + 1 - next;
            }
            if (length > 0 && !found(next, length))
                return;
            next += std::max<std::size_t>(length, 1);
        }
        next = std::max(next, windowEnd);
    }
}

} // namespace ipclens
