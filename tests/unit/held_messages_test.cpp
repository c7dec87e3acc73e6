#include "core/traffic/held_messages.h"

#include <gmock/gmock.h>

namespace ipclens {
namespace {

using testing::ElementsAre;
using Clock = HeldMessages::Clock;
using namespace std::chrono_literals;

Message sample(std::uint64_t sequence, std::uint64_t id = 0)
{
    return {.sequence = sequence, .time = static_cast<std::int64_t>(sequence) * 1'000'000, .id = id, .inbox = 3};
}

LateAnswer answerTo(std::uint64_t sequence, std::int64_t result = 1, std::int64_t duration = 5)
{
    return {.inbox = 3, .outcome = {.sequence = sequence, .result = result, .duration = duration}};
}

class HeldMessagesTest : public testing::Test {
protected:
    void start(std::string_view filter = "")
    {
        m_held.emplace(MessageFilter::parse(filter).value(),
                       HeldMessages::Sink{.show = [this](const MessageView &message) -> Result<void> {
                                              m_shown.emplace_back(message.sequence,
                                                                   message.isAnswered ? message.result : -1);
                                              return {};
                                          },
                                          .showAnswer = [this](const LateAnswer &answer) -> Result<void> {
                                              m_answers.push_back(answer);
                                              return {};
                                          }});
    }
    void add(const Message &message) { m_held->add(message, {}, m_now); }
    void answer(const LateAnswer &answer) { EXPECT_TRUE(m_held->add(answer)); }
    using Shown = std::vector<std::pair<std::uint64_t, std::int64_t>>; // sequence and result
    Shown passed(Clock::duration later = {})
    {
        m_now += later;
        EXPECT_TRUE(m_held->pass(m_now));
        return std::exchange(m_shown, {});
    }

    Clock::time_point m_now = Clock::now();
    std::optional<HeldMessages> m_held;
    Shown m_shown;
    std::vector<LateAnswer> m_answers;
};

TEST_F(HeldMessagesTest, WaitForTheirAnswersInOrder)
{
    start();
    add(sample(1));
    add(sample(2));
    auto posted = sample(3);
    posted.senderWaits = false;
    add(posted);
    EXPECT_TRUE(passed().empty());
    answer(answerTo(2, 22));
    EXPECT_TRUE(passed().empty()) << "the first is still without one";
    answer(answerTo(1, 11));
    EXPECT_EQ(passed(), (Shown{{1, 11}, {2, 22}, {3, -1}}));
    EXPECT_FALSE(m_held->due());
}

TEST_F(HeldMessagesTest, AreShownUnansweredAfterASecondAndTheAnswerFollows)
{
    start();
    add(sample(1));
    EXPECT_EQ(m_held->due(), m_now + 1s);
    EXPECT_TRUE(passed(999ms).empty());
    EXPECT_EQ(passed(1ms), (Shown{{1, -1}}));
    answer(answerTo(1, 7, 2'000'000'000));
    ASSERT_EQ(m_answers.size(), 1u);
    EXPECT_EQ(m_answers[0].outcome.result, 7);
    EXPECT_EQ(m_answers[0].messageTime, 1'000'000);
    EXPECT_EQ(m_answers[0].time, 2'001'000'000);
    answer(answerTo(1));
    answer(answerTo(9));
    EXPECT_EQ(m_held->unmatched(), 2u) << "one was answered before, the other is not known";
    EXPECT_EQ(m_answers.size(), 1u);
}

TEST_F(HeldMessagesTest, ThatAnAnswerMayMakePassAreKept)
{
    start("result == 7 || duration > 1000");
    for (std::uint64_t sequence = 1; sequence <= 4; ++sequence)
        add(sample(sequence));
    EXPECT_TRUE(passed(1s).empty());
    answer(answerTo(3, 7));
    answer(answerTo(1, 8));
    answer(answerTo(2, 8, 3'000'000'000));
    EXPECT_EQ(passed(), (Shown{{3, 7}, {2, 8}}));
    EXPECT_TRUE(m_answers.empty());
    EXPECT_EQ(m_held->unmatched(), 0u);
    EXPECT_EQ(m_held->letGo(), 0u);
}

TEST_F(HeldMessagesTest, AreNotKeptWhereTheFilterDoesNotAskAboutAnswers)
{
    start("data.id == 7");
    add(sample(1, 7));
    add(sample(2, 8));
    EXPECT_EQ(passed(1s), (Shown{{1, -1}}));
    answer(answerTo(2));
    EXPECT_TRUE(m_answers.empty());
    EXPECT_EQ(m_held->unmatched(), 0u);
    answer(answerTo(1));
    EXPECT_EQ(m_answers.size(), 1u);
}

TEST_F(HeldMessagesTest, KeepABoundedNumberAndSayWhatWasLetGo)
{
    start("result == 7");
    for (std::uint64_t sequence = 1; sequence <= 70; ++sequence) {
        auto large = sample(sequence);
        large.payload.resize(1 << 20);
        add(large);
        (void)passed(1s);
    }
    EXPECT_EQ(m_held->letGo(), 7u);
    answer(answerTo(7, 7));
    answer(answerTo(8, 7));
    EXPECT_EQ(passed(), (Shown{{8, 7}}));
}

TEST_F(HeldMessagesTest, DoNotWaitWhenTheyAreTooMany)
{
    start();
    for (std::uint64_t sequence = 1; sequence <= 70; ++sequence) {
        auto large = sample(sequence);
        large.payload.resize(1 << 20);
        add(large);
    }
    EXPECT_EQ(passed().size(), 7u);
    EXPECT_TRUE(m_held->passAll());
    EXPECT_EQ(m_shown.size(), 63u);
}

TEST_F(HeldMessagesTest, StopAtAnError)
{
    HeldMessages held({},
                      {.show = [](const MessageView &) -> Result<void> { return Failure(Error{.meaning = "full"}); },
                       .showAnswer = [](const LateAnswer &) { return Result<void>(); }});
    held.add(sample(1), {}, m_now);
    EXPECT_FALSE(held.passAll());
}

TEST(UnansweredMessages, AnswersFindTheirMessageInMergedCaptures)
{
    UnansweredMessages unanswered;
    const auto at = [](std::uint64_t sequence, std::int64_t time) {
        auto message = sample(sequence);
        message.time = time;
        return message;
    };
    unanswered.add(at(1, 100), 0, 10); // of one capture
    unanswered.add(at(1, 200), 1, 11); // of another, which was merged with it
    unanswered.add(at(1, 300), 1, 12);
    EXPECT_FALSE(unanswered.take(answerTo(2), 0));
    auto exact = answerTo(1);
    exact.messageTime = 200;
    EXPECT_EQ(unanswered.take(exact, 1), 11u);
    EXPECT_EQ(unanswered.take(answerTo(1), 0), 10u) << "the same interface";
    EXPECT_EQ(unanswered.take(answerTo(1), 0), 12u) << "there is only this one left";
    EXPECT_FALSE(unanswered.take(answerTo(1), 0));
    unanswered.add(at(5, 1), 0, 20);
    unanswered.add(at(5, 2), 0, 21);
    EXPECT_EQ(unanswered.take(answerTo(5), 0), 21u) << "the last before it";
    unanswered.forgetBefore(21);
    EXPECT_EQ(unanswered.size(), 0u);
}

} // namespace
} // namespace ipclens
