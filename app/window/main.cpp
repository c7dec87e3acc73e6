#include "app/window/console.h"
#include "core/text/number.h"
#include "core/text/source_spec.h"
#include "ui/documents.h"
#include "ui/listen_dialog.h"
#include "ui/main_window.h"
#include "ui/theme.h"
#include "ui/tour.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QSettings>
#include <QTemporaryDir>

namespace {

using namespace ipclens;

struct Options {
    SessionChoice session = localSession();
    std::vector<SourceSpec> sources;
    QStringList captures;
    bool listen = false;
    QString theme;
    QSize size;
    QString tour;
};

int wrongUsage(const QString &problem)
{
    complain(QStringLiteral("ipclens: %1\nTry ipclens --help.\n").arg(problem));
    return 2;
}

std::optional<QSize> parseWindowSize(const QString &text)
{
    const auto parts = text.split(QLatin1Char('x'));
    bool wide = false, high = false;
    const QSize size(parts.value(0).toInt(&wide), parts.value(1).toInt(&high));
    if (parts.size() != 2 || !wide || !high || size.width() < 300 || size.height() < 200 || size.width() > 16384 ||
        size.height() > 16384)
        return {};
    return size;
}

// Reads the command line; an exit code when there is nothing more to do.
std::optional<int> read(const QStringList &arguments, Options &options)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Looks at what Windows programs share: mappings, shared sections, messages "
                       "and memory, live."));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Shows this help."));
    const QCommandLineOption version({QStringLiteral("v"), QStringLiteral("version")},
                                     QStringLiteral("Shows the version."));
    const QCommandLineOption connect(
        QStringLiteral("connect"),
        QStringLiteral("Works in the session that COMMAND starts, over its standard input and output: "
                       "\"wine ipclens-cli.exe serve\", \"ssh host ipclens-cli serve\"; on Windows "
                       "\"elevated\" asks for one with more rights."),
        QStringLiteral("COMMAND"));
    const QCommandLineOption open(
        QStringLiteral("open"),
        QStringLiteral(
            "Opens SOURCE: section:NAME, process:PID, module:PID/DLL/SECTION, file:PATH or snapshot:PATH. May be "
            "given more than once."),
        QStringLiteral("SOURCE"));
    const QCommandLineOption attach(QStringLiteral("attach"),
                                    QStringLiteral("Opens the memory of the process PID, read-only."),
                                    QStringLiteral("PID"));
    const QCommandLineOption listen(
        QStringLiteral("listen"),
        QStringLiteral("Listens for messages, as the last time, or else as class IpclensInbox and title "
                       "Receive."));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("Colours: light, dark or system."),
                                   QStringLiteral("THEME"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("Size of the window, as in 1280x800."),
                                  QStringLiteral("WxH"));
    const QCommandLineOption tour(QStringLiteral("tour"),
                                  QStringLiteral("Walks through the window by itself, saves a picture of each step into FOLDER, and ends."),
                                  QStringLiteral("FOLDER"));
    parser.addPositionalArgument(QStringLiteral("CAPTURE"), QStringLiteral("Opens a capture of messages (pcapng)."), QStringLiteral("[CAPTURE...]"));
    parser.addOptions({help, version, connect, open, attach, listen, theme, size, tour});
    if (!parser.parse(arguments))
        return wrongUsage(parser.errorText());
    if (parser.isSet(help)) {
        // Without a QCoreApplication, which may need a display, Qt does not know the program's name.
        print(parser.helpText().replace(QStringLiteral("<executable_name>"), QStringLiteral("ipclens")));
        return 0;
    }
    if (parser.isSet(version)) {
        print(QStringLiteral("ipclens " IPCLENS_VERSION "\n"));
        return 0;
    }
    for (const auto &path : parser.positionalArguments()) {
        if (!QFileInfo::exists(path))
            return wrongUsage(QStringLiteral("\"%1\" is neither an option nor a capture").arg(path));
        options.captures += path;
    }
    if (parser.isSet(connect)) {
        options.session = sessionThrough(parser.value(connect).trimmed());
        if (options.session.command.isEmpty())
            return wrongUsage(QStringLiteral("--connect needs a command"));
    }
    for (const auto &text : parser.values(open)) {
        const auto spec = parseSourceSpec(text.toStdString());
        if (!spec)
            return wrongUsage(QStringLiteral("--open: ") + QString::fromStdString(toText(spec.error())));
        options.sources.push_back(*spec);
    }
    for (const auto &text : parser.values(attach)) {
        const auto pid = parseSize(text.toStdString());
        if (!pid || *pid > std::numeric_limits<std::uint32_t>::max())
            return wrongUsage(QStringLiteral("--attach: \"%1\" is not a process id").arg(text));
        options.sources.push_back({.kind = SourceKind::Process, .process = {.pid = static_cast<std::uint32_t>(*pid)}});
    }
    options.listen = parser.isSet(listen);
    options.theme = parser.value(theme);
    if (!options.theme.isEmpty() && options.theme != QLatin1String("light") && options.theme != QLatin1String("dark") &&
        options.theme != QLatin1String("system"))
        return wrongUsage(QStringLiteral("--theme: \"%1\" is none of light, dark and system").arg(options.theme));
    if (parser.isSet(size)) {
        const auto wanted = parseWindowSize(parser.value(size));
        if (!wanted)
            return wrongUsage(QStringLiteral("--size: \"%1\" is not a size like 1280x800").arg(parser.value(size)));
        options.size = *wanted;
    }
    options.tour = parser.value(tour);
    if (parser.isSet(tour) && options.tour.isEmpty())
        return wrongUsage(QStringLiteral("--tour needs a folder"));
    return {};
}

