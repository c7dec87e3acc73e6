#include "core/model/explanation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ipclens {
namespace {

std::string listText(const AccessFacts &facts)
{
    switch (facts.listKind) {
    case AccessListKind::Missing:
        return "Access list: none, everybody may do everything";
    case AccessListKind::Listed:
        break;
    case AccessListKind::Unknown:
        return facts.listFailure ? "Access list: unknown, " + toText(*facts.listFailure) : "Access list: unknown";
    }
    if (facts.list.empty())
        return "Access list: empty, nobody may do anything";
    std::string text = "Access list:";
    for (const AccessEntry &entry : facts.list)
        text += fmt::format("\n  {} {}: {}", entry.allows ? "allows" : "denies", entry.who, fmt::join(entry.rights, ", "));
    return text;
}

std::string standingText(std::string_view whose, const Standing &standing)
{
    return fmt::format("{}: {}, integrity {}{}, {}, session {}", whose, standing.user.empty() ? "unknown user" : standing.user,
                       standing.integrity.empty() ? "unknown" : standing.integrity, standing.isElevated ? ", elevated" : "",
                       standing.architecture.empty() ? "unknown architecture" : standing.architecture, standing.session);
}

} // namespace

std::string toText(const ExplainTarget &target)
{
    switch (target.kind) {
    case ExplainKind::Process:
        return fmt::format("process:{}", target.process.pid);
    case ExplainKind::Window:
        return fmt::format("window:0x{:x}", target.window);
    case ExplainKind::Object:
        break;
    }
    if (target.object.name.empty())
        return toText(target.object);
    return (target.object.type == "Section" ? "section:" : "object:") + target.object.name;
}

std::string toText(const Explanation &explanation)
{
    const AccessFacts &facts = explanation.facts;
    std::string text = facts.object + ": " + explanation.verdict;
    for (const std::string &reason : explanation.reasons)
        text += "\n- " + reason;
    for (const std::string &way : explanation.waysOut)
        text += "\n> " + way;
    for (const RightAnswer &right : facts.rights)
        text += fmt::format("\n{} {} ({})", right.granted ? "granted" : "refused", right.right, right.purpose);
    if (!facts.owner.empty())
        text += "\nOwner: " + facts.owner;
    if (!facts.rights.empty())
        text += "\n" + listText(facts);
    if (facts.theirs)
        text += "\n" + standingText(facts.object, *facts.theirs);
    return text + "\n" + standingText("This session", facts.ours);
}

} // namespace ipclens
