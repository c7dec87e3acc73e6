#include "core/session/series.h"

#include "core/os/window_target.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <thread>

#include <fmt/format.h>

namespace ipclens {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t mostItems = 10'000'000; // of one that is repeated
constexpr std::uint64_t mostBytes = std::uint64_t{1} << 30;
constexpr std::size_t fewItems = 4096; // are still to be sent: more are wanted
constexpr std::uint64_t fewBytes = std::uint64_t{8} << 20;
constexpr std::uint32_t longestTimeout = 60'000;
constexpr std::size_t mostTold = 4096; // outcomes in one update
constexpr std::chrono::milliseconds tellInterval{100};

Failure refuse(ErrorKind kind, std::string object, std::string meaning)
{
    return Failure(Error{.kind = kind, .operation = "send series", .object = std::move(object), .meaning = std::move(meaning)});
}

Failure noSeries(SeriesId series)
{
    return refuse(ErrorKind::Missing, fmt::format("series {}", series), "there is no series of that number");
}

Result<void> check(const StartSeries &command)
{
    const auto isIn = [](double value, double least, double most) { return value >= least && value <= most; };
    if (command.items.empty() && !command.more)
        return refuse(ErrorKind::Invalid, "no items", "a series has at least one message");
    if (command.timing == SeriesTiming::Recorded && !isIn(command.speed, 1e-6, 1e9))
        return refuse(ErrorKind::OutOfRange, fmt::format("speed {}", command.speed), "it is over 0");
    if (command.timing == SeriesTiming::Rate && !isIn(command.rate, 0.001, 1e6))
        return refuse(ErrorKind::OutOfRange, fmt::format("rate {}", command.rate), "it is 0.001 to 1,000,000 a second");
    if (command.timeout == 0 || command.timeout > longestTimeout)
        return refuse(ErrorKind::OutOfRange, fmt::format("time-out of {} ms", command.timeout),
                      fmt::format("it is 1 to {} ms", longestTimeout));
    return {};
}

std::string timeOfDay(std::int64_t time)
{
    using namespace std::chrono;
    const sys_time<milliseconds> moment{duration_cast<milliseconds>(nanoseconds(time))};
    const auto day = floor<days>(moment);
    const year_month_day date(day);
    const hh_mm_ss clock(moment - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Bytes encoded(std::string_view ascii, bool isWide)
{
    Bytes bytes;
    for (const char c : ascii) {
        bytes.push_back(static_cast<std::byte>(c));
        if (isWide)
            bytes.push_back(std::byte{0});
    }
    return bytes;
}

} // namespace

Bytes withVariables(const Bytes &data, SeriesVariables variables, std::uint64_t number, std::int64_t time)
{
    if (variables == SeriesVariables::None)
        return data;
    const bool isWide = variables == SeriesVariables::Utf16;
    const std::ptrdiff_t unit = isWide ? 2 : 1;
    const std::array<std::pair<Bytes, Bytes>, 2> replacements{
        std::pair(encoded("{n}", isWide), encoded(fmt::to_string(number), isWide)),
        std::pair(encoded("{time}", isWide), encoded(timeOfDay(time), isWide))};
    Bytes result;
    result.reserve(data.size() + 32);
    for (auto at = data.begin(); at != data.end();) {
        const auto found = std::ranges::find_if(replacements, [&](const auto &replacement) {
            const Bytes &name = replacement.first;
            return static_cast<std::size_t>(data.end() - at) >= name.size() && std::equal(name.begin(), name.end(), at);
        });
        if (found != replacements.end()) {
            result.insert(result.end(), found->second.begin(), found->second.end());
            at += static_cast<std::ptrdiff_t>(found->first.size());
            continue;
        }
        const auto next = at + std::min(unit, data.end() - at);
        result.insert(result.end(), at, next);
        at = next;
    }
    return result;
}

// One series and its thread.
class SeriesRuns::Run {
public:
    Run(System &system, const std::function<void(Event)> &give, SeriesId id, StartSeries command, std::uint64_t window)
        : m_system(system), m_give(give), m_plan(std::move(command)), m_id(id), m_window(window), m_isComplete(!m_plan.more)
    {
        std::vector<SeriesItem> items = std::move(m_plan.items);
        for (SeriesItem &item : items)
            keep(std::move(item));
    }
    ~Run() { end(); }

    void start()
    {
        m_thread = std::jthread([this] { run(m_stop.get_token()); });
    }
    // May come before start().
    void end()
    {
        {
            const std::scoped_lock lock(m_mutex); // so that the thread is before its look or already waiting
            m_stop.request_stop();
        }
        m_changed.notify_all();
    }
    bool isFinished() const { return m_isFinished; }

    using Added = std::move_only_function<void(Result<Done>)>;
    void append(AddToSeries &command, Added added)
    {
        Result<Done> taken = take(command, added);
        m_changed.notify_all();
        if (added)
            added(std::move(taken));
    }

private:
    bool isKept() const { return m_plan.repeat != 1; }
    // With m_mutex held, as keep() and takeAdded().
    bool wantsMore() const
    {
        return m_isOver || m_isComplete || isKept() || (m_items.size() <= fewItems && m_bytes <= fewBytes);
    }
    // Moves `added` away when it has to wait.
    Result<Done> take(AddToSeries &command, Added &added)
    {
        const std::scoped_lock lock(m_mutex);
        const auto object = fmt::format("series {}", m_id);
        if (m_isComplete)
            return refuse(ErrorKind::Invalid, object, "its last items were added already");
        if (m_isOver)
            return refuse(ErrorKind::Missing, object, "it has ended");
        for (SeriesItem &item : command.items)
            keep(std::move(item));
        m_isComplete = !command.more;
        if (isKept() && (m_items.size() > mostItems || m_bytes > mostBytes)) {
            m_stop.request_stop();
            return refuse(
                ErrorKind::OutOfRange, object,
                fmt::format("what is sent more than once has at most {} items and {} bytes", mostItems, mostBytes));
        }
        if (!wantsMore())
            m_added.push_back(std::exchange(added, nullptr));
        return Done{};
    }
    void keep(SeriesItem item)
    {
        m_bytes += item.data ? item.data->size() : 0;
        m_items.push_back(std::move(item));
        ++m_total;
    }
    std::vector<Added> takeAdded() { return wantsMore() ? std::exchange(m_added, {}) : std::vector<Added>(); }

    // Lets go of an item that is not sent again, and asks for more when few are left.
    void dropFirst()
    {
        std::vector<Added> added;
        {
            const std::scoped_lock lock(m_mutex);
            m_bytes -= m_items.front().data ? m_items.front().data->size() : 0;
            m_items.pop_front();
            ++m_first;
            added = takeAdded();
        }
        for (Added &one : added)
            one(Done{});
    }

    void run(const std::stop_token &stop)
    {
        m_update.series = m_id;
        m_told = Clock::now();
        for (std::uint64_t round = 0; !stop.stop_requested() && (m_plan.repeat == 0 || round < m_plan.repeat); ++round) {
            const std::uint64_t before = m_number;
            if (!sendAll(stop))
                break;
            if (m_number == before)
                break; // complete, and empty
        }
        m_update.finished = true;
        tell();
        std::vector<Added> added;
        {
            const std::scoped_lock lock(m_mutex);
            m_isOver = true;
            added = takeAdded();
        }
        for (Added &one : added) // they know by the update what came of it
            one(Done{});
        m_isFinished = true;
    }

    // False: it is over.
    bool sendAll(const std::stop_token &stop)
    {
        const auto begin = Clock::now();
        std::int64_t first = 0;
        for (std::uint64_t index = 0;; ++index) {
            const SeriesItem *const item = itemAt(index, stop);
            if (!item)
                return !stop.stop_requested();
            if (index == 0)
                first = item->time;
            if (m_plan.timing == SeriesTiming::Recorded) {
                const double after = static_cast<double>(item->time - first) / m_plan.speed;
                constexpr double aCentury = 3e18;
                m_due = begin + std::chrono::nanoseconds(static_cast<std::int64_t>(std::clamp(after, 0.0, aCentury)));
            } else if (m_plan.timing == SeriesTiming::Rate) {
                const auto now = Clock::now();
                m_due += std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / m_plan.rate));
                // What was missed is made up for, but never more than a quarter of a second's worth.
                m_due = m_number == 0 ? now : std::max(m_due, now - std::chrono::milliseconds(250));
            }
            if (!waitUntilDue(stop) || !sendOne(*item, index, stop))
                return false;
            if (!isKept())
                dropFirst();
        }
    }

