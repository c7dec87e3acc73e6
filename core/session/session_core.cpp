#include "core/session/session_core.h"

#include "core/model/transform.h"
#include "core/session/write_memory.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::uint64_t mostBytesRead = std::uint64_t{64} << 20;
constexpr std::size_t mostRangesRead = 65'536;
// What the session thread reads itself. A range can cost as much as many bytes: some systems take 0.1 ms a call.
constexpr std::uint64_t quickBytes = (std::uint64_t{1} << 20) + (std::uint64_t{64} << 10);
constexpr std::size_t quickRanges = 16;

Failure refuse(ErrorKind kind, std::string operation, std::string object, std::string meaning)
{
    return Failure(Error{
        .kind = kind, .operation = std::move(operation), .object = std::move(object), .meaning = std::move(meaning)});
}

Failure cancelled(std::string operation)
{
    return refuse(ErrorKind::Cancelled, std::move(operation), {}, "was cancelled");
}

// A session may be asked for more than there is memory for.
Failure outOfMemory(std::string_view command, const std::exception &problem)
{
    return refuse(ErrorKind::Failed, std::string(command), {},
                  fmt::format("it needs more than this session has: {}", problem.what()));
}

// All bytes of the ranges; an error when they are over a limit.
Result<std::uint64_t> checkRanges(const std::vector<AddressRange> &ranges)
{
    if (ranges.size() > mostRangesRead)
        return refuse(ErrorKind::OutOfRange, "read memory", fmt::format("{} ranges", ranges.size()),
                      fmt::format("at most {} ranges can be read at once", mostRangesRead));
    std::uint64_t total = 0;
    for (const AddressRange &range : ranges) {
        if (range.begin + range.size < range.begin)
            return refuse(ErrorKind::OutOfRange, "read memory",
                          fmt::format("{} bytes at 0x{:x}", range.size, range.begin), "the range ends behind 2^64 - 1");
        if (range.size > mostBytesRead - total)
            return refuse(ErrorKind::OutOfRange, "read memory",
                          fmt::format("{} bytes at 0x{:x}", range.size, range.begin),
                          fmt::format("at most {} bytes can be read at once", mostBytesRead));
        total += range.size;
    }
    return total;
}

Result<MemoryImages> readRanges(MemorySource &memory, const std::vector<AddressRange> &ranges, std::stop_token stop)
{
    MemoryImages reply;
    reply.images.reserve(ranges.size());
    for (const AddressRange &range : ranges) {
        if (stop.stop_requested())
            return cancelled("read memory");
        reply.images.push_back(readImage(memory, range));
    }
    return reply;
}

// Puts what a walk found into its reply.
template <class Reply, class List>
auto into(List Reply::*member)
{
    return [member](List list) {
        Reply reply;
        reply.*member = std::move(list);
        return reply;
    };
}

std::uint32_t pidOf(System &system)
{
    const auto host = system.host();
    return host ? host->pid : 0; // only part of a file name
}

} // namespace

Session::Session(std::unique_ptr<System> system, SessionOptions options, std::function<void(Event)> give)
    : m_system(std::move(system)), m_give(std::move(give)),
      m_journal(std::move(options.journalFolder), pidOf(*m_system)),
      m_sampler([this](Event event) { giveEvent(std::move(event)); }),
      m_delivery([this](Event event) { giveEvent(std::move(event)); }),
      m_freezer(m_sources, [this](Event event) { giveEvent(std::move(event)); }), m_places(*m_system), m_scans(options.scanMemory),
      m_series(*m_system, [this](Event event) { giveEvent(std::move(event)); })
{
}

Session::~Session()
{
    m_calls.cancelAll();
    m_sampler.stop();
    m_freezer.stop();
    m_delivery.stop();
    m_walks.stop();
    m_memory.stop();
    m_snapshots.stop();
    m_sends.stop();
    m_series.stop();
    m_finds.stop();
    m_scanning.stop();
    m_sharing.stop();
}

void Session::run(CallId call, AnyCommand command, ReplySink reply)
{
    std::visit([&](auto &one) { start(call, one, std::move(reply)); }, command);
}

template <class Command>
void Session::start(CallId call, Command &command, ReplySink reply)
{
    using Reply = typename Command::Reply;
    const auto stop = m_calls.token(call);
    if (!stop)
        return; // cancelled before it began
    if constexpr (std::is_same_v<decltype(handle(command)), Later<Reply>>) {
        const auto shared = std::make_shared<ReplySink>(std::move(reply));
        try {
            handle(command).wait(
                [this, call, shared](Result<Reply> result) { finish(call, std::move(result), *shared); });
        } catch (const std::exception &problem) {
            finish<Reply>(call, outOfMemory(Command::name, problem), *shared);
        }
    } else {
        startJob(call, *stop, command, std::move(reply));
    }
}

