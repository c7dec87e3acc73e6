#include "ui/process_tab.h"

#include "ui/error_bar.h"
#include "ui/facts.h"
#include "ui/number_text.h"
#include "ui/row_table.h"
#include "ui/source_names.h"

#include <QLabel>
#include <QMenu>
#include <QTabWidget>
#include <QVBoxLayout>

namespace ipclens {

namespace {

constexpr int lookInterval = 2000; // milliseconds

bool isSame(const ProcessKey &asked, const ProcessKey &other)
{
    return asked.pid == other.pid && (asked.created == 0 || other.created == 0 || asked.created == other.created);
}

template <class Row, class Texts>
RowList<Row> *makeList()
{
    return new RowList<Row>(std::make_shared<const Texts>());
}

} // namespace

ProcessTab::ProcessTab(Client &client, const ProcessKey &process, QWidget *parent)
    : SharingTab(client, parent), m_process(process), m_things(makeList<SharedThing, SharedThingTexts>()),
      m_handles(makeList<ObjectHandle, HandleTexts>()), m_modules(makeList<ModuleDescription, ModuleTexts>()),
      m_regions(makeList<RegionSummary, RegionSummaryTexts>()), m_windows(makeList<Window, WindowTexts>()),
      m_pipes(makeList<NamedPipe, PipeTexts>()), m_heading(new QLabel(this)), m_end(new ErrorBar(this)),
      m_failures(new ErrorBar(this)), m_pages(new QTabWidget(this)), m_facts(new Facts(this)),
      m_thingTable(new RowTable(m_things, tr("Shared with other processes"), QStringLiteral("shared"), this)),
      m_handleTable(new RowTable(m_handles, tr("Handles"), QStringLiteral("handles"), this)),
      m_moduleTable(new RowTable(m_modules, tr("Modules"), QStringLiteral("modules"), this)),
      m_regionTable(new RowTable(m_regions, tr("Memory by type"), QStringLiteral("regions"), this)),
      m_windowTable(new RowTable(m_windows, tr("Windows"), QStringLiteral("windows"), this)),
      m_pipeTable(new RowTable(m_pipes, tr("Pipes and mailslots"), QStringLiteral("pipes"), this))
{
    m_heading->setTextFormat(Qt::PlainText);
    m_heading->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_heading->setContentsMargins(8, 6, 8, 4);
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto large = m_heading->font();
    large.setBold(true);
    large.setPointSizeF(large.pointSizeF() * 1.2);
    m_heading->setFont(large);
    m_heading->setText(title());
    m_end->setObjectName(QStringLiteral("end"));
    m_failures->setObjectName(QStringLiteral("failures"));
    makePages();
    column()->insertWidget(0, m_heading);
    column()->insertWidget(1, m_end);
    column()->insertWidget(2, m_failures);
    column()->addWidget(m_pages, 1);
    setFocusProxy(m_pages);
    for (auto *table : {m_thingTable, m_handleTable, m_moduleTable, m_regionTable, m_windowTable, m_pipeTable})
        table->setWhyEmpty(tr("Reading\u2026"));
    connectTables();
    for (auto *rows : std::initializer_list<RowListModel *>{m_things, m_handles, m_modules, m_windows, m_pipes})
        connect(rows, &RowListModel::arranged, this, &ProcessTab::showCounts);
    setLive(lookInterval);
}

void ProcessTab::makePages()
{
    auto *overview = new QWidget(m_pages);
    auto *rows = new QVBoxLayout(overview);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(m_facts);
    rows->addWidget(m_regionTable, 1);
    m_pages->setDocumentMode(true);
    m_pages->addTab(overview, tr("Overview"));
    for (auto *table : {m_thingTable, m_handleTable, m_moduleTable, m_windowTable, m_pipeTable})
        m_pages->addTab(table, {});
    m_regionTable->sortBy(RegionSummaryTexts::Bytes, Qt::DescendingOrder);
    m_pages->setUsesScrollButtons(true);
    showCounts();
}

void ProcessTab::connectTables()
{
    connect(m_thingTable, &RowTable::activated, this, [this](int row) { openThing(m_things->row(row)); });
    connect(m_thingTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row < 0)
            return;
        const auto thing = m_things->row(row);
        menu->addAction(tr("Show who shares it"), this, [this, thing] { openThing(thing); });
        if (thing.at)
            menu->addAction(icon(Sign::Section), tr("Open its bytes in this process"), this, [this, thing] {
                emit openRequested({.kind = SourceKind::Process, .process = m_description.process.key},
                                   thing.at->begin);
            });
    });
    connect(m_handleTable, &RowTable::activated, this, [this](int row) {
        const auto &handle = m_handles->row(row);
        emit objectRequested({.type = handle.type, .process = m_description.process.key, .handle = handle.handle});
    });
    connect(m_handleTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row >= 0)
            fillHandleMenu(menu, m_handles->row(row));
    });
    connect(m_moduleTable, &RowTable::activated, this, [this](int row) {
        emit openRequested({.kind = SourceKind::Process, .process = m_description.process.key},
                           m_modules->row(row).module.range.begin);
    });
    connect(m_moduleTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row < 0)
            return;
        const auto module = m_modules->row(row);
        for (const auto &section : module.sections) {
            const auto name = fromUtf8(section.name);
            if (section.isShared)
                menu->addAction(tr("Show who shares %1").arg(name), this,
                                [this, module, name] { emit sharedDataRequested(fromUtf8(module.module.name), name); });
        }
        menu->addAction(icon(Sign::Section), tr("Open the memory where it is loaded"), this, [this, module] {
            emit openRequested({.kind = SourceKind::Process, .process = m_description.process.key},
                               module.module.range.begin);
        });
    });
    connect(m_windowTable, &RowTable::activated, this,
            [this](int row) { emit sendRequested(m_windows->row(row).handle); });
    connect(m_windowTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row < 0)
            return;
        const auto window = m_windows->row(row).handle;
        menu->addAction(icon(Sign::Send), tr("Send a message\u2026"), this,
                        [this, window] { emit sendRequested(window); });
        addExplain(menu, {.kind = ExplainKind::Window, .window = window});
    });
    connect(m_pipeTable, &RowTable::activated, this, [this](int row) {
        const auto &pipe = m_pipes->row(row);
        if (pipe.server.pid != 0 && !isSame(m_process, pipe.server))
            emit processRequested(pipe.server);
    });
    connect(m_pipeTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row < 0)
            return;
        const auto &pipe = m_pipes->row(row);
        addProcess(menu, pipe.server, processText(pipe.serverName, pipe.server));
        for (const auto &end : pipe.ends) {
            if (!isSame(end.process, m_process) && !isSame(end.process, pipe.server))
                addProcess(menu, end.process, processText(end.processName, end.process));
        }
    });
}

