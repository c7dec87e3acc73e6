// What an operating system offers. The only place above which no code knows which system it runs on.
#pragma once

#include "core/model/explanation.h"
#include "core/model/host.h"
#include "core/model/message.h"
#include "core/model/object.h"
#include "core/model/process.h"
#include "core/model/window.h"
#include "core/os/memory_source.h"

#include <functional>
#include <memory>

namespace ipclens {

// How a source is opened. Everything opens Read unless the user turned writing on. Copy gives a private copy-on-write
// view of a section, in which writes stay invisible to everyone else; for other sources it is Unsupported.
IPCLENS_ENUM(Access, Read, ReadWrite, Copy)

// Another process's memory, opened. Keeps a handle to the process, so that its pid is not reused meanwhile.
class Process : public MemorySource {
public:
    virtual ProcessKey key() const = 0;
    virtual std::vector<std::string> granted() const = 0; // "PROCESS_VM_READ", ...
    virtual std::vector<std::string> refused() const = 0; // asked for, but not given
    virtual bool hasExited() const = 0;
    // Nanoseconds since 1970 UTC; none while it runs, or where the system does not tell.
    virtual std::optional<std::int64_t> exitTime() const { return std::nullopt; }

    // Commits `size` bytes of read-write memory (rounded up to pages) in the target; the address.
    virtual Result<Address> allocate(std::uint64_t size) = 0;
    // Frees a block that allocate() of this object returned; other addresses are Invalid.
    virtual Result<void> release(Address address) = 0;
};

// A named section, mapped whole. Keeps the name and its memory alive until destroyed. Address 0 is its first byte.
class Section : public MemorySource {
public:
    virtual SectionInfo info() const = 0;
    virtual Access access() const = 0;
    virtual std::vector<std::string> granted() const = 0; // "SECTION_MAP_READ", ...
    virtual std::vector<std::string> refused() const = 0;
};

struct SectionRequest {
    std::string name;                 // plain, "Local\X", "Global\X", or a full NT path starting with a backslash
    std::uint64_t size = 0;           // bytes, > 0
    SectionProtection protection = SectionProtection::ReadWrite;
    bool reserve = false;             // SEC_RESERVE: pages are committed one by one, when somebody asks
    IPCLENS_FIELDS(name, size, protection, reserve)
};

// What an inbox answers by itself: the first rule that fits decides. Without one a WM_COPYDATA message gets 1 and a registered one 0.
// The delay keeps the sender waiting, not the inbox: messages that come meanwhile are taken inside, so that the
// answer to an earlier one can come no sooner than theirs. Beyond 32 such messages inside of each other they wait their turn.
struct ReplyRule {
    MessageKind kind = MessageKind::CopyData;
    std::optional<std::uint64_t> id; // dwData of WM_COPYDATA; none: any
    std::string message;             // name of a registered message, which the inbox must take; empty: any
    std::int64_t result = 1;
    std::uint32_t delay = 0;         // milliseconds, at most 60,000
    bool operator==(const ReplyRule &) const = default;
    IPCLENS_FIELDS(kind, id, message, result, delay)
};

// Which parameters of a registered message carry a process id and an address in that process.
IPCLENS_ENUM(PointerPlace, None, PidInWParam, PidInLParam)
struct PointerRule {
    std::string message; // its name
    PointerPlace place = PointerPlace::PidInWParam;
    bool operator==(const PointerRule &) const = default;
    IPCLENS_FIELDS(message, place)
};

struct InboxRequest {
    std::string className;             // of the hidden window; must not be empty
    std::string title;
    std::vector<std::string> messages; // registered message names to take beside WM_COPYDATA
    std::uint64_t maxPayload = 64 << 20;  // bytes copied of one payload, at most this default; the true size is kept
    std::uint64_t queueBytes = 256 << 20; // bytes that may wait for delivery; messages over it are counted as dropped
    std::vector<ReplyRule> replies;
    // Bytes read of what a message leads to (MessageReference), at most 65,536; 0: none. They are read before the sender is answered,
    // because it may free them then.
    std::uint32_t referenceBytes = 4096;
    std::vector<PointerRule> pointers; // without a rule: pid in wParam, if there is such a process and the address can be read
    // Windows keeps messages of programs with fewer rights (of lower integrity) from windows of elevated ones. This lets WM_COPYDATA
    // and the messages named above through, from any program of this desktop.
    bool acceptLowerIntegrity = false;
    IPCLENS_FIELDS(className, title, messages, maxPayload, queueBytes, replies, referenceBytes, pointers,
                   acceptLowerIntegrity)
};

// A window: its handle, or the only one that has the class and title (either may be empty). Not one of ipclens' own.
struct WindowTarget {
    std::uint64_t window = 0;
    std::string className;
    std::string title;
    bool operator==(const WindowTarget &) const = default;
    IPCLENS_FIELDS(window, className, title)
};

// A hidden window with the class and title of `receiver`, which programs that look for these find first. What it gets
// it passes on and gives the sender the receiver's own answer. Who shows or activates it shows and activates the
// receiver. It goes away with the receiver's window.
//
// Passed on unseen are also WM_NULL, WM_CLOSE, WM_QUIT, WM_COMMAND, WM_SYSCOMMAND, WM_APPCOMMAND, keys and the mouse,
// and all from WM_USER on. Broadcasts, which the receiver gets as well, are noted but not passed on; only WM_COPYDATA
// sent to all windows comes twice.
//
// While the receiver is busy others wait, as they would for itself; when it looks for messages inside of its handler
// they are passed on inside of each other, as there. A message inside of 16 others of which none ends within 2 s is a
// loop: it is answered with 0. A receiver that posts to the relay what it gets goes round for ever, as it would by
// posting to itself.
//
// A sender can tell by: the window's handle, process and styles; SetWindowPos by the receiver that brings it to the
// front (put right twice a second, and told as a notice when that fails); SMTO_ABORTIFHUNG failing up to 5 s later than
// it would on a receiver that hangs. The receiver can tell by asking which thread or process sends, and by SMTO_BLOCK:
// a message that it sends so to the relay while it handles another waits until its time is over.
struct RelayRequest {
    WindowTarget receiver;
    std::vector<std::string> messages; // registered messages to note; empty: all. All are passed on
    std::uint64_t maxPayload = 64 << 20;
    std::uint64_t queueBytes = 256 << 20;
    std::uint32_t referenceBytes = 4096;
    std::vector<PointerRule> pointers;
    // As for an inbox. Only WM_COPYDATA and the messages named above are let through, and passed on to a receiver that
    // may be elevated: with no names no registered message.
    bool acceptLowerIntegrity = false;
    IPCLENS_FIELDS(receiver, messages, maxPayload, queueBytes, referenceBytes, pointers, acceptLowerIntegrity)
};

// Takes copies of what a window of another program gets. For this a small DLL of ours (ipclens-tap.dll) is loaded into that program
// and stands before the window's procedure: our code runs inside of it. It never waits there: what does not fit the ring is counted as
// dropped. Closing the tap takes it out again; when ipclens ends without that, the DLL notices and does no more than pass on.
struct TapRequest {
    WindowTarget window;               // of a program of this session's bitness
    bool loadCode = false;             // must be true: the user agrees to the above
    std::vector<std::string> messages; // registered messages to note beside WM_COPYDATA; empty: all
    std::uint64_t maxPayload = 64 << 10; // bytes copied of one payload; at most a quarter of the ring
    std::uint32_t ringBytes = 4 << 20;   // 64 KiB to 256 MiB, rounded up to a power of two
    // As for an inbox, but read some 10 ms after the message: the sender may have changed or freed it by then.
    std::uint32_t referenceBytes = 4096;
    std::vector<PointerRule> pointers;
    IPCLENS_FIELDS(window, loadCode, messages, maxPayload, ringBytes, referenceBytes, pointers)
};

struct RegisteredMessage {
    std::string name;
    std::uint32_t id = 0;
    bool operator==(const RegisteredMessage &) const = default;
    IPCLENS_FIELDS(name, id)
};

// What an inbox gives since the last call, with counts since it was opened.
struct Arrivals {
    std::vector<Message> messages; // ascending in sequence
    std::uint64_t received = 0;    // messages that arrived, kept or not
    std::uint64_t dropped = 0;     // of those, not kept because the queue was full
    std::uint64_t droppedBytes = 0;
    std::uint64_t truncated = 0;   // kept with a cut payload
    std::uint64_t skipped = 0;     // of those received, not kept because capturing was off
    std::vector<MessageOutcome> outcomes; // of messages taken earlier, without one
    std::optional<Error> ended;    // why no more will come; told once
    std::optional<Error> notice;   // what the user should know meanwhile: some of what is sent may pass by
};

// What takes messages: a hidden top-level window with a thread and message loop of its own (an inbox, a relay), or a tap.
class Inbox {
public:
    virtual ~Inbox() = default; // destroys the window and joins its thread
    virtual std::uint64_t window() const = 0;
    virtual std::vector<RegisteredMessage> registered() const = 0;
    // The receiver of a relay, the window of a tap; no handle for an inbox.
    virtual Window receiver() const { return {}; }
    // What the user should know about how it was opened; empty when there is nothing to say.
    virtual std::string note() const { return {}; }
    // Off: messages are answered as before, but only counted. Any thread, at any time.
    virtual void setCapturing(bool on) = 0;
    // Ends the taking of messages, so that take() gives the very last ones. Nothing is lost between the two.
    virtual void close() {}
    // Takes what has arrived. Any one thread. Fills in who sent it.
    virtual Arrivals take() = 0;
};

struct SendOutcome {
    std::int64_t result = 0;       // what the receiver's handler returned
    std::int64_t duration = 0;     // nanoseconds until it returned
    IPCLENS_FIELDS(result, duration)
};

// All calls are thread-safe and may take long; those that walk stop early, with Cancelled, when `stop` asks.
// Failures come back as values. Opened objects are valid for as long as they live and may outlive nothing else.
class System {
public:
    virtual ~System() = default;

