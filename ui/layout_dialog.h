// Asks for the C struct by which payloads are read.
#pragma once

#include "core/text/struct_layout.h"
#include "core/traffic/message_view.h"

#include <QDialog>

#include <map>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QPlainTextEdit;

namespace ipclens {

// What a struct is of: the payload, the mapping that it names, the block that the message points to.
enum class LayoutOf { Payload, Section, Pointer };

// A struct as the user pasted it, kept for messages of one sender with one id or name.
struct UserLayout {
    QString text;
    PointerSize pointers = PointerSize::Bits64;

    static QString keyOf(const MessageView &message, LayoutOf of);
    static UserLayout load(const QString &key); // an empty text when there is none
    void save(const QString &key) const;        // an empty text takes it away
};

// The structs of messages that are shown in one line each, read from the settings once. GUI thread.
class UserLayouts {
public:
    // For summary(): of the payload, or of the block that a message points to; nullptr when there is none, or it is
    // wrong. Good until forget().
    const LayoutType *of(const MessageView &message);
    void forget() { m_known.clear(); } // they have changed

private:
    std::map<QString, std::shared_ptr<const LayoutType>> m_known;
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
