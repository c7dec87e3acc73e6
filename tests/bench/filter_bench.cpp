// A million messages: how much memory each takes, how long a filter takes until its rows are on the screen, how a file
// is opened, and how long the window is kept waiting meanwhile. Baselines: a plain loop over the same records, and
// tshark with our dissector.
#include "core/traffic/capture_file.h"
#include "tests/bench/measure.h"
#include "ui/client.h"
#include "ui/message_list.h"
#include "ui/traffic_tab.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <malloc.h>
#include <thread>

namespace {

using namespace ipclens;

constexpr std::uint64_t million = 1'000'000;
constexpr int runs = 7;

Message messageOf(std::uint64_t i, std::size_t size)
{
    Message message{.sequence = i + 1, .time = 1'795'000'000'000'000'000 + static_cast<std::int64_t>(i) * 200'000};
    message.sender = {.pid = static_cast<std::uint32_t>(100 + i % 8), .created = 5};
    message.senderWindow = 0x10000 + i % 8;
    message.senderName = "sender" + std::to_string(i % 8) + ".exe";
    message.receiver = {.pid = 42};
    message.receiverName = "receiver.exe";
    message.inbox = 1;
    message.id = i * 2654435761u % 50;
    message.payload.resize(size);
    auto state = static_cast<std::uint32_t>(i);
    for (auto &byte : message.payload) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<std::byte>('a' + (state >> 24) % 26);
    }
    if (i % 10 == 3)
        std::ranges::copy(toBytes("needle in it"), message.payload.begin() + 20);
    message.size = size;
    message.outcome = MessageOutcome{.sequence = i + 1, .result = 1, .duration = 40'000};
    return message;
}

// Bytes of memory in use; what was freed does not count.
std::size_t inUse()
{
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

void memory(std::size_t payload, std::uint64_t count)
{
    const auto before = inUse();
    MessageStore store;
    for (std::uint64_t i = 0; i < count; ++i)
        store.append(messageOf(i, payload));
    const auto each = static_cast<double>(inUse() - before) / static_cast<double>(count);
    fmt::print("{:<58} {:>10.1f} B      payload  {:>10} B      beyond {:>6.1f}   asked at most 64\n",
               fmt::format("memory of each of {} messages", count), each, payload, each - static_cast<double>(payload));
}

void finish(MessageModel &model)
{
    while (model.unfiltered() > 0)
        QCoreApplication::processEvents();
}

template <class Baseline>
void filtering(std::string_view what, MessageModel &model, MessageList &list, std::string_view text, Baseline baseline)
{
    const auto filter = *MessageFilter::parse(text);
    const auto pair = bench::alternate(
        runs,
        [&] {
            model.setFilter({});
            list.viewport()->repaint();
            return 1000 * bench::seconds([&] {
                       model.setFilter(filter);
                       finish(model);
                       list.viewport()->repaint();
                   });
        },
        [&] { return 1000 * bench::seconds([&] { baseline(model.store()); }); });
    bench::report(fmt::format("filter {}, repainted ({} rows)", what, model.rowCount()), pair, "ms", "at most 4");
}

volatile std::size_t sink = 0;

template <class Passes>
void plainLoop(const MessageStore &store, Passes passes)
{
    std::vector<std::uint32_t> rows;
    for (auto at = store.begin(); at < store.end();) {
        for (const auto &record : store.records(at)) {
            if (passes(record))
                rows.push_back(static_cast<std::uint32_t>(at));
            ++at;
        }
    }
    sink = rows.size();
}

// The longest turn of the event loop: so long an input would have waited.
class Heartbeat : public QObject {
public:
    Heartbeat() { post(); }
    double longest() const { return static_cast<double>(m_longest) / 1e6; }

private:
    void post()
    {
        m_since.start();
        QMetaObject::invokeMethod(
            this, [this] { beat(); }, Qt::QueuedConnection);
    }
    void beat()
    {
        m_longest = std::max(m_longest, m_since.nsecsElapsed());
        post();
    }
    QElapsedTimer m_since;
    qint64 m_longest = 0;
};

void runFor(int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < milliseconds)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 5);
}

void heartbeatLine(std::string_view what, double longest)
{
    fmt::print("{:<58} {:>10.1f} ms     longest wait of the window                asked at most 16\n", what, longest);
    std::fflush(stdout);
}

QString writeFile(const QTemporaryDir &folder)
{
    const auto path = folder.filePath(QStringLiteral("million.pcapng"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        std::exit(1);
    Bytes block;
    CaptureWriter writer(block, "bench");
    for (std::uint64_t i = 0; i < million; ++i) {
        writer.append(block, messageOf(i, 64));
        if (block.size() > 1 << 20) {
            file.write(reinterpret_cast<const char *>(block.data()), static_cast<qint64>(block.size()));
            block.clear();
        }
    }
    file.write(reinterpret_cast<const char *>(block.data()), static_cast<qint64>(block.size()));
    return path;
}

void opening(const QString &path)
{
    Client client(QStringLiteral("bench"),
                  [](ConnectionSinks) -> Result<std::unique_ptr<Connection>> { return Failure(Error{}); });
    double seconds = 0, longest = 0;
    std::vector<double> each;
    for (int run = 0; run < 3; ++run) {
        TrafficTab tab(client);
        tab.resize(1200, 800);
        tab.show();
        QCoreApplication::processEvents();
        Heartbeat heart;
        bool done = false;
        QObject::connect(&tab, &TrafficTab::fileFinished, [&done] { done = true; });
        each.push_back(bench::seconds([&] {
            tab.openCapture(path);
            while (!done || tab.messages().unfiltered() > 0)
                QCoreApplication::processEvents();
        }));
        for (int i = 0; i < 50; ++i)
            QCoreApplication::processEvents();
        longest = std::max(longest, heart.longest());
    }
    seconds = bench::median(each);
    fmt::print("{:<58} {:>10.1f} ms\n", "open a file of 1,000,000 messages in the window", 1000 * seconds);
    heartbeatLine("... while it is opened", longest);
}

// What is done with a million rows at a time.
void workingOnAll(MessageModel &model, MessageList &list)
{
    const auto measure = [&](std::string_view what, auto begin, auto isDone) {
        double longest = 0;
        const auto taken = bench::seconds([&] {
            Heartbeat heart;
            begin();
            while (!isDone())
                QCoreApplication::processEvents();
            runFor(50);
            longest = heart.longest();
        });
        heartbeatLine(fmt::format("1,000,000 rows {} ({:.0f} ms)", what, 1000 * taken), longest);
    };
    for (const auto &[name, column] : {std::pair("by size", MessageModel::Size), {"by summary", MessageModel::Summary}})
        measure(
            fmt::format("are sorted {}", name), [&] { model.sort(column, Qt::DescendingOrder); },
            [&] { return !model.isSorting(); });
    measure(
        "are in order of arrival again", [&] { model.sort(-1); }, [] { return true; });
    measure(
        "are marked",
        [&] {
            list.selectAll();
            list.goToRow(0);
            list.selectAll();
            list.toggleMarks();
        },
        [&] { return model.store().annotations().size() == million; });
}

// A session that gives messages as fast as it is told to, or as they are taken.
class Flood : public Connection {
public:
    explicit Flood(ConnectionSinks sinks) : m_sinks(std::move(sinks)) {}

    CallId submit(AnyCommand command, ReplySink reply) override
    {
        if (std::holds_alternative<OpenInbox>(command))
            reply(AnyReply(InboxOpened{.inbox = 1, .window = 0x10000}));
        else if (std::holds_alternative<GetHost>(command))
            reply(AnyReply(Host{.system = "bench"}));
        else
            reply(AnyReply(Done{}));
        return 0;
    }
    void cancel(CallId) override {}

    // `perFrame` messages every 16 ms; 0: without a pause.
    void start(std::uint64_t perFrame)
    {
        m_isRunning = true;
        m_thread = std::jthread([this, perFrame](std::stop_token stop) {
            auto next = std::chrono::steady_clock::now();
            while (!stop.stop_requested()) {
                MessageBatch batch{.inbox = 1};
                for (std::uint64_t i = 0; i < (perFrame == 0 ? 4096 : perFrame); ++i) {
                    batch.messages.push_back(messageOf(m_sent++, 64));
                    batch.messages.back().time = wallClock();
                }
                batch.received = m_sent;
                m_sinks.event(std::move(batch));
                if (perFrame != 0)
                    std::this_thread::sleep_until(next += std::chrono::milliseconds(16));
            }
            m_isRunning = false;
        });
    }
    // Goes on taking what is being given: the window's thread is waited for when it has too much to take.
    void stop()
    {
        m_thread.request_stop();
        while (m_isRunning)
            runFor(1);
        m_thread = {};
    }
    std::uint64_t sent() const { return m_sent; }

private:
    const ConnectionSinks m_sinks;
    std::atomic<std::uint64_t> m_sent = 0;
    std::atomic<bool> m_isRunning = false;
    std::jthread m_thread;
};

// In a whole tab: store, list, graph, the file for a crash; and with all that can be open beside it.
void arriving()
{
    Flood *flood = nullptr;
    Client client(QStringLiteral("bench"), [&flood](ConnectionSinks sinks) -> Result<std::unique_ptr<Connection>> {
        auto made = std::make_unique<Flood>(std::move(sinks));
        flood = made.get();
        return made;
    });
    client.connectNow();
    while (client.state() != Client::State::Connected)
        runFor(1);
    TrafficTab tab(client);
    tab.resize(1200, 800);
    tab.show();
    tab.listen(InboxRequest{.className = "bench", .title = "bench"});
    while (!tab.isListening())
        runFor(1);
    auto &model = *qobject_cast<MessageModel *>(tab.findChild<MessageList *>()->model());
    const auto goOn = [&](std::string_view what, std::uint64_t perFrame) {
        Heartbeat heart;
        const auto before = flood->sent();
        flood->start(perFrame);
        runFor(6000);
        const auto sent = flood->sent() - before;
        flood->stop();
        runFor(200);
        heartbeatLine(fmt::format("{} ({} a second)", what, sent / 6), heart.longest());
    };
    const auto measure = [&](std::string_view what, std::uint64_t perFrame) {
        tab.clear();
        runFor(200);
        goOn(what, perFrame);
    };
    measure("messages arrive", 1000);
    measure("messages arrive as fast as the window takes them", 0);
    const auto limits = model.store().limits();
    model.setLimits({.messages = model.store().size()});
    goOn(fmt::format("... and as many of {} go", model.store().size()), 0);
    model.setLimits(limits);
    tab.showFilter(QStringLiteral("payload contains \"needle\" || data.id < 25"));
    tab.showStatistics();
    tab.showSequence();
    measure("... filtered, with statistics and diagram", 1000);
    model.sort(MessageModel::Size, Qt::DescendingOrder);
    measure("... and sorted", 1000);
    tab.discardAutosave();
}

void againstTshark(const QString &path, const char *cli)
{
    const auto run = [](const std::string &command) { return std::system(command.c_str()) == 0; };
    if (!run("command -v tshark > /dev/null")) {
        fmt::print("tshark is not installed: not compared\n");
        return;
    }
    const auto file = path.toStdString();
    const auto timeOf = [&](std::string command) {
        return 1000 * bench::seconds([&] {
                   if (!run(command + " > /dev/null 2>&1")) {
                       fmt::print(stderr, "this failed: {}\n", command);
                       std::exit(1);
                   }
               });
    };
    const auto pair = bench::alternate(
        3, [&] { return timeOf(fmt::format("'{}' filter '{}' 'data.id == 7'", cli, file)); },
        [&] {
            return timeOf(
                fmt::format("tshark -X lua_script:resources/ipclens.lua -r '{}' -Y 'ipclens.data.id == 7'", file));
        });
    bench::report("filter a file of 1,000,000 messages: ipclens-cli, tshark", pair, "ms", "at most 0.01");
}

} // namespace

// The argument: ipclens-cli. Run it in the root of the sources.
int main(int argc, char **argv)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const QTemporaryDir folder;
    QStandardPaths::setTestModeEnabled(true);
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());