template <class Command>
void Session::startJob(CallId call, const std::stop_token &stop, Command &command, ReplySink reply)
{
    using Reply = typename Command::Reply;
    auto outcome = [&]() -> Outcome<Reply> {
        try {
            return handle(command);
        } catch (const std::exception &problem) {
            return Result<Reply>(outOfMemory(Command::name, problem));
        }
    }();
    if (auto *result = std::get_if<Result<Reply>>(&outcome)) {
        finish(call, std::move(*result), reply);
        return;
    }
    auto &job = std::get<Job<Reply>>(outcome);
    Lane &worker = lane(job.lane);
    if (worker.isFull()) {
        finish<Reply>(call,
                      refuse(ErrorKind::Failed, std::string(Command::name), {},
                             fmt::format("{} commands are waiting already", Lane::mostWaiting)),
                      reply);
        return;
    }
    worker.add([this, call, stop, work = std::move(job.work), takeBack = std::move(job.takeBack),
                reply = std::move(reply)]() mutable {
        if (stop.stop_requested())
            return;
        auto result = [&]() -> Result<Reply> {
            try {
                return work(stop);
            } catch (const std::exception &problem) {
                return outOfMemory(Command::name, problem);
            }
        }();
        if (!takeBack || !result) {
            finish(call, std::move(result), reply);
            return;
        }
        const Reply done = *result;
        if (!finish(call, std::move(result), reply))
            takeBack(done);
    });
}

// False: the call was cancelled.
template <class Reply>
bool Session::finish(CallId call, Result<Reply> result, ReplySink &reply)
{
    if (!m_calls.finish(call))
        return false;
    if constexpr (requires(const Reply &given) { afterReply(given); }) {
        const auto given = result;
        reply(std::move(result));
        if (given)
            afterReply(*given);
    } else {
        reply(std::move(result));
    }
    return true;
}

Lane &Session::lane(LaneName name)
{
    switch (name) {
    case LaneName::Memory: return m_memory;
    case LaneName::Send: return m_sends;
    case LaneName::Find: return m_finds;
    case LaneName::Scan: return m_scanning;
    case LaneName::Snapshot: return m_snapshots;
    case LaneName::Sharing: return m_sharing;
    case LaneName::Walk: break;
    }
    return m_walks;
}

void Session::giveEvent(Event event)
{
    const std::scoped_lock lock(m_giving);
    if (m_give)
        m_give(std::move(event));
}

Result<Host> Session::handle(const GetHost &)
{
    return m_system->host();
}

Job<ProcessList> Session::handle(const ListProcesses &)
{
    return {LaneName::Walk, [this](std::stop_token stop) {
                return transform(m_system->processes(stop), into(&ProcessList::processes));
            }};
}

Job<ModuleList> Session::handle(const ListModules &command)
{
    return {LaneName::Walk, [this, process = command.process](std::stop_token) {
                return transform(m_system->modules(process), into(&ModuleList::modules));
            }};
}

Job<SharedSectionList> Session::handle(const ListSharedSections &command)
{
    return {LaneName::Walk, [this, process = command.process](std::stop_token stop) {
                return transform(m_system->sharedSections(process, stop), into(&SharedSectionList::sections));
            }};
}

Job<ObjectList> Session::handle(const ListObjects &command)
{
    return {LaneName::Walk, [this, command](std::stop_token stop) {
                return transform(
                    m_system->namedObjects(command.includeWine, stop), [&](std::vector<NamedObject> objects) {
                        if (!command.type.empty())
                            std::erase_if(objects, [&](const auto &object) { return object.type != command.type; });
                        return ObjectList{std::move(objects)};
                    });
            }};
}

Outcome<SourceInfo> Session::handle(const OpenSource &command)
{
    const auto open = [this, command](std::stop_token stop) {
        return transform(openSource(*m_system, command.spec, command.access, stop),
                         [this](OpenSourceState state) { return m_sources.add(std::move(state)); });
    };
    if (command.spec.kind == SourceKind::Section)
        return open({});
    return Job<SourceInfo>{LaneName::Walk, open};
}

Result<SourceInfo> Session::handle(const SetSourceAccess &command)
{
    constexpr const char *operation = "change access";
    const auto current = m_sources.find(command.source, operation);
    if (!current)
        return Failure(current.error());
    auto state = reopenSource(*m_system, **current, command.access);
    if (!state)
        return Failure(state.error());
    const auto memory = state->memory;
    auto info = m_sources.replace(command.source, std::move(*state), operation);
    if (info)
        m_sampler.replaceSource(command.source, memory);
    return info;
}

Result<SourceInfo> Session::handle(const CreateSection &command)
{
    if (command.request.name.empty())
        return refuse(ErrorKind::Invalid, "create section", "\"\"", "a section needs a name to be found by");
    if (command.request.size == 0)
        return refuse(ErrorKind::Invalid, "create section", "section " + command.request.name,
                      "a section has at least one byte");
    return transform(m_system->createSection(command.request), [&](std::shared_ptr<Section> section) {
        return m_sources.add(createdSection(std::move(section), command.request));
    });
}

