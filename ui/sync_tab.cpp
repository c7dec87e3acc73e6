#include "ui/sync_tab.h"

#include "ui/number_text.h"
#include "ui/object_tab.h"
#include "ui/row_table.h"

#include <QCheckBox>
#include <QLabel>
#include <QMenu>
#include <QRegularExpression>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

namespace ipclens {

namespace {

constexpr int liveInterval = 1000; // milliseconds from an answer to the next question

QLabel *makeNote(QWidget *parent)
{
    auto *note = new QLabel(parent);
    note->setWordWrap(true);
    note->setTextFormat(Qt::PlainText);
    note->setContentsMargins(8, 4, 8, 4);
    note->setForegroundRole(QPalette::PlaceholderText);
    note->hide();
    return note;
}

void showNote(QLabel *note, const QStringList &texts)
{
    const auto text = QStringList(texts).filter(QRegularExpression(QStringLiteral("."))).join(QLatin1Char('\n'));
    note->setText(text);
    note->setVisible(!text.isEmpty());
}

} // namespace

SyncTab::SyncTab(Client &client, QWidget *parent)
    : SharingTab(client, parent), m_objects(new RowList<SyncObject>(std::make_shared<const SyncTexts>())),
      m_holders(new RowList<ObjectHandle>(std::make_shared<const HolderTexts>())),
      m_pipes(new RowList<NamedPipe>(std::make_shared<const PipeTexts>())),
      m_ends(new RowList<PipeEnd>(std::make_shared<const PipeEndTexts>())), m_pages(new QTabWidget(this)),
      m_objectTable(new RowTable(m_objects, tr("Synchronisation objects"), QStringLiteral("objects"), this)),
      m_holderTable(new RowTable(m_holders, tr("Holders"), QStringLiteral("holders"), this)),
      m_pipeTable(new RowTable(m_pipes, tr("Pipes and mailslots"), QStringLiteral("pipes"), this)),
      m_endTable(new RowTable(m_ends, tr("Ends"), QStringLiteral("ends"), this)), m_objectNote(makeNote(this)),
      m_pipeNote(makeNote(this)), m_wine(new QCheckBox(tr("Wine's"), this))
{
    m_objectNote->setObjectName(QStringLiteral("objectNote"));
    m_pipeNote->setObjectName(QStringLiteral("pipeNote"));
    m_wine->setToolTip(tr("Also list the objects Wine makes for itself"));
    m_wine->setVisible(!client.host().wine.empty());
    m_objectTable->addControl(m_wine);
    connect(m_wine, &QCheckBox::toggled, this, [this] { refresh(); });
    m_objectTable->setWhyEmpty(tr("Reading\u2026"));
    m_pipeTable->setWhyEmpty(tr("Reading\u2026"));
    m_pages->setDocumentMode(true);
    m_pages->addTab(makeObjects(), tr("Mutexes, events, semaphores, timers, jobs"));
    m_pages->addTab(makePipes(), tr("Pipes and mailslots"));
    column()->addWidget(m_pages, 1);
    setFocusProxy(m_objectTable);
    showChosenObject();
    showChosenPipe();
    setLive(liveInterval);
}

QWidget *SyncTab::makeObjects()
{
    connect(m_objectTable, &RowTable::activated, this, [this](int row) {
        const auto &object = m_objects->row(row);
        emit objectRequested({.name = object.path, .type = object.type});
    });
    connect(m_objectTable, &RowTable::currentChanged, this, &SyncTab::showChosenObject);
    connect(m_objectTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row < 0)
            return;
        const auto &object = m_objects->row(row);
        const ObjectTarget target{.name = object.path, .type = object.type};
        menu->addAction(tr("Show who holds it"), this, [this, target] { emit objectRequested(target); });
        for (const auto &guarded : object.probablyGuards)
            menu->addAction(icon(Sign::Section), tr("Show section %1").arg(lastPart(toText(guarded.section))), this,
                            [this, section = guarded.section] { emit objectRequested(section); });
        if (object.state)
            addProcess(menu, object.state->owner, tr("%1, its owner").arg(object.state->owner.pid));
        addExplain(menu, {.kind = ExplainKind::Object, .object = target});
    });
    connect(m_holderTable, &RowTable::activated, this,
            [this](int row) { emit processRequested(m_holders->row(row).process); });
    auto *split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->addWidget(m_objectTable);
    split->addWidget(m_holderTable);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 1);
    auto *page = new QWidget(m_pages);
    auto *rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(split, 1);
    rows->addWidget(m_objectNote);
    return page;
}

