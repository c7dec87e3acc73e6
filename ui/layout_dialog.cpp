#include "ui/layout_dialog.h"

#include "ui/number_text.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QTextBlock>
#include <QVBoxLayout>

namespace ipclens {

QString UserLayout::keyOf(const MessageView &message, LayoutOf of)
{
    const auto name = message.isCopied() ? QString::number(message.id) : fromUtf8(message.name);
    constexpr const char *suffixes[] = {"", "|section", "|pointer"};
    const auto key = QStringLiteral("%1|%2%3").arg(fromUtf8(message.senderName).toLower(), name,
                                                   QLatin1String(suffixes[static_cast<int>(of)]));
    return QString::fromLatin1(key.toUtf8().toPercentEncoding()); // settings take a slash for a group of its own
}

UserLayout UserLayout::load(const QString &key)
{
    QSettings settings;
    settings.beginGroup(QStringLiteral("layouts/%1").arg(key));
    return {settings.value(QStringLiteral("struct")).toString(),
            settings.value(QStringLiteral("bits"), 64).toInt() == 32 ? PointerSize::Bits32 : PointerSize::Bits64};
}

void UserLayout::save(const QString &key) const
{
    QSettings settings;
    settings.beginGroup(QStringLiteral("layouts/%1").arg(key));
    settings.remove(QString());
    if (text.trimmed().isEmpty())
        return;
    settings.setValue(QStringLiteral("struct"), text);
    settings.setValue(QStringLiteral("bits"), pointers == PointerSize::Bits32 ? 32 : 64);
}

const LayoutType *UserLayouts::of(const MessageView &message)
{
    const auto key = UserLayout::keyOf(message, message.isCopied() ? LayoutOf::Payload : LayoutOf::Pointer);
    const auto [known, isNew] = m_known.try_emplace(key);
    if (isNew) {
        const auto layout = UserLayout::load(key);
        if (const auto parsed = parseStructLayout(layout.text.toStdString(), layout.pointers))
            known->second = *parsed;
    }
    return known->second.get();
}

LayoutDialog::LayoutDialog(const UserLayout &layout, const QString &of, QWidget *parent)
    : QDialog(parent), m_text(new QPlainTextEdit(layout.text, this)), m_bits(new QComboBox(this)),
      m_note(new QLabel(this)), m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    setWindowTitle(tr("Layout of payloads"));
    m_text->setFont(theme::fixedFont());
    m_text->setPlaceholderText(
        QStringLiteral("struct Position {\n    DWORD id;\n    float x, y;\n    wchar_t name[32];\n};"));
    m_text->setAccessibleName(tr("C struct"));
    m_text->setTabChangesFocus(true);
    m_bits->addItem(tr("64-bit sender"), 64);
    m_bits->addItem(tr("32-bit sender"), 32);
    m_bits->setCurrentIndex(layout.pointers == PointerSize::Bits32 ? 1 : 0);
    m_bits->setAccessibleName(tr("Size of pointers"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setMinimumHeight(fontMetrics().height() * 2);
    m_note->setAlignment(Qt::AlignLeft | Qt::AlignTop);

    auto *explanation = new QLabel(
        tr("The C struct that messages of %1 carry, as Windows compilers lay it out; other structs, enums and "
           "typedefs that it needs stand before it. Empty: none.")
            .arg(of),
        this);
    explanation->setWordWrap(true);
    explanation->setTextFormat(Qt::PlainText);
    auto *row = new QHBoxLayout;
    row->addWidget(m_bits);
    row->addStretch(1);
    auto *column = new QVBoxLayout(this);
    column->addWidget(explanation);
    column->addWidget(m_text, 1);
    column->addWidget(m_note);
    column->addLayout(row);
    column->addWidget(m_buttons);
    connect(m_text, &QPlainTextEdit::textChanged, this, &LayoutDialog::check);
    connect(m_bits, &QComboBox::currentIndexChanged, this, &LayoutDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    resize(600, 460);
    check();
}

UserLayout LayoutDialog::layout() const
{
    return {m_text->toPlainText(), m_bits->currentData().toInt() == 32 ? PointerSize::Bits32 : PointerSize::Bits64};
}

void LayoutDialog::check()
{
    const auto wanted = layout();
    const auto text = wanted.text.toStdString();
    const auto parsed = parseStructLayout(text, wanted.pointers);
    const bool isEmpty = wanted.text.trimmed().isEmpty();
    const bool good = parsed || isEmpty;
    QList<QTextEdit::ExtraSelection> marks;
    if (!good) {
        const auto &problem = parsed.error();
        const auto before = QString::fromUtf8(text.data(), static_cast<qsizetype>(problem.offset)).size();
        const auto length =
            QString::fromUtf8(text.data() + problem.offset, static_cast<qsizetype>(problem.length)).size();
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(m_text->document());
        mark.cursor.setPosition(static_cast<int>(before));
        mark.cursor.setPosition(static_cast<int>(before + length), QTextCursor::KeepAnchor);
        mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        mark.format.setUnderlineColor(theme::color(theme::Role::ErrorText, palette()));
        marks << mark;
        m_note->setText(tr("%1: %2").arg(fromUtf8(lineAndColumn(text, problem.offset)), fromUtf8(problem.meaning)));
    } else {
        m_note->setText(isEmpty ? QString()
                                : tr("%1: %2 bytes").arg(fromUtf8((*parsed)->name), countText((*parsed)->size)));
    }
    m_text->setExtraSelections(marks);
    auto colours = palette();
    if (!good)
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, colours));
    m_note->setPalette(colours);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(good);
}

} // namespace ipclens
