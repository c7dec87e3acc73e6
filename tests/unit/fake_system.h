// A system made of values, for tests above core/os. Everything in it can be changed by the test while a session uses it.
#pragma once

#include "core/os/system.h"
#include "core/os/window_target.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

namespace ipclens {

// Pages at addresses. What has no page is free memory. Thread-safe.
class FakeMemory {
public:
    static constexpr std::uint64_t pageSize = 4096;

    explicit FakeMemory(AddressRange extent) : m_extent(extent) {}

    void addPages(AddressRange range, Protection protection = {.read = true, .write = true},
                  RegionType type = RegionType::Private)
    {
        const std::scoped_lock lock(m_mutex);
        for (Address at = range.begin / pageSize * pageSize; at < range.end(); at += pageSize) {
            m_pages[at].protection = protection;
            m_pages[at].type = type;
        }
    }
    // A view of a section: pages of one allocation that begins with `range`. `file`: what is behind it.
    void addView(AddressRange range, const std::string &file = {}, RegionType type = RegionType::Mapped,
                 Protection protection = {.read = true, .write = true})
    {
        const std::scoped_lock lock(m_mutex);
        for (Address at = range.begin; at < range.end(); at += pageSize)
            m_pages[at] = {.bytes = {}, .protection = protection, .type = type, .base = range.begin, .file = file};
    }
    void removePages(AddressRange range)
    {
        const std::scoped_lock lock(m_mutex);
        for (Address at = range.begin / pageSize * pageSize; at < range.end(); at += pageSize)
            m_pages.erase(at);
    }
    // As the target itself writes: whatever the protection.
    void set(Address address, std::span<const std::byte> bytes)
    {
        const std::scoped_lock lock(m_mutex);
        for (const std::byte byte : bytes) {
            m_pages.at(address / pageSize * pageSize).bytes[address % pageSize] = byte;
            ++address;
        }
    }
    void set(Address address, std::string_view text) { set(address, std::as_bytes(std::span(text.data(), text.size()))); }
    Bytes get(Address address, std::uint64_t size) const
    {
        const std::scoped_lock lock(m_mutex);
        Bytes bytes(size);
        for (std::uint64_t i = 0; i < size; ++i)
            bytes[i] = m_pages.at((address + i) / pageSize * pageSize).bytes[(address + i) % pageSize];
        return bytes;
    }
    // From now on everything fails with this; no value: all is well again.
    void fail(std::optional<Error> failure)
    {
        const std::scoped_lock lock(m_mutex);
        m_failure = std::move(failure);
    }
    // Called before each read, without the lock.
    void beforeRead(std::function<void()> hook)
    {
        const std::scoped_lock lock(m_mutex);
        m_beforeRead = std::move(hook);
    }
    // Called before each write, without the lock.
    void beforeWrite(std::function<void()> hook)
    {
        const std::scoped_lock lock(m_mutex);
        m_beforeWrite = std::move(hook);
    }
    // Called after each write, without the lock.
    void afterWrite(std::function<void()> hook)
    {
        const std::scoped_lock lock(m_mutex);
        m_afterWrite = std::move(hook);
    }
    std::uint64_t reads() const { return m_reads; }

    AddressRange extent() const { return m_extent; }

    Result<std::vector<Region>> regions(AddressRange range) const
    {
        const std::scoped_lock lock(m_mutex);
        if (m_failure)
            return Failure(*m_failure);
        std::vector<Region> regions;
        for (const auto &[at, page] : m_pages) {
            if (intersect({at, pageSize}, range).size == 0)
                continue;
            if (!regions.empty() && regions.back().range.end() == at && regions.back().protection == page.protection &&
                regions.back().type == page.type && (page.base == 0 || regions.back().allocationBase == page.base))
                regions.back().range.size += pageSize;
            else
                regions.push_back({.range = {at, pageSize}, .state = RegionState::Committed, .protection = page.protection,
                                   .type = page.type, .allocationBase = page.base == 0 ? at : page.base, .mapped = page.file});
        }
        return regions;
    }