QString ProcessTab::identity() const
{
    return QStringLiteral("process:%1:%2").arg(m_process.pid).arg(m_process.created);
}

QString ProcessTab::title() const
{
    const auto name = m_description.process.name;
    const auto text = name.empty() ? tr("Process %1").arg(m_process.pid) : processText(name, m_process);
    return m_description.hasExited ? tr("%1, exited").arg(text) : text;
}

void ProcessTab::focusFilter()
{
    auto *table = qobject_cast<RowTable *>(m_pages->currentWidget());
    (table ? table : m_regionTable)->focusFilter();
}

void ProcessTab::ask()
{
    if (isQuiet()) {
        call({}, ListProcesses{}, [this](const Result<ProcessList> &reply) {
            if (reply)
                lookWhetherItRuns(*reply);
            else
                fail(reply.error());
        });
        return;
    }
    call(tr("Reading the process"), DescribeProcess{m_process}, [this](Result<ProcessDescription> reply) {
        if (reply)
            take(std::move(*reply));
        else
            fail(reply.error(), ExplainTarget{.kind = ExplainKind::Process, .process = m_process});
    });
}

void ProcessTab::lookWhetherItRuns(const ProcessList &list)
{
    const bool runs =
        std::ranges::any_of(list.processes, [this](const ProcessInfo &each) { return isSame(m_process, each.key); });
    const auto &own = m_description.process;
    const bool isNew = std::ranges::any_of(list.processes, [&](const ProcessInfo &each) {
        return !own.path.empty() && each.path == own.path && !isSame(m_process, each.key) &&
               each.key.created > own.key.created &&
               (!m_description.successor || each.key.created > m_description.successor->key.created);
    });
    if (m_isKnown && (runs == m_description.hasExited || (m_description.hasExited && isNew)))
        QMetaObject::invokeMethod(
            this, [this] { refresh(); }, Qt::QueuedConnection); // this question is not over yet
}

