#include "core/session/name_doctor.h"

#include "core/session/explanation.h"
#include "core/text/any_case.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr const char *operation = "diagnose name";
constexpr std::size_t mostSimilar = 5;
constexpr std::size_t shortestSimilar = 4; // characters: shorter names are alike by chance
constexpr int mostLinks = 16;

std::string leafOf(std::string_view path)
{
    return std::string(path.substr(path.find_last_of('\\') + 1));
}

std::string directoryOf(std::string_view path)
{
    return std::string(path.substr(0, path.find_last_of('\\')));
}

// Insertions, deletions, replacements and exchanges of neighbours that turn one into the other; at most 3 is told exactly.
std::size_t distance(std::string_view a, std::string_view b)
{
    if (a.size() > b.size() + 2 || b.size() > a.size() + 2)
        return 3;
    std::vector<std::size_t> beforeLast(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], beforeLast[j - 2] + 1);
        }
        beforeLast.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

std::string article(std::string_view type)
{
    constexpr std::string_view vowels = "AEIOU";
    return fmt::format("{} {}", !type.empty() && vowels.find(type[0]) != vowels.npos ? "an" : "a", type);
}

// "session 1", "the Global names", "app container S-1-15-...": how people call a directory of names.
std::string placeText(const std::string &directory, std::uint32_t session)
{
    if (directory == "\\BaseNamedObjects")
        return session == 0 ? "the Global names, which are session 0's" : "the Global names";
    const auto own = fmt::format("\\Sessions\\{}\\", session);
    if (directory.starts_with("\\Sessions\\")) {
        const std::string_view rest = std::string_view(directory).substr(10);
        const auto slash = rest.find('\\');
        const std::string number(rest.substr(0, slash));
        const std::string_view below = slash == rest.npos ? std::string_view() : rest.substr(slash + 1);
        if (below == "BaseNamedObjects")
            return fmt::format("session {}{}", number, directory.starts_with(own) ? ", this one" : "");
        constexpr std::string_view containers = "AppContainerNamedObjects\\";
        if (below.starts_with(containers))
            return fmt::format("app container {} of session {}", below.substr(containers.size()), number);
    }
    return "directory " + directory;
}

// One diagnosis over one listing of all objects.
class Diagnosis {
public:
    Diagnosis(System &system, const DiagnoseName &command, const Host &host, const std::vector<NamedObject> &objects)
        : m_system(system), m_command(command), m_session(host.session)
    {
        for (const NamedObject &object : objects) {
            m_objects.emplace(object.path, &object);
            if (object.type == "Directory" && !object.note.empty())
                m_closed.push_back(object.path);
        }
        m_report.name = command.text;
    }

    NameReport run();

private:
    std::string ownDirectory() const
    {
        return m_session == 0 ? "\\BaseNamedObjects" : fmt::format("\\Sessions\\{}\\BaseNamedObjects", m_session);
    }
    void resolve();
    std::string follow(const std::string &path);
    void lookAtTheName();
    void lookElsewhere();
    void listProbes();
    void add(NameFindingKind kind, const std::string &path, const std::string &type, std::string text, std::string openAs = {});
    void existing(const std::string &type);
    std::string openText(const std::string &path) const;
    bool isWanted(const std::string &type) const { return m_command.type.empty() || type == m_command.type; }

    System &m_system;
    const DiagnoseName &m_command;
    std::uint32_t m_session;
    std::map<std::string, const NamedObject *> m_objects;
    std::vector<std::string> m_closed; // directories that could not be listed, or only in part
    NameReport m_report;
    std::string m_leaf;
};

void Diagnosis::add(NameFindingKind kind, const std::string &path, const std::string &type, std::string text, std::string openAs)
{
    m_report.findings.push_back(
        {.kind = kind, .path = path, .type = type, .text = std::move(text), .openAs = std::move(openAs)});
}

// What to type to reach a path from this session.
std::string Diagnosis::openText(const std::string &path) const
{
    const std::string directory = directoryOf(path);
    if (directory == ownDirectory())
        return leafOf(path);
    return directory == "\\BaseNamedObjects" ? "Global\\" + leafOf(path) : path;
}