    ReadOutcome read(Address address, std::span<std::byte> into) const
    {
        std::function<void()> before;
        {
            const std::scoped_lock lock(m_mutex);
            before = m_beforeRead;
        }
        if (before)
            before();
        const std::scoped_lock lock(m_mutex);
        ++m_reads;
        if (m_failure)
            return {.unreadable = into.size(), .why = m_failure};
        ReadOutcome outcome;
        bool readable = true;
        for (std::uint64_t done = 0; done < into.size();) {
            const Address at = address + done;
            const auto page = m_pages.find(at / pageSize * pageSize);
            const auto count = std::min<std::uint64_t>(pageSize - at % pageSize, into.size() - done);
            if (page != m_pages.end() && page->second.protection.read && !page->second.protection.guard) {
                if (!readable)
                    break;
                std::memcpy(into.data() + done, page->second.bytes.data() + at % pageSize, count);
                outcome.count += count;
            } else {
                readable = false;
                outcome.unreadable += count;
            }
            done += count;
        }
        if (!readable)
            outcome.why = Error{.kind = ErrorKind::Unreadable, .operation = "read", .meaning = "there is no memory"};
        return outcome;
    }

    Result<void> write(Address address, std::span<const std::byte> bytes)
    {
        std::function<void()> before, after;
        {
            const std::scoped_lock lock(m_mutex);
            before = m_beforeWrite;
            after = m_afterWrite;
        }
        if (before)
            before();
        if (auto written = writeNow(address, bytes); !written)
            return written;
        if (after)
            after();
        return {};
    }

    Address allocate(std::uint64_t size)
    {
        const std::scoped_lock lock(m_mutex);
        const Address begin = m_nextBlock;
        m_nextBlock += (size + 0xffff) / 0x10000 * 0x10000;
        for (Address at = begin; at < begin + size; at += pageSize)
            m_pages[at].protection = {.read = true, .write = true};
        m_blocks[begin] = size;
        return begin;
    }
    Result<void> release(Address address)
    {
        std::uint64_t size = 0;
        {
            const std::scoped_lock lock(m_mutex);
            const auto block = m_blocks.find(address);
            if (block == m_blocks.end())
                return Failure(Error{.kind = ErrorKind::Invalid, .operation = "release"});
            size = block->second;
            m_blocks.erase(block);
        }
        removePages({address, size});
        return {};
    }

private:
    struct Page {
        std::array<std::byte, pageSize> bytes{};
        Protection protection;
        RegionType type = RegionType::Private;
        Address base = 0; // of a view; 0: none
        std::string file;
    };

    Result<void> writeNow(Address address, std::span<const std::byte> bytes)
    {
        const std::scoped_lock lock(m_mutex);
        if (m_failure)
            return Failure(*m_failure);
        for (std::uint64_t i = 0; i < bytes.size(); ++i) {
            const auto page = m_pages.find((address + i) / pageSize * pageSize);
            if (page == m_pages.end() || !(page->second.protection.write || page->second.protection.copyOnWrite))
                return Failure(Error{.kind = ErrorKind::Unreadable, .operation = "write"});
        }
        for (std::uint64_t i = 0; i < bytes.size(); ++i)
            m_pages[(address + i) / pageSize * pageSize].bytes[(address + i) % pageSize] = bytes[i];
        return {};
    }

