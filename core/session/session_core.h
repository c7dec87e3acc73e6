// What a session does with each command, whoever brings the commands.
#pragma once

#include "core/session/calls.h"
#include "core/session/delivery.h"
#include "core/session/freezer.h"
#include "core/session/journal.h"
#include "core/session/lane.h"
#include "core/session/place_finder.h"
#include "core/session/process_descriptions.h"
#include "core/session/sampler.h"
#include "core/session/scans.h"
#include "core/session/series.h"
#include "core/session/sources.h"

namespace ipclens {

// A command that takes too long for the session thread: `work` is done on the thread of `lane`.
enum class LaneName { Walk, Memory, Send, Find, Scan, Snapshot, Sharing };
template <class Reply>
struct Job {
    LaneName lane;
    std::move_only_function<Result<Reply>(std::stop_token)> work;
    // Takes back what was done, when the call was cancelled too late for the work to see it. May be empty.
    std::move_only_function<void(const Reply &)> takeBack = {};
};
// What a handler gives: a reply at once, or a job that will.
template <class Reply>
using Outcome = std::variant<Result<Reply>, Job<Reply>>;
// A handler that waits for something gives this instead: it is told, and calls what replies when it has come; on any
// thread, once.
template <class Reply>
using Replier = std::move_only_function<void(Result<Reply>)>;
template <class Reply>
struct Later {
    std::move_only_function<void(Replier<Reply>)> wait;
};

// Has a handle() for every command. The thread that calls run() is the session thread. Besides it: one thread for walks and
// openings, one for large reads and all writes, one for finding, one for scans, one for who shares what, one for snapshots and
// differences, one for sends and one for each series of them, one for watches, one for frozen values and one for inboxes.
class Session {
public:
    // `give` is told of events, never of two at a time; it may block.
    Session(std::unique_ptr<System> system, SessionOptions options, std::function<void(Event)> give);
    // Waits for the threads. Replies to calls under way are dropped.
    ~Session();

    // Replies on this thread before it returns, or later on the thread of a lane.
    // Between announce() and run() a call can be cancelled already. False: a call of that number is under way.
    bool announce(CallId call) { return m_calls.begin(call); }
    void run(CallId call, AnyCommand command, ReplySink reply);
    // Any thread.
    void cancel(CallId call) { m_calls.cancel(call); }

private:
    Result<Host> handle(const GetHost &);
    Result<Done> handle(const Ping &) { return Done{}; }
    Job<ProcessList> handle(const ListProcesses &);
    Job<ModuleList> handle(const ListModules &command);
    Job<SharedSectionList> handle(const ListSharedSections &command);
    Job<ObjectList> handle(const ListObjects &command);
    Outcome<SourceInfo> handle(const OpenSource &command);
    Result<SourceInfo> handle(const SetSourceAccess &command);
    Result<SourceInfo> handle(const CreateSection &command);
    Result<Done> handle(const CloseSource &command);
    Job<RegionList> handle(const ListRegions &command);
    Outcome<MemoryImages> handle(ReadMemory &command);
    Job<WriteReply> handle(WriteMemory &command);
    Result<Allocation> handle(const AllocateMemory &command);
    Result<Done> handle(const FreeMemory &command);
    Job<JournalReply> handle(const ReadJournal &command);
    Result<WatchStarted> handle(StartWatch &command);
    Result<Done> handle(const StopWatch &command);
    // session_search.cpp
    Job<FindReply> handle(FindBytes &command);
    Job<ScanStatus> handle(StartScan &command);
    Job<ScanStatus> handle(NarrowScan &command);
    Job<ScanStatus> handle(const UndoScan &command);
    Job<ScanRows> handle(const ReadScan &command);
    Job<Done> handle(const CloseScan &command);
    // session_editing.cpp
    Job<EvaluatedAddress> handle(EvaluateAddress &command);
    Job<AddressPlaces> handle(LocateAddresses &command);
    Job<FrozenItem> handle(Freeze &command);
    Result<Done> handle(const Unfreeze &command);
    Result<Done> handle(const SetFreezing &command);
    Result<FrozenList> handle(const ListFrozen &);
    Job<SnapshotSaved> handle(SaveSnapshot &command);
    Job<SourceInfo> handle(TakeFrame &command);
    Job<Difference> handle(FindDifference &command);

    // session_sharing.cpp
    Job<ObjectDescription> handle(DescribeObject &command);
    Job<ViewList> handle(ListViews &command);
    Job<HandleList> handle(const ListHandles &command);
    Job<Done> handle(CloseHolderHandle &command);
    Job<ProcessDescription> handle(const DescribeProcess &command);
    Job<SharedDataList> handle(ListSharedData &command);
    Job<SyncList> handle(const ListSyncObjects &command);
    Job<PipeList> handle(const ListPipes &);
    Job<NameReport> handle(DiagnoseName &command);
    Job<Explanation> handle(Explain &command);
    Job<SharingMap> handle(const ReadSharingMap &command);

    Job<WindowList> handle(const ListWindows &);
    Job<Window> handle(const FindWindowAt &command);
    // session_traffic.cpp
    Outcome<InboxOpened> handle(const OpenInbox &command);
    Outcome<InboxOpened> handle(const OpenRelay &command);
    Outcome<InboxOpened> handle(const OpenTap &command);
    Result<Done> handle(const SetInboxCapturing &command);
    Job<Done> handle(const CloseInbox &command);
    Outcome<SendOutcome> handle(SendCopyData &command);
    Outcome<SendOutcome> handle(const SendRegistered &command);
    Job<SeriesStarted> handle(StartSeries &command);
    Later<Done> handle(AddToSeries &command);
    Result<Done> handle(const StopSeries &command);

    // What begins only when the user knows its number.
    void afterReply(const WatchStarted &started) { m_sampler.start(started.watch); }
    void afterReply(const InboxOpened &opened) { m_delivery.start(opened.inbox); }
    void afterReply(const SeriesStarted &started) { m_series.start(started.series); }

    template <class Request>
    Outcome<InboxOpened> openWith(Result<std::unique_ptr<Inbox>> (System::*open)(const Request &), const Request &request);

    template <class Command>
    void start(CallId call, Command &command, ReplySink reply);
    template <class Command>
    void startJob(CallId call, const std::stop_token &stop, Command &command, ReplySink reply);
    template <class Reply>
    bool finish(CallId call, Result<Reply> result, ReplySink &reply);
    Lane &lane(LaneName name);
    ProgressTeller::Tell progressOf(std::uint64_t job);
    void giveEvent(Event event);

    const std::unique_ptr<System> m_system;
    const std::function<void(Event)> m_give;
    std::mutex m_giving; // held while an event is given
    Calls m_calls;
    Sources m_sources;
    Journal m_journal;
    Sampler m_sampler;
    Delivery m_delivery;
    Freezer m_freezer;
    PlaceFinder m_places;
    Scans m_scans;
    SeriesRuns m_series;
    Lane m_walks;
    Lane m_memory;
    Lane m_snapshots;
    Lane m_sends;
    Lane m_finds;
    Lane m_scanning;
    ProcessDescriptions m_descriptions; // used by the next one alone
    Lane m_sharing;
};

} // namespace ipclens
