#include "tests/unit/read_capture.h"

#include <gtest/gtest.h>

#include <random>

namespace ipclens {
namespace {

using test::readCapture;

std::vector<Message> samples()
{
    Message text;
    text.sequence = 1;
    text.time = 1'795'000'000'123'456'789;
    text.senderWindow = 0x10046;
    text.sender = {.pid = 4321, .created = 1'794'999'999'000'000'001};
    text.senderName = "Demo.exe";
    text.id = 0xFFFF'FFFF'FFFF'FFFF;
    text.payload = toBytes("hello");
    text.size = 5;

    Message registered;
    registered.sequence = 2;
    registered.time = text.time + 1;
    registered.kind = MessageKind::Registered;
    registered.name = "Gr\xC3\xBC\xC3\x9F"
                      "e";
    registered.id = 0xC001;
    registered.wParam = 7;
    registered.lParam = 0x7FF6'0000'0000;

    Message cut = text;
    cut.sequence = 9;
    cut.size = 5'000'000'000; // over 4 GiB
    Message empty = text;
    empty.sequence = 10;
    empty.payload.clear();
    empty.size = 0;
    Message null = empty;
    null.sequence = 11;
    null.size = 12;
    null.nullData = true;
    Message relayed = text;
    relayed.sequence = 12;
    relayed.inbox = 3;
    relayed.receiverWindow = 0x20048;
    relayed.receiver = {.pid = 99, .created = 5};
    relayed.receiverName = "Empf\xC3\xA4nger.exe";
    relayed.senderTitle = "Untitled - Demo";
    relayed.depth = 2;
    relayed.senderWaits = false;
    relayed.outcome =
        MessageOutcome{.sequence = 12,
                       .result = -7,
                       .duration = 1'234'567,
                       .failure = Error{.kind = ErrorKind::TimedOut, .code = 1460, .operation = "SendMessageTimeout"}};
    relayed.references = {{.kind = ReferenceKind::Section, .section = "Local\\Shared", .bytes = toBytes("first bytes")},
                          {.kind = ReferenceKind::Pointer,
                           .process = {.pid = 4, .created = 6},
                           .address = 0x7FF6'0000'1000,
                           .failure = Error{.kind = ErrorKind::Unreadable, .meaning = "no memory there"}}};
    return {text, registered, cut, empty, null, relayed};
}

Bytes fileOf(const std::vector<Message> &messages)
{
    Bytes file = captureBegin("Windows 10");
    for (const auto &message : messages)
        appendToCapture(file, message);
    return file;
}

void setNumber(Bytes &file, std::size_t at, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i)
        file[at + i] = static_cast<std::byte>(value >> (8 * i));
}

std::size_t packetAt() // of the first message
{
    return captureBegin("Windows 10").size();
}

TEST(CaptureFile, GivesBackWhatWasSaved)
{
    const auto messages = samples();
    const auto outcome = readCapture(fileOf(messages));
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.messages, messages);
}

TEST(CaptureFile, MayComeInPiecesOfAnySize)
{
    const auto messages = samples();
    const auto file = fileOf(messages);
    for (const std::size_t piece : {1u, 3u, 7u, 64u}) {
        const auto outcome = readCapture(file, piece);
        EXPECT_FALSE(outcome.error);
        EXPECT_EQ(outcome.messages, messages);
    }
}

TEST(CaptureFile, SeveralSectionsInOneFile)
{
    auto file = fileOf(samples());
    const auto other = fileOf(samples());
    file.insert(file.end(), other.begin(), other.end());
    const auto outcome = readCapture(file);
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.messages.size(), 2 * samples().size());
}

TEST(CaptureFile, ReadsUpToWhereItIsCut)
{
    const auto messages = samples();
    const auto file = fileOf(messages);
    std::vector<std::size_t> ends; // behind each message
    for (std::size_t count = 0; count <= messages.size(); ++count)
        ends.push_back(fileOf({messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(count)}).size());
    std::size_t whole = 0; // outcomes without an error
    for (std::size_t size = 0; size < file.size(); ++size) {
        const auto outcome = readCapture(std::span(file).first(size));
        const auto complete = std::ranges::upper_bound(ends, size) - ends.begin();
        EXPECT_EQ(outcome.messages.size(), static_cast<std::size_t>(std::max<std::ptrdiff_t>(complete - 1, 0))) << size;
        whole += !outcome.error;
        if (outcome.error) {
            EXPECT_NE(outcome.error->object.find("test.pcapng at byte "), std::string::npos);
        }
    }
    EXPECT_EQ(whole, ends.size()) << "behind the section, behind the interface and behind each message but the last";
}

