// Asks how a new section should be and creates it; a refusal is shown here and can be corrected.
#pragma once

#include "core/session/commands.h"
#include "ui/client.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ipclens {

class ErrorBar;

class CreateMappingDialog : public QDialog {
    Q_OBJECT
public:
    explicit CreateMappingDialog(Client &client, QWidget *parent = nullptr);

signals:
    void created(const ipclens::SourceInfo &source);

private:
    Result<SectionRequest> request() const;
    void check();
    void create();

    Client &m_client;
    QLineEdit *m_name;
    QLineEdit *m_size;
    QLabel *m_sizeNote;
    QComboBox *m_protection;
    QCheckBox *m_reserve;
    ErrorBar *m_error;
    QPushButton *m_create;
    bool m_busy = false;
};

} // namespace ipclens