    memory(64, million);
    memory(4096, 100'000);
    const auto path = writeFile(folder);
    {
        MessageModel model;
        MessageList list(model);
        list.resize(1200, 600);
        list.show();
        for (std::uint64_t i = 0; i < million;) {
            std::vector<Message> batch;
            for (int k = 0; k < 10'000; ++k)
                batch.push_back(messageOf(i++, 64));
            model.append(batch);
        }
        QCoreApplication::processEvents();
        filtering("data.id == 7", model, list, "data.id == 7", [](const MessageStore &store) {
            plainLoop(store, [](const auto &record) { return record.id == 7; });
        });
        filtering("size > 3 && data.id < 25", model, list, "size > 3 && data.id < 25", [](const MessageStore &store) {
            plainLoop(store, [](const auto &record) { return record.size() > 3 && record.id < 25; });
        });
        filtering("sender.pid == 103", model, list, "sender.pid == 103", [](const MessageStore &store) {
            plainLoop(store, [&](const auto &record) { return store.contexts()[record.context].sender.pid == 103; });
        });
        filtering("payload contains \"needle\"", model, list, "payload contains \"needle\"",
                  [](const MessageStore &store) {
                      plainLoop(store, [](const auto &record) {
                          const auto payload = record.payload();
                          return std::string_view(reinterpret_cast<const char *>(payload.data()), payload.size())
                                     .find("needle") != std::string_view::npos;
                      });
                  });
        model.setFilter({});
        workingOnAll(model, list);
    }
    opening(path);
    arriving();
    if (argc > 1)
        againstTshark(path, argv[1]);
    Client::finishClosing();
    return 0;
}
