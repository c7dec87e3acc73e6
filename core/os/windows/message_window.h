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
};

// What a message window answers. Called on its pump thread.
class Answering {
public:
    virtual ~Answering() = default;
    // The window is there, and nobody was told of it yet.
    virtual void began(HWND) {}
    virtual Answer answer(MessageWindow &window, const Incoming &message) = 0;
    // To any message that is not noted. No value: what the system answers by default.
    virtual std::optional<LRESULT> answerOther(MessageWindow &, UINT, WPARAM, LPARAM) { return {}; }
};

struct MessageWindowSettings {
    std::string what; // for errors: "inbox NAME"
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

// Rules by the numbers of their messages.
Result<std::map<UINT, PointerPlace>> placesOf(const std::vector<PointerRule> &rules);

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
    void end(Error error) { m_queue.end(std::move(error)); }
    // Destroys the window; take() still works.
    void close();
    Arrivals take();

    // For a handler that has to wait: until `event` is set, the time is over or the window is being closed. Taking, it lets the
    // handlers of messages run that others send meanwhile; they have to return before this does. Beyond `mostNested` of them inside of
    // each other the next wait their turn.
    enum class Wake { Event, Time, Closing };
    static constexpr std::uint32_t mostNested = 32;
    Wake wait(HANDLE event, DWORD milliseconds, bool isTaking);

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
    LRESULT arrived(Message &&message, const Incoming &incoming, std::int64_t ticks) noexcept;
    std::uint64_t note(Message &&message, const Incoming &incoming);

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
