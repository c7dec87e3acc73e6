#include "ui/write_dialog.h"

#include "core/text/number.h"
#include "core/text/paste.h"
#include "ui/number_text.h"
#include "ui/region_text.h"
#include "ui/said_label.h"
#include "ui/source_names.h"
#include "ui/text_mark.h"
#include "ui/theme.h"
#include "ui/value_choice.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>

namespace ipclens {

namespace {

constexpr std::size_t previewRows = 64;
constexpr std::size_t previewWidth = 8; // bytes a row

QString hexRow(std::span<const std::byte> bytes)
{
    QString text;
    for (const auto value : bytes)
        text += QStringLiteral("%1 ").arg(std::to_integer<int>(value), 2, 16, QLatin1Char('0'));
    return text;
}

struct PasteEncoding {
    const char *title;
    TextEncoding encoding;
    ByteOrder order;
};
constexpr PasteEncoding pasteEncodings[] = {{"UTF-8", TextEncoding::Utf8, ByteOrder::Little},
                                            {"UTF-16 LE", TextEncoding::Utf16, ByteOrder::Little},
                                            {"UTF-16 BE", TextEncoding::Utf16, ByteOrder::Big},
                                            {"UTF-32 LE", TextEncoding::Utf32, ByteOrder::Little},
                                            {"UTF-32 BE", TextEncoding::Utf32, ByteOrder::Big},
                                            {"Latin-1", TextEncoding::Latin1, ByteOrder::Little},
                                            {"ASCII", TextEncoding::Ascii, ByteOrder::Little}};

} // namespace

WriteDialog::WriteDialog(Kind kind, SourceLink &link, std::vector<AddressRange> ranges, QWidget *parent)
    : QDialog(parent), m_kind(kind), m_link(link), m_selected(std::move(ranges)), m_said(new QLabel(this)),
      m_preview(new QPlainTextEdit(this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    const QString titles[] = {tr("Fill"), tr("Paste"), tr("Load a file")};
    setWindowTitle(tr("%1 \u2013 %2").arg(titles[static_cast<int>(kind)], titleOf(link.source())));
    m_said->setObjectName(QStringLiteral("writeSaid"));
    m_said->setTextFormat(Qt::PlainText);
    m_said->setWordWrap(true);
    m_preview->setReadOnly(true);
    m_preview->setFont(theme::fixedFont());
    m_preview->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_preview->setAccessibleName(tr("What is there now and what will be written"));
    m_preview->setTabChangesFocus(true);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Write"));
    auto *column = new QVBoxLayout(this);
    column->addWidget(kind == Kind::Fill ? makeFillPage() : kind == Kind::Paste ? makePastePage() : makeFilePage());
    column->addWidget(m_said);
    column->addWidget(m_preview, 1);
    column->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    const int cell = QFontMetrics(theme::fixedFont()).horizontalAdvance(QLatin1Char('0'));
    resize(cell * 78, fontMetrics().lineSpacing() * 28);
    update();
}

QWidget *WriteDialog::makeFillPage()
{
    auto *page = new QWidget(this);
    auto *form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    makeFrom(page);
    m_size = new QLineEdit(QString::number(m_selected.front().size), page);
    m_type = new ValueTypeBox(true, page);
    m_type->setType({});
    m_order = new ByteOrderBox(page);
    m_value = new QLineEdit(QStringLiteral("00"), page);
    m_size->setObjectName(QStringLiteral("writeSize"));
    m_value->setObjectName(QStringLiteral("fillValue"));
    for (auto *line : {m_size, m_value}) {
        line->setFont(theme::fixedFont());
        connect(line, &QLineEdit::textChanged, this, &WriteDialog::update);
    }
    const bool isBlock = m_selected.size() > 1;
    m_from->setEnabled(!isBlock);
    m_size->setEnabled(!isBlock);
    if (isBlock)
        m_size->setText(tr("%1 rows of %2").arg(m_selected.size()).arg(m_selected.front().size));
    for (auto *box : std::initializer_list<QComboBox *>{m_type, m_order})
        connect(box, &QComboBox::currentIndexChanged, this, &WriteDialog::update);
    auto *row = new QHBoxLayout;
    row->addWidget(m_type);
    row->addWidget(m_order);
    row->addWidget(m_value, 1);
    form->addRow(tr("&From:"), m_from);
    form->addRow(tr("&Bytes:"), m_size);
    auto *with = new QLabel(tr("&With:"), page); // a layout cannot be the buddy of its label
    with->setBuddy(m_value);
    form->addRow(with, row);
    m_value->setToolTip(tr("Repeated until the end; what does not fit there is cut off"));
    m_value->selectAll();
    m_value->setFocus();
    return page;
}

void WriteDialog::makeFrom(QWidget *page)
{
    m_from = new QLineEdit(addressText(m_selected.front().begin + m_link.source().base), page);
    m_from->setObjectName(QStringLiteral("writeFrom"));
    m_from->setFont(theme::fixedFont());
    connect(m_from, &QLineEdit::textChanged, this, &WriteDialog::update);
}

void WriteDialog::makeOnlySelection(QWidget *page)
{
    m_onlySelection = new QCheckBox(tr("Only as far as the &selection"), page);
    m_onlySelection->setVisible(m_selected.front().size > 1);
    m_onlySelection->setChecked(m_selected.front().size > 1);
    connect(m_onlySelection, &QCheckBox::toggled, this, &WriteDialog::update);
}

QWidget *WriteDialog::makePastePage()
{
    auto *page = new QWidget(this);
    auto *form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    makeFrom(page);
    m_form = new QComboBox(page);
    m_form->setObjectName(QStringLiteral("pasteForm"));
    for (const auto &[title, pasteForm] :
         {std::pair{tr("Hex"), PasteForm::Hex}, std::pair{tr("Text"), PasteForm::Text},
          std::pair{tr("C array"), PasteForm::CArray}, std::pair{tr("Base64"), PasteForm::Base64}})
        m_form->addItem(title, static_cast<int>(pasteForm));
    m_encoding = new QComboBox(page);
    m_encoding->setAccessibleName(tr("Encoding"));
    for (const auto &each : pasteEncodings)
        m_encoding->addItem(QLatin1String(each.title));
    m_text = new QPlainTextEdit(page);
    m_text->setObjectName(QStringLiteral("pasteText"));
    m_text->setFont(theme::fixedFont());
    m_text->setTabChangesFocus(true);
    m_text->setMaximumHeight(fontMetrics().lineSpacing() * 7);
    makeOnlySelection(page);
    auto *row = new QHBoxLayout;
    row->addWidget(m_form);
    row->addWidget(m_encoding);
    row->addStretch();
    form->addRow(tr("&At:"), m_from);
    auto *formLabel = new QLabel(tr("&Form:"), page);
    formLabel->setBuddy(m_form);
    form->addRow(formLabel, row);
    form->addRow(tr("&Text:"), m_text);
    form->addRow(QString(), m_onlySelection);
    connect(m_form, &QComboBox::currentIndexChanged, this, &WriteDialog::update);
    connect(m_encoding, &QComboBox::currentIndexChanged, this, &WriteDialog::update);
    connect(m_text, &QPlainTextEdit::textChanged, this, &WriteDialog::update);
    return page;
}

QWidget *WriteDialog::makeFilePage()
{
    auto *page = new QWidget(this);
    auto *form = new QFormLayout(page);
    form->setContentsMargins(0, 0, 0, 0);
    makeFrom(page);
    m_path = new QLabel(page);
    m_path->setTextFormat(Qt::PlainText);
    m_path->setWordWrap(true);
    makeOnlySelection(page);
    form->addRow(tr("File:"), m_path);
    form->addRow(tr("&At:"), m_from);
    form->addRow(QString(), m_onlySelection);
    return page;
}

void WriteDialog::setPastedText(const QString &text)
{
    const QSignalBlocker ofForm(m_form);
    m_form->setCurrentIndex(m_form->findData(static_cast<int>(guessPasteForm(text.toStdString()))));
    m_text->setPlainText(text);
    update();
}

void WriteDialog::setRaw(const QString &name, const QByteArray &bytes)
{
    m_path->setText(tr("%1 (%2 bytes)").arg(name, countText(static_cast<std::uint64_t>(bytes.size()))));
    m_file = toBytes(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    update();
}

void WriteDialog::setFile(const QString &path)
{
    QFile file(path);
    const auto size = static_cast<std::uint64_t>(QFileInfo(path).size());
    if (size > MemoryEditor::largestEdit) {
        m_path->setText(tr("%1 has %2: at most %3 are written at once.")
                            .arg(path, sizeText(size), sizeText(MemoryEditor::largestEdit)));
    } else if (!file.open(QIODevice::ReadOnly)) {
        m_path->setText(tr("%1 cannot be read: %2").arg(path, file.errorString()));
    } else {
        setRaw(path, file.readAll());
        return;
    }
    m_file.clear();
    update();
}

void WriteDialog::say(const QString &text, bool isError)
{
    ipclens::say(*m_said, text, isError);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(!isError);
}

// What is to be written, once; none: what is typed is wrong, which is said.
std::optional<Bytes> WriteDialog::pattern()
{
    if (m_kind == Kind::File) {
        if (m_file.empty()) {
            say(tr("There is nothing to write."), true);
            return {};
        }
        return m_file;
    }
    if (m_kind == Kind::Fill) {
        m_order->setEnabled(m_type->type() && sizeOf(*m_type->type()) > 1);
        auto bytes = parseValue(m_type->type(), m_order->order(), m_value->text());
        markProblem(*m_value, bytes ? std::nullopt : std::optional(bytes.error()));
        if (!bytes) {
            say(problemText(bytes.error(), m_value->text()), true);
            return {};
        }
        return std::move(*bytes);
    }
    const auto form = static_cast<PasteForm>(m_form->currentData().toInt());
    m_encoding->setEnabled(form == PasteForm::Text);
    const auto &encoding = pasteEncodings[std::max(0, m_encoding->currentIndex())];
    const QString text = m_text->toPlainText();
    auto bytes = parsePasted(form, text.toStdString(), encoding.encoding, encoding.order);
    QList<QTextEdit::ExtraSelection> marks;
    if (!bytes) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(m_text->document());
        const QByteArray typed = text.toUtf8();
        const auto letters = [&](std::size_t count) {
            return static_cast<int>(QString::fromUtf8(typed.left(static_cast<qsizetype>(count))).size());
        };
        mark.cursor.setPosition(letters(bytes.error().offset));
        mark.cursor.setPosition(
            std::min(int(text.size()),
                     std::max(letters(bytes.error().offset) + 1, letters(bytes.error().offset + bytes.error().length))),
            QTextCursor::KeepAnchor);
        mark.format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        mark.format.setUnderlineColor(theme::color(theme::Role::ErrorText, palette()));
        mark.format.setForeground(theme::color(theme::Role::ErrorText, palette()));
        marks << mark;
    }
    m_text->setExtraSelections(marks);
    if (!bytes) {
        say(problemText(bytes.error(), text), true);
        return {};
    }
    if (bytes->empty()) {
        say(tr("There is nothing to paste."), true);
        return {};
    }
    return std::move(*bytes);
}

// Where so many bytes go; empty: nowhere, which is said.
std::vector<AddressRange> WriteDialog::targets(std::size_t bytes)
{
    if (m_kind == Kind::Fill && m_selected.size() > 1)
        return m_selected;
    const SourceInfo &source = m_link.source();
    const auto from = parseAddress(m_from->text().toStdString());
    markProblem(*m_from, from ? std::nullopt : problemIn(from.error(), m_from->text()));
    if (!from) {
        say(fromUtf8(toText(from.error())), true);
        return {};
    }
    AddressRange target{*from - source.base, bytes};
    if (m_kind == Kind::Fill) {
        const auto size = parseSize(m_size->text().toStdString());
        markProblem(*m_size, size ? std::nullopt : problemIn(size.error(), m_size->text()));
        if (!size) {
            say(fromUtf8(toText(size.error())), true);
            return {};
        }
        target.size = *size;
    } else if (m_onlySelection->isChecked() && m_onlySelection->isVisibleTo(this)) {
        const AddressRange selected = m_selected.front();
        if (!selected.contains(target.begin)) {
            say(tr("%1 is outside the selection.").arg(m_from->text()), true);
            return {};
        }
        target.size = std::min<std::uint64_t>(bytes, selected.end() - target.begin);
    }
    if (target.size == 0 || *from < source.base || !source.extent.contains(target)) {
        say(tr("%1 bytes from %2 do not lie within this source, which reaches from %3 to %4.")
                .arg(countText(target.size), addressText(*from), addressText(source.extent.begin + source.base),
                     addressText(source.extent.end() - 1 + source.base)),
            true);
        return {};
    }
    return {target};
}

void WriteDialog::update()
{
    m_targets.clear();
    m_bytes.clear();
    m_before.clear();
    ++m_reading;
    const auto bytes = pattern();
    if (bytes)
        m_targets = targets(bytes->size());
    std::uint64_t total = 0;
    for (const auto &target : m_targets)
        total += std::min(target.size, MemoryEditor::largestEdit + 1);
    if (total > MemoryEditor::largestEdit) {
        say(tr("At most %1 are written at once.").arg(sizeText(MemoryEditor::largestEdit)), true);
        m_targets.clear();
    }
    if (m_targets.empty()) {
        m_preview->clear();
        return;
    }
    for (const auto &target : m_targets) { // each begins with the pattern's beginning
        for (std::uint64_t i = 0; i < target.size; ++i)
            m_bytes.push_back((*bytes)[i % bytes->size()]);
    }
    const Address begin = m_targets.front().begin + m_link.source().base;
    QString text = m_targets.size() == 1 && total == 1 ? tr("Writes 1 byte, at %1.").arg(addressText(begin))
                   : m_targets.size() == 1
                       ? tr("Writes %1 bytes, from %2 to %3.")
                             .arg(countText(total), addressText(begin), addressText(begin + total - 1))
                       : tr("Writes %1 bytes in %2 rows.").arg(countText(total)).arg(m_targets.size());
    if (m_kind != Kind::Fill && total < bytes->size())
        text += tr(" The last %1 bytes are left out: the selection ends before them.")
                    .arg(countText(bytes->size() - total));
    if (m_kind == Kind::Fill && m_targets.front().size % bytes->size() != 0)
        text += tr(" The last repetition is cut off at the end.");
    for (const auto &target : m_targets) {
        const auto outlook = writeOutlook(m_link.regions(), m_link.source(), target);
        if (!outlook.refusal.isEmpty()) {
            say(outlook.refusal, true);
            break;
        }
        say(outlook.warning.isEmpty() ? text : text + QLatin1Char(' ') + outlook.warning, false);
    }
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(false); // until it is known what is there
    readBefore();
    showPreview();
}

void WriteDialog::readBefore()
{
    m_link.client().call(ReadMemory{m_link.source().source, m_targets}, this,
                         [this, reading = m_reading](Result<MemoryImages> reply) {
                             if (reading != m_reading)
                                 return;
                             if (!reply) {
                                 say(fromUtf8(toText(reply.error())), true);
                                 return;
                             }
                             m_before = std::move(reply->images);
                             for (const auto &image : m_before) {
                                 if (!image.unreadable.empty()) {
                                     say(tr("%1 cannot be read, so that it could not be put back. Nothing will be "
                                            "written.")
                                             .arg(addressText(image.unreadable.front().begin + m_link.source().base)),
                                         true);
                                     showPreview();
                                     return;
                                 }
                             }
                             const bool isRefused =
                                 m_targets.empty() ||
                                 std::ranges::any_of(m_targets, [this](const AddressRange &target) {
                                     return !writeOutlook(m_link.regions(), m_link.source(), target).refusal.isEmpty();
                                 });
                             m_buttons->button(QDialogButtonBox::Ok)->setEnabled(!isRefused);
                             showPreview();
                         });
}

void WriteDialog::showPreview()
{
    QString text;
    std::size_t rows = 0;
    std::size_t at = 0; // in m_bytes
    std::uint64_t widest = 0;
    for (const AddressRange &target : m_targets)
        widest = std::max(widest, std::min<std::uint64_t>(target.size, previewWidth));
    const int width = std::max(static_cast<int>(widest) * 3, static_cast<int>(tr("(reading)").size()));
    for (std::size_t i = 0; i < m_targets.size() && rows < previewRows; ++i) {
        const AddressRange target = m_targets[i];
        for (std::uint64_t done = 0; done < target.size && rows < previewRows; done += previewWidth, ++rows) {
            const auto count = std::min<std::uint64_t>(previewWidth, target.size - done);
            const auto after = std::span<const std::byte>(m_bytes).subspan(at + done, count);
            const QString before = i < m_before.size() && m_before[i].bytes.size() >= done + count
                                       ? hexRow(std::span<const std::byte>(m_before[i].bytes).subspan(done, count))
                                       : tr("(reading)");
            text += QStringLiteral("%1  %2 \u2192 %3\n")
                        .arg(addressText(target.begin + done + m_link.source().base), before.leftJustified(width),
                             hexRow(after).trimmed());
        }
        at += target.size;
    }
    const std::size_t shown = rows * previewWidth;
    if (shown < m_bytes.size())
        text += tr("\u2026 and %1 bytes more").arg(countText(m_bytes.size() - shown));
    m_preview->setPlainText(text);
}

std::vector<MemoryEditor::Edit> WriteDialog::edits() const
{
    std::vector<MemoryEditor::Edit> edits;
    std::size_t at = 0;
    for (std::size_t i = 0; i < m_targets.size() && i < m_before.size(); ++i) {
        const auto size = m_targets[i].size;
        edits.push_back({.at = m_targets[i].begin,
                         .expected = m_before[i].bytes,
                         .bytes = toBytes(std::span<const std::byte>(m_bytes).subspan(at, size))});
        at += size;
    }
    return edits;
}

} // namespace ipclens