    const AddressRange m_extent;
    mutable std::mutex m_mutex; // guards what follows
    std::map<Address, Page> m_pages;
    std::map<Address, std::uint64_t> m_blocks;
    Address m_nextBlock = 0x7000'0000;
    std::optional<Error> m_failure;
    std::function<void()> m_beforeRead;
    std::function<void()> m_beforeWrite;
    std::function<void()> m_afterWrite;
    mutable std::atomic<std::uint64_t> m_reads = 0;
};

// What all fake inboxes of one class name receive.
class FakeInboxQueue {
public:
    void receive(Message message)
    {
        const std::scoped_lock lock(m_mutex);
        message.sequence = ++m_waiting.received;
        if (!m_isCapturing) {
            ++m_waiting.skipped;
            return;
        }
        m_waiting.messages.push_back(std::move(message));
    }
    void drop(std::uint64_t messages, std::uint64_t bytes)
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.received += messages;
        m_waiting.dropped += messages;
        m_waiting.droppedBytes += bytes;
    }
    // The handler of a message received earlier has returned.
    void answer(MessageOutcome outcome)
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.outcomes.push_back(std::move(outcome));
    }
    void end(Error error)
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.ended = std::move(error);
    }
    void tell(Error notice)
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.notice = std::move(notice);
    }
    void setCapturing(bool on)
    {
        const std::scoped_lock lock(m_mutex);
        m_isCapturing = on;
    }
    bool isCapturing()
    {
        const std::scoped_lock lock(m_mutex);
        return m_isCapturing;
    }
    Arrivals take()
    {
        const std::scoped_lock lock(m_mutex);
        Arrivals arrivals = m_waiting;
        m_waiting.messages.clear();
        m_waiting.outcomes.clear();
        m_waiting.ended.reset();
        m_waiting.notice.reset();
        return arrivals;
    }

private:
    std::mutex m_mutex;
    Arrivals m_waiting;
    bool m_isCapturing = true;
};

// What is on the fake system. Lists are changed before a session starts or from a hook; memories at any time.
struct FakeWorld {
    struct Sent {
        std::uint64_t window = 0, sender = 0, id = 0, wParam = 0, lParam = 0;
        std::string name;
        std::optional<Bytes> data;
    };

    Host host{.system = "Fake 1.0", .machine = "test", .architecture = "x64", .pid = 4711, .version = "0"};
    std::vector<ProcessInfo> processes;
    std::map<std::uint32_t, std::shared_ptr<FakeMemory>> processMemory;
    std::map<std::uint32_t, std::vector<Module>> modules;
    std::map<std::uint32_t, std::vector<SharedSection>> sharedSections;
    std::vector<NamedObject> objects;
    std::vector<Window> windows;
    std::map<std::uint64_t, Error> sendErrors; // by window; others succeed

    std::map<std::string, Result<ObjectDetails>> objectDetails; // by the target's text
    std::vector<SharedObject> sharedObjects;       // holders are found here, too
    std::vector<UnseenProcess> unseen;
    std::map<std::uint32_t, std::vector<ObjectHandle>> handles;
    std::map<std::uint32_t, ProcessDetails> processDetails;
    std::map<std::string, std::string> fileVersions;
    PipeList pipes;
    std::map<std::string, AccessFacts> accessFacts; // by the target's text: "process:1234", "window:0x10", "section:NAME"
    std::map<std::uint32_t, std::int64_t> exitTimes; // of processes that have ended
    std::map<std::uint32_t, Error> openErrors;      // of processes that cannot be opened

    std::mutex mutex; // guards the next four
    std::vector<std::pair<std::uint32_t, std::uint64_t>> closedHandles;
    std::map<std::string, std::shared_ptr<FakeMemory>> sections;
    std::map<std::string, std::shared_ptr<FakeInboxQueue>> inboxes; // by class name, once opened
    std::vector<Sent> sent;

    // What a send gives, with `mutex` held; without it every one is answered with 1.
    std::function<Result<SendOutcome>(const Sent &)> answer;
    // Called in processes(): to make it take long.
    std::function<void(std::stop_token)> duringProcesses;

    std::shared_ptr<FakeMemory> addSection(const std::string &name, std::uint64_t size)
    {
        auto memory = std::make_shared<FakeMemory>(AddressRange{0, size});
        memory->addPages({0, size});
        const std::scoped_lock lock(mutex);
        sections[name] = memory;
        return memory;
    }
    // With `size` bytes of read-write memory at 0x10000.
    std::shared_ptr<FakeMemory> addProcess(std::uint32_t pid, const std::string &name, std::uint64_t size = 0x4000)
    {
        auto memory = std::make_shared<FakeMemory>(AddressRange{0, std::uint64_t{1} << 47});
        memory->addPages({0x10000, size});
        processes.push_back({.key = {pid, 1'000'000 + pid}, .parent = 1, .name = name, .path = "C:\\" + name,
                             .architecture = "x64"});
        processMemory[pid] = memory;
        return memory;
    }
    std::shared_ptr<FakeInboxQueue> inbox(const std::string &className)
    {
        const std::scoped_lock lock(mutex);
        const auto found = inboxes.find(className);
        return found == inboxes.end() ? nullptr : found->second;
    }
};

