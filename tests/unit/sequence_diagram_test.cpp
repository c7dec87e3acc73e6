#include "core/traffic/sequence_diagram.h"

#include <gmock/gmock.h>

namespace ipclens {
namespace {

using testing::HasSubstr;

std::string diagram(SequenceDiagram::Form form, const std::vector<Message> &messages)
{
    SequenceDiagram diagram(form);
    auto text = diagram.begin();
    for (const auto &message : messages)
        text += diagram.add(message, "12:00:00.000");
    return text + diagram.end();
}

std::vector<Message> samples()
{
    Message question{.sequence = 1,
                     .sender = {.pid = 10},
                     .senderName = "a.exe",
                     .id = 7,
                     .size = 5,
                     .payload = toBytes("hello"),
                     .receiver = {.pid = 20},
                     .receiverName = "b.exe",
                     .outcome = MessageOutcome{.sequence = 1, .result = -3, .duration = 1'500'000}};
    auto back = question;
    std::swap(back.sender, back.receiver);
    std::swap(back.senderName, back.receiverName);
    back.outcome->failure = Error{.meaning = "nobody; \"is\" there"};
    Message registered{.sequence = 3,
                       .kind = MessageKind::Registered,
                       .name = "Map#ped",
                       .wParam = 1,
                       .lParam = 2,
                       .receiver = {.pid = 20},
                       .receiverName = "b.exe"};
    return {question, back, registered};
}

TEST(SequenceDiagram, IsDrawnWithLetters)
{
    EXPECT_EQ(diagram(SequenceDiagram::Form::Text, samples()),
              "                a.exe 10\n"
              "                a.exe 10                      b.exe 20\n"
              "12:00:00.000    |-- id 7, 5 bytes: hello ---->|\n"
              "                |<.. -3 after 1.500 ms .......|\n"
              "12:00:00.000    |<-- id 7, 5 bytes: hello ----|\n"
              "                |.. failed after 1.500 m.....>|\n"
              "                a.exe 10                      b.exe 20                      unknown sender\n"
              "12:00:00.000    |                             |<-- Map#ped 0x1 0x2 ---------|\n");
}

TEST(SequenceDiagram, IsReadByMermaidAndPlantUml)
{
    EXPECT_EQ(diagram(SequenceDiagram::Form::Mermaid, samples()),
              "sequenceDiagram\n"
              "    participant p1 as a.exe 10\n"
              "    participant p2 as b.exe 20\n"
              "    p1->>p2: id 7, 5 bytes: hello\n"
              "    p2-->>p1: -3 after 1.500 ms\n"
              "    p2->>p1: id 7, 5 bytes: hello\n"
              "    p1-->>p2: failed after 1.500 ms: nobody#59; #quot;is#quot; there\n"
              "    participant p3 as unknown sender\n"
              "    p3->>p2: Map#35;ped 0x1 0x2\n");
    auto odd = samples().front();
    odd.senderName = "a\\n\"<b>\".exe";
    odd.payload = toBytes("**bold** //x");
    odd.size = odd.payload.size();
    const auto text = diagram(SequenceDiagram::Form::PlantUml, {odd});
    EXPECT_THAT(text,
                testing::StartsWith("@startuml\nparticipant \"a<U+005C>n<U+0022><U+003C>b><U+0022>.exe 10\" as p1\n"));
    EXPECT_THAT(text, HasSubstr("p1 -> p2: id 7, 12 bytes: ~**bold~** ~//x\n"));
    EXPECT_THAT(text, testing::EndsWith("p2 --> p1: -3 after 1.500 ms\n@enduml\n"));
}

TEST(SequenceDiagram, HasABoundedNumberOfLifelines)
{
    std::vector<Message> messages;
    for (std::uint32_t pid = 1; pid <= 200; ++pid)
        messages.push_back({.sender = {.pid = pid}, .senderName = "x", .receiver = {.pid = 1}, .receiverName = "x"});
    const auto text = diagram(SequenceDiagram::Form::Mermaid, messages);
    EXPECT_THAT(text, HasSubstr("participant p51 as others\n"));
    EXPECT_THAT(text, testing::Not(HasSubstr("participant p52")));
    EXPECT_THAT(text, testing::EndsWith("    p51->>p1: id 0, 0 bytes\n"));
}

} // namespace
} // namespace ipclens
