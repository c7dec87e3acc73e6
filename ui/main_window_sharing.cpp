// The pages of the main window that tell who shares what.
#include "ui/main_window.h"

#include "ui/documents.h"
#include "ui/error_bar.h"
#include "ui/explanation_dialog.h"
#include "ui/explorer.h"
#include "ui/filter_line.h"
#include "ui/icons.h"
#include "ui/map_tab.h"
#include "ui/memory_tab.h"
#include "ui/name_doctor_dialog.h"
#include "ui/number_text.h"
#include "ui/object_tab.h"
#include "ui/process_tab.h"
#include "ui/shared_data_tab.h"
#include "ui/sync_tab.h"
#include "ui/traffic_tab.h"
#include "ui/why.h"

#include <QAction>
#include <QDockWidget>

namespace ipclens {

void MainWindow::makeSharingActions()
{
    m_sharers = makeAction(
        icon(Sign::Map), tr("&Who shares this"), tr("Ctrl+Shift+W"),
        tr("Of the memory in front: a mapping's holders and views, a DLL's data, or all that a process shares"),
        [this] {
            const auto *tab = m_documents->currentMemory();
            if (!tab)
                return;
            const auto &spec = tab->source().spec;
            if (spec.kind == SourceKind::Section)
                showObject({.name = spec.name, .type = "Section"});
            else if (spec.kind == SourceKind::Handle)
                showObject({.type = "Section", .process = spec.process, .handle = spec.handle});
            else if (spec.kind == SourceKind::SharedSection)
                showSharedData(fromUtf8(spec.module), fromUtf8(spec.section));
            else if (spec.kind == SourceKind::Process)
                showProcess(spec.process);
        });
    m_sharingViews = {
        makeAction(icon(Sign::Map), tr("&Map of who talks to whom"), tr("Ctrl+Shift+G"),
                   tr("Processes, what they share and the messages between them, as a picture"), [this] { showMap(); }),
        makeAction(icon(Sign::Library), tr("&Data shared by DLLs"), {},
                   tr("Sections marked SHARED, who has loaded them, and who sees other bytes"),
                   [this] { showSharedData(); }),
        makeAction(icon(Sign::Lock), tr("S&ynchronisation and pipes"), {},
                   tr("Named mutexes, events, semaphores, timers, jobs and pipes, with their state"),
                   [this] { showSync(); }),
        makeAction(icon(Sign::Find), tr("&Name doctor\u2026"), {},
                   tr("Why a name cannot be opened: where it is, what it belongs to, and how to reach it"),
                   [this] { diagnoseName(); })};
}

void MainWindow::connectSharing()
{
    connect(m_explorer->processes(), &ProcessPage::pageRequested, this, &MainWindow::showProcess);
    connect(m_explorer->processes(), &ProcessPage::explainRequested, this, &MainWindow::explain);
    connect(m_explorer->objects(), &ObjectPage::sharersRequested, this, &MainWindow::showObject);
    connect(m_explorer->objects(), &ObjectPage::explainRequested, this, &MainWindow::explain);
    connect(m_explorer->windows(), &WindowPage::explainRequested, this, &MainWindow::explain);
    connect(m_documents, &Documents::pageRestored, this, &MainWindow::showAgain);
    connect(m_documents, &Documents::refused, this, [this](const SourceSpec &spec, const Error &error) {
        offerWhy(*m_errorBar, error, explainTarget(spec));
        if (spec.kind == SourceKind::Section)
            m_errorBar->offer(tr("Name doctor\u2026"), [this, spec] { diagnoseName(fromUtf8(spec.name)); });
    });
}

void MainWindow::showPage(SharingTab *page)
{
    if (!m_documents->showPage(page))
        return;
    connect(page, &SharingTab::openRequested, m_documents,
            [this](const SourceSpec &spec, std::optional<Address> at) { m_documents->open(spec, at); });
    connect(page, &SharingTab::processRequested, this, &MainWindow::showProcess);
    connect(page, &SharingTab::objectRequested, this, &MainWindow::showObject);
    connect(page, &SharingTab::sharedDataRequested, this, &MainWindow::showSharedData);
    connect(page, &SharingTab::explainRequested, this, &MainWindow::explain);
    connect(page, &SharingTab::sendRequested, this, &MainWindow::sendTo);
    connect(page, &SharingTab::trafficRequested, this, [this](const QString &filter) {
        auto *traffic = m_documents->showTraffic();
        if (!filter.isEmpty())
            traffic->findChild<FilterLine *>()->setText(filter);
        documentChanged();
    });
}

void MainWindow::showAgain(const PageSpec &page)
{
    switch (page.kind) {
    case PageSpec::Kind::Process: showProcess(page.process); return;
    case PageSpec::Kind::Object: showObject(page.object); return;
    case PageSpec::Kind::SharedData: showSharedData(); return;
    case PageSpec::Kind::Sync: showSync(); return;
    case PageSpec::Kind::Map: showMap(); return;
    }
}

void MainWindow::showProcess(const ProcessKey &process)
{
    showPage(new ProcessTab(*m_client, process, m_documents));
}

void MainWindow::showObject(const ObjectTarget &object)
{
    showPage(new ObjectTab(*m_client, object, m_documents));
}

void MainWindow::showSharedData(const QString &module, const QString &section)
{
    showPage(new SharedDataTab(*m_client, m_documents));
    if (auto *tab = qobject_cast<SharedDataTab *>(m_documents->currentSharing()); tab && !module.isEmpty())
        tab->choose(module, section);
}

void MainWindow::showSync()
{
    showPage(new SyncTab(*m_client, m_documents));
}

void MainWindow::showMap()
{
    showPage(new MapTab(*m_client, *m_counts, m_documents));
}

void MainWindow::diagnoseName(const QString &name)
{
    auto *dialog = new NameDoctorDialog(*m_client, name, m_documents);
    connect(dialog, &NameDoctorDialog::openRequested, m_documents, [this](const QString &found, Access access) {
        m_documents->open({.kind = SourceKind::Section, .name = found.toStdString()}, {}, access);
    });
    connect(dialog, &NameDoctorDialog::objectRequested, this, &MainWindow::showObject);
    connect(dialog, &NameDoctorDialog::explainRequested, this, &MainWindow::explain);
    connect(dialog, &NameDoctorDialog::elevatedRequested, this, &MainWindow::connectElevated);
    dialog->show();
}

bool MainWindow::event(QEvent *event)
{
    if (event->type() != WhyEvent::number())
        return QMainWindow::event(event);
    explain(static_cast<WhyEvent *>(event)->target());
    event->accept();
    return true;
}

void MainWindow::explain(const ExplainTarget &target)
{
    auto *dialog = new ExplanationDialog(*m_client, target, m_documents);
    connect(dialog, &ExplanationDialog::elevatedRequested, this, &MainWindow::connectElevated);
    dialog->show();
}

// Later, because what belongs to the old session goes, and with it whoever asked.
void MainWindow::connectElevated()
{
    QMetaObject::invokeMethod(
        this, [this] { useSession(sessionThrough(QString::fromLatin1(elevatedSession.data()))); },
        Qt::QueuedConnection);
}

} // namespace ipclens