class FakeSection : public Section {
public:
    FakeSection(std::string name, std::shared_ptr<FakeMemory> memory, Access access)
        : m_name(std::move(name)), m_memory(std::move(memory)), m_access(access)
    {
    }
    std::string name() const override { return "section:" + m_name; }
    AddressRange extent() const override { return m_memory->extent(); }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token) override { return m_memory->regions(range); }
    ReadOutcome read(Address address, std::span<std::byte> into) override { return m_memory->read(address, into); }
    Result<void> write(Address address, std::span<const std::byte> bytes) override
    {
        return m_memory->write(address, bytes);
    }
    SectionInfo info() const override
    {
        return {.name = m_name, .size = m_memory->extent().size, .attributes = 0x8000000, .attributeNames = {"SEC_COMMIT"}};
    }
    Access access() const override { return m_access; }
    std::vector<std::string> granted() const override { return {"SECTION_MAP_READ"}; }
    std::vector<std::string> refused() const override { return {}; }

private:
    const std::string m_name;
    const std::shared_ptr<FakeMemory> m_memory;
    const Access m_access;
};

class FakeProcess : public Process {
public:
    FakeProcess(ProcessKey key, std::shared_ptr<FakeWorld> world, Access access)
        : m_key(key), m_world(std::move(world)), m_memory(m_world->processMemory.at(key.pid)), m_access(access)
    {
    }
    std::string name() const override { return "process:" + std::to_string(m_key.pid); }
    AddressRange extent() const override { return m_memory->extent(); }
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token) override { return m_memory->regions(range); }
    ReadOutcome read(Address address, std::span<std::byte> into) override { return m_memory->read(address, into); }
    Result<void> write(Address address, std::span<const std::byte> bytes) override
    {
        return m_memory->write(address, bytes);
    }
    ProcessKey key() const override { return m_key; }
    std::vector<std::string> granted() const override
    {
        return m_access == Access::ReadWrite ? std::vector<std::string>{"PROCESS_VM_READ", "PROCESS_VM_WRITE"}
                                             : std::vector<std::string>{"PROCESS_VM_READ"};
    }
    std::vector<std::string> refused() const override { return {}; }
    bool hasExited() const override { return exitTime().has_value(); }
    std::optional<std::int64_t> exitTime() const override
    {
        const std::scoped_lock lock(m_world->mutex);
        const auto found = m_world->exitTimes.find(m_key.pid);
        return found == m_world->exitTimes.end() ? std::nullopt : std::optional(found->second);
    }
    Result<Address> allocate(std::uint64_t size) override { return m_memory->allocate(size); }
    Result<void> release(Address address) override { return m_memory->release(address); }

private:
    const ProcessKey m_key;
    const std::shared_ptr<FakeWorld> m_world;
    const std::shared_ptr<FakeMemory> m_memory;
    const Access m_access;
};

class FakeInbox : public Inbox {
public:
    FakeInbox(std::shared_ptr<FakeInboxQueue> queue, std::vector<std::string> messages, Window receiver = {})
        : m_queue(std::move(queue)), m_receiver(std::move(receiver))
    {
        for (std::uint32_t id = 0xC000; const auto &name : messages)
            m_registered.push_back({name, id++});
    }
    std::uint64_t window() const override { return 0x1234; }
    std::vector<RegisteredMessage> registered() const override { return m_registered; }
    Window receiver() const override { return m_receiver; }
    void setCapturing(bool on) override { m_queue->setCapturing(on); }
    Arrivals take() override { return m_queue->take(); }

private:
    const std::shared_ptr<FakeInboxQueue> m_queue;
    const Window m_receiver;
    std::vector<RegisteredMessage> m_registered;
};

class FakeSystem : public System {
public:
    explicit FakeSystem(std::shared_ptr<FakeWorld> world) : m_world(std::move(world)) {}

