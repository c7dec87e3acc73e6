// How long the window stands still while a hundred thousand handles arrive, are sorted and filtered: a heartbeat on the
// GUI thread and the longest time between two beats. The first figure is the same without anything arriving, on the
// same machine.
#include "ui/row_table.h"
#include "ui/sharing_rows.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QTimer>
#include <QTreeView>

#include <cstdio>

using namespace ipclens;

namespace {

constexpr std::size_t handleCount = 100'000;

std::vector<ObjectHandle> handles(std::uint64_t seed)
{
    static constexpr const char *types[] = {"Event", "File", "Key", "Section", "Thread", "Mutant", "Semaphore"};
    std::vector<ObjectHandle> rows(handleCount);
    for (std::size_t i = 0; i < handleCount; ++i) {
        auto &row = rows[i];
        row.process = {1000 + static_cast<std::uint32_t>(i / 500), 1};
        row.processName = "program.exe";
        row.handle = 4 + 4 * (i + seed);
        row.type = types[(i + seed) % std::size(types)];
        row.path = i % 3 == 0
                       ? std::string()
                       : "\\Sessions\\1\\BaseNamedObjects\\Object" + std::to_string((i * 7919 + seed) % handleCount);
        row.access = 0x1f0003;
        row.rights = {"SYNCHRONIZE", "READ_CONTROL", "EVENT_MODIFY_STATE"};
    }
    return rows;
}

// Beats as often as it can, and remembers the longest silence.
class Heartbeat : public QObject {
public:
    Heartbeat()
    {
        connect(&m_timer, &QTimer::timeout, this, [this] {
            m_longest = std::max(m_longest, m_since.nsecsElapsed());
            m_since.restart();
        });
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.start(1);
        m_since.start();
    }
    double takeLongest() { return static_cast<double>(std::exchange(m_longest, 0)) / 1e6; }

private:
    QTimer m_timer;
    QElapsedTimer m_since;
    qint64 m_longest = 0;
};

void runFor(int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < milliseconds)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 2);
}

} // namespace

int main(int argc, char **argv)
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    auto *list = new RowList<ObjectHandle>(std::make_shared<const HandleTexts>());
    RowTable table(list, QStringLiteral("Handles"), QStringLiteral("handles"));
    table.resize(900, 700);
    table.show();
    runFor(300);

    Heartbeat heart;
    const auto report = [&](const char *what) {
        std::printf("%-46s longest silence %6.1f ms\n", what, heart.takeLongest());
    };
    const auto settle = [&] {
        runFor(50);
        while (list->isArranging())
            runFor(5);
        runFor(200); // the view lays itself out later
    };
    runFor(2000);
    report("nothing arrives");
    for (const auto &[what, seed] :
         {std::pair("100,000 handles arrive", 0), std::pair("other 100,000 arrive, half of them known", 50'000)}) {
        auto rows = handles(static_cast<std::uint64_t>(seed));
        heart.takeLongest();
        runFor(20);
        heart.takeLongest();
        list->merge(std::move(rows));
        settle();
        report(what);
    }
    table.sortBy(HandleTexts::Handle, Qt::DescendingOrder);
    settle();
    report("they are sorted by another column");
    list->setWords(QStringLiteral("section 77"));
    settle();
    report("they are filtered");
    list->setWords({});
    settle();
    report("the filter is taken away");
    list->merge({});
    settle();
    report("all of them go");
    return 0;
}