    virtual Result<Host> host() = 0;
    virtual Result<std::vector<ProcessInfo>> processes(std::stop_token stop) = 0;
    virtual Result<std::vector<Module>> modules(ProcessKey process) = 0;
    // Asks for the most that `access` needs and falls back right by right; fails only when reading is impossible.
    virtual Result<std::shared_ptr<Process>> openProcess(ProcessKey process, Access access) = 0;
    // SHARED sections of all modules of the process, with the exports that lie in them.
    virtual Result<std::vector<SharedSection>> sharedSections(ProcessKey process, std::stop_token stop) = 0;

    // The whole namespace from the root. Wine's own objects (names starting "__wine", in any case) only when
    // asked for.
    virtual Result<std::vector<NamedObject>> namedObjects(bool includeWine, std::stop_token stop) = 0;
    virtual Result<std::shared_ptr<Section>> openSection(const std::string &name, Access access) = 0;
    // Fails with Exists when the name is taken: never opens.
    virtual Result<std::shared_ptr<Section>> createSection(const SectionRequest &request) = 0;

    virtual Result<std::vector<Window>> windows(std::stop_token stop) = 0;
    // What is in front at that point of the screen, in physical pixels: the top-level window, or, with `innermost`, its child there.
    // Hidden and disabled windows are looked through. Missing where there is none.
    virtual Result<Window> windowAt(std::int32_t x, std::int32_t y, bool innermost) = 0;
    virtual Result<std::unique_ptr<Inbox>> openInbox(const InboxRequest &request) = 0;
    virtual Result<std::unique_ptr<Inbox>> openRelay(const RelayRequest &request) = 0;
    virtual Result<std::unique_ptr<Inbox>> openTap(const TapRequest &request) = 0;
    // Both wait for the receiver's handler, at most `timeout` milliseconds. `data` without a value sends lpData = NULL.
    virtual Result<SendOutcome> sendCopyData(std::uint64_t window, std::uint64_t sender, std::uint64_t id,
                                             const std::optional<Bytes> &data, std::uint32_t timeout) = 0;
    virtual Result<SendOutcome> sendRegistered(std::uint64_t window, const std::string &name, std::uint64_t wParam,
                                               std::uint64_t lParam, std::uint32_t timeout) = 0;

