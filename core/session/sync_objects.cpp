#include "core/session/sync_objects.h"

#include "core/text/any_case.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::array<std::string_view, 5> syncTypes{"Mutant", "Event", "Semaphore", "Timer", "Job"};
constexpr std::size_t shortestStem = 3;

bool isSync(const std::string &type)
{
    return std::ranges::find(syncTypes, type) != syncTypes.end();
}

// Words that say what an object is, not what it is about.
bool isNoise(std::string_view word)
{
    static constexpr std::string_view noise[] = {
        "mutex", "mutant",  "mtx",    "lock",  "event",  "evt",  "ev",   "semaphore", "sem",  "timer", "job",  "section", "mapping",
        "map",   "file",    "shared", "share", "shm",    "mem",  "memory", "data",    "ready", "signal", "sync", "buffer", "buf",
        "guard", "access",  "named",  "object", "obj",   "the",  "my",   "changed",   "update", "updated", "written", "free", "full", "empty"};
    return std::ranges::find(noise, word) != std::end(noise);
}

// What a name is about: "Local\DemoMapping" and "Demo_Mutex" are both about "demo".
std::string stemOf(std::string_view path)
{
    const std::string_view name = path.substr(path.find_last_of('\\') + 1);
    std::string stem;
    std::string word;
    const auto endWord = [&] {
        if (!isNoise(word))
            stem += word;
        word.clear();
    };
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto letter = static_cast<unsigned char>(name[i]);
        const bool isWordLetter = std::isalnum(letter) != 0 || letter >= 0x80;
        const bool beginsWord = std::isupper(letter) && i > 0 && std::islower(static_cast<unsigned char>(name[i - 1]));
        if (!isWordLetter || beginsWord)
            endWord();
        if (isWordLetter)
            word += static_cast<char>(std::tolower(letter));
    }
    endWord();
    return stem;
}

std::vector<std::uint32_t> pidsOf(const std::vector<ObjectHandle> &holders)
{
    std::vector<std::uint32_t> pids;
    for (const ObjectHandle &holder : holders)
        if (!holder.isOurs)
            pids.push_back(holder.process.pid);
    std::ranges::sort(pids);
    const auto rest = std::ranges::unique(pids);
    pids.erase(rest.begin(), rest.end());
    return pids;
}

} // namespace

GuardGuesses::GuardGuesses(const std::vector<SharedObject> &objects)
{
    for (const SharedObject &object : objects)
        if (object.type == "Section")
            m_sections.push_back({object.target(), stemOf(object.path), pidsOf(object.holders)});
}

std::vector<Guarded> GuardGuesses::of(const std::string &path, const std::vector<ObjectHandle> &holders) const
{
    const std::string stem = stemOf(path);
    const auto pids = pidsOf(holders);
    std::vector<Guarded> byName;
    std::vector<Guarded> byHolders;
    for (const Candidate &section : m_sections) {
        const bool sameName = stem.size() >= shortestStem && section.stem == stem;
        const bool sameHolders = pids.size() >= 2 && section.pids == pids;
        const std::string held = sameHolders ? fmt::format("the same {} processes hold both", pids.size()) : std::string();
        if (sameName)
            byName.push_back({section.target, fmt::format("both names are about \"{}\"{}", stem,
                                                          held.empty() ? "" : ", and " + held)});
        else if (sameHolders)
            byHolders.push_back({section.target, held});
    }
    byName.insert(byName.end(), byHolders.begin(), byHolders.end());
    if (byName.size() > most)
        byName.resize(most);
    return byName;
}

Result<SyncList> listSyncObjects(System &system, const ListSyncObjects &command, std::stop_token stop)
{
    const auto named = system.namedObjects(command.includeWine, stop);
    if (!named)
        return Failure(named.error());
    auto shared = system.sharedObjects(stop);
    if (!shared)
        return Failure(shared.error());

    SyncList list{.unseen = std::move(shared->unseen), .note = std::move(shared->note)};
    const GuardGuesses guesses(shared->objects);
    std::map<std::string, const SharedObject *> byPath;
    for (const SharedObject &object : shared->objects)
        if (!object.path.empty())
            byPath.emplace(object.path, &object);
    for (const NamedObject &object : *named) {
        if (!isSync(object.type))
            continue;
        if (stop.stop_requested())
            return Failure(Error{.kind = ErrorKind::Cancelled, .operation = "list synchronisation objects",
                                 .meaning = "was cancelled"});
        SyncObject sync{.type = object.type, .path = object.path, .note = object.note};
        auto details = system.describeObject({.name = object.path, .type = object.type});
        if (!details && details.error().kind == ErrorKind::Missing)
            continue; // it has gone since
        if (details)
            sync.state = std::move(details->sync);
        else
            sync.note = toText(details.error());
        if (const auto held = byPath.find(object.path); held != byPath.end())
            sync.holders = held->second->holders;
        sync.probablyGuards = guesses.of(sync.path, sync.holders);
        list.objects.push_back(std::move(sync));
    }
    return list;
}

} // namespace ipclens
