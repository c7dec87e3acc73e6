// Asks between which programs a relay is to stand.
#pragma once

#include "core/os/system.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ipclens {

class Client;
class ReferenceChoice;
class WindowPicker;

// GUI thread.
class RelayDialog : public QDialog {
    Q_OBJECT
public:
    // `client` must outlive the dialog.
    explicit RelayDialog(Client &client, QWidget *parent = nullptr);

    Result<RelayRequest> request() const; // the error names the field

private:
    void check();

    WindowPicker *m_picker;
    QLineEdit *m_messages;
    QLineEdit *m_cap;
    ReferenceChoice *m_references;
    QCheckBox *m_lowerIntegrity;
    QLabel *m_note;
    QPushButton *m_relay;
};

} // namespace ipclens
