#include "core/traffic/message_search.h"

#include "core/traffic/message_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace ipclens {
namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string trimmedLower(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    std::string result(text.substr(first, text.find_last_not_of(" \t") - first + 1));
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

} // namespace

bool containsIgnoringCase(std::string_view text, std::string_view part)
{
    if (part.empty())
        return true;
    if (part.size() > text.size())
        return false;
    const char first = part[0];
    const char other = first >= 'a' && first <= 'z' ? static_cast<char>(first - ('a' - 'A')) : first;
    const auto *const end = text.data() + text.size() - part.size() + 1; // where a match can begin
    // memchr runs ahead for each of the two spellings; each position is looked at once by each.
    const auto next = [end](const char *from, char c) {
        const void *const found = std::memchr(from, c, static_cast<std::size_t>(end - from));
        return found ? static_cast<const char *>(found) : end;
    };
    const auto *small = next(text.data(), first);
    const auto *large = other != first ? next(text.data(), other) : end;
    while (small != end || large != end) {
        const auto *at = std::min(small, large);
        if (std::equal(part.begin() + 1, part.end(), at + 1, [](char want, char have) { return want == lower(have); }))
            return true;
        if (at == small)
            small = next(at + 1, first);
        else
            large = next(at + 1, other);
    }
    return false;
}

std::string_view toText(MessageKind kind)
{
    return kind == MessageKind::CopyData ? "WM_COPYDATA" : "registered";
}

MessageSearch::MessageSearch(std::string_view text) : m_text(trimmedLower(text))
{
    for (const Bytes &form : encodingsOf(m_text))
        m_inPayload.emplace_back(reinterpret_cast<const char *>(form.data()), form.size());
}

bool MessageSearch::matchesNumber(std::uint64_t number) const
{
    std::array<char, 24> digits{'0', 'x'};
    const auto is = [&](char *begin, int base) {
        const auto *const end = std::to_chars(begin, digits.data() + digits.size(), number, base).ptr;
        return containsIgnoringCase({digits.data(), static_cast<std::size_t>(end - digits.data())}, m_text);
    };
    return is(digits.data() + 2, 16) || is(digits.data(), 10);
}

bool MessageSearch::matchesContext(const MessageView &message) const
{
    return m_text.empty() || containsIgnoringCase(toText(message.kind), m_text) ||
           containsIgnoringCase(message.name, m_text) || containsIgnoringCase(message.senderName, m_text) ||
           containsIgnoringCase(message.senderTitle, m_text) || containsIgnoringCase(message.receiverName, m_text) ||
           (message.sender.pid != 0 && matchesNumber(message.sender.pid)) ||
           (message.senderWindow != 0 && matchesNumber(message.senderWindow));
}

bool MessageSearch::matches(const MessageView &message) const
{
    if (matchesContext(message) || containsIgnoringCase(message.comment(), m_text) || matchesNumber(message.id))
        return true;
    if (message.kind == MessageKind::Registered)
        return matchesNumber(message.wParam) || matchesNumber(message.lParam);
    const std::string_view payload(reinterpret_cast<const char *>(message.payload.data()), message.payload.size());
    return std::ranges::any_of(m_inPayload, [&](const auto &form) { return containsIgnoringCase(payload, form); });
}

} // namespace ipclens