void ProcessTab::take(ProcessDescription description)
{
    const auto before = title();
    m_isKnown = true;
    m_things->merge(sharedThings(description));
    m_handles->merge(std::move(description.handles));
    m_modules->merge(std::move(description.modules));
    m_regions->merge(std::move(description.regions));
    m_windows->merge(std::move(description.windows));
    m_pipes->merge(std::move(description.pipes));
    m_description = std::move(description);
    const bool gone = m_description.hasExited;
    m_thingTable->setWhyEmpty(
        gone ? tr("The process has ended.")
             : tr("Nothing that it has a handle to is held by another process, it has no file mapped, and no "
                  "DLL in it has a SHARED section."));
    m_handleTable->setWhyEmpty(gone ? tr("The process has ended.") : tr("No handle of this process could be listed."));
    m_moduleTable->setWhyEmpty(gone ? tr("The process has ended.") : tr("No module of this process could be listed."));
    m_regionTable->setWhyEmpty(gone ? tr("The process has ended.") : tr("Its memory could not be looked at."));
    m_windowTable->setWhyEmpty(
        gone ? tr("The process has ended.")
             : tr("It has no window: messages cannot be sent to it, and it sends none in a window's name."));
    m_pipeTable->setWhyEmpty(gone ? tr("The process has ended.")
                                  : tr("It has no end of a named pipe or mailslot that could be found."));
    m_heading->setText(title());
    showFacts();
    showEnd();
    showFailures();
    if (title() != before)
        emit titleChanged();
}

void ProcessTab::showFacts()
{
    const auto &process = m_description.process;
    const auto &details = m_description.details;
    QStringList unknown;
    for (const auto &each : details.unknown)
        unknown << fromUtf8(each);
    QStringList user;
    if (!details.user.empty())
        user << fromUtf8(details.user);
    if (!details.integrity.empty())
        user << tr("%1 integrity").arg(fromUtf8(details.integrity));
    if (details.isElevated)
        user << tr("elevated");
    if (details.isProtected)
        user << tr("protected: opens to nobody");
    QStringList kind;
    if (!process.architecture.empty())
        kind << fromUtf8(process.architecture);
    kind << tr("session %1").arg(process.session) << tr("started by process %1").arg(process.parent);
    QString identity = QString::number(m_process.pid);
    if (process.key.created != 0)
        identity += tr(", began %1").arg(clockText(process.key.created));
    m_facts->setFacts({{tr("Process"), identity},
                       {tr("Path"), fromUtf8(process.path)},
                       {tr("Command line"), fromUtf8(details.commandLine)},
                       {tr("Runs as"), kind.join(QStringLiteral(", "))},
                       {tr("User"), user.join(QStringLiteral(", "))},
                       {tr("Memory"), process.memory == 0 ? QString() : tr("%1 in RAM").arg(sizeText(process.memory))},
                       {tr("Not known"), unknown.join(QStringLiteral("; "))}});
}

void ProcessTab::showEnd()
{
    if (!m_description.hasExited) {
        m_end->clear();
        return;
    }
    m_end->showText(
        m_description.exited == 0
            ? tr("The process has exited, nobody knows when. What is shown is from before.")
            : tr("The process exited at %1. What is shown is from before.").arg(clockText(m_description.exited)),
        ErrorBar::Level::Warning);
    if (m_description.successor) {
        const auto next = m_description.successor->key;
        m_end->offer(tr("Show its new instance (%1)").arg(next.pid), [this, next] { emit processRequested(next); });
    }
}

