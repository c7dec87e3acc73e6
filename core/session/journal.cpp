#include "core/session/journal.h"

#include "core/text/hex.h"
#include "core/text/source_spec.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <ranges>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ipclens {
namespace {

using Json = nlohmann::ordered_json;

// A reply is one frame on the wire: of older entries with very large writes only the newest are given.
constexpr std::size_t mostBytesRead = std::size_t{32} << 20;

std::string textOf(const std::filesystem::path &path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

template <class T>
Json toJson(const T &value);

template <class... Fields>
Json fieldsToJson(std::string_view names, const std::tuple<Fields...> &fields)
{
    Json json = Json::object();
    std::size_t n = 0;
    std::apply([&](const auto &...field) { ((json[std::string(nthName(names, n++))] = toJson(field)), ...); }, fields);
    return json;
}

template <class T>
Json toJson(const T &value)
{
    if constexpr (HasFields<T>)
        return fieldsToJson(T::fieldNames, value.fields());
    else if constexpr (NamedEnum<T>)
        return std::string(nameOf(value));
    else if constexpr (std::is_same_v<T, Bytes>)
        return toHex(value);
    else
        return value;
}

// These throw nlohmann's exceptions, which name the problem.
template <class T>
void fromJson(const Json &json, T &value)
{
    if constexpr (HasFields<T>) {
        std::size_t n = 0;
        const auto take = [&](auto &field) {
            if (const auto found = json.find(nthName(T::fieldNames, n++)); found != json.end())
                fromJson(*found, field);
        };
        std::apply([&](auto &...field) { (take(field), ...); }, value.fields());
    } else if constexpr (NamedEnum<T>) {
        const auto known = enumFromName<T>(json.get<std::string>());
        if (!known)
            throw std::runtime_error(json.get<std::string>() + " is not a name that belongs here");
        value = *known;
    } else if constexpr (std::is_same_v<T, Bytes>) {
        auto bytes = fromHex(json.get<std::string>());
        if (!bytes)
            throw std::runtime_error(toText(bytes.error()));
        value = std::move(*bytes);
    } else {
        value = json.get<T>();
    }
}

// Unique among the runs on this machine, and in the order of time when sorted as text.
std::string newRun(std::uint32_t pid)
{
    using namespace std::chrono;
    static std::atomic<int> runsOfThisProcess = 0;
    const auto now = system_clock::now();
    const auto time = floor<milliseconds>(now.time_since_epoch());
    const sys_seconds whole(floor<seconds>(time));
    const auto day = floor<days>(whole);
    const year_month_day date(day);
    const hh_mm_ss clock(whole - day);
    const int number = ++runsOfThisProcess;
    auto run = fmt::format("{:04}-{:02}-{:02}T{:02}-{:02}-{:02}.{:03}Z-{}", static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                           clock.minutes().count(), clock.seconds().count(), (time % 1000ms).count(), pid);
    return number == 1 ? run : fmt::format("{}-{}", run, number);
}

Failure journalFailure(std::string operation, const std::filesystem::path &path, int code)
{
    return Failure(Error{.kind = ErrorKind::Failed,
                         .code = static_cast<std::uint32_t>(code),
                         .operation = std::move(operation),
                         .object = "journal " + textOf(path),
                         .meaning = code != 0 ? std::generic_category().message(code) : "the file cannot be written",
                         .hint = "Nothing is written to memory without a journal"});
}

// What one journal file says.
struct JournalFile {
    std::vector<JournalEntry> entries;
    std::vector<std::string> damaged;
};

void readLine(const std::string &line, const std::string &place, JournalFile &file)
{
    try {
        const Json json = Json::parse(line);
        JournalEntry entry;
        fromJson(json, entry);
        if (json.contains("before")) {
            file.entries.push_back(std::move(entry));
            return;
        }
        const auto newestFirst = std::views::reverse(file.entries);
        const auto known = std::ranges::find(newestFirst, entry.entry, &JournalEntry::entry);
        if (known == newestFirst.end())
            file.damaged.push_back(fmt::format("{}: the outcome of entry {}, which is missing", place, entry.entry));
        else
            std::tie(known->state, known->note) = std::pair(entry.state, entry.note);
    } catch (const std::exception &problem) {
        file.damaged.push_back(fmt::format("{}: {}", place, problem.what()));
    }
}

JournalFile readFile(const std::filesystem::path &path, std::stop_token stop)
{
    JournalFile file;
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        file.damaged.push_back(fmt::format("{}: cannot be opened", textOf(path)));
    std::string line;
    for (std::size_t number = 1; !stop.stop_requested() && std::getline(stream, line); ++number) {
        const auto place = fmt::format("{} line {}", textOf(path), number);
        if (stream.eof())
            file.damaged.push_back(place + ": is cut off: the session ended while it was being written");
        else if (!line.empty())
            readLine(line, place, file);
    }
    if (stream.bad())
        file.damaged.push_back(fmt::format("{}: cannot be read to its end", textOf(path)));
    return file;
}

// Journal files, newest first.
Result<std::vector<std::filesystem::path>> journalFiles(const std::filesystem::path &folder)
{
    std::vector<std::filesystem::path> files;
    std::error_code code;
    std::filesystem::directory_iterator at(folder, code);
    if (code == std::errc::no_such_file_or_directory)
        return files;
    for (; !code && at != std::filesystem::directory_iterator(); at.increment(code))
        if (at->path().extension() == ".jsonl")
            files.push_back(at->path());
    if (code)
        return journalFailure("list journals", folder, code.value());
    std::ranges::sort(files, std::greater());
    return files;
}

} // namespace

Journal::Journal(std::filesystem::path folder, std::uint32_t pid) : m_folder(std::move(folder)), m_run(newRun(pid))
{
}

Result<JournalEntry> Journal::intend(JournalEntry entry)
{
    const std::scoped_lock lock(m_mutex);
    entry.entry = m_lastEntry + 1;
    entry.run = m_run;
    entry.time = wallClock();
    entry.state = JournalState::Intended;
    // Any bytes can be in a name; in JSON they must be UTF-8.
    auto noted = append(toJson(entry).dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!noted)
        return Failure(noted.error());
    m_lastEntry = entry.entry;
    return entry;
}

Result<void> Journal::conclude(const JournalEntry &entry)
{
    const Json outcome{{"entry", entry.entry}, {"state", nameOf(entry.state)}, {"note", entry.note}};
    const std::scoped_lock lock(m_mutex);
    return append(outcome.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// With m_mutex held.
Result<void> Journal::append(const std::string &line)
{
    const auto path = m_folder / (m_run + ".jsonl");
    if (!m_file.is_open()) {
        std::error_code code;
        std::filesystem::create_directories(m_folder, code);
        if (code)
            return journalFailure("create journal folder", m_folder, code.value());
        errno = 0;
        m_file.open(path, std::ios::binary | std::ios::app);
        if (!m_file)
            return journalFailure("create journal", path, errno);
    }
    errno = 0;
    if (std::exchange(m_lineIsCut, false))
        m_file << '\n';
    m_file << line << '\n' << std::flush;
    if (m_file)
        return {};
    const int code = errno;
    m_file.close(); // opened again for the next write
    m_file.clear();
    m_lineIsCut = true;
    return journalFailure("write journal", path, code);
}

Result<JournalReply> Journal::read(std::uint32_t limit, std::stop_token stop)
{
    const std::scoped_lock lock(m_mutex);
    const auto files = journalFiles(m_folder);
    if (!files)
        return Failure(files.error());
    JournalReply reply{.run = m_run, .path = textOf(m_folder / (m_run + ".jsonl"))};
    std::size_t bytes = 0;
    for (const auto &path : *files) {
        if (stop.stop_requested())
            return Failure(Error{.kind = ErrorKind::Cancelled, .operation = "read journal"});
        if (reply.entries.size() >= limit)
            break;
        JournalFile file = readFile(path, stop);
        std::ranges::move(file.damaged, std::back_inserter(reply.damaged));
        for (auto entry = file.entries.rbegin(); entry != file.entries.rend() && reply.entries.size() < limit; ++entry) {
            bytes += entry->before.size() + entry->bytes.size();
            if (bytes > mostBytesRead && !reply.entries.empty()) {
                reply.damaged.push_back(fmt::format("{}: entry {} and older ones are left out: together they are over {} "
                                                    "bytes",
                                                    textOf(path), entry->entry, mostBytesRead));
                limit = 0;
                break;
            }
            reply.entries.push_back(std::move(*entry));
        }
    }
    std::ranges::reverse(reply.entries);
    return reply;
}

} // namespace ipclens
