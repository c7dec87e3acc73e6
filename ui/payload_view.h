// One message in full: what is known about it, its payload as bytes, and the same as text.
#pragma once

#include "core/model/message.h"

#include <QSplitter>

class QComboBox;
class QLabel;
class QPlainTextEdit;

namespace ipclens {

class HexView;

// Keeps a copy of the message, so that it stays when the capture lets the message go. Lives on the GUI thread.
class PayloadView : public QWidget {
    Q_OBJECT
public:
    explicit PayloadView(QWidget *parent = nullptr);

    void showMessage(const Message &message);
    void clear();
    bool isShowing() const { return m_shown; }

    QByteArray saveState() const { return m_splitter->saveState(); }
    void restoreState(const QByteArray &state) { m_splitter->restoreState(state); }

private:
    enum Form { Guess, Utf8, Utf16 };

    void showBytes(AddressRange range);
    void showText();
    QString headline() const;
    QString textOfNumbers() const;

    Message m_message;
    bool m_shown = false;
    QLabel *m_headline;
    QSplitter *m_splitter;
    HexView *m_hex;
    QComboBox *m_form;
    QLabel *m_note;
    QPlainTextEdit *m_text;
};

} // namespace ipclens