TEST(CaptureFile, SaysWhatIsDamagedAndWhere)
{
    struct Damage {
        std::size_t at;
        std::uint64_t value;
        std::size_t size;
        std::string_view meaning;
    };
    const auto packet = packetAt();
    const Damage damages[] = {
        {0, 0xA1B2C3D4, 4, "this is a pcap file"},
        {0, 0x46445025, 4, "no pcapng file"},
        {8, 0x12345678, 4, "byte order mark"},
        {12, 2, 2, "version 2"},
        {packet + 4, 13, 4, "which cannot be"},
        {packet + 4, 0xFFFFFFF0, 4, "which cannot be"},
        {packet + 8, 3, 4, "interface 3"},
        {packet + 20, 0xFFFF, 4, "behind its block"},
        {packet + 28, 0, 4, "no message that ipclens saved"},
        {packet + 32, 9, 1, "version 9"},
        {packet + 33, 7, 1, "kind 7"},
        {packet + 36, 20, 4, "header is cut short"},
        {packet + 36, 4000, 4, "header is cut short"},
        {packet + 28 + 72, 4000, 2, "header is cut short"},
    };
    for (const auto &damage : damages) {
        auto file = fileOf(samples());
        setNumber(file, damage.at, damage.value, damage.size);
        const auto outcome = readCapture(file);
        ASSERT_TRUE(outcome.error) << damage.meaning;
        EXPECT_NE(outcome.error->meaning.find(damage.meaning), std::string::npos) << outcome.error->meaning;
        EXPECT_NE(outcome.error->object.find("test.pcapng at byte "), std::string::npos) << outcome.error->object;
    }
}

TEST(CaptureFile, NamesForeignLinkTypes)
{
    auto file = fileOf(samples());
    // The interface's link type stands 8 bytes into its block, which ends where the first message begins.
    std::size_t interface = 28;
    for (; interface < packetAt(); interface += 4)
        if (file[interface] == std::byte{1} && file[interface + 8] == std::byte{147})
            break;
    ASSERT_LT(interface, packetAt());
    setNumber(file, interface + 8, 1, 2);
    const auto outcome = readCapture(file);
    ASSERT_TRUE(outcome.error);
    EXPECT_NE(outcome.error->meaning.find("Ethernet"), std::string::npos) << outcome.error->meaning;
}

// Other tools keep the payload's beginning only, when told to.
TEST(CaptureFile, PacketsCutByOtherTools)
{
    auto file = fileOf({samples().front()});
    const auto packet = packetAt();
    const auto kept = file.size() - packet - 32; // data with its padding
    ASSERT_EQ(kept, 148u);
    setNumber(file, packet + 20, 76 + 8 + 56 + 2, 4);
    const auto outcome = readCapture(file);
    ASSERT_FALSE(outcome.error) << outcome.error->meaning;
    ASSERT_EQ(outcome.messages.size(), 1u);
    EXPECT_EQ(outcome.messages[0].payload, toBytes("he"));
    EXPECT_TRUE(outcome.messages[0].isTruncated());
}

// Bytes as version 1 wrote them: the header ends behind the two names.
TEST(CaptureFile, ReadsVersionOne)
{
    Bytes file = captureBegin("Windows 10");
    const auto packet = file.size();
    appendToCapture(file, samples().front());
    const auto names = packet + 28 + 76 + 8;
    file.erase(file.begin() + static_cast<std::ptrdiff_t>(names),
               file.begin() + static_cast<std::ptrdiff_t>(names + 56));
    setNumber(file, packet + 28 + 4, 1, 1);
    setNumber(file, packet + 28 + 8, 76 + 8, 4);
    setNumber(file, packet + 20, 76 + 8 + 5, 4);
    setNumber(file, packet + 4, file.size() - packet, 4);
    setNumber(file, file.size() - 4, file.size() - packet, 4);
    const auto outcome = readCapture(file);
    ASSERT_FALSE(outcome.error) << outcome.error->meaning;
    EXPECT_EQ(outcome.messages, std::vector{samples().front()});
}

