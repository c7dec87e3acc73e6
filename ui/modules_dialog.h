// The modules of one process and their sections that are shared between processes, with the exports that lie in them.
#pragma once

#include "core/session/commands.h"
#include "ui/client.h"

#include <QDialog>

class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace ipclens {

class ErrorBar;

// Not modal: opens what is double-clicked and stays.
class ModulesDialog : public QDialog {
    Q_OBJECT
public:
    ModulesDialog(Client &client, const ProcessInfo &process, QWidget *parent = nullptr);

signals:
    // `at` is an address in the source `spec` names.
    void openRequested(const ipclens::SourceSpec &spec, ipclens::Address at);

private:
    void refresh();
    void showSections(const std::vector<SharedSection> &sections);
    void showModules(const std::vector<Module> &modules);
    void applyFilter();
    void openItem(const QTreeWidgetItem *item);

    Client &m_client;
    const ProcessInfo m_process;
    QLineEdit *m_filter;
    ErrorBar *m_error;
    QTreeWidget *m_sections;
    QTreeWidget *m_modules;
    std::vector<SourceSpec> m_specs; // what the rows' data refer to
};

} // namespace ipclens