    // Items stay where they are in a deque that changes at its ends only. None: there are no more, or it is to stop.
    const SeriesItem *itemAt(std::uint64_t index, const std::stop_token &stop)
    {
        std::unique_lock lock(m_mutex);
        const auto isThere = [&] { return index - m_first < m_items.size() || m_isComplete || stop.stop_requested(); };
        while (!m_changed.wait_until(lock, m_told + tellInterval, isThere)) {
            lock.unlock();
            tellIfDue();
            lock.lock();
        }
        m_update.total = m_isComplete ? m_total * m_plan.repeat : 0;
        return !stop.stop_requested() && index - m_first < m_items.size() ? &m_items[index - m_first] : nullptr;
    }

    bool waitUntilDue(const std::stop_token &stop)
    {
        while (!stop.stop_requested() && m_plan.timing != SeriesTiming::None && Clock::now() < m_due) {
            std::unique_lock lock(m_mutex);
            m_changed.wait_until(lock, std::min(m_due, m_told + tellInterval), [&] { return stop.stop_requested(); });
            lock.unlock();
            tellIfDue();
        }
        return !stop.stop_requested();
    }

    Result<SendOutcome> send(const SeriesItem &item, std::int64_t time)
    {
        if (item.kind == MessageKind::Registered)
            return m_system.sendRegistered(m_window, item.message, item.wParam, item.lParam, m_plan.timeout);
        if (!item.data || item.variables == SeriesVariables::None)
            return m_system.sendCopyData(m_window, item.sender, item.id, item.data, m_plan.timeout);
        return m_system.sendCopyData(m_window, item.sender, item.id,
                                     withVariables(*item.data, item.variables, m_number, time), m_plan.timeout);
    }

