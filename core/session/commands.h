// Every command a session takes, with its reply, and every event it gives. Adding one here and a
// Session::handle() overload is all there is to adding a command: wire format, dispatch and JSON follow.
#pragma once

#include "core/session/editing_commands.h"
#include "core/session/search_commands.h"
#include "core/session/sharing_commands.h"
#include "core/session/traffic_commands.h"

#include <variant>

namespace ipclens {

struct GetHost {
    using Reply = Host;
    static constexpr std::string_view name = "host.get";
    IPCLENS_FIELDS()
};

// Does nothing; for measuring the way there and back.
struct Ping {
    using Reply = Done;
    static constexpr std::string_view name = "session.ping";
    IPCLENS_FIELDS()
};

struct ProcessList {
    std::vector<ProcessInfo> processes;
    IPCLENS_FIELDS(processes)
};
struct ListProcesses {
    using Reply = ProcessList;
    static constexpr std::string_view name = "process.list";
    IPCLENS_FIELDS()
};

struct ModuleList {
    std::vector<Module> modules;
    IPCLENS_FIELDS(modules)
};
struct ListModules {
    using Reply = ModuleList;
    static constexpr std::string_view name = "process.modules";
    ProcessKey process;
    IPCLENS_FIELDS(process)
};

struct SharedSectionList {
    std::vector<SharedSection> sections;
    IPCLENS_FIELDS(sections)
};
struct ListSharedSections {
    using Reply = SharedSectionList;
    static constexpr std::string_view name = "process.sharedSections";
    ProcessKey process;
    IPCLENS_FIELDS(process)
};

struct ObjectList {
    std::vector<NamedObject> objects;
    IPCLENS_FIELDS(objects)
};
struct ListObjects {
    using Reply = ObjectList;
    static constexpr std::string_view name = "object.list";
    bool includeWine = false;
    std::string type; // only this type; empty: all
    IPCLENS_FIELDS(includeWine, type)
};

struct OpenSource {
    using Reply = SourceInfo;
    static constexpr std::string_view name = "source.open";
    SourceSpec spec;
    Access access = Access::Read;
    IPCLENS_FIELDS(spec, access)
};
// Opens the same object again with other access, under the same id; watches go on. On failure nothing changes.
struct SetSourceAccess {
    using Reply = SourceInfo;
    static constexpr std::string_view name = "source.setAccess";
    SourceId source = 0;
    Access access = Access::Read;
    IPCLENS_FIELDS(source, access)
};
struct CreateSection {
    using Reply = SourceInfo;
    static constexpr std::string_view name = "section.create";
    SectionRequest request;
    IPCLENS_FIELDS(request)
};
// Ends its watches too.
struct CloseSource {
    using Reply = Done;
    static constexpr std::string_view name = "source.close";
    SourceId source = 0;
    IPCLENS_FIELDS(source)
};

struct RegionList {
    std::vector<Region> regions;
    IPCLENS_FIELDS(regions)
};
struct ListRegions {
    using Reply = RegionList;
    static constexpr std::string_view name = "source.regions";
    SourceId source = 0;
    IPCLENS_FIELDS(source)
};

// One image a range, in the order asked. At most 64 MiB in all and 65,536 ranges; more is OutOfRange.
struct MemoryImages {
    std::vector<MemoryImage> images;
    IPCLENS_FIELDS(images)
};
struct ReadMemory {
    using Reply = MemoryImages;
    static constexpr std::string_view name = "memory.read";
    SourceId source = 0;
    std::vector<AddressRange> ranges;
    IPCLENS_FIELDS(source, ranges)
};

IPCLENS_ENUM(WriteOutcome,
    Verified,    // written, and read back the same
    Changed,     // other bytes than expected were there: nothing was written
    Overwritten) // written, but reading back gave other bytes: the target wrote meanwhile

struct WriteReply {
    WriteOutcome outcome = WriteOutcome::Verified;
    Bytes before;            // what was there
    Bytes after;             // what is there now
    std::uint64_t entry = 0; // journal entry; 0 when nothing was written
    std::string note;        // "the page is copy-on-write: ..." ; empty when there is nothing to say
    IPCLENS_FIELDS(outcome, before, after, entry, note)
};
// Compares, journals, writes, reads back. At most 16 MiB. Without `expected` it writes whatever was there.
struct WriteMemory {
    using Reply = WriteReply;
    static constexpr std::string_view name = "memory.write";
    SourceId source = 0;
    Address address = 0;
    std::optional<Bytes> expected; // same size as `bytes`
    Bytes bytes;
    std::uint64_t undoes = 0; // the journal entry this write takes back; 0: none
    IPCLENS_FIELDS(source, address, expected, bytes, undoes)
};

struct Allocation {
    Address address = 0;
    IPCLENS_FIELDS(address)
};
struct AllocateMemory {
    using Reply = Allocation;
    static constexpr std::string_view name = "memory.allocate";
    SourceId source = 0; // a process opened ReadWrite
    std::uint64_t size = 0;
    IPCLENS_FIELDS(source, size)
};
struct FreeMemory {
    using Reply = Done;
    static constexpr std::string_view name = "memory.free";
    SourceId source = 0;
    Address address = 0;
    IPCLENS_FIELDS(source, address)
};

IPCLENS_ENUM(JournalState, Intended, Verified, Overwritten, Failed)

// One write, as journalled. Intended: the write was about to be made when the session ended.
struct JournalEntry {
    std::uint64_t entry = 0;  // 1, 2, 3, ... within one run
    std::string run;          // which session run wrote it: start time and pid
    std::int64_t time = 0;    // nanoseconds since 1970 UTC
    SourceSpec spec;
    std::string source;       // text form of `spec`
    Address address = 0;
    Bytes before;
    Bytes bytes;
    JournalState state = JournalState::Intended;
    std::uint64_t undoes = 0; // entry of the same run
    std::string note;         // why it failed

