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

// PID/HANDLE; a handle is hex after 0x, else decimal, as the system's own tools write it.
Result<SourceSpec> parseHandle(std::string_view rest, std::string_view whole)
{
    const auto slash = rest.find('/');
    auto digits = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
    const bool isHex = digits.starts_with("0x") || digits.starts_with("0X");
    if (isHex)
        digits.remove_prefix(2);
    std::uint64_t handle = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), handle, isHex ? 16 : 10);
    if (digits.empty() || code != std::errc{} || end != digits.data() + digits.size())
        return invalidInput(std::string(whatItIs), std::string(whole),
                            "expected handle:PID/HANDLE, the handle as 0x hex or decimal");
    return transform(parsePid(rest.substr(0, slash), whole), [&](std::uint32_t pid) {
        return SourceSpec{.kind = SourceKind::Handle, .process = {.pid = pid}, .handle = handle};
    });
}

} // namespace

Result<SourceSpec> parseSourceSpec(std::string_view text)
{
    const auto colon = text.find(':');
    const auto kind = text.substr(0, colon);
    const auto rest = colon == text.npos ? std::string_view() : text.substr(colon + 1);
    const bool known = kind == "section" || kind == "process" || kind == "module" || kind == "file" ||
                       kind == "snapshot" || kind == "handle";
    if (colon == text.npos || !known)
        return invalidInput(std::string(whatItIs), std::string(text),
                            "expected section:NAME, process:PID, module:PID/DLL/SECTION, handle:PID/HANDLE, file:PATH or snapshot:PATH");
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
    if (kind == "handle")
        return parseHandle(rest, text);
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
    case SourceKind::Handle: return fmt::format("handle:{}/0x{:x}", spec.process.pid, spec.handle);
    }
    return {};
}

} // namespace ipclens