// Help and mistakes must be told without a display, too.
std::optional<int> readArguments(QStringList arguments, Options &options)
{
    // Qt's own options, which QApplication takes away, are not ours to judge.
    for (qsizetype i = 1; i < arguments.size();) {
        if (arguments[i] == QLatin1String("-platform") || arguments[i] == QLatin1String("-style"))
            arguments.remove(i, std::min<qsizetype>(2, arguments.size() - i));
        else
            ++i;
    }
    return read(arguments, options);
}

int run(const Options &options)
{
    MainWindow window(options.session);
    if (options.size.isValid())
        window.resize(options.size);
    for (const auto &spec : options.sources)
        window.openLater(spec);
    for (const auto &path : options.captures)
        window.documents()->openCapture(path);
    if (options.listen)
        window.listenLater(ListenDialog::defaultRequest());

    std::optional<Tour> tour;
    if (!options.tour.isEmpty()) {
        if (!options.size.isValid())
            window.resize(1440, 900);
        tour.emplace(window, options.tour, options.sources.size());
        QObject::connect(&*tour, &Tour::finished, qApp, [](bool complete) { QApplication::exit(complete ? 0 : 1); });
        QTimer::singleShot(0, &*tour, &Tour::start);
    }
    window.show();
    return QApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    Options options;
    QCoreApplication::setApplicationName(QStringLiteral("ipclens"));
    if (const auto code = readArguments(commandLine(argc, argv), options))
        return *code;

    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("ipclens"));
    QApplication::setApplicationVersion(QStringLiteral(IPCLENS_VERSION));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/ipclens.png")));
    // A tour shows the same on every machine: what the user set does not count, and is not changed.
    std::optional<QTemporaryDir> tourSettings;
    if (!options.tour.isEmpty()) {
        tourSettings.emplace();
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, tourSettings->path());
    }
    const auto savedTheme = QSettings().value(QStringLiteral("theme"), QStringLiteral("system")).toString();
    theme::apply(options.theme.isEmpty() ? savedTheme : options.theme);

    const int code = run(options);
    Client::finishClosing();
    return code;
}
