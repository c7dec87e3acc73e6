// A payload as text.
#pragma once

#include "ui/payload_page.h"

class QComboBox;
class QLabel;
class QPlainTextEdit;

namespace ipclens {

// As what encoding is chosen; at first as what it seems to be. Lives on the GUI thread.
class PayloadTextPage : public PayloadPage {
    Q_OBJECT
public:
    explicit PayloadTextPage(QWidget *parent);

    bool isFor(const Message &) const override { return true; }

protected:
    void fill() override;

private:
    enum Form { Guess, Utf8, Utf16, Ansi };

    void updateForms();
    void showText();
    static QString textOfNumbers(const Message &message);

    QComboBox *m_form;
    QLabel *m_note;
    QPlainTextEdit *m_text;
};

} // namespace ipclens
