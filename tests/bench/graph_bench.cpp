// What a pan of the traffic graph costs with ten thousand messages and with ten million: the same.
#include "measure.h"

#include "ui/theme.h"
#include "ui/traffic_graph.h"

#include <QApplication>

#include <random>

namespace ipclens::bench {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t start = 1'700'000'000 * second;
constexpr std::int64_t length = 3600 * second;

void fill(TrafficCurves &curves, std::int64_t messages)
{
    std::mt19937_64 random(1);
    Message message;
    message.senderName = "client.exe";
    message.outcome = MessageOutcome{};
    for (std::int64_t i = 0; i < messages; ++i) {
        message.time = start + length / messages * i;
        message.id = random() % 20;
        message.size = random() % 5000;
        message.sender.pid = static_cast<std::uint32_t>(4 * (random() % 8));
        message.outcome->duration = static_cast<std::int64_t>(random() % 3'000'000);
        curves.add(message);
    }
}

struct Shown {
    TrafficCurves curves;
    TrafficGraph graph{curves};

    Shown(const Plotted &plotted, std::int64_t messages)
    {
        curves.plot(plotted);
        fill(curves, messages);
        graph.resize(1600, 400);
        graph.show();
        QApplication::processEvents();
    }
    // Milliseconds of one pan step, a mean over several widths of view.
    double pan()
    {
        constexpr int steps = 20;
        const auto taken = seconds([this] {
            for (const auto span : {10 * second, 600 * second, length}) {
                for (int i = 0; i < steps; ++i) {
                    const auto begin = start + (length - span) / 2 + span / 50 * i;
                    graph.showView({begin, begin + span});
                    graph.repaint();
                }
            }
        });
        return taken * 1000 / (3 * steps);
    }
};

} // namespace
} // namespace ipclens::bench

int main(int argc, char **argv)
{
    using namespace ipclens;
    using namespace ipclens::bench;
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    theme::apply(QStringLiteral("light"));
    const std::pair<const char *, Plotted> plots[] = {
        {"pan: messages and bytes a second", {}},
        {"pan: handler time, a curve a sender", {.value = PlottedValue::HandlerTime, .split = CurveSplit::Sender}},
        {"pan: size, a curve an id (10 and others)", {.value = PlottedValue::Size, .split = CurveSplit::Id}}};
    for (const auto &[what, plotted] : plots) {
        Shown large(plotted, 10'000'000), small(plotted, 10'000);
        report(what,
               alternate(
                   7, [&] { return large.pan(); }, [&] { return small.pan(); }),
               "ms", "at most 1.3 (10M to 10k messages)");
    }
    return 0;
}
