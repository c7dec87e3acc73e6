// The page of one process: what it is, what it has open and loaded, and what it shares with others.
#pragma once

#include "ui/sharing_rows.h"
#include "ui/sharing_tab.h"

class QLabel;
class QTabWidget;

namespace ipclens {

class ErrorBar;
class Facts;
class RowTable;

// GUI thread. Notices when the process ends, and when its program is started again.
class ProcessTab : public SharingTab {
    Q_OBJECT
public:
    ProcessTab(Client &client, const ProcessKey &process, QWidget *parent = nullptr);

    QString identity() const override;
    PageSpec spec() const override { return {.kind = PageSpec::Kind::Process, .process = m_process, .object = {}}; }
    QString title() const override;
    Sign sign() const override { return Sign::Process; }
    void focusFilter() override;

    const RowList<ObjectHandle> &handles() const { return *m_handles; }
    QTabWidget *pages() const { return m_pages; }

private:
    void ask() override;
    void makePages();
    void connectTables();
    void lookWhetherItRuns(const ProcessList &list);
    void take(ProcessDescription description);
    void showFacts();
    void showEnd();
    void showFailures();
    void showCounts();
    std::vector<SharedThing> sharedThings(const ProcessDescription &description) const;
    void openThing(const SharedThing &thing);
    void fillHandleMenu(QMenu *menu, const ObjectHandle &handle);

    const ProcessKey m_process;
    ProcessDescription m_description; // without the rows, which the tables have
    bool m_isKnown = false;

    RowList<SharedThing> *m_things;
    RowList<ObjectHandle> *m_handles;
    RowList<ModuleDescription> *m_modules;
    RowList<RegionSummary> *m_regions;
    RowList<Window> *m_windows;
    RowList<NamedPipe> *m_pipes;
    QLabel *m_heading;
    ErrorBar *m_end;
    ErrorBar *m_failures; // parts that could not be had
    QTabWidget *m_pages;
    Facts *m_facts;
    RowTable *m_thingTable;
    RowTable *m_handleTable;
    RowTable *m_moduleTable;
    RowTable *m_regionTable;
    RowTable *m_windowTable;
    RowTable *m_pipeTable;
};

} // namespace ipclens
