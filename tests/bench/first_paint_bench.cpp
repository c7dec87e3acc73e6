// From the start of a process to its first paint: our window against a bare main window with a QCustomPlot.
// The program starts itself, once a measurement; a child prints its own milliseconds.
#include "tests/bench/measure.h"
#include "ui/main_window.h"

#include <QApplication>
#include <QProcess>
#include <QTimer>
#include <qcustomplot.h>

#include <cstdlib>
#include <iostream>

using namespace ipclens;

namespace {

// Milliseconds since the parent started this process; both read the same monotonic clock.
double sinceStart()
{
    const auto begin = std::strtoll(std::getenv("IPCLENS_BENCH_BEGIN"), nullptr, 10);
    return static_cast<double>(std::chrono::steady_clock::now().time_since_epoch().count() - begin) / 1e6;
}

// Ends the program when the window has painted once.
class FirstPaint : public QObject {
public:
    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() == QEvent::UpdateRequest && !m_seen) {
            m_seen = true;
            QTimer::singleShot(0, [] {
                std::cout << sinceStart() << std::endl;
                std::_Exit(0); // tearing down is not what is measured
            });
        }
        return false;
    }

private:
    bool m_seen = false;
};

int paintOnce(int argc, char **argv, bool ours)
{
    QApplication application(argc, argv);
    application.setOrganizationName("ipclens-bench");
    std::unique_ptr<QWidget> window;
    if (ours) {
        window = std::make_unique<MainWindow>(SessionChoice{QStringLiteral("here"), {}});
    } else {
        auto bare = std::make_unique<QMainWindow>();
        auto *plot = new QCustomPlot;
        plot->addGraph();
        bare->setCentralWidget(plot);
        window = std::move(bare);
    }
    window->resize(1280, 800);
    FirstPaint filter;
    window->installEventFilter(&filter);
    window->show();
    return application.exec();
}

double measure(const QString &program, const QString &mode)
{
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("IPCLENS_BENCH_BEGIN",
                       QString::number(std::chrono::steady_clock::now().time_since_epoch().count()));
    process.setProcessEnvironment(environment);
    process.start(program, {mode});
    if (!process.waitForFinished(30'000) || process.exitCode() != 0) {
        fmt::print(stderr, "{} failed\n", mode.toStdString());
        std::exit(1);
    }
    return process.readAllStandardOutput().trimmed().toDouble();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc > 1)
        return paintOnce(argc, argv, std::string_view(argv[1]) == "ours");
    const QString self = QString::fromLocal8Bit(argv[0]);
    measure(self, "ours"), measure(self, "bare");
    const auto pair = bench::alternate(
        11, [&] { return measure(self, "ours"); }, [&] { return measure(self, "bare"); });
    bench::report("first paint of the window", pair, "ms", "at most 2");
}
