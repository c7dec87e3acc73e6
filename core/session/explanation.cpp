#include "core/session/explanation.h"

#include "core/text/source_spec.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ipclens {
namespace {

std::vector<std::string> purposes(const AccessFacts &facts, bool granted)
{
    std::vector<std::string> found;
    for (const RightAnswer &right : facts.rights)
        if (right.granted == granted)
            found.push_back(right.purpose);
    return found;
}

// "a", "a and b", "a, b and c"
std::string listed(const std::vector<std::string> &words, std::string_view last)
{
    if (words.size() < 2)
        return words.empty() ? std::string() : words.front();
    return fmt::format("{} {} {}", fmt::join(words.begin(), words.end() - 1, ", "), last, words.back());
}

std::string verdictOf(const AccessFacts &facts)
{
    if (facts.refusal && facts.refusal->kind == ErrorKind::Exited)
        return "It has ended.";
    if (facts.refusal && facts.refusal->kind != ErrorKind::Refused)
        return toText(*facts.refusal);
    const auto can = purposes(facts, true);
    const auto cannot = purposes(facts, false);
    if (cannot.empty())
        return can.empty() ? "Nothing is refused." : fmt::format("Nothing is refused: you can {}.", listed(can, "and"));
    if (can.empty())
        return fmt::format("You can't {}.", listed(cannot, "or"));
    return fmt::format("You can {}, but you can't {}.", listed(can, "and"), listed(cannot, "or"));
}

void addRight(std::vector<std::string> &words, const std::string &word)
{
    if (std::ranges::find(words, word) == words.end())
        words.push_back(word);
}

// Of the access list alone.
void addListReasons(const AccessFacts &facts, std::vector<std::string> &reasons)
{
    if (facts.listKind == AccessListKind::Unknown && facts.listFailure)
        reasons.push_back("Who may, this session is not told: " + toText(*facts.listFailure));
    if (facts.listKind != AccessListKind::Listed)
        return;
    if (facts.list.empty()) {
        reasons.emplace_back("Its access list is empty: it lets nobody in, not even its owner.");
        return;
    }
    for (const RightAnswer &right : facts.rights) {
        if (right.granted)
            continue;
        std::vector<std::string> allowed;
        std::vector<std::string> denied;
        for (const AccessEntry &entry : facts.list)
            if (std::ranges::find(entry.rights, right.right) != entry.rights.end())
                addRight(entry.allows ? allowed : denied, entry.who);
        if (!denied.empty())
            reasons.push_back(fmt::format("{} is denied to {}.", right.right, listed(denied, "and")));
        reasons.push_back(allowed.empty() ? fmt::format("{} is granted to nobody.", right.right)
                                          : fmt::format("{} is granted to {}.", right.right, listed(allowed, "and")));
    }
}

int rank(std::string_view integrity)
{
    constexpr std::array<std::string_view, 7> ascending{"Untrusted", "Low", "Medium", "Medium Plus", "High", "System",
                                                        "Protected"};
    const auto at = std::ranges::find(ascending, integrity);
    return at == ascending.end() ? -1 : static_cast<int>(at - ascending.begin());
}

void addStandingReasons(const AccessFacts &facts, std::vector<std::string> &reasons)
{
    if (facts.isProtected)
        reasons.emplace_back("It is a protected process: Windows lets nobody in, administrators neither.");
    if (!facts.theirs)
        return;
    const Standing &theirs = *facts.theirs;
    const Standing &ours = facts.ours;
    if (theirs.isElevated && !ours.isElevated)
        reasons.emplace_back("It runs elevated, this session does not.");
    if (rank(theirs.integrity) > rank(ours.integrity) && rank(ours.integrity) >= 0)
        reasons.push_back(fmt::format("Its integrity is {}, this session's is {}: lower ones may not {}.", theirs.integrity,
                                      ours.integrity,
                                      facts.type == "Window" ? "send messages to higher ones" : "touch higher ones"));
    if (!theirs.user.empty() && !ours.user.empty() && theirs.user != ours.user)
        reasons.push_back(fmt::format("It runs as {}, this session as {}.", theirs.user, ours.user));
    if (ours.architecture == "x86" && theirs.architecture != "x86" && !theirs.architecture.empty())
        reasons.push_back(fmt::format("It is a {} program, this session is a 32-bit one.", theirs.architecture));
    if (facts.type == "Window" && theirs.session != ours.session)
        reasons.push_back(fmt::format("It is in session {}, this one in session {}: messages do not cross.", theirs.session,
                                      ours.session));
}

bool isGranted(const AccessFacts &facts, std::string_view right)
{
    return std::ranges::any_of(facts.rights, [&](const RightAnswer &one) { return one.right == right && one.granted; });
}

std::vector<std::string> waysOutOf(const AccessFacts &facts)
{
    std::vector<std::string> ways;
    if (facts.isProtected)
        return ways;
    const bool reads = isGranted(facts, "PROCESS_VM_READ") || isGranted(facts, "SECTION_MAP_READ");
    const bool writes = isGranted(facts, "PROCESS_VM_WRITE") || isGranted(facts, "SECTION_MAP_WRITE");
    if (reads && !writes)
        ways.emplace_back("Open it read-only.");
    if (facts.theirs && facts.ours.architecture == "x86" && facts.theirs->architecture == "x64")
        ways.emplace_back("Use the 64-bit ipclens.");
    if (!facts.ours.isElevated)
        ways.emplace_back("Run ipclens elevated.");
    if (!facts.owner.empty() && facts.owner == facts.ours.user)
        ways.emplace_back("You own it: its access list can be changed, or the program that makes it can give another one.");
    else if (!facts.owner.empty())
        ways.push_back(fmt::format("Run ipclens as {}, or have the program that makes it grant you more.", facts.owner));
    return ways;
}

Result<std::uint64_t> number(std::string_view digits, std::string_view whole)
{
    const bool isHex = digits.starts_with("0x") || digits.starts_with("0X");
    const std::string_view rest = digits.substr(isHex ? 2 : 0);
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), value, isHex ? 16 : 10);
    if (rest.empty() || code != std::errc{} || end != rest.data() + rest.size())
        return invalidInput("target", std::string(whole), fmt::format("\"{}\" is no number (decimal, or 0x hex)", digits));
    return value;
}

} // namespace