    // Who shares what. None of these waits for an object, takes it or changes its state.
    virtual Result<ObjectDetails> describeObject(const ObjectTarget &target) = 0;
    // Every handle in the system that leads to the object.
    virtual Result<HolderList> holders(const ObjectTarget &target, std::stop_token stop) = 0;
    virtual Result<std::vector<ObjectHandle>> handles(ProcessKey process, std::stop_token stop) = 0;
    virtual Result<SharedObjectList> sharedObjects(std::stop_token stop) = 0;
    // Changed, and nothing closed, when the handle is not (or no longer) to an object of that type and path.
    virtual Result<void> closeHandle(ProcessKey process, std::uint64_t handle, const std::string &type, const std::string &path) = 0;
    // The section behind another process's handle; needs no name.
    virtual Result<std::shared_ptr<Section>> openSectionOf(ProcessKey process, std::uint64_t handle, Access access) = 0;
    virtual Result<ProcessDetails> processDetails(ProcessKey process) = 0;
    // "1.2.3.4"; empty when the file says nothing.
    virtual Result<std::string> fileVersion(const std::string &path) = 0;
    virtual Result<PipeList> pipes(std::stop_token stop) = 0;
    // Fails only when there is nothing to tell of; a refusal is among the facts.
    virtual Result<AccessFacts> accessFacts(const ExplainTarget &target) = 0;
};

// The system this program runs on.
std::unique_ptr<System> makeSystem();

} // namespace ipclens
