// A hidden window that notes the messages it gets.
#pragma once

#include "core/os/windows/arrivals.h"
#include "core/os/windows/references.h"
#include "core/os/windows/registered_messages.h"
#include "core/os/windows/unique_handle.h"
#include "core/os/windows/window_owners.h"

#include <atomic>
#include <future>

namespace ipclens {

class MessageWindow;

// A message while its handler runs.
struct Incoming {
    UINT message = 0;
    WPARAM wParam = 0;
    LPARAM lParam = 0;
    std::uint64_t id = 0;            // WM_COPYDATA: dwData
    std::span<const std::byte> data; // and all of its payload
    std::uint64_t size = 0;          // and its cbData
    bool nullData = false;
    bool isWaitedFor = false;        // its sender waits for the answer
};

struct Answer {
    LRESULT result = 0;
    std::optional<Error> failure;
    std::optional<std::int64_t> duration; // nanoseconds; none: since the message arrived
};

// What a message window answers. Called on its pump thread.
class Answering {
public:
    virtual ~Answering() = default;
    // The window is there, and nobody was told of it yet.
    virtual void began(HWND) {}
    // The window is about to go away; its thread ends with it.
    virtual void ended() {}
    virtual Answer answer(MessageWindow &window, const Incoming &message) = 0;
    // To any message that is not noted. No value: what the system answers by default.
    virtual std::optional<LRESULT> answerOther(MessageWindow &, UINT, WPARAM, LPARAM) { return {}; }
};

struct MessageWindowSettings {
    std::string what; // for errors: "inbox NAME"
    std::string takenHint; // what to do where the class belongs to somebody else in this process
    std::wstring className;
    std::wstring title;
    DWORD extendedStyle = 0;
    std::vector<RegisteredMessage> registered;
    bool notesAll = false; // all registered messages
    std::uint64_t maxPayload = 0;
    std::uint64_t queueBytes = 0;
    std::uint32_t referenceBytes = 0;
    std::map<UINT, PointerPlace> pointers;
    bool acceptLowerIntegrity = false;
    // Whose messages these are; without a handle: the window's own.
    Window receiver;
};

// A hidden top-level window on its own thread. The pump thread owns the window and everything that the handler touches but the queue;
// take() belongs to whoever calls it.
class MessageWindow {
public:
    // `answering` outlives the window.
    static Result<std::unique_ptr<MessageWindow>> open(MessageWindowSettings settings, Answering &answering);
    MessageWindow(MessageWindowSettings settings, Answering &answering);
    ~MessageWindow() { close(); }

    std::uint64_t window() const { return reinterpret_cast<std::uintptr_t>(m_window); }
    const std::vector<RegisteredMessage> &registered() const { return m_settings.registered; }
    void setCapturing(bool on) { m_queue.setCapturing(on); }
    // Destroys the window; take() still works.
    void close();
    Arrivals take();

    // What follows is for the pump thread.

    // The window goes away by itself when the handlers that run have returned; the error is told as the reason.
    void end(Error error);
    void tell(Error notice) { m_queue.tell(std::move(notice)); }

    // For a handler that has to wait: until one of `events` is set (at most mostEvents), the time is over, the window
    // is being closed, or, in Noticing, others wait for their messages to be taken. Deaf, the thread looks hung to
    // Windows after 5 s.
    static constexpr std::size_t mostEvents = 32;
    enum class Wake { Event, Sent, Time, Closing };
    enum class Waiting { Deaf, Alive, Noticing };
    Wake wait(std::span<const HANDLE> events, DWORD milliseconds, Waiting how);
    // Lets the handlers run of messages that others wait for; they return before this does.
    void takeSent();
    // Waits and lets them run all the while. Beyond 32 of them inside of each other the next wait their turn.
    void waitTaking(DWORD milliseconds);

private:
    Result<void> start();
    static DWORD WINAPI threadBegin(void *self);
    void pump();
    Result<HWND> createWindow();
    Result<void> acceptFromLower(HWND window);
    static LRESULT CALLBACK windowProcedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam) noexcept;
    bool notes(UINT message) const;
    LRESULT copyDataArrived(WPARAM wParam, LPARAM lParam) noexcept;
    LRESULT registeredArrived(UINT number, WPARAM wParam, LPARAM lParam) noexcept;
    LRESULT arrived(NotedMessage message, Incoming incoming, std::int64_t ticks) noexcept;
    std::uint64_t note(NotedMessage message, const Incoming &incoming);

    const MessageWindowSettings m_settings;
    Answering &m_answering;
    ArrivalQueue m_queue;
    SenderNames m_senders;
    std::promise<Result<HWND>> m_started;
    HWND m_window = nullptr;
    Window m_receiver;
    KernelHandle m_closing; // an event: set once
    KernelHandle m_thread;
    DWORD m_threadId = 0;
    std::atomic<bool> m_stop = false;
    // The pump thread's.
    WindowOwners m_owners{m_senders};
    ReferenceReader m_references;
    std::uint32_t m_depth = 0; // handlers that run
    // The taker's.
    MessageNames m_names;
};

} // namespace ipclens