void ProcessTab::showFailures()
{
    const auto &failures = m_description.failures;
    if (failures.empty()) {
        m_failures->clear();
        return;
    }
    QStringList lines;
    for (const auto &failure : failures)
        lines << fromUtf8(toText(failure));
    m_failures->showText(
        failures.size() == 1
            ? lines.front()
            : tr("%1 parts could not be had:\n%2").arg(failures.size()).arg(lines.join(QLatin1Char('\n'))),
        ErrorBar::Level::Warning);
    m_failures->offer(tr("Why?"),
                      [this] { emit explainRequested({.kind = ExplainKind::Process, .process = m_process}); });
}

void ProcessTab::showCounts()
{
    const auto title = [this](QWidget *page, const QString &text, const RowListModel *rows) {
        const auto count = static_cast<std::uint64_t>(rows->total());
        m_pages->setTabText(m_pages->indexOf(page),
                            count == 0 ? text : QStringLiteral("%1 %2").arg(text, countText(count)));
    };
    title(m_thingTable, tr("Shares"), m_things);
    title(m_handleTable, tr("Handles"), m_handles);
    title(m_moduleTable, tr("Modules"), m_modules);
    title(m_windowTable, tr("Windows"), m_windows);
    title(m_pipeTable, tr("Pipes"), m_pipes);
}

std::vector<SharedThing> ProcessTab::sharedThings(const ProcessDescription &description) const
{
    std::vector<SharedThing> things;
    for (const auto &object : description.shared) {
        SharedThing thing{.kind = fromUtf8(object.type), .name = lastPart(object.path), .object = object.target()};
        QStringList others, details;
        if (object.section)
            details << sectionText(*object.section);
        for (const auto &holder : object.holders) {
            if (isSame(m_process, holder.process))
                details << rightsText(holder.rights);
            else if (const auto name = processText(holder.processName, holder.process);
                     !holder.isOurs && !others.contains(name))
                others << name;
        }
        if (object.path.empty())
            thing.name = tr("unnamed, %1").arg(fromUtf8(toText(object.target())));
        thing.detail = details.join(QStringLiteral(", "));
        thing.with = others.join(QStringLiteral(", "));
        things.push_back(std::move(thing));
    }
    for (const auto &module : description.modules) {
        for (const auto &section : module.sections) {
            if (section.isShared)
                things.push_back(
                    {.kind = tr("DLL data"),
                     .name = fromUtf8(module.module.name + " " + section.name),
                     .detail = tr("%1 at %2").arg(sizeText(section.range.size), addressText(section.range.begin)),
                     .with = tr("all processes that load it"),
                     .module = module.module.name,
                     .section = section.name,
                     .at = section.range});
        }
    }
    for (const auto &view : description.fileViews)
        things.push_back({.kind = tr("Mapped file"),
                          .name = fileName(view.why),
                          .detail = tr("%1 at %2, %3")
                                        .arg(sizeText(view.range.size), addressText(view.range.begin),
                                             fromUtf8(toText(view.protection))),
                          .with = tr("all processes that map it"),
                          .at = view.range});
    return things;
}

void ProcessTab::openThing(const SharedThing &thing)
{
    if (thing.object)
        emit objectRequested(*thing.object);
    else if (!thing.module.empty())
        emit sharedDataRequested(fromUtf8(thing.module), fromUtf8(thing.section));
    else if (thing.at)
        emit openRequested({.kind = SourceKind::Process, .process = m_description.process.key}, thing.at->begin);
}

void ProcessTab::fillHandleMenu(QMenu *menu, const ObjectHandle &handle)
{
    const ObjectTarget target{.type = handle.type, .process = m_description.process.key, .handle = handle.handle};
    menu->addAction(icon(Sign::Find), tr("Show who else holds it"), this,
                    [this, target] { emit objectRequested(target); });
    if (handle.type == "Section")
        menu->addAction(icon(Sign::Section), tr("Open its bytes through this handle"), this, [this, target] {
            emit openRequested({.kind = SourceKind::Handle, .process = target.process, .handle = target.handle}, {});
        });
    addExplain(menu, {.kind = ExplainKind::Object, .object = target});
}

} // namespace ipclens
