#include "core/text/source_spec.h"

#include "core/model/transform.h"

#include <charconv>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::string_view whatItIs = "source";

Result<std::uint32_t> parsePid(std::string_view pid, std::string_view whole)
{
    std::uint32_t number = 0;
    const auto [end, code] = std::from_chars(pid.data(), pid.data() + pid.size(), number);
    if (pid.empty() || code != std::errc{} || end != pid.data() + pid.size())
        return invalidInput(std::string(whatItIs), std::string(whole),
                            fmt::format("\"{}\" is not a process id (a decimal number up to 4294967295)", pid));
    return number;
}

Result<SourceSpec> parseSharedSection(std::string_view rest, std::string_view whole)
{
    const auto first = rest.find('/');
    const auto second = first == rest.npos ? rest.npos : rest.find('/', first + 1);
    if (second == rest.npos || second == first + 1 || second + 1 == rest.size())
        return invalidInput(std::string(whatItIs), std::string(whole), "expected module:PID/DLL/SECTION");
    const auto pid = parsePid(rest.substr(0, first), whole);
    if (!pid)
        return Failure(pid.error());
    return SourceSpec{.kind = SourceKind::SharedSection,
                      .process = {.pid = *pid},
                      .module = std::string(rest.substr(first + 1, second - first - 1)),
                      .section = std::string(rest.substr(second + 1))}; // may contain slashes: "/4" is a common one
}

} // namespace

Result<SourceSpec> parseSourceSpec(std::string_view text)
{
    const auto colon = text.find(':');
    const auto kind = text.substr(0, colon);
    const auto rest = colon == text.npos ? std::string_view() : text.substr(colon + 1);
    const bool known = kind == "section" || kind == "process" || kind == "module" || kind == "file" ||
                       kind == "snapshot";
    if (colon == text.npos || !known)
        return invalidInput(std::string(whatItIs), std::string(text),
                            "expected section:NAME, process:PID, module:PID/DLL/SECTION, file:PATH or snapshot:PATH");
    if (rest.empty())
        return invalidInput(std::string(whatItIs), std::string(text), fmt::format("nothing follows \"{}:\"", kind));
    if (kind == "section")
        return SourceSpec{.kind = SourceKind::Section, .name = std::string(rest)};
    if (kind == "file")
        return SourceSpec{.kind = SourceKind::File, .name = std::string(rest)};
    if (kind == "snapshot")
        return SourceSpec{.kind = SourceKind::Snapshot, .name = std::string(rest)};
    if (kind == "module")
        return parseSharedSection(rest, text);
    return transform(parsePid(rest, text), [](std::uint32_t pid) {
        return SourceSpec{.kind = SourceKind::Process, .process = {.pid = pid}};
    });
}

std::string toText(const SourceSpec &spec)
{
    switch (spec.kind) {
    case SourceKind::Process: return fmt::format("process:{}", spec.process.pid);
    case SourceKind::Section: return "section:" + spec.name;
    case SourceKind::SharedSection: return fmt::format("module:{}/{}/{}", spec.process.pid, spec.module, spec.section);
    case SourceKind::File: return "file:" + spec.name;
    case SourceKind::Snapshot: return "snapshot:" + spec.name;
    }
    return {};
}

} // namespace ipclens