    // Whether the target is there again, as another window.
    bool foundAnew(const std::stop_token &stop)
    {
        if (m_plan.target.window != 0)
            return false;
        const auto windows = m_system.windows(stop);
        if (!windows)
            return false;
        const auto window = onlyWindow(*windows, m_plan.target);
        if (!window || window->handle == m_window)
            return false;
        m_window = window->handle;
        return true;
    }

    bool sendOne(const SeriesItem &item, std::uint64_t index, const std::stop_token &stop)
    {
        SeriesOutcome outcome{.number = ++m_number, .item = index, .time = wallClock()};
        auto sent = send(item, outcome.time);
        if (!sent && sent.error().kind == ErrorKind::Missing && foundAnew(stop))
            sent = send(item, outcome.time);
        if (!sent) {
            outcome.verdict = SeriesVerdict::Failed;
            outcome.failure = std::move(sent.error());
            ++m_update.failed;
        } else {
            outcome.result = sent->result;
            outcome.duration = sent->duration;
            ++m_update.sent;
            if (item.expected) {
                const bool isEqual = *item.expected == sent->result;
                outcome.verdict = isEqual ? SeriesVerdict::Equal : SeriesVerdict::Different;
                ++(isEqual ? m_update.equal : m_update.different);
            }
        }
        const bool goesOn = !outcome.failure || !m_plan.stopAtFailure;
        if (!goesOn)
            m_update.failure = outcome.failure;
        m_update.outcomes.push_back(std::move(outcome));
        tellIfDue();
        return goesOn;
    }

