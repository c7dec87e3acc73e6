// Synchronisation objects and pipes of the session's machine, as they are now.
#pragma once

#include "ui/sharing_rows.h"
#include "ui/sharing_tab.h"

class QCheckBox;
class QLabel;
class QTabWidget;

namespace ipclens {

class RowTable;

// GUI thread. Asks again and again while it can be seen; reading a state takes and resets nothing.
class SyncTab : public SharingTab {
    Q_OBJECT
public:
    explicit SyncTab(Client &client, QWidget *parent = nullptr);

    QString identity() const override { return QStringLiteral("sync"); }
    PageSpec spec() const override { return {.kind = PageSpec::Kind::Sync, .process = {}, .object = {}}; }
    QString title() const override { return tr("Synchronisation and pipes"); }
    Sign sign() const override { return Sign::Lock; }
    void focusFilter() override;

    const RowList<SyncObject> &objects() const { return *m_objects; }
    const RowList<NamedPipe> &pipes() const { return *m_pipes; }
    QTabWidget *pages() const { return m_pages; }

private:
    void ask() override;
    QWidget *makeObjects();
    QWidget *makePipes();
    void showObjects(SyncList list);
    void showPipes(PipeList list);
    void showChosenObject();
    void showChosenPipe();

    RowList<SyncObject> *m_objects;
    RowList<ObjectHandle> *m_holders;
    RowList<NamedPipe> *m_pipes;
    RowList<PipeEnd> *m_ends;
    QTabWidget *m_pages;
    RowTable *m_objectTable;
    RowTable *m_holderTable;
    RowTable *m_pipeTable;
    RowTable *m_endTable;
    QLabel *m_objectNote;
    QLabel *m_pipeNote;
    QCheckBox *m_wine;
};

} // namespace ipclens