    Result<Host> host() override { return m_world->host; }
    Result<std::vector<ProcessInfo>> processes(std::stop_token stop) override
    {
        if (m_world->duringProcesses)
            m_world->duringProcesses(stop);
        if (stop.stop_requested())
            return Failure(Error{.kind = ErrorKind::Cancelled, .operation = "list processes"});
        return m_world->processes;
    }
    Result<std::vector<Module>> modules(ProcessKey process) override
    {
        return listOf(m_world->modules, process, "list modules");
    }
    Result<std::shared_ptr<Process>> openProcess(ProcessKey process, Access access) override
    {
        if (const auto error = m_world->openErrors.find(process.pid); error != m_world->openErrors.end())
            return Failure(error->second);
        for (const ProcessInfo &info : m_world->processes)
            if (info.key.pid == process.pid && (process.created == 0 || process == info.key))
                return std::make_shared<FakeProcess>(info.key, m_world, access);
        return missing("OpenProcess", "process " + std::to_string(process.pid));
    }
    Result<std::vector<SharedSection>> sharedSections(ProcessKey process, std::stop_token) override
    {
        return listOf(m_world->sharedSections, process, "list shared sections");
    }
    Result<std::vector<NamedObject>> namedObjects(bool includeWine, std::stop_token) override
    {
        auto objects = m_world->objects;
        if (!includeWine)
            std::erase_if(objects, [](const auto &object) { return object.name.starts_with("__wine"); });
        return objects;
    }
    Result<std::shared_ptr<Section>> openSection(const std::string &name, Access access) override
    {
        const std::scoped_lock lock(m_world->mutex);
        const auto found = m_world->sections.find(name);
        if (found == m_world->sections.end())
            return missing("OpenFileMapping", "section " + name);
        return std::make_shared<FakeSection>(name, found->second, access);
    }
    Result<std::shared_ptr<Section>> createSection(const SectionRequest &request) override
    {
        {
            const std::scoped_lock lock(m_world->mutex);
            if (m_world->sections.contains(request.name))
                return Failure(Error{.kind = ErrorKind::Exists, .code = 183, .operation = "CreateFileMapping",
                                     .object = "section " + request.name});
        }
        auto memory = m_world->addSection(request.name, request.size);
        return std::make_shared<FakeSection>(request.name, std::move(memory), Access::ReadWrite);
    }
    Result<std::vector<Window>> windows(std::stop_token) override { return m_world->windows; }
    // The fake windows are columns of 100 pixels beside each other.
    Result<Window> windowAt(std::int32_t x, std::int32_t, bool) override
    {
        if (x < 0 || static_cast<std::size_t>(x / 100) >= m_world->windows.size())
            return Failure(Error{.kind = ErrorKind::Missing, .operation = "find window"});
        return m_world->windows[static_cast<std::size_t>(x / 100)];
    }
    Result<std::unique_ptr<Inbox>> openInbox(const InboxRequest &request) override
    {
        return std::make_unique<FakeInbox>(queueOf(request.className), request.messages);
    }
    // Both find their window among the fake ones, and have an inbox of its class name.
    Result<std::unique_ptr<Inbox>> openRelay(const RelayRequest &request) override
    {
        return openAt(request.receiver, request.messages);
    }
    Result<std::unique_ptr<Inbox>> openTap(const TapRequest &request) override
    {
        return openAt(request.window, request.messages);
    }
    Result<SendOutcome> sendCopyData(std::uint64_t window, std::uint64_t sender, std::uint64_t id,
                                     const std::optional<Bytes> &data, std::uint32_t) override
    {
        return send({.window = window, .sender = sender, .id = id, .data = data});
    }
    Result<SendOutcome> sendRegistered(std::uint64_t window, const std::string &name, std::uint64_t wParam,
                                       std::uint64_t lParam, std::uint32_t) override
    {
        return send({.window = window, .wParam = wParam, .lParam = lParam, .name = name});
    }