    void tellIfDue()
    {
        if (m_update.outcomes.size() >= mostTold || Clock::now() - m_told >= tellInterval)
            tell();
    }

    void tell()
    {
        m_told = Clock::now();
        if (m_update.outcomes.empty() && !m_update.finished)
            return;
        SeriesUpdate update = m_update;
        m_update.outcomes.clear();
        m_give(std::move(update));
    }

    System &m_system;
    const std::function<void(Event)> &m_give;
    StartSeries m_plan; // without its items
    const SeriesId m_id;
    std::uint64_t m_window; // the thread's, as what follows
    SeriesUpdate m_update;
    Clock::time_point m_told;
    Clock::time_point m_due;
    std::uint64_t m_number = 0;

    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::deque<SeriesItem> m_items; // to be sent, or all of them where they are sent more than once
    std::uint64_t m_first = 0;      // index of the first of these
    std::uint64_t m_total = 0;      // items so far
    std::uint64_t m_bytes = 0;
    bool m_isComplete;
    bool m_isOver = false;
    std::vector<Added> m_added; // who waits until more are wanted
    std::atomic<bool> m_isFinished = false;
    std::stop_source m_stop;
    std::jthread m_thread; // last: ends before what it uses
};

SeriesRuns::SeriesRuns(System &system, std::function<void(Event)> give) : m_system(system), m_give(std::move(give))
{
}

SeriesRuns::~SeriesRuns()
{
    stop();
}

void SeriesRuns::stop()
{
    std::map<SeriesId, std::shared_ptr<Run>> runs;
    {
        const std::scoped_lock lock(m_mutex);
        runs.swap(m_runs);
    }
    for (const auto &[id, run] : runs)
        run->end();
}

// With m_mutex held.
void SeriesRuns::forgetFinished()
{
    std::erase_if(m_runs, [](const auto &entry) { return entry.second->isFinished(); });
}

Result<SeriesStarted> SeriesRuns::add(StartSeries command, std::stop_token stop)
{
    if (auto checked = check(command); !checked)
        return Failure(std::move(checked.error()));
    std::uint64_t window = command.target.window;
    if (window == 0) {
        const auto windows = m_system.windows(stop);
        if (!windows)
            return Failure(windows.error());
        const auto found = onlyWindow(*windows, command.target);
        if (!found)
            return Failure(found.error());
        window = found->handle;
    }
    const std::scoped_lock lock(m_mutex);
    forgetFinished();
    if (m_runs.size() >= mostRuns)
        return refuse(ErrorKind::Failed, "", fmt::format("{} series are being sent already", m_runs.size()));
    const SeriesId id = ++m_last;
    m_runs.emplace(id, std::make_shared<Run>(m_system, m_give, id, std::move(command), window));
    return SeriesStarted{.series = id, .window = window};
}

std::shared_ptr<SeriesRuns::Run> SeriesRuns::find(SeriesId series)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_runs.find(series);
    return found == m_runs.end() ? nullptr : found->second;
}

void SeriesRuns::start(SeriesId series)
{
    if (const auto run = find(series))
        run->start();
}

void SeriesRuns::discard(SeriesId series)
{
    const std::scoped_lock lock(m_mutex);
    m_runs.erase(series);
}

void SeriesRuns::append(AddToSeries command, std::move_only_function<void(Result<Done>)> added)
{
    if (const auto run = find(command.series))
        run->append(command, std::move(added));
    else
        added(noSeries(command.series));
}

Result<Done> SeriesRuns::end(SeriesId series)
{
    const auto run = find(series);
    if (!run)
        return noSeries(series);
    run->end();
    return Done{};
}

} // namespace ipclens