// Where Windows would look.
void Diagnosis::resolve()
{
    const std::string &text = m_command.text;
    if (text.starts_with('\\'))
        m_report.path = text;
    else if (text.starts_with("Global\\"))
        m_report.path = "\\BaseNamedObjects\\" + text.substr(7);
    else if (text.starts_with("Local\\"))
        m_report.path = ownDirectory() + "\\" + text.substr(6);
    else
        m_report.path = ownDirectory() + "\\" + text;
    m_leaf = leafOf(text);

    const std::string prefix = inAnyCase(std::string_view(text).substr(0, text.find_first_of("\\/")));
    const bool isSpace = prefix == "global" || prefix == "local";
    const auto separator = text.find_first_of("\\/");
    if (isSpace && separator != text.npos && !text.starts_with("Global\\") && !text.starts_with("Local\\")) {
        const std::string right = (prefix == "global" ? "Global\\" : "Local\\") + text.substr(separator + 1);
        add(NameFindingKind::Malformed, {}, {},
            fmt::format("\"{}\" is no name space: Windows wants \"{}\", with this case and a backslash",
                        text.substr(0, separator + 1), right.substr(0, right.find('\\') + 1)),
            right);
        m_leaf = leafOf(right);
    }
    if (text != text.substr(0, text.find_last_not_of(" \t") + 1) || text.starts_with(' '))
        add(NameFindingKind::Malformed, {}, {}, "the name begins or ends with a space, which is part of it");
}

// The path with symbolic links in its directories replaced. Says which directory is missing.
std::string Diagnosis::follow(const std::string &path)
{
    std::string current;
    int links = 0;
    std::string rest = path;
    while (!rest.empty()) {
        const auto end = rest.find('\\', 1);
        const std::string next = current + rest.substr(0, end);
        rest = end == rest.npos ? std::string() : rest.substr(end);
        const auto found = m_objects.find(next);
        if (rest.empty())
            return next;
        if (found == m_objects.end()) {
            const bool mayBeHidden = std::ranges::any_of(m_closed, [&](const std::string &closed) { return closed == current; });
            if (!mayBeHidden)
                add(NameFindingKind::MissingDirectory, next, "Directory",
                    fmt::format("there is no directory \"{}\"{}", next,
                                m_command.text.starts_with('\\') ? "" : ": a backslash in a name stands for one"));
            return {};
        }
        if (found->second->type == "SymbolicLink" && ++links <= mostLinks) {
            rest = found->second->target + rest;
            current.clear();
            continue;
        }
        if (found->second->type != "Directory") {
            add(NameFindingKind::MissingDirectory, next, found->second->type,
                fmt::format("\"{}\" is {}, not a directory", next, article(found->second->type)));
            return {};
        }
        current = next;
    }
    return current;
}

// The object is there: of which kind, and what may be done with it.
void Diagnosis::existing(const std::string &type)
{
    const std::string &path = m_report.path;
    if (!isWanted(type)) {
        add(NameFindingKind::WrongType, path, type,
            fmt::format("the name is taken by {}: you asked for {}, and all kinds of objects share one space of names",
                        article(type), article(m_command.type)));
        return;
    }
    auto facts = m_system.accessFacts(
        {.kind = ExplainKind::Object, .object = {.name = m_command.text.starts_with('\\') ? path : m_command.text, .type = type}});
    if (!facts) {
        add(NameFindingKind::Exists, path, type,
            fmt::format("exists as {}; what may be done with it is unknown: {}", article(type), toText(facts.error())),
            openText(path));
        return;
    }
    const Explanation explanation = explain(std::move(*facts));
    const bool isRefused =
        std::ranges::any_of(explanation.facts.rights, [](const RightAnswer &right) { return !right.granted; });
    std::string text = fmt::format("exists as {}", article(type));
    if (isRefused) {
        text += ". " + explanation.verdict;
        for (const std::string &reason : explanation.reasons)
            text += " " + reason;
    } else {
        text += ", and nothing is refused";
    }
    add(isRefused ? NameFindingKind::Denied : NameFindingKind::Exists, path, type, std::move(text), openText(path));
    m_report.findings.back().rights = explanation.facts.rights;
}

void Diagnosis::lookAtTheName()
{
    const std::string path = follow(m_report.path);
    if (path.empty())
        return;
    m_report.path = path;
    if (const auto found = m_objects.find(path); found != m_objects.end()) {
        if (found->second->type == "SymbolicLink" && m_command.type != "SymbolicLink")
            add(NameFindingKind::Link, path, "SymbolicLink",
                fmt::format("the name is a symbolic link to \"{}\"", found->second->target), found->second->target);
        else
            existing(found->second->type);
        return;
    }
    // A directory that lets nobody list it may still let objects be opened.
    if (const auto details = m_system.describeObject({.name = path}); details)
        existing(details->type);
    else if (details.error().kind == ErrorKind::Refused)
        add(NameFindingKind::Denied, path, {}, "something of this name exists, and opening it is refused: " + toText(details.error()));
}

