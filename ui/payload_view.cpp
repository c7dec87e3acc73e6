#include "ui/payload_view.h"

#include "core/traffic/message_filter.h"
#include "core/traffic/message_text.h"
#include "ui/hex_view.h"
#include "ui/message_model.h"
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

QString byteCount(std::uint64_t count)
{
    return count == 1 ? PayloadView::tr("1 byte") : PayloadView::tr("%1 bytes").arg(countText(count));
}

} // namespace

PayloadView::PayloadView(QWidget *parent)
    : QWidget(parent), m_headline(new QLabel(this)), m_splitter(new QSplitter(this)), m_hex(new HexView(this)),
      m_form(new QComboBox(this)), m_note(new QLabel(this)), m_text(new QPlainTextEdit(this))
{
    m_headline->setTextFormat(Qt::PlainText);
    m_headline->setWordWrap(true);
    m_headline->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_headline->setFocusPolicy(Qt::NoFocus);

    m_hex->setWritable(false);
    m_hex->setAccessibleName(tr("Payload as bytes"));
    connect(m_hex, &HexView::visibleRangeChanged, this, &PayloadView::showBytes);
    connect(m_hex, &HexView::copyRequested, this, [this](AddressRange range) {
        showBytes(range);
        m_hex->copy();
    });

    m_form->addItem(tr("Guess"), Guess);
    m_form->addItem(tr("As UTF-8"), Utf8);
    m_form->addItem(tr("As UTF-16"), Utf16);
    m_form->setToolTip(tr("How to read the payload as text"));
    m_form->setAccessibleName(tr("How to read the payload as text"));
    connect(m_form, &QComboBox::currentIndexChanged, this, &PayloadView::showText);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_text->setReadOnly(true);
    m_text->setFont(theme::fixedFont());
    m_text->setAccessibleName(tr("Payload as text"));

    auto *right = new QWidget(this);
    auto *formRow = new QHBoxLayout;
    formRow->addWidget(m_form);
    formRow->addWidget(m_note, 1);
    auto *rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(2);
    rightLayout->addLayout(formRow);
    rightLayout->addWidget(m_text, 1);

    m_splitter->addWidget(m_hex);
    m_splitter->addWidget(right);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({600, 400});
    m_splitter->setChildrenCollapsible(false);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 2, 4, 4);
    layout->setSpacing(2);
    layout->addWidget(m_headline, 0, Qt::AlignTop);
    layout->addWidget(m_splitter, 1);
    clear();
}

void PayloadView::showMessage(const Message &message)
{
    m_message = message;
    m_shown = true;
    m_splitter->show();
    m_headline->setText(headline());
    m_hex->setExtent({0, m_message.payload.size()});
    m_hex->goTo(0);
    showBytes(m_hex->visibleRange());
    m_form->setEnabled(!m_message.payload.empty());
    showText();
}

void PayloadView::clear()
{
    m_message = {};
    m_shown = false;
    m_headline->setText(tr("Select a message to see its payload as bytes and text"));
    m_splitter->hide();
    m_hex->setExtent({0, 0});
    m_form->setEnabled(false);
    m_note->clear();
    m_text->clear();
}

void PayloadView::showBytes(AddressRange range)
{
    range = intersect(range, {0, m_message.payload.size()});
    if (!m_shown || range.size == 0)
        return;
    MemoryImage image;
    image.address = range.begin;
    image.bytes = toBytes(std::span(m_message.payload).subspan(range.begin, range.size));
    image.time = m_message.time;
    m_hex->showImage(image);
}

QString PayloadView::headline() const
{
    const auto &message = m_message;
    const auto kind = toText(message.kind);
    QStringList parts{tr("No. %1").arg(countText(message.sequence)), MessageModel::timeText(message.time)};
    if (message.kind == MessageKind::CopyData) {
        parts += tr("WM_COPYDATA id %1 (%2)").arg(message.id).arg(hex(message.id));
        parts += tr("from %1, window %2 (claimed, not verified)")
                     .arg(MessageModel::senderText(message), hex(message.senderWindow));
        if (message.nullData)
            parts += tr("data NULL, size says %1").arg(byteCount(message.size));
        else if (message.isTruncated())
            parts += tr("cut: first %1 of %2 kept").arg(byteCount(message.payload.size()), byteCount(message.size));
        else
            parts += byteCount(message.size);
    } else {
        parts += tr("%1 message %2 (%3)").arg(fromUtf8(kind), QString::fromStdString(message.name), hex(message.id));
    }
    return parts.join(QStringLiteral("  \u00b7  "));
}

QString PayloadView::textOfNumbers() const
{
    const auto line = [](const char *name, std::uint64_t value) {
        const auto low = static_cast<std::uint32_t>(value);
        return tr("%1  %2\n        decimal %3, low 32 bits signed %4, low word %5, high word %6\n")
            .arg(QLatin1String(name), hex(value), QString::number(value),
                 QString::number(static_cast<std::int32_t>(low)), QString::number(low & 0xFFFF),
                 QString::number(low >> 16));
    };
    return line("wParam", m_message.wParam) + line("lParam", m_message.lParam) +
           tr("\nA pointer in here is an address in the sender's process.");
}

void PayloadView::showText()
{
    if (!m_shown)
        return;
    if (m_message.kind == MessageKind::Registered) {
        m_note->setText(tr("no payload, two numbers"));
        m_text->setPlainText(textOfNumbers());
        return;
    }
    const auto &payload = m_message.payload;
    if (payload.empty()) {
        m_note->setText(m_message.nullData ? tr("NULL data") : tr("no data"));
        m_text->clear();
        return;
    }
    const std::span<const std::byte> bytes = std::span(payload).first(std::min(payload.size(), mostTextBytes));
    const bool whole = bytes.size() == payload.size() && !m_message.isTruncated();
    QString text, note;
    switch (static_cast<Form>(m_form->currentData().toInt())) {
    case Guess: {
        const auto guess = guessText(bytes, whole);
        note = tr("guess: %1").arg(QString::fromStdString(describe(guess)));
        text = QString::fromStdString(guess.looksLikeJson ? indentJson(guess.text) : guess.text);
        break;
    }
    case Utf8:
        text = QString::fromUtf8(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()));
        break;
    case Utf16:
        text = QString::fromStdString(fromUtf16(bytes));
        break;
    }
    if (bytes.size() < payload.size())
        note += (note.isEmpty() ? QString() : QStringLiteral("; ")) + tr("the first %1").arg(byteCount(bytes.size()));
    text.replace(QChar(0), QChar(0x2400)); // the sign for NUL, where a text widget would show nothing
    m_note->setText(note);
    m_note->setToolTip(note);
    m_text->setWordWrapMode(hasLongLine(text) ? QTextOption::WrapAnywhere : QTextOption::WrapAtWordBoundaryOrAnywhere);
    m_text->setPlainText(text);
}

} // namespace ipclens