Result<Done> Session::handle(const CloseSource &command)
{
    m_sampler.removeSource(command.source);
    auto closed = transform(m_sources.remove(command.source, "close source"), [] { return Done{}; });
    // After it, so that a scan that is being started sees that its source is gone.
    if (auto scans = m_scans.removeSource(command.source); !scans.empty())
        m_scanning.add([scans = std::move(scans)] {}); // freeing gigabytes takes a while
    m_freezer.removeSource(command.source);
    m_places.forget(command.source);
    return closed;
}

Job<RegionList> Session::handle(const ListRegions &command)
{
    return {LaneName::Walk, [this, source = command.source](std::stop_token stop) -> Result<RegionList> {
                const auto state = m_sources.find(source, "list regions");
                if (!state)
                    return Failure(state.error());
                MemorySource &memory = *(*state)->memory;
                return transform(memory.regions(memory.extent(), stop), into(&RegionList::regions));
            }};
}

Outcome<MemoryImages> Session::handle(ReadMemory &command)
{
    const auto total = checkRanges(command.ranges);
    if (!total)
        return Result<MemoryImages>(Failure(total.error()));
    const auto state = m_sources.find(command.source, "read memory");
    if (!state)
        return Result<MemoryImages>(Failure(state.error()));
    if (*total <= quickBytes && command.ranges.size() <= quickRanges)
        return readRanges(*(*state)->memory, command.ranges, {});
    return Job<MemoryImages>{LaneName::Memory, [memory = (*state)->memory, ranges = std::move(command.ranges)](
                                                   std::stop_token stop) { return readRanges(*memory, ranges, stop); }};
}

Job<WriteReply> Session::handle(WriteMemory &command)
{
    return {LaneName::Memory, [this, command = std::move(command)](std::stop_token stop) -> Result<WriteReply> {
                const auto state = m_sources.find(command.source, "write memory");
                if (!state)
                    return Failure(state.error());
                const auto noted = [this](const JournalEntry &entry) { giveEvent(JournalChanged{entry}); };
                return writeMemory(**state, command, m_journal, noted, stop);
            }};
}

Result<Allocation> Session::handle(const AllocateMemory &command)
{
    constexpr const char *operation = "allocate memory";
    const auto state = m_sources.find(command.source, operation);
    if (!state)
        return Failure(state.error());
    const SourceInfo &info = (*state)->info;
    if (info.spec.kind != SourceKind::Process)
        return refuse(ErrorKind::Unsupported, operation, info.name, "only processes have memory to allocate");
    if (info.access != Access::ReadWrite)
        return refuse(ErrorKind::Refused, operation, info.name, "the process is open read-only");
    if (command.size == 0)
        return refuse(ErrorKind::Invalid, operation, info.name, "a block has at least one byte");
    const auto process = (*state)->process;
    return transform(process->allocate(command.size), [&](Address address) {
        m_sources.rememberBlock(command.source, address, process);
        return Allocation{address};
    });
}

Result<Done> Session::handle(const FreeMemory &command)
{
    constexpr const char *operation = "free memory";
    const auto state = m_sources.find(command.source, operation);
    if (!state)
        return Failure(state.error());
    const auto owner = m_sources.ownerOf(command.source, command.address);
    if (!owner)
        return refuse(ErrorKind::Invalid, operation, fmt::format("{} at 0x{:x}", (*state)->info.name, command.address),
                      "no block that this session allocated begins there");
    return transform(owner->release(command.address), [&] {
        m_sources.forgetBlock(command.source, command.address);
        return Done{};
    });
}

Job<JournalReply> Session::handle(const ReadJournal &command)
{
    return {LaneName::Memory,
            [this, limit = command.limit](std::stop_token stop) { return m_journal.read(limit, stop); }};
}

Result<WatchStarted> Session::handle(StartWatch &command)
{
    const auto state = m_sources.find(command.source, "start a watch");
    if (!state)
        return Failure(state.error());
    return transform(m_sampler.add(command.source, (*state)->memory, std::move(command.ranges), command.rate),
                     [](WatchId watch) { return WatchStarted{watch}; });
}

Result<Done> Session::handle(const StopWatch &command)
{
    if (m_sampler.remove(command.watch))
        return Done{};
    return refuse(ErrorKind::Missing, "stop a watch", fmt::format("watch {}", command.watch),
                  "there is no watch of that number");
}

Job<WindowList> Session::handle(const ListWindows &)
{
    return {LaneName::Walk,
            [this](std::stop_token stop) { return transform(m_system->windows(stop), into(&WindowList::windows)); }};
}

Job<Window> Session::handle(const FindWindowAt &command)
{
    return {LaneName::Walk,
            [this, command](std::stop_token) { return m_system->windowAt(command.x, command.y, command.innermost); }};
}

} // namespace ipclens
