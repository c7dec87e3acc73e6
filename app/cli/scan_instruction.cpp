#include "app/cli/scan_instruction.h"

#include "core/text/input_text.h"
#include "core/text/number.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::string_view what = "read a step";

ScanInstruction narrowBy(ScanComparison comparison, std::string_view value = {}, std::string_view upper = {})
{
    ScanInstruction step{.kind = ScanInstruction::Kind::Narrow};
    step.terms = {.comparison = comparison, .value = std::string(value), .upper = std::string(upper)};
    return step;
}

struct Word {
    std::string_view name;
    ScanComparison alone;
    ScanComparison by; // with a value behind it
};
constexpr std::array words{
    Word{"changed", ScanComparison::Changed, ScanComparison::Unknown},
    Word{"unchanged", ScanComparison::Unchanged, ScanComparison::Unknown},
    Word{"increased", ScanComparison::Increased, ScanComparison::IncreasedBy},
    Word{"decreased", ScanComparison::Decreased, ScanComparison::DecreasedBy},
};
struct Sign {
    std::string_view text;
    ScanComparison comparison;
};
constexpr std::array signs{Sign{"!=", ScanComparison::NotEqual}, Sign{"=", ScanComparison::Exact},
                           Sign{">", ScanComparison::Greater}, Sign{"<", ScanComparison::Less}};

Result<ScanInstruction> listStep(std::string_view rest, std::string_view line)
{
    constexpr std::uint64_t usual = 20, most = 1'000'000;
    ScanInstruction step{.kind = ScanInstruction::Kind::List, .count = usual};
    if (rest.empty())
        return step;
    const auto count = parseSize(rest);
    if (!count)
        return Failure(count.error());
    if (*count == 0 || *count > most)
        return wrongText(what, line, fmt::format("from 1 to {} matches can be listed", most));
    step.count = *count;
    return step;
}

Result<ScanInstruction> pauseStep(std::string_view rest, std::string_view line)
{
    constexpr double most = 86'400;
    ScanInstruction step{.kind = ScanInstruction::Kind::Pause};
    const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), step.seconds);
    if (problem != std::errc() || end != rest.data() + rest.size() || !(step.seconds >= 0 && step.seconds <= most))
        return wrongText(what, line, fmt::format("how long is a number of seconds from 0 to {}", most));
    return step;
}

} // namespace

Result<ScanInstruction> parseScanInstruction(std::string_view line)
{
    const std::string_view text = trimmed(line);
    if (text.empty())
        return ScanInstruction{};
    for (const Sign &sign : signs)
        if (text.starts_with(sign.text))
            return narrowBy(sign.comparison, trimmed(text.substr(sign.text.size())));
    const auto end = std::ranges::find_if(text, isSpace);
    const std::string_view first(text.begin(), end);
    const std::string_view rest = trimmed(std::string_view(end, text.end()));
    if (first == "list")
        return listStep(rest, line);
    if (first == "pause")
        return pauseStep(rest, line);
    if ((first == "undo" || first == "quit") && rest.empty())
        return ScanInstruction{.kind = first == "undo" ? ScanInstruction::Kind::Undo : ScanInstruction::Kind::Quit};
    for (const Word &word : words) {
        if (first != word.name)
            continue;
        if (rest.empty())
            return narrowBy(word.alone);
        if (word.by != ScanComparison::Unknown)
            return narrowBy(word.by, rest);
        return wrongText(what, line, fmt::format("nothing follows {}", word.name));
    }
    if (const auto dots = text.find(".."); dots != std::string_view::npos)
        return narrowBy(ScanComparison::Between, trimmed(text.substr(0, dots)), trimmed(text.substr(dots + 2)));
    return wrongText(what, line,
                     "it is changed, unchanged, increased [N], decreased [N], = N, != N, > N, < N, N .. M, undo, list "
                     "[COUNT], pause SECONDS or quit");
}

} // namespace ipclens
