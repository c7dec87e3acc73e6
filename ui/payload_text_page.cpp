#include "ui/payload_text_page.h"

#include "core/traffic/message_text.h"
#include "ui/number_text.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {
namespace {

// More text than this takes a text widget long to lay out; the bytes beside it are all there.
constexpr std::size_t mostTextBytes = 64 * 1024;
// QPlainTextEdit looks for places to break a line between words in time that grows with the square of its length: a
// second for 64 KiB.
constexpr qsizetype longestWordWrappedLine = 4096;

bool hasLongLine(const QString &text)
{
    for (const auto line : QStringView(text).tokenize(u'\n'))
        if (line.size() > longestWordWrappedLine)
            return true;
    return false;
}

QString hex(std::uint64_t number)
{
    return QStringLiteral("0x") + QString::number(number, 16).toUpper();
}

} // namespace

PayloadTextPage::PayloadTextPage(QWidget *parent)
    : PayloadPage(parent), m_form(new QComboBox(this)), m_note(new QLabel(this)), m_text(new QPlainTextEdit(this))
{
    m_form->setToolTip(tr("How to read the payload as text, and how much speaks for it"));
    m_form->setAccessibleName(tr("How to read the payload as text"));
    m_form->addItem(tr("Guess"), Guess);
    connect(m_form, &QComboBox::activated, this, &PayloadTextPage::showText);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_text->setReadOnly(true);
    m_text->setFont(theme::fixedFont());
    m_text->setAccessibleName(tr("Payload as text"));

    auto *row = new QHBoxLayout;
    row->addWidget(m_form);
    row->addWidget(m_note, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(m_text, 1);
}

void PayloadTextPage::fill()
{
    updateForms();
    showText();
}

// The encodings, that for which most speaks first.
void PayloadTextPage::updateForms()
{
    const auto &payload = shown()->message.payload;
    const auto chosen = m_form->currentData().toInt();
    m_form->clear();
    m_form->addItem(tr("Guess"), Guess);
    for (const auto &reading : textReadings(std::span(payload).first(std::min(payload.size(), mostTextBytes)))) {
        switch (reading.form) {
        case TextForm::Utf8:
            m_form->addItem(tr("UTF-8 (%1 %)").arg(reading.confidence), Utf8);
            break;
        case TextForm::Utf16:
            m_form->addItem(tr("UTF-16 (%1 %)").arg(reading.confidence), Utf16);
            break;
        case TextForm::Ansi:
            m_form->addItem(tr("ANSI (%1 %)").arg(reading.confidence), Ansi);
            break;
        }
    }
    m_form->setCurrentIndex(std::max(0, m_form->findData(chosen)));
    m_form->setEnabled(!payload.empty());
}

QString PayloadTextPage::textOfNumbers(const Message &message)
{
    const auto line = [](const char *name, std::uint64_t value) {
        const auto low = static_cast<std::uint32_t>(value);
        return tr("%1  %2\n        decimal %3, low 32 bits signed %4, low word %5, high word %6\n")
            .arg(QLatin1String(name), hex(value), QString::number(value),
                 QString::number(static_cast<std::int32_t>(low)), QString::number(low & 0xFFFF),
                 QString::number(low >> 16));
    };
    return line("wParam", message.wParam) + line("lParam", message.lParam) +
           tr("\nA pointer in here is an address in the sender's process.");
}

void PayloadTextPage::showText()
{
    if (!shown())
        return;
    const auto &message = shown()->message;
    if (message.kind == MessageKind::Registered) {
        m_note->setText(tr("no payload, two numbers"));
        m_text->setPlainText(textOfNumbers(message));
        return;
    }
    const auto &payload = message.payload;
    if (payload.empty()) {
        m_note->setText(message.nullData ? tr("NULL data") : tr("no data"));
        m_text->clear();
        return;
    }
    const std::span<const std::byte> bytes = std::span(payload).first(std::min(payload.size(), mostTextBytes));
    const bool whole = bytes.size() == payload.size() && !message.isTruncated();
    QString text, note;
    switch (static_cast<Form>(m_form->currentData().toInt())) {
    case Guess: {
        const auto guess = guessText(bytes, whole);
        note = tr("guess: %1").arg(fromUtf8(describe(guess)));
        text = fromUtf8(guess.looksLikeJson ? indentJson(guess.text) : guess.text);
        break;
    }
    case Utf8:
        text = fromUtf8({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
        break;
    case Utf16:
        text = fromUtf8(fromUtf16(bytes));
        break;
    case Ansi:
        text = fromUtf8(fromAnsi(bytes));
        note = tr("code page 1252");
        break;
    }
    if (bytes.size() < payload.size())
        note +=
            (note.isEmpty() ? QString() : QStringLiteral("; ")) + tr("the first %1 bytes").arg(countText(bytes.size()));
    text.replace(QChar(0), QChar(0x2400)); // the sign for NUL, where a text widget would show nothing
    m_note->setText(note);
    m_note->setToolTip(note);
    m_text->setWordWrapMode(hasLongLine(text) ? QTextOption::WrapAnywhere : QTextOption::WrapAtWordBoundaryOrAnywhere);
    m_text->setPlainText(text);
}

} // namespace ipclens