TEST(CaptureFile, KeepsCommentsMarksAndNamesOfInboxes)
{
    Bytes file;
    CaptureWriter writer(file, "Windows 11");
    writer.nameInbox(3, "IpclensInbox / Receive");
    const auto messages = samples();
    const Annotation said{.marked = true, .pinned = true, .comment = "sehr merkw\xC3\xBCrdig"};
    writer.append(file, {messages[0], nullptr});
    writer.append(file, {messages[5], &said});
    const LateAnswer late{.inbox = 0,
                          .outcome = {.sequence = 1,
                                      .result = 42,
                                      .duration = 99,
                                      .failure = Error{.kind = ErrorKind::Failed, .hint = "later"}},
                          .time = messages[0].time + 99,
                          .messageTime = messages[0].time};
    LateAnswer early = late; // as versions wrote it that did not say of when the message is
    early.messageTime = {};
    early.outcome.failure = {};
    writer.append(file, late);
    writer.append(file, early);

    const auto read = readCapture(file);
    EXPECT_FALSE(read.error);
    EXPECT_EQ(read.messages, (std::vector{messages[0], messages[5]}));
    EXPECT_EQ(read.annotations, (std::vector{Annotation(), said}));
    EXPECT_EQ(read.answers, (std::vector{late, early}));
    EXPECT_EQ(read.inboxNames,
              (std::map<std::uint64_t, std::string>{{0, "window messages"}, {3, "IpclensInbox / Receive"}}));
    EXPECT_EQ(read.system, "Windows 11");
}

TEST(CaptureFile, KeepsWhatInboxesHaveCounted)
{
    const auto capture = [](std::int64_t since, std::uint64_t received) {
        Bytes file;
        CaptureWriter writer(file, "Windows 11");
        writer.nameInbox(7, "Seven");
        writer.append(file, 7, since + 1, InboxCounts{.since = since, .received = 1, .dropped = 1, .written = 0});
        writer.append(file, samples().front());
        writer.append(file, 7, since + 2,
                      InboxCounts{.since = since, .received = received, .dropped = 2, .written = 3});
        return file;
    };
    auto file = capture(1'795'000'000'123'456'789, 10);
    using Counts = std::map<std::uint64_t, InboxCounts>;
    EXPECT_EQ(readCapture(file, 3).inboxCounts, (Counts{{7, {1'795'000'000'123'456'789, 10, 2, 3}}}))
        << "the last ones, also of one without messages";
    const auto add = [&file](const Bytes &other) { file.insert(file.end(), other.begin(), other.end()); };
    add(capture(1'795'000'000'123'456'789, 20)); // the same capture's next file
    EXPECT_EQ(readCapture(file).inboxCounts, (Counts{{7, {1'795'000'000'123'456'789, 20, 2, 3}}}));
    add(capture(5, 30)); // another capture
    EXPECT_EQ(readCapture(file).inboxCounts, (Counts{{7, {5, 50, 4, 6}}}));
}

TEST(CaptureFile, LongTextsAreCutBetweenCharacters)
{
    Message message = samples().front();
    std::string umlauts;
    while (umlauts.size() < 70'000)
        umlauts += "\xC3\xBC";
    message.senderName = umlauts;
    const Annotation said{.comment = umlauts};
    Bytes file = captureBegin("x");
    appendToCapture(file, {message, &said});
    const auto read = readCapture(file);
    ASSERT_EQ(read.messages.size(), 1u);
    EXPECT_EQ(read.messages[0].senderName, umlauts.substr(0, 65'534));
    EXPECT_EQ(read.annotations[0].comment, umlauts.substr(0, 65'520));
}

TEST(CaptureFile, AnyBytesGiveMessagesOrAnError)
{
    std::mt19937 random(1); // NOLINT: the same on every run
    const auto good = fileOf(samples());
    std::size_t errors = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto file = good;
        for (auto count = random() % 8 + 1; count-- > 0;)
            file[random() % file.size()] = static_cast<std::byte>(random());
        if (random() % 4 == 0)
            file.resize(random() % file.size());
        const auto outcome = readCapture(file, random() % 200 + 1);
        EXPECT_LE(outcome.messages.size(), samples().size());
        errors += outcome.error.has_value();
    }
    EXPECT_GT(errors, 1000u);
}

} // namespace
} // namespace ipclens