Explanation explain(AccessFacts facts)
{
    Explanation explanation{.verdict = verdictOf(facts)};
    const bool isGone = facts.refusal && (facts.refusal->kind == ErrorKind::Exited || facts.refusal->kind == ErrorKind::Missing);
    const bool isRefused = std::ranges::any_of(facts.rights, [](const RightAnswer &right) { return !right.granted; }) ||
                           (facts.refusal && facts.refusal->kind == ErrorKind::Refused);
    if (isRefused && !isGone) {
        addStandingReasons(facts, explanation.reasons);
        addListReasons(facts, explanation.reasons);
        explanation.waysOut = waysOutOf(facts);
    }
    if (facts.isHung) {
        explanation.reasons.emplace_back("Its thread does not handle messages: whoever sends waits until the time-out.");
        explanation.waysOut.emplace_back("Wait until it is done with what it does, or look where its thread is stuck.");
    }
    if (facts.isMessageOnly)
        explanation.reasons.emplace_back("It is a message-only window: broadcasts and lists of top-level windows leave it out.");
    if (isGone)
        explanation.waysOut.emplace_back("Refresh the list, and choose the new one if it was started again.");
    explanation.facts = std::move(facts);
    return explanation;
}

std::optional<ExplainTarget> explainTargetOf(const Error &error)
{
    if (error.kind != ErrorKind::Refused)
        return std::nullopt;
    const std::string_view object = error.object;
    const auto after = [&](std::string_view word) {
        return object.starts_with(word) ? std::optional(object.substr(word.size())) : std::nullopt;
    };
    const auto numberAt = [](std::string_view text, int base) -> std::optional<std::uint64_t> {
        std::uint64_t value = 0;
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
        const bool ends = end == text.data() + text.size() || *end == ' ' || *end == ',';
        return code == std::errc{} && ends ? std::optional(value) : std::nullopt;
    };
    if (const auto rest = after("process "))
        if (const auto pid = numberAt(*rest, 10); pid && *pid <= UINT32_MAX)
            return ExplainTarget{.kind = ExplainKind::Process, .process = {.pid = static_cast<std::uint32_t>(*pid)}};
    if (const auto rest = after("window 0x"))
        if (const auto window = numberAt(*rest, 16))
            return ExplainTarget{.kind = ExplainKind::Window, .window = *window};
    if (const auto rest = after("section "))
        if (!rest->empty() && error.operation != "write memory")
            return ExplainTarget{.kind = ExplainKind::Object, .object = {.name = std::string(*rest), .type = "Section"}};
    return std::nullopt;
}

Result<ExplainTarget> parseExplainTarget(std::string_view text)
{
    const auto colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    const std::string_view rest = colon == text.npos ? std::string_view() : text.substr(colon + 1);
    const bool isKnown = kind == "process" || kind == "section" || kind == "object" || kind == "handle" || kind == "window";
    if (colon == text.npos || !isKnown || rest.empty())
        return invalidInput("target", std::string(text),
                            "expected process:PID, section:NAME, object:NAME, handle:PID/HANDLE or window:HANDLE");
    if (kind == "window") {
        const auto window = number(rest, text);
        return window ? Result<ExplainTarget>(ExplainTarget{.kind = ExplainKind::Window, .window = *window})
                      : Failure(window.error());
    }
    if (kind == "object")
        return ExplainTarget{.kind = ExplainKind::Object, .object = {.name = std::string(rest)}};
    const auto source = parseSourceSpec(text);
    if (!source)
        return Failure(source.error());
    if (source->kind == SourceKind::Process)
        return ExplainTarget{.kind = ExplainKind::Process, .process = source->process};
    if (source->kind == SourceKind::Handle)
        return ExplainTarget{.kind = ExplainKind::Object, .object = {.process = source->process, .handle = source->handle}};
    return ExplainTarget{.kind = ExplainKind::Object, .object = {.name = source->name, .type = "Section"}};
}

} // namespace ipclens
