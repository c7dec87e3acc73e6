// The page of one kernel object, mostly a section: what it is, who holds it, where it is mapped, what probably guards
// it.
#pragma once

#include "ui/sharing_rows.h"
#include "ui/sharing_tab.h"

class QLabel;
class QSplitter;
class QToolButton;

namespace ipclens {

class Facts;
class RowTable;

// GUI thread.
class ObjectTab : public SharingTab {
    Q_OBJECT
public:
    ObjectTab(Client &client, const ObjectTarget &target, QWidget *parent = nullptr);

    QString identity() const override;
    PageSpec spec() const override { return {.kind = PageSpec::Kind::Object, .process = {}, .object = m_target}; }
    QString title() const override;
    Sign sign() const override { return isSection() ? Sign::Section : Sign::Lock; }
    void focusFilter() override;

    const RowList<ObjectHandle> &holders() const { return *m_holders; }
    const RowList<SectionView> &views() const { return *m_views; }

private:
    void ask() override;
    void connectTables();
    bool isSection() const;
    void showObject(ObjectDescription object);
    void showViews(ViewList views);
    void takeGuards(const SyncList &sync);
    void showFacts();
    void showUnseen();
    void askToClose(const ObjectHandle &holder);
    void close(const ObjectHandle &holder);
    void fillHolderMenu(QMenu *menu, const ObjectHandle &holder);
    void fillViewMenu(QMenu *menu, const SectionView &view);
    SourceSpec source() const; // of the section
    std::optional<ObjectHandle> chosenHolder() const;
    void updateControls();

    const ObjectTarget m_target;
    ObjectDetails m_details;
    bool m_isKnown = false;
    std::vector<SyncObject> m_guards;
    std::vector<UnseenProcess> m_unseen;
    QString m_viewNote;
    bool m_areViewsKnown = false;

    RowList<ObjectHandle> *m_holders;
    RowList<SectionView> *m_views;
    QLabel *m_heading;
    Facts *m_facts;
    QLabel *m_unseenLabel;
    QSplitter *m_split;
    RowTable *m_holderTable;
    RowTable *m_viewTable;
    QToolButton *m_open;
    QToolButton *m_close;
};

// What a list leaves out because some processes could not be looked into; empty: nothing.
QString unseenText(const std::vector<UnseenProcess> &unseen);

} // namespace ipclens
