// Sections of DLLs that all processes share which load them: who they are, what lies in them, and who sees other bytes.
#pragma once

#include "ui/sharing_rows.h"
#include "ui/sharing_tab.h"

class QLabel;
class QPlainTextEdit;

namespace ipclens {

class RowTable;

// GUI thread. Contents are read again and again while they can be seen.
class SharedDataTab : public SharingTab {
    Q_OBJECT
public:
    explicit SharedDataTab(Client &client, QWidget *parent = nullptr);

    QString identity() const override { return QStringLiteral("shared data"); }
    PageSpec spec() const override { return {.kind = PageSpec::Kind::SharedData, .process = {}, .object = {}}; }
    QString title() const override { return tr("Data shared by DLLs"); }
    Sign sign() const override { return Sign::Library; }
    void focusFilter() override;

    // As soon as it is known. An empty section: any of that module.
    void choose(const QString &module, const QString &section);

    const RowList<SharedData> &sections() const { return *m_sections; }
    const RowList<SharedDataUser> &users() const { return *m_users; }
    const RowList<SharedVariable> &variables() const { return *m_variables; }
    QString contentsText() const;

protected:
    void changeEvent(QEvent *event) override;

private:
    void ask() override;
    void connectTables();
    void take(SharedDataList list, bool isAll);
    void showChosen();
    void showContents();
    void openUser(const SharedDataUser &user, Address at);
    const SharedData *chosen() const;

    RowList<SharedData> *m_sections;
    RowList<SharedVariable> *m_variables;
    RowList<SharedDataUser> *m_users;
    RowTable *m_sectionTable;
    RowTable *m_variableTable;
    RowTable *m_userTable;
    QPlainTextEdit *m_contents;
    QLabel *m_contentsTitle;
    QLabel *m_note;
    QString m_wantedModule;
    QString m_wantedSection;
    int m_sinceAll = 0; // answers about the chosen DLL alone
};

} // namespace ipclens
