// Asks for the C struct by which payloads are read.
#pragma once

#include "core/text/struct_layout.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QPlainTextEdit;

namespace ipclens {

// A struct as the user pasted it, kept for messages of one sender with one id or name.
struct UserLayout {
    QString text;
    PointerSize pointers = PointerSize::Bits64;

    static UserLayout load(const QString &key); // an empty text when there is none
    void save(const QString &key) const;        // an empty text takes it away
};

// GUI thread.
class LayoutDialog : public QDialog {
    Q_OBJECT
public:
    // `of`: whose messages, for people.
    LayoutDialog(const UserLayout &layout, const QString &of, QWidget *parent);
    UserLayout layout() const;

private:
    void check();

    QPlainTextEdit *m_text;
    QComboBox *m_bits;
    QLabel *m_note;
    QDialogButtonBox *m_buttons;
};

} // namespace ipclens
