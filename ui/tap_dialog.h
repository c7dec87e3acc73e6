// Asks which window of another program is to be tapped, and whether the user agrees to what that takes.
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
class TapDialog : public QDialog {
    Q_OBJECT
public:
    // `client` must outlive the dialog.
    explicit TapDialog(Client &client, QWidget *parent = nullptr);

    Result<TapRequest> request() const; // the error names the field, or that the user has not agreed yet

protected:
    void changeEvent(QEvent *event) override;

private:
    void check();
    void paintWarning();

    WindowPicker *m_picker;
    QLabel *m_warning;
    QCheckBox *m_agree;
    QLineEdit *m_messages;
    QLineEdit *m_cap;
    QLineEdit *m_ring;
    ReferenceChoice *m_references;
    QLabel *m_note;
    QPushButton *m_tap;
};

} // namespace ipclens
