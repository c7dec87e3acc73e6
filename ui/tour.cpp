#include "ui/tour.h"

#include "ui/documents.h"
#include "ui/explorer.h"
#include "ui/hex_view.h"
#include "ui/journal_dock.h"
#include "ui/main_window.h"
#include "ui/memory_tab.h"
#include "ui/number_text.h"
#include "ui/object_model.h"
#include "ui/process_model.h"
#include "ui/start_page.h"
#include "ui/traffic_tab.h"
#include "ui/window_model.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDir>
#include <QFile>
#include <QKeyEvent>
#include <QPainter>
#include <QScreen>
#include <QTreeView>

#include <cstdio>

namespace ipclens {

namespace {

constexpr int deadline = 20'000;      // milliseconds for one step
constexpr int pollInterval = 50;      // milliseconds
constexpr Address freeOffset = 0x810; // of the demo's mapping: nobody else writes there
constexpr const char *demoProgram = "ipclens-demo.exe";

// The row of the list that satisfies `matches`, selected; whether there is one.
template <class Page, class Matches>
bool selectRow(Page *page, Matches matches)
{
    const auto &rows = page->model().rows();
    const auto found = std::find_if(rows.begin(), rows.end(), matches);
    if (found == rows.end())
        return false;
    const auto row = static_cast<int>(found - rows.begin());
    const auto index = page->filter()->mapFromSource(page->model().index(row, 0));
    page->view()->setCurrentIndex(index);
    page->view()->scrollTo(index);
    return index.isValid();
}

} // namespace

Tour::Tour(MainWindow &window, const QString &folder, std::size_t opened, QObject *parent)
    : QObject(parent), m_window(window), m_folder(folder)
{
    m_poll.setInterval(pollInterval);
    connect(&m_poll, &QTimer::timeout, this, &Tour::check);
    m_steps.push_back({QStringLiteral("start"), tr("connection to the session with a list of its processes"), [] {},
                       [this] { return m_window.explorer()->processes()->model().rowCount() > 0; }});
    startListening();
    if (opened > 0)
        addOpened(opened);
    addLists();
    addMapping();
    addProcess();
    addTraffic();
    addLooks();
}

// Early: messages come while the other pictures are taken.
void Tour::startListening()
{
    connect(m_window.documents(), &Documents::countsChanged, this,
            [this](quint64 received) { m_received = static_cast<qint64>(received); });
    m_steps.push_back({{}, tr("message from the demo"),
                       [this] {
                           m_window.listen({.className = "IpclensInbox",
                                            .title = "Receive",
                                            .messages = {"Mapped", "Handle", "Shared"}});
                       },
                       [this] { return m_received > 0; }});
}

void Tour::addOpened(std::size_t count)
{
    m_steps.push_back({QStringLiteral("opened"), tr("bytes of what was to be opened"), [] {},
                       [this, count] {
                           const auto tabs = m_window.documents()->memoryTabs();
                           if (tabs.size() != static_cast<qsizetype>(count))
                               return false;
                           m_window.documents()->setCurrentWidget(
                               tabs.constLast()); // the inbox may have come to the front
                           return showsBytes(tabs.constLast());
                       }});
}

void Tour::addLists()
{
    auto *explorer = m_window.explorer();
    m_steps.push_back({QStringLiteral("processes"), tr("process %1 in the list").arg(QLatin1String(demoProgram)),
                       [explorer] { explorer->setCurrentWidget(explorer->processes()); },
                       [this, explorer] {
                           return selectRow(explorer->processes(), [this](const ProcessInfo &process) {
                               if (process.name == demoProgram)
                                   m_process = process;
                               return process.name == demoProgram;
                           });
                       }});
    m_steps.push_back({QStringLiteral("objects"), tr("section MySharedMem in the list"),
                       [explorer] { explorer->setCurrentWidget(explorer->objects()); },
                       [explorer] {
                           return selectRow(explorer->objects(),
                                            [](const NamedObject &object) { return object.name == "MySharedMem"; });
                       }});
}

void Tour::addMapping()
{
    m_steps.push_back({QStringLiteral("mapping"), tr("bytes of section MySharedMem"),
                       [this] { m_window.documents()->open({.kind = SourceKind::Section, .name = "MySharedMem"}); },
                       [this] { return showsBytes(memoryOf(QStringLiteral("section:MySharedMem"))); }});
    m_steps.push_back({{}, tr("write access to section MySharedMem"), [this] { m_window.writeSwitch()->trigger(); },
                       [this] {
                           auto *tab = m_window.documents()->currentMemory();
                           return tab && tab->isWritable();
                       }});
    m_steps.push_back({QStringLiteral("mapping-edited"), tr("verified write in the journal"),
                       [this] {
                           if (auto *tab = m_window.documents()->currentMemory(); tab && tab->isWritable()) {
                               tab->goTo(freeOffset);
                               typeInto(tab->view(), QStringLiteral("4c656e73")); // "Lens"
                           }
                       },
                       [this] {
                           const auto &journal = m_window.journal()->model();
                           for (int row = journal.rowCount() - 1; row >= 0; --row) {
                               const auto &entry = journal.entry(row);
                               if (entry.run == journal.run() && entry.address == freeOffset + 3)
                                   return entry.state == JournalState::Verified;
                           }
                           return false;
                       }});
    addMemoryTools();
    m_steps.push_back({{}, tr("closed padlock"), [this] { m_window.writeSwitch()->trigger(); },
                       [this] {
                           auto *tab = m_window.documents()->currentMemory();
                           return tab && !tab->isWritable();
                       }});
}

void Tour::addProcess()
{
    m_steps.push_back({QStringLiteral("process-memory"), tr("bytes of process %1").arg(QLatin1String(demoProgram)),
                       [this] {
                           m_window.explorer()->setCurrentWidget(m_window.explorer()->processes());
                           m_window.documents()->open({.kind = SourceKind::Process, .process = m_process.key});
                       },
                       [this] { return showsBytes(memoryOf(QStringLiteral("process:"))); }});
    m_steps.push_back({{},
                       tr("section .MYSEC in the demo's modules"),
                       [this] {
                           m_window.client().call(
                               ListSharedSections{m_process.key}, this, [this](const Result<SharedSectionList> &reply) {
                                   for (const auto &section : reply ? reply->sections : std::vector<SharedSection>()) {
                                       if (QString::fromStdString(section.section)
                                               .compare(QLatin1String(".mysec"), Qt::CaseInsensitive) == 0)
                                           m_shared = section;
                                   }
                               });
                       },
                       [this] { return !m_shared.section.empty(); }});
    m_steps.push_back({QStringLiteral("shared-section"), tr("bytes of the shared section"),
                       [this] {
                           const auto at = m_shared.exports.empty() ? 0 : m_shared.exports.front().offset;
                           m_window.documents()->open({.kind = SourceKind::SharedSection,
                                                       .process = m_process.key,
                                                       .module = m_shared.module,
                                                       .section = m_shared.section},
                                                      at);
                       },
                       [this] { return showsBytes(memoryOf(QStringLiteral("module:"))); }});
}

void Tour::addLooks()
{
    auto *explorer = m_window.explorer();
    const auto showMapping = [this] {
        if (auto *tab = memoryOf(QStringLiteral("section:MySharedMem")))
            m_window.documents()->setCurrentWidget(tab);
    };
    const auto settled = [this] { return m_sinceBegin.elapsed() > 300; };
    m_steps.push_back({QStringLiteral("dark"), tr("dark colours"),
                       [this] {
                           if (m_dialog)
                               m_dialog->close();
                           m_window.setTheme(QStringLiteral("dark"));
                           m_window.documents()->showTraffic();
                       },
                       settled});
    m_steps.push_back({QStringLiteral("dark-mapping"), tr("tab of section MySharedMem"),
                       showMapping,
                       [this] { return showsBytes(memoryOf(QStringLiteral("section:MySharedMem"))); }});
    m_steps.push_back(
        {QStringLiteral("dark-start"), tr("start page"), [this] { m_window.documents()->showStart(); }, settled});
    m_steps.push_back({QStringLiteral("windows"), tr("window titled Receive in the list"),
                       [this, explorer] {
                           m_window.setTheme(QStringLiteral("light"));
                           explorer->setCurrentWidget(explorer->windows());
                       },
                       [explorer] {
                           return selectRow(explorer->windows(),
                                            [](const Window &window) { return window.title == "Receive"; });
                       }});
    m_steps.push_back({QStringLiteral("small"), tr("small window"),
                       [this, showMapping] {
                           showMapping();
                           m_window.resize(900, 600);
                       },
                       settled});
}

void Tour::start()
{
    if (!QDir().mkpath(m_folder)) {
        std::fprintf(stderr, "ipclens: cannot make the folder %s for the tour\n", qUtf8Printable(m_folder));
        emit finished(false);
        return;
    }
    next();
}

void Tour::next()
{
    if (m_step == m_steps.size()) {
        if (auto *traffic = m_window.documents()->traffic())
            traffic->discardAutosave(); // nobody wants what it captured
        emit finished(m_complete);
        return;
    }
    m_sinceBegin.start();
    m_steps[m_step].begin();
    m_poll.start();
}

void Tour::check()
{
    if (m_steps[m_step].isDone()) {
        m_poll.stop();
        // One more turn, so that what just came is laid out.
        QTimer::singleShot(pollInterval, this, [this] { endStep(true); });
    } else if (m_sinceBegin.elapsed() > deadline) {
        m_poll.stop();
        endStep(false);
    }
}

void Tour::endStep(bool done)
{
    const auto &step = m_steps[m_step];
    if (!done) {
        m_complete = false;
        std::fprintf(stderr, "ipclens: tour: no %s within %d s\n", qUtf8Printable(step.expected), deadline / 1000);
    }
    if (!step.picture.isEmpty() && !savePicture(step.picture))
        m_complete = false;
    ++m_step;
    next();
}

bool Tour::savePicture(const QString &name)
{
    auto picture = m_window.grab();
    if (m_dialog && m_dialog->isVisible()) {
        QPainter painter(&picture);
        const auto at = (m_window.rect().center() - m_dialog->rect().center()) * picture.devicePixelRatio();
        painter.drawPixmap(at / picture.devicePixelRatio(), m_dialog->grab());
        painter.setPen(m_window.palette().color(QPalette::Shadow));
        painter.drawRect(QRect(at / picture.devicePixelRatio(), m_dialog->size()).adjusted(-1, -1, 0, 0));
    }
    const auto number = std::count_if(m_steps.begin(), m_steps.begin() + static_cast<std::ptrdiff_t>(m_step) + 1,
                                      [](const Step &step) { return !step.picture.isEmpty(); });
    const auto path =
        QDir(m_folder).filePath(QStringLiteral("%1-%2.png").arg(number, 2, 10, QLatin1Char('0')).arg(name));
    if (!picture.save(path)) {
        std::fprintf(stderr, "ipclens: tour: cannot write %s\n", qUtf8Printable(path));
        return false;
    }
    std::printf("%s\n", qUtf8Printable(path));
    std::fflush(stdout);
    return !m_window.documents()->currentMemory() || saveBytes(path.chopped(4) + QStringLiteral(".txt"));
}

// The source, then a line for each row in view: its address and its bytes, unknown and unreadable ones as "..".
bool Tour::saveBytes(const QString &path) const
{
    auto *tab = m_window.documents()->currentMemory();
    const auto range = tab->view()->visibleRange();
    const auto image = tab->view()->imageAt(range.begin, range.size);
    QString text = fromUtf8(tab->source().name);
    for (std::uint64_t i = 0; i < range.size; ++i) {
        if (i % 16 == 0)
            text += QStringLiteral("\n%1 ").arg(range.begin + i, 0, 16);
        const bool known = i < image.bytes.size() && image.isReadable(range.begin + i);
        text += known ? QStringLiteral(" %1").arg(std::to_integer<int>(image.bytes[i]), 2, 16, QLatin1Char('0'))
                      : QStringLiteral(" ..");
    }
    QFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write((text + QLatin1Char('\n')).toUtf8()) > 0 && file.flush())
        return true;
    std::fprintf(stderr, "ipclens: tour: cannot write %s\n", qUtf8Printable(path));
    return false;
}

MemoryTab *Tour::memoryOf(const QString &startOfName) const
{
    for (auto *tab : m_window.documents()->memoryTabs()) {
        if (fromUtf8(tab->source().name).startsWith(startOfName))
            return tab;
    }
    return nullptr;
}

bool Tour::showsBytes(MemoryTab *tab) const
{
    if (!tab || m_window.documents()->currentMemory() != tab)
        return false;
    const auto range = tab->view()->visibleRange();
    return range.size > 0 && tab->view()->knownPrefix(range) == range.size &&
           tab->view()->imageAt(range.begin, 1).isReadable(range.begin);
}

void Tour::typeInto(QWidget *widget, const QString &text) const
{
    widget->setFocus();
    for (const QChar letter : text) {
        const int key = letter.toUpper().unicode();
        for (const auto type : {QEvent::KeyPress, QEvent::KeyRelease}) {
            QKeyEvent event(type, key, Qt::NoModifier, QString(letter));
            QApplication::sendEvent(widget, &event);
        }
    }
}

} // namespace ipclens
