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

struct InboxRequest {
    std::string className;             // of the hidden window; must not be empty
    std::string title;
    std::vector<std::string> messages; // registered message names to take beside WM_COPYDATA
    std::uint64_t maxPayload = 64 << 20;  // bytes copied of one payload, at most this default; the true size is kept
    std::uint64_t queueBytes = 256 << 20; // bytes that may wait for delivery; messages over it are counted as dropped
    IPCLENS_FIELDS(className, title, messages, maxPayload, queueBytes)
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
};

// A hidden top-level window with a thread and message loop of its own; its handler only copies, stamps and enqueues.
class Inbox {
public:
    virtual ~Inbox() = default; // destroys the window and joins its thread
    virtual std::uint64_t window() const = 0;
    virtual std::vector<RegisteredMessage> registered() const = 0;
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

    // The whole namespace from the root. Wine's own objects (names starting "__wine") only when asked for.
    virtual Result<std::vector<NamedObject>> namedObjects(bool includeWine, std::stop_token stop) = 0;
    virtual Result<std::shared_ptr<Section>> openSection(const std::string &name, Access access) = 0;
    // Fails with Exists when the name is taken: never opens.
    virtual Result<std::shared_ptr<Section>> createSection(const SectionRequest &request) = 0;

    virtual Result<std::vector<Window>> windows(std::stop_token stop) = 0;
    virtual Result<std::unique_ptr<Inbox>> openInbox(const InboxRequest &request) = 0;
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
