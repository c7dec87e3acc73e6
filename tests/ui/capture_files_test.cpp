// Captures in files, from the window: saved, opened, kept for the case of a crash.
#include "ui/capture_autosave.h"
#include "ui/capture_saver.h"
#include "ui/error_bar.h"
#include "ui/message_list.h"
#include "ui/traffic_tab.h"

#include "core/traffic/capture_file.h"
#include "core/traffic/cpp_sender.h"
#include "traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QSignalSpy>
#include <QTemporaryDir>

namespace ipclens {
namespace {

using test::sampleMessage;

Bytes readBytes(const QString &path)
{
    QFile file(path);
    EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << path.toStdString();
    const auto content = file.readAll();
    return toBytes(std::string_view(content.constData(), static_cast<std::size_t>(content.size())));
}

std::vector<Message> messagesIn(const QString &path)
{
    CaptureReader reader("test");
    reader.feed(readBytes(path));
    std::vector<Message> messages;
    for (;;) {
        auto message = reader.next();
        if (!message || !*message)
            return messages;
        messages.push_back(std::move(**message));
    }
}

MessageModel &modelOf(TrafficTab &tab)
{
    return *qobject_cast<MessageModel *>(tab.findChild<MessageList *>()->model());
}

class CaptureFilesTest : public testing::Test {
protected:
    CaptureFilesTest() { QDir(CaptureAutosave::folder()).removeRecursively(); }
    ~CaptureFilesTest() override { QDir(CaptureAutosave::folder()).removeRecursively(); }