QWidget *SyncTab::makePipes()
{
    connect(m_pipeTable, &RowTable::currentChanged, this, &SyncTab::showChosenPipe);
    connect(m_pipeTable, &RowTable::activated, this, [this](int row) {
        const auto &pipe = m_pipes->row(row);
        if (pipe.server.pid != 0)
            emit processRequested(pipe.server);
    });
    connect(m_pipeTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row >= 0)
            addProcess(menu, m_pipes->row(row).server,
                       processText(m_pipes->row(row).serverName, m_pipes->row(row).server));
    });
    connect(m_endTable, &RowTable::activated, this,
            [this](int row) { emit processRequested(m_ends->row(row).process); });
    auto *split = new QSplitter(Qt::Vertical);
    split->setChildrenCollapsible(false);
    split->addWidget(m_pipeTable);
    split->addWidget(m_endTable);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 1);
    auto *page = new QWidget(m_pages);
    auto *rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(split, 1);
    rows->addWidget(m_pipeNote);
    return page;
}

void SyncTab::focusFilter()
{
    (m_pages->currentIndex() == 0 ? m_objectTable : m_pipeTable)->focusFilter();
}

void SyncTab::ask()
{
    if (!isQuiet() || m_pages->currentIndex() == 0)
        call(tr("Reading synchronisation objects"), ListSyncObjects{.includeWine = m_wine->isChecked()},
             [this](Result<SyncList> reply) {
                 if (reply) {
                     showObjects(std::move(*reply));
                     return;
                 }
                 m_objectTable->setWhyEmpty(tr("They could not be listed."));
                 fail(reply.error());
             });
    if (!isQuiet() || m_pages->currentIndex() == 1)
        call(tr("Looking for pipes"), ListPipes{}, [this](Result<PipeList> reply) {
            if (reply) {
                showPipes(std::move(*reply));
                return;
            }
            m_pipeTable->setWhyEmpty(tr("They could not be listed: %1").arg(fromUtf8(toText(reply.error()))));
            if (m_pages->currentIndex() == 1)
                fail(reply.error());
        });
}

void SyncTab::showObjects(SyncList list)
{
    showNote(m_objectNote, {fromUtf8(list.note), unseenText(list.unseen)});
    m_objectTable->setWhyEmpty(tr("No program has a named mutex, event, semaphore, timer or job now."));
    m_objects->merge(std::move(list.objects));
}

void SyncTab::showPipes(PipeList list)
{
    QStringList notes;
    if (list.notListed)
        notes << tr("Pipes that no handle leads to are missing: %1").arg(fromUtf8(toText(*list.notListed)));
    if (list.unanswered > 0)
        notes << (list.unanswered == 1
                      ? tr("A file handle did not answer in time: it is a pipe somebody is just reading from.")
                      : tr("%1 file handles did not answer in time: they are pipes somebody is just reading from.")
                            .arg(list.unanswered));
    notes << unseenText(list.unseen);
    showNote(m_pipeNote, notes);
    m_pipeTable->setWhyEmpty(list.notListed
                                 ? tr("No handle leads to a named pipe or mailslot, and the system does not list the "
                                      "others: %1")
                                       .arg(fromUtf8(toText(*list.notListed)))
                                 : tr("No program has a named pipe or a mailslot open now."));
    m_pipes->merge(std::move(list.pipes));
}

void SyncTab::showChosenObject()
{
    const int row = m_objectTable->currentRow();
    m_holderTable->setWhyEmpty(row < 0 ? tr("Choose an object to see who holds it.")
                                       : tr("No process that could be looked into has a handle to it."));
    m_holderTable->setTitle(row < 0 ? tr("Holders") : tr("Holders of %1").arg(lastPart(m_objects->row(row).path)));
    m_holders->merge(row < 0 ? std::vector<ObjectHandle>() : m_objects->row(row).holders);
}

void SyncTab::showChosenPipe()
{
    const int row = m_pipeTable->currentRow();
    m_endTable->setWhyEmpty(row < 0 ? tr("Choose a pipe to see its ends.")
                                    : tr("No handle that could be looked at leads to it."));
    m_endTable->setTitle(row < 0 ? tr("Ends") : tr("Ends of %1").arg(fromUtf8(m_pipes->row(row).name)));
    m_ends->merge(row < 0 ? std::vector<PipeEnd>() : m_pipes->row(row).ends);
}

} // namespace ipclens