    Result<ObjectDetails> describeObject(const ObjectTarget &target) override
    {
        const auto found = m_world->objectDetails.find(toText(target));
        if (found == m_world->objectDetails.end())
            return missing("describe object", toText(target));
        return found->second;
    }
    Result<HolderList> holders(const ObjectTarget &target, std::stop_token) override
    {
        HolderList list{.unseen = m_world->unseen};
        for (const SharedObject &object : m_world->sharedObjects) {
            const bool isHeld = std::ranges::any_of(object.holders, [&](const ObjectHandle &handle) {
                return target.name.empty() && handle.process.pid == target.process.pid && handle.handle == target.handle;
            });
            if (isHeld || (!target.name.empty() && (object.path == target.name || object.path.ends_with("\\" + target.name))))
                list.handles = object.holders;
        }
        return list;
    }
    Result<std::vector<ObjectHandle>> handles(ProcessKey process, std::stop_token) override
    {
        return listOf(m_world->handles, process, "list handles");
    }
    Result<SharedObjectList> sharedObjects(std::stop_token) override
    {
        return SharedObjectList{.objects = m_world->sharedObjects, .unseen = m_world->unseen};
    }
    Result<void> closeHandle(ProcessKey process, std::uint64_t handle, const std::string &type, const std::string &path) override
    {
        for (const ObjectHandle &one : m_world->handles[process.pid])
            if (one.handle == handle && one.type == type && one.path == path) {
                const std::scoped_lock lock(m_world->mutex);
                m_world->closedHandles.emplace_back(process.pid, handle);
                return {};
            }
        return Failure(Error{.kind = ErrorKind::Changed, .operation = "close handle"});
    }
    Result<std::shared_ptr<Section>> openSectionOf(ProcessKey process, std::uint64_t handle, Access access) override
    {
        return openSection("handle:" + std::to_string(process.pid) + "/" + std::to_string(handle), access);
    }
    Result<ProcessDetails> processDetails(ProcessKey process) override
    {
        return listOf(m_world->processDetails, process, "describe process");
    }
    Result<std::string> fileVersion(const std::string &path) override
    {
        const auto found = m_world->fileVersions.find(path);
        return found == m_world->fileVersions.end() ? std::string() : found->second;
    }
    Result<PipeList> pipes(std::stop_token) override { return m_world->pipes; }
    Result<AccessFacts> accessFacts(const ExplainTarget &target) override
    {
        const auto found = m_world->accessFacts.find(toText(target));
        if (found == m_world->accessFacts.end())
            return missing("explain", toText(target));
        return found->second;
    }

private:
    std::shared_ptr<FakeInboxQueue> queueOf(const std::string &className)
    {
        const std::scoped_lock lock(m_world->mutex);
        auto &queue = m_world->inboxes[className];
        if (!queue)
            queue = std::make_shared<FakeInboxQueue>();
        return queue;
    }
    Result<std::unique_ptr<Inbox>> openAt(const WindowTarget &target, const std::vector<std::string> &messages)
    {
        auto window = onlyWindow(m_world->windows, target);
        if (!window)
            return Failure(window.error());
        auto queue = queueOf(window->className);
        return std::make_unique<FakeInbox>(std::move(queue), messages, std::move(*window));
    }
    static Failure missing(std::string operation, std::string object)
    {
        return Failure(Error{.kind = ErrorKind::Missing, .code = 2, .operation = std::move(operation),
                             .object = std::move(object), .meaning = "there is none"});
    }
    template <class List>
    Result<List> listOf(const std::map<std::uint32_t, List> &lists, ProcessKey process, const char *operation)
    {
        const auto found = lists.find(process.pid);
        if (found == lists.end())
            return missing(operation, "process " + std::to_string(process.pid));
        return found->second;
    }
    Result<SendOutcome> send(FakeWorld::Sent sent)
    {
        if (const auto error = m_world->sendErrors.find(sent.window); error != m_world->sendErrors.end())
            return Failure(error->second);
        const std::scoped_lock lock(m_world->mutex);
        m_world->sent.push_back(std::move(sent));
        if (m_world->answer)
            return m_world->answer(m_world->sent.back());
        return SendOutcome{.result = 1, .duration = 1000};
    }

    const std::shared_ptr<FakeWorld> m_world;
};

} // namespace ipclens