void Diagnosis::lookElsewhere()
{
    const std::string leaf = inAnyCase(m_leaf);
    std::vector<std::pair<std::size_t, const NamedObject *>> similar;
    const std::string asked = placeText(directoryOf(m_report.path), m_session);
    for (const auto &[path, object] : m_objects) {
        if (path == m_report.path || object->type == "Directory" || object->type == "SymbolicLink")
            continue;
        const std::string place = placeText(directoryOf(path), m_session);
        if (object->name == m_leaf) {
            add(NameFindingKind::Elsewhere, path, object->type,
                fmt::format("exists in {} as {}; you asked {}", place, article(object->type), asked), openText(path));
            continue;
        }
        const std::string other = inAnyCase(object->name);
        if (other == leaf)
            add(NameFindingKind::OtherCase, path, object->type,
                fmt::format("differs in case: \"{}\" exists in {} as {}", object->name, place, article(object->type)),
                openText(path));
        else if (leaf.size() >= shortestSimilar && isWanted(object->type))
            if (const std::size_t far = distance(leaf, other); far <= 2 && far * 3 < leaf.size())
                similar.emplace_back(far, object);
    }
    std::ranges::stable_sort(similar, {}, [](const auto &one) { return one.first; });
    if (similar.size() > mostSimilar)
        similar.resize(mostSimilar);
    for (const auto &[far, object] : similar)
        add(NameFindingKind::Similar, object->path, object->type,
            fmt::format("a name much like it, \"{}\", exists in {} as {}", object->name,
                        placeText(directoryOf(object->path), m_session), article(object->type)),
            openText(object->path));
}

// Every place where the name could be.
void Diagnosis::listProbes()
{
    std::set<std::string> seen;
    const auto probe = [&](const std::string &what, const std::string &path) {
        if (!seen.insert(path).second)
            return;
        const auto found = m_objects.find(path);
        m_report.probes.push_back({what, path, found == m_objects.end() ? std::string() : found->second->type});
    };
    probe("as typed", m_report.path);
    probe("Local\\", ownDirectory() + "\\" + m_leaf);
    probe("Global\\", "\\BaseNamedObjects\\" + m_leaf);
    for (const auto &[path, object] : m_objects) {
        if (object->type != "Directory")
            continue;
        const bool isContainer = path.find("\\AppContainerNamedObjects\\") != path.npos;
        const bool isSession = path.starts_with("\\Sessions\\") && path.ends_with("\\BaseNamedObjects");
        if (isContainer || isSession)
            probe(placeText(path, m_session), path + "\\" + m_leaf);
    }
}

NameReport Diagnosis::run()
{
    resolve();
    lookAtTheName();
    lookElsewhere();
    listProbes();
    constexpr auto order = [](const NameFinding &finding) {
        switch (finding.kind) {
        case NameFindingKind::Exists:
        case NameFindingKind::Denied:
        case NameFindingKind::WrongType:
        case NameFindingKind::Link: return 0;
        case NameFindingKind::Malformed: return 1;
        case NameFindingKind::Elsewhere: return 2;
        case NameFindingKind::OtherCase: return 3;
        case NameFindingKind::MissingDirectory: return 4;
        case NameFindingKind::Similar: break;
        }
        return 5;
    };
    std::ranges::stable_sort(m_report.findings, {}, order);
    m_report.verdict = m_report.findings.empty()
                           ? fmt::format("no object is called \"{}\", nor nearly so, in any directory that can be listed", m_leaf)
                           : m_report.findings.front().text;
    if (!m_closed.empty()) {
        m_report.note = fmt::format("Not looked into, or only in part: {}", m_closed.front());
        for (std::size_t i = 1; i < m_closed.size(); ++i)
            m_report.note += ", " + m_closed[i];
    }
    return std::move(m_report);
}

} // namespace

Result<NameReport> diagnoseName(System &system, const DiagnoseName &command, std::stop_token stop)
{
    if (command.text.empty())
        return Failure(Error{.kind = ErrorKind::Invalid, .operation = operation, .object = "\"\"",
                             .meaning = "a name has at least one character"});
    const auto host = system.host();
    if (!host)
        return Failure(host.error());
    const auto objects = system.namedObjects(true, stop);
    if (!objects)
        return Failure(objects.error());
    return Diagnosis(system, command, *host, *objects).run();
}

} // namespace ipclens