    void write(const QString &name, std::uint64_t count)
    {
        Bytes bytes;
        CaptureWriter writer(bytes, "test");
        writer.nameInbox(3, "Class / Title");
        const Annotation marked{.marked = true, .comment = "look"};
        for (std::uint64_t n = 1; n <= count; ++n) {
            auto message = sampleMessage(n, 1'000'000'000 + static_cast<std::int64_t>(n) * 1'000'000);
            message.inbox = 3;
            writer.append(bytes, {message, n == 5 ? &marked : nullptr});
        }
        writer.append(bytes,
                      {.inbox = 3, .outcome = {.sequence = 2, .result = 77, .duration = 5}, .time = 2'000'000'000});
        put(path(name), bytes);
    }
    static void put(const QString &path, std::span<const std::byte> bytes)
    {
        QFile file(path);
        ASSERT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<qint64>(bytes.size()));
    }
    QString path(const QString &name) const { return folder.filePath(name); }
    void open(TrafficTab &tab, const QString &name)
    {
        QSignalSpy done(&tab, &TrafficTab::fileFinished);
        tab.openCapture(path(name));
        ASSERT_TRUE(waitUntil([&] { return !done.isEmpty(); }));
    }
    void save(TrafficTab &tab, TrafficTab::Which which, SaveFormat format, const QString &name)
    {
        QSignalSpy done(&tab, &TrafficTab::fileFinished);
        tab.save(which, format, path(name));
        ASSERT_TRUE(waitUntil([&] { return !done.isEmpty(); }));
    }

    QTemporaryDir folder;
    test::PlayedClient played;
};

TEST_F(CaptureFilesTest, OpensAFileWithAllThatIsInIt)
{
    write("a.pcapng", 30'000);
    TrafficTab tab(played.client);
    tab.show();
    open(tab, "a.pcapng");
    const auto &model = tab.messages();
    ASSERT_EQ(model.rowCount(), 30'000);
    EXPECT_EQ(model.messageAt(29'999).sequence, 30'000u);
    EXPECT_EQ(model.messageAt(1).result, 77) << "the answer that stands behind its message";
    EXPECT_TRUE(model.messageAt(4).isMarked());
    EXPECT_EQ(model.messageAt(4).comment(), "look");
    EXPECT_EQ(tab.title(), "a.pcapng");
    EXPECT_FALSE(tab.isListening());
    EXPECT_FALSE(tab.findChild<ErrorBar *>()->isVisible());
}

TEST_F(CaptureFilesTest, GivesLateAnswersToTheirMessagesInMergedCaptures)
{
    // Two captures whose inboxes have the same number, interleaved as mergecap does.
    Bytes bytes;
    CaptureWriter first(bytes, "test");
    const auto at = [](std::uint64_t sequence, std::int64_t time) {
        auto message = sampleMessage(sequence, time);
        message.inbox = 3;
        return message;
    };
    const auto answer = [&](std::uint64_t sequence, std::int64_t messageTime, std::int64_t result) {
        first.append(bytes, {.inbox = 3,
                             .outcome = {.sequence = sequence, .result = result, .duration = 5},
                             .time = messageTime + 5,
                             .messageTime = messageTime});
    };
    for (std::uint64_t n = 100; n < 20'100; ++n) { // more than a piece
        first.append(bytes, at(n, static_cast<std::int64_t>(n) * 1000));
        first.append(bytes, at(n - 99, static_cast<std::int64_t>(n) * 1000 + 1)); // the other one
    }
    answer(200, 200'000, 11);
    answer(200, 299'001, 22);
    answer(20'000, 20'000'000, 33);
    answer(50'000, 1, 44); // of none
    put(path("merged.pcapng"), bytes);
    TrafficTab tab(played.client);
    tab.show();
    open(tab, "merged.pcapng");
    const auto &model = tab.messages();
    ASSERT_EQ(model.rowCount(), 40'000);
    const auto resultAt = [&](std::int64_t time) {
        const auto message = model.messageAt(model.rowNearTime(time));
        EXPECT_EQ(message.time, time);
        return message.isAnswered ? message.result : -1;
    };
    EXPECT_EQ(resultAt(200'000), 11);
    EXPECT_EQ(resultAt(299'001), 22);
    EXPECT_EQ(resultAt(20'000'000), 33);
    EXPECT_EQ(resultAt(20'099'001), -1) << "has the same number, but was not answered";
}

TEST_F(CaptureFilesTest, ADamagedFileOpensUpToTheDamageAndSaysWhere)
{
    write("a.pcapng", 100);
    auto bytes = readBytes(path("a.pcapng"));
    bytes.resize(bytes.size() / 2);
    put(path("cut.pcapng"), bytes);
    TrafficTab tab(played.client);
    tab.show();
    open(tab, "cut.pcapng");
    EXPECT_GT(tab.messages().rowCount(), 30);
    EXPECT_LT(tab.messages().rowCount(), 70);
    auto *bar = tab.findChild<ErrorBar *>();
    EXPECT_TRUE(bar->isVisible());
    EXPECT_TRUE(bar->text().contains("cut.pcapng at byte ")) << bar->text().toStdString();
    TrafficTab missing(played.client);
    missing.show();
    open(missing, "no such file");
    EXPECT_TRUE(missing.findChild<ErrorBar *>()->isVisible());
}

TEST_F(CaptureFilesTest, SavesAllShownSelectedAndMarked)
{
    write("a.pcapng", 200);
    TrafficTab tab(played.client);
    tab.show();
    open(tab, "a.pcapng");
    save(tab, TrafficTab::Which::All, SaveFormat::Capture, "all.pcapng");
    EXPECT_EQ(messagesIn(path("all.pcapng")).size(), 200u);
    EXPECT_EQ(messagesIn(path("all.pcapng"))[1].outcome->result, 77);
    tab.findChild<MessageList *>()->selectRow(7);
    save(tab, TrafficTab::Which::Selected, SaveFormat::Capture, "selected.pcapng");
    ASSERT_EQ(messagesIn(path("selected.pcapng")).size(), 1u);
    EXPECT_EQ(messagesIn(path("selected.pcapng"))[0].sequence, 8u);
    save(tab, TrafficTab::Which::Marked, SaveFormat::Capture, "marked.pcapng");
    ASSERT_EQ(messagesIn(path("marked.pcapng")).size(), 1u);
    EXPECT_EQ(messagesIn(path("marked.pcapng"))[0].sequence, 5u);
    TrafficTab again(played.client);
    again.show();
    open(again, "marked.pcapng");
    EXPECT_EQ(again.messages().messageAt(0).comment(), "look");
}

TEST_F(CaptureFilesTest, ExportsTextForms)
{
    write("a.pcapng", 3);
    TrafficTab tab(played.client);
    tab.show();
    open(tab, "a.pcapng");
    const auto text = [this](const QString &name) {
        const auto bytes = readBytes(path(name));
        return std::string(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    };
    save(tab, TrafficTab::Which::All, SaveFormat::Csv, "a.csv");
    EXPECT_EQ(std::ranges::count(text("a.csv"), '\n'), 4);
    EXPECT_TRUE(text("a.csv").starts_with("number,time,"));
    save(tab, TrafficTab::Which::All, SaveFormat::JsonLines, "a.jsonl");
    EXPECT_EQ(std::ranges::count(text("a.jsonl"), '\n'), 3);
    EXPECT_NE(text("a.jsonl").find("\"senderName\":\"demo.exe\""), std::string::npos);
    save(tab, TrafficTab::Which::All, SaveFormat::Sender, "a.cpp");
    EXPECT_NE(text("a.cpp").find("main("), std::string::npos);
    QSignalSpy shown(&tab, &TrafficTab::errorShown);
    save(tab, TrafficTab::Which::All, SaveFormat::Csv, "no such folder/a.csv");
    EXPECT_EQ(shown.size(), 1);
}

TEST_F(CaptureFilesTest, SavesTheSelectionAsASender)
{
    write("a.pcapng", 12);
    TrafficTab tab(played.client);
    tab.show();
    open(tab, "a.pcapng");
    auto *list = tab.findChild<MessageList *>();
    list->selectRow(4);
    ASSERT_EQ(list->selected().size(), 1u);
    tab.askWhereToSave(TrafficTab::Which::Selected, SaveFormat::Sender);
    auto *dialog = tab.findChild<QFileDialog *>();
    ASSERT_TRUE(dialog);
    QSignalSpy done(&tab, &TrafficTab::fileFinished);
    emit dialog->fileSelected(path("sender.cpp"));
    ASSERT_TRUE(waitUntil([&] { return done.size() == 1; }));
    const auto message = tab.messages().store().at(list->selected().front()).toMessage();
    const std::map<std::uint64_t, std::string> inboxNames{{message.inbox, "Class / Title"}};
    EXPECT_EQ(readBytes(path("sender.cpp")), toBytes(cppSender(std::vector{message}, inboxNames).value()));

    auto *error = tab.findChild<ErrorBar *>();
    EXPECT_EQ(error->text(), "");
    emit dialog->fileSelected(path("no such folder/sender.cpp"));
    ASSERT_TRUE(waitUntil([&] { return done.size() == 2; }));
    EXPECT_TRUE(error->text().contains("no such folder")) << error->text().toStdString();
}

TEST_F(CaptureFilesTest, ARunningCaptureOutlivesACrash)
{
    TrafficTab tab(played.client);
    tab.show();
    tab.listen(InboxRequest{.className = "C", .title = "T"});
    played.end->answer<OpenInbox>(InboxOpened{.inbox = 5, .window = 1});
    ASSERT_TRUE(waitUntil([&] { return tab.isListening(); }));
    MessageBatch batch{.inbox = 5};
    for (std::uint64_t n = 1; n <= 100; ++n) {
        batch.messages.push_back(sampleMessage(n, wallClock()));
        batch.messages.back().inbox = 5;
    }
    batch.received = 100;
    played.end->raise(batch);
    const auto saved = [] {
        const auto files = QDir(CaptureAutosave::folder()).entryList({QStringLiteral("*.pcapng")});
        return files.isEmpty() ? std::vector<Message>()
                               : messagesIn(CaptureAutosave::folder() + QLatin1Char('/') + files.first());
    };
    ASSERT_TRUE(waitUntil([&] { return saved().size() == 100; }));
    EXPECT_TRUE(CaptureAutosave::left().empty()) << "a running program writes it";
    // An answer that comes later is kept, too.
    played.end->raise(
        MessageBatch{.inbox = 5, .received = 100, .outcomes = {{.sequence = 3, .result = 9, .duration = 1}}});
    const auto isAnswered = [] {
        const auto files = QDir(CaptureAutosave::folder()).entryList({QStringLiteral("*.pcapng")});
        CaptureReader reader("test");
        reader.feed(readBytes(CaptureAutosave::folder() + QLatin1Char('/') + files.first()));
        for (;;) {
            const auto item = reader.nextItem();
            if (!item || !*item)
                return false;
            if ((*item)->answer && (*item)->answer->outcome.result == 9)
                return true;
        }
    };
    ASSERT_TRUE(waitUntil(isAnswered));
    modelOf(tab).annotate(3, {.marked = true});
    const auto filesLeft = [] { return QDir(CaptureAutosave::folder()).entryList(QDir::Files).size(); };
    ASSERT_TRUE(waitUntil([&] { return filesLeft() == 3; })) << "the capture, its lock and what was said";
    tab.clear();
    EXPECT_EQ(filesLeft(), 0) << "what was cleared is not offered again";
}

TEST_F(CaptureFilesTest, WhatACrashLeftIsFound)
{
    write("a.pcapng", 12);
    QDir().mkpath(CaptureAutosave::folder());
    auto bytes = readBytes(path("a.pcapng"));
    bytes.resize(bytes.size() - 100); // in the middle of the last one
    put(CaptureAutosave::folder() + "/20260101-120000-000-1.pcapng", bytes);
    put(CaptureAutosave::folder() + "/20260101-110000-000-1.pcapng", {});
    const auto left = CaptureAutosave::left();
    ASSERT_EQ(left.size(), 1u) << "an empty one is taken away";
    EXPECT_EQ(left[0].messages, 11u);
    EXPECT_EQ(left[0].begun, 1'001'000'000);
}

TEST_F(CaptureFilesTest, WhatIsSaidOfMessagesLaterOutlivesACrash)
{
    auto tab = std::make_unique<TrafficTab>(played.client);
    tab->show();
    tab->listen(InboxRequest{.className = "C", .title = "T"});
    played.end->answer<OpenInbox>(InboxOpened{.inbox = 5, .window = 1});
    ASSERT_TRUE(waitUntil([&] { return tab->isListening(); }));
    MessageBatch batch{.inbox = 5, .received = 10};
    for (std::uint64_t n = 1; n <= 10; ++n) {
        batch.messages.push_back(sampleMessage(n, wallClock()));
        batch.messages.back().inbox = 5;
    }
    played.end->raise(batch);
    auto &model = modelOf(*tab);
    ASSERT_TRUE(waitUntil([&] { return model.store().size() == 10; }));
    model.annotate(1, {.marked = true, .comment = "before"}); // is written with its message
    const auto files = [] { return QDir(CaptureAutosave::folder()).entryList({QStringLiteral("*.pcapng")}); };
    const auto file = [&] { return CaptureAutosave::folder() + QLatin1Char('/') + files().first(); };
    const auto capture = [&] { return file().remove(QStringLiteral("-000001")); }; // of one file so far
    ASSERT_TRUE(waitUntil([&] { return !files().isEmpty() && messagesIn(file()).size() == 10; }));
    model.annotate(1, {}); // and withdrawn
    model.annotate(4, {.marked = true});
    model.annotate(7, {.pinned = true, .comment = "Größe"});
    ASSERT_TRUE(waitUntil([&] { return CaptureAutosave::annotationsOf(capture()).annotations.size() == 2; }));

    const auto path = capture();
    tab.reset(); // nobody has saved or discarded it
    ASSERT_EQ(CaptureAutosave::left().size(), 1u);
    TrafficTab recovered(played.client);
    QSignalSpy done(&recovered, &TrafficTab::fileFinished);
    recovered.openCapture(path);
    ASSERT_TRUE(waitUntil([&] { return !done.isEmpty(); }));
    const std::map<MessageStore::Index, Annotation> expected{{4, {.marked = true}}, {7, {.pinned = true, .comment = "Größe"}}};
    EXPECT_EQ(recovered.messages().store().annotations(), expected);

    CaptureAutosave::remove(path);
    EXPECT_TRUE(QDir(CaptureAutosave::folder()).entryList(QDir::Files).isEmpty());
}

TEST_F(CaptureFilesTest, MarksOfManyMessagesOutliveACrash)
{
    constexpr std::uint64_t many = 5000; // more than one piece of work
    MessageStore store;
    CaptureAutosave autosave(store);
    autosave.setRunning(true);
    for (std::uint64_t n = 1; n <= many; ++n)
        store.append(sampleMessage(n, wallClock()));
    const auto written = [] {
        std::uint64_t all = 0;
        for (const auto &name : QDir(CaptureAutosave::folder()).entryList({QStringLiteral("*.pcapng")}))
            all += messagesIn(CaptureAutosave::folder() + QLatin1Char('/') + name).size();
        return all;
    };
    ASSERT_TRUE(waitUntil([&] { return written() == many; }));
    std::map<std::uint64_t, Annotation> expected;
    for (std::uint64_t index = 0; index < many; ++index) {
        const Annotation said{.marked = index % 2 == 0, .pinned = index % 3 == 0, .comment = std::to_string(index)};
        store.annotate(index, said);
        expected[index] = said;
    }
    autosave.annotationsChanged();
    CaptureAutosave::LaterAnnotations later;
    ASSERT_TRUE(waitUntil([&] {
        later = CaptureAutosave::annotationsOf(autosave.path());
        return !later.annotations.empty();
    }));
    EXPECT_EQ(later.messages, many);
    EXPECT_EQ(later.annotations, expected) << "the file appears when all of it is written";
    autosave.discard();
    EXPECT_TRUE(QDir(CaptureAutosave::folder()).entryList(QDir::Files).isEmpty());
}

} // namespace
} // namespace ipclens
