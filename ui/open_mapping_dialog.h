// Asks for the name of a section and how to open it, and opens it; a refusal is shown here and can be corrected.
#pragma once

#include "core/session/commands.h"
#include "ui/client.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QPushButton;
class QRadioButton;
class QStringListModel;

namespace ipclens {

class ErrorBar;

class OpenMappingDialog : public QDialog {
    Q_OBJECT
public:
    OpenMappingDialog(Client &client, const QString &name, QWidget *parent = nullptr);

    // Where a name as typed lies in the object namespace of logon session `session`.
    static QString fullPath(const QString &name, std::uint32_t session);

signals:
    void opened(const ipclens::SourceInfo &source);

private:
    void explainName();
    void openNamed();
    Access access() const;

    Client &m_client;
    QComboBox *m_name;
    QStringListModel *m_names;
    QLabel *m_path;
    QRadioButton *m_readWrite;
    QRadioButton *m_copy;
    ErrorBar *m_error;
    QPushButton *m_open;
    bool m_busy = false;
};

} // namespace ipclens