    IPCLENS_FIELDS(entry, run, time, spec, source, address, before, bytes, state, undoes, note)
};
struct JournalReply {
    std::string run;  // of this session
    std::string path; // of this session's journal file
    std::vector<JournalEntry> entries; // oldest first, earlier runs before this one
    std::vector<std::string> damaged;  // files or lines that could not be read, and where
    IPCLENS_FIELDS(run, path, entries, damaged)
};
struct ReadJournal {
    using Reply = JournalReply;
    static constexpr std::string_view name = "journal.read";
    std::uint32_t limit = 1000; // newest entries at most
    IPCLENS_FIELDS(limit)
};

// Watches ranges of a source at `rate` Hz (0.1 to 1,000); at most 64 MiB and 4,096 ranges. The first update brings all pages,
// later ones only pages that changed.
struct WatchStarted {
    WatchId watch = 0;
    IPCLENS_FIELDS(watch)
};
struct StartWatch {
    using Reply = WatchStarted;
    static constexpr std::string_view name = "watch.start";
    SourceId source = 0;
    std::vector<AddressRange> ranges;
    double rate = 10;
    IPCLENS_FIELDS(source, ranges, rate)
};
struct StopWatch {
    using Reply = Done;
    static constexpr std::string_view name = "watch.stop";
    WatchId watch = 0;
    IPCLENS_FIELDS(watch)
};

struct WindowList {
    std::vector<Window> windows;
    IPCLENS_FIELDS(windows)
};
struct ListWindows {
    using Reply = WindowList;
    static constexpr std::string_view name = "window.list";
    IPCLENS_FIELDS()
};
// The window in front at a point of the session's screen, in physical pixels.
struct FindWindowAt {
    using Reply = Window;
    static constexpr std::string_view name = "window.at";
    std::int32_t x = 0;
    std::int32_t y = 0;
    bool innermost = false; // a child window there rather than the top-level window it is in
    IPCLENS_FIELDS(x, y, innermost)
};

// Events. -------------------------------------------------------------------------------------------------------------

// Pages (or parts of pages at the edges) that changed since the last update of that watch. `failure` is sent once when the source
// begins to fail as a whole (not for mere holes), `recovered` once when it ends; between them no pages are sent.
struct WatchUpdate {
    static constexpr std::string_view name = "watch.update";
    WatchId watch = 0;
    std::uint64_t tick = 0;   // number of this sample, counting missed ones
    std::uint64_t missed = 0; // ticks missed since the watch began, because reading or delivering took too long
    std::int64_t time = 0;    // when it was read, nanoseconds since 1970 UTC
    std::vector<MemoryImage> changed;
    std::optional<Error> failure;
    bool recovered = false;
    IPCLENS_FIELDS(watch, tick, missed, time, changed, failure, recovered)
};

// A write was journalled, or its entry changed state.
struct JournalChanged {
    static constexpr std::string_view name = "journal.changed";
    JournalEntry entry;
    IPCLENS_FIELDS(entry)
};

// Lists. --------------------------------------------------------------------------------------------------------------

using AnyCommand =
    std::variant<GetHost, Ping, ListProcesses, ListModules, ListSharedSections, ListObjects, OpenSource, SetSourceAccess,
                 CreateSection, CloseSource, ListRegions, ReadMemory, WriteMemory, AllocateMemory, FreeMemory, ReadJournal,
                 StartWatch, StopWatch, FindBytes, StartScan, NarrowScan, UndoScan, ReadScan,
                 CloseScan, EvaluateAddress, LocateAddresses, Freeze, Unfreeze, SetFreezing, ListFrozen, SaveSnapshot, TakeFrame,
                 FindDifference, ListWindows, FindWindowAt, OpenInbox, OpenRelay, OpenTap, SetInboxCapturing, CloseInbox, SendCopyData,
                 SendRegistered, StartSeries, AddToSeries, StopSeries, DescribeObject, ListViews, ListHandles, CloseHolderHandle, DescribeProcess,
                 ListSharedData, ListSyncObjects, ListPipes, DiagnoseName, Explain, ReadSharingMap>;

using Event = std::variant<WatchUpdate, MessageBatch, JournalChanged, Progress, FrozenChanged, SeriesUpdate>;

// AnyReply: a variant of every command's Reply, each once.
namespace detail {
template <class Variant, class T>
struct AppendOnce;
template <class... Ts, class T>
struct AppendOnce<std::variant<Ts...>, T> {
    using type = std::conditional_t<(std::is_same_v<Ts, T> || ...), std::variant<Ts...>, std::variant<Ts..., T>>;
};
template <class Replies, class... Commands>
struct RepliesOf {
    using type = Replies;
};
template <class Replies, class First, class... Rest>
struct RepliesOf<Replies, First, Rest...>
    : RepliesOf<typename AppendOnce<Replies, typename First::Reply>::type, Rest...> {};
template <class Commands>
struct RepliesOfVariant;
template <class... Commands>
struct RepliesOfVariant<std::variant<Commands...>> : RepliesOf<std::variant<Done>, Commands...> {};
} // namespace detail

using AnyReply = detail::RepliesOfVariant<AnyCommand>::type;

} // namespace ipclens
