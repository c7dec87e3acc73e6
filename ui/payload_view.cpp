#include "ui/payload_view.h"

#include "core/traffic/message_filter.h"
#include "core/text/value_format.h"
#include "core/traffic/message_text.h"
#include "ui/decoded_model.h"
#include "ui/hex_view.h"
#include "ui/message_model.h"
#include "ui/number_text.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {
namespace {

// More text than this takes a text widget long to lay out; the bytes beside it are all there.
constexpr std::size_t mostTextBytes = 64 * 1024;
constexpr std::size_t mostJsonBytes = 1 << 20;
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
      m_pages(new QTabWidget(this)), m_form(new QComboBox(this)), m_note(new QLabel(this)), m_text(new QPlainTextEdit(this)),
      m_json(new DecodedModel({tr("Name"), tr("Type"), QString(), tr("Value")}, this)),
      m_numbers(new DecodedModel({tr("Type"), tr("Little endian"), tr("Offset"), tr("Big endian")}, this)),
      m_layout(new DecodedModel({tr("Name"), tr("Type"), tr("Offset"), tr("Value")}, this)), m_jsonTree(makeTree(m_json)),
      m_numberTree(makeTree(m_numbers)), m_layoutTree(makeTree(m_layout)), m_layoutNote(new QLabel(this)),
      m_editLayout(new QToolButton(this)), m_references(new QWidget(this)), m_referenceRows(new QVBoxLayout(m_references))
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

    connect(m_hex, &HexView::cursorMoved, this, &PayloadView::showNumbers);
    connect(m_pages, &QTabWidget::currentChanged, this, &PayloadView::showNumbers);

    m_jsonTree->setAccessibleName(tr("Payload as JSON"));
    m_jsonTree->setColumnHidden(DecodedModel::Offset, true);
    m_numberTree->setAccessibleName(tr("Numbers at the cursor"));
    m_numberTree->setRootIsDecorated(false);
    m_numberTree->setColumnHidden(DecodedModel::Offset, true);
    m_numberTree->setToolTip(tr("The bytes from the cursor in the hex view on, as every type"));
    auto *scroll = new QScrollArea(this);
    scroll->setWidget(m_references);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    m_pages->setDocumentMode(true);
    m_pages->setUsesScrollButtons(true);
    m_pages->addTab(makeTextPage(), tr("Text"));
    m_pages->addTab(m_jsonTree, tr("JSON"));
    m_pages->addTab(m_numberTree, tr("Numbers"));
    m_pages->addTab(makeLayoutPage(), tr("Layout"));
    m_pages->addTab(scroll, tr("Leads to"));

    m_splitter->addWidget(m_hex);
    m_splitter->addWidget(m_pages);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({600, 400});
    m_splitter->setChildrenCollapsible(false);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 2, 4, 4);
    layout->setSpacing(2);
    layout->addWidget(m_headline);
    layout->addWidget(m_splitter, 1);
    clear();
}

QWidget *PayloadView::makeTextPage()
{
    m_form->setToolTip(tr("How to read the payload as text, and how much speaks for it"));
    m_form->setAccessibleName(tr("How to read the payload as text"));
    m_form->addItem(tr("Guess"), Guess);
    connect(m_form, &QComboBox::activated, this, &PayloadView::showText);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_text->setReadOnly(true);
    m_text->setFont(theme::fixedFont());
    m_text->setAccessibleName(tr("Payload as text"));

    auto *page = new QWidget(this);
    auto *row = new QHBoxLayout;
    row->addWidget(m_form);
    row->addWidget(m_note, 1);
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(m_text, 1);
    return page;
}

QWidget *PayloadView::makeLayoutPage()
{
    m_layoutTree->setAccessibleName(tr("Payload as a struct"));
    m_layoutNote->setTextFormat(Qt::PlainText);
    m_layoutNote->setWordWrap(true);
    m_layoutNote->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_editLayout->setText(tr("Struct\u2026"));
    m_editLayout->setToolTip(tr("Paste the C struct that these messages carry"));
    connect(m_editLayout, &QToolButton::clicked, this, &PayloadView::editLayout);
    connect(m_layoutTree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &index) {
        if (const auto *row = m_layout->row(index); row && row->bytes)
            m_hex->select(intersect(*row->bytes, m_hex->extent()));
    });
    auto *page = new QWidget(this);
    auto *row = new QHBoxLayout;
    row->addWidget(m_layoutNote, 1);
    row->addWidget(m_editLayout);
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(m_layoutTree, 1);
    return page;
}

QTreeView *PayloadView::makeTree(DecodedModel *model)
{
    auto *tree = new QTreeView(this);
    tree->setModel(model);
    tree->setUniformRowHeights(true);
    tree->setAlternatingRowColors(true);
    tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    tree->header()->setStretchLastSection(true);
    return tree;
}

void PayloadView::showMessage(const MessageView &message, std::optional<Message> previous)
{
    m_message = message.toMessage();
    m_comment = message.comment();
    m_previous = std::move(previous);
    m_shown = true;
    m_splitter->show();
    m_headline->setText(headline());
    m_headline->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_headline->setForegroundRole(QPalette::WindowText);
    m_hex->setExtent({0, m_message.payload.size()});
    m_hex->goTo(0);
    showBytes(m_hex->visibleRange());
    m_form->setEnabled(!m_message.payload.empty());
    updateForms();
    showText();
    showJson();
    showNumbers();
    showLayout();
    showReferences();
}

void PayloadView::clear()
{
    m_message = {};
    m_shown = false;
    m_headline->setText(tr("Select a message to see its payload as bytes and text"));
    m_headline->setAlignment(Qt::AlignCenter); // it has all the room
    m_headline->setForegroundRole(QPalette::PlaceholderText);
    m_splitter->hide();
    m_hex->setExtent({0, 0});
    m_form->setEnabled(false);
    m_note->clear();
    m_text->clear();
    m_previous.reset();
    showReferences();
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
    if (!message.receiverName.empty())
        parts += tr("to %1").arg(MessageModel::receiverText(message));
    if (message.outcome && message.outcome->failure)
        parts += tr("given %1 after %2: %3").arg(message.outcome->result).arg(MessageModel::durationText(message.outcome->duration), fromUtf8(ipclens::toText(*message.outcome->failure)));
    else if (message.outcome)
        parts += tr("given %1 after %2").arg(message.outcome->result).arg(MessageModel::durationText(message.outcome->duration));
    if (message.depth > 0)
        parts += tr("inside of %1 others").arg(message.depth);
    if (!message.senderWaits)
        parts += tr("posted");
    if (!m_comment.empty())
        parts += tr("\u201c%1\u201d").arg(fromUtf8(m_comment).simplified());
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
    case Ansi:
        text = QString::fromStdString(fromAnsi(bytes));
        note = tr("code page 1252");
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

// The encodings, that for which most speaks first.
void PayloadView::updateForms()
{
    const auto chosen = m_form->currentData().toInt();
    m_form->clear();
    m_form->addItem(tr("Guess"), Guess);
    for (const auto &reading : textReadings(std::span(m_message.payload).first(std::min(m_message.payload.size(), mostTextBytes)))) {
        switch (reading.form) {
        case TextForm::Utf8: m_form->addItem(tr("UTF-8 (%1 %)").arg(reading.confidence), Utf8); break;
        case TextForm::Utf16: m_form->addItem(tr("UTF-16 (%1 %)").arg(reading.confidence), Utf16); break;
        case TextForm::Ansi: m_form->addItem(tr("ANSI (%1 %)").arg(reading.confidence), Ansi); break;
        }
    }
    m_form->setCurrentIndex(std::max(0, m_form->findData(chosen)));
}

void PayloadView::showJson()
{
    std::vector<DecodedRow> rows;
    if (m_message.kind == MessageKind::CopyData && m_message.payload.size() <= mostJsonBytes) {
        const auto guess = guessText(m_message.payload, !MessageView(m_message).isTruncated());
        if (guess.looksLikeJson)
            rows = jsonRows(QByteArray::fromStdString(guess.text));
    }
    m_pages->setTabVisible(m_pages->indexOf(m_jsonTree), !rows.empty());
    m_json->setRows(std::move(rows));
    m_jsonTree->expandToDepth(1);
    m_jsonTree->resizeColumnToContents(DecodedModel::Name);
}

// Of the bytes from the cursor on. Only while they are seen.
void PayloadView::showNumbers()
{
    const auto &payload = m_message.payload;
    m_pages->setTabVisible(m_pages->indexOf(m_numberTree), m_shown && !payload.empty());
    if (!m_shown || payload.empty() || m_pages->currentWidget() != m_numberTree)
        return;
    const auto at = std::min<Address>(m_hex->cursor(), payload.size() - 1);
    constexpr std::size_t most = 64; // more than the largest number has; texts end there
    MemoryImage image{.address = at};
    image.bytes = toBytes(std::span(payload).subspan(at, std::min(most, payload.size() - at)));
    std::vector<DecodedRow> rows;
    for (const auto &value : decodeValues(image, at))
        rows.push_back({.name = fromUtf8(value.type), .type = fromUtf8(value.little), .value = fromUtf8(value.big), .bytes = {}});
    m_numbers->setRows(std::move(rows));
    m_numberTree->resizeColumnToContents(DecodedModel::Name);
    m_numberTree->resizeColumnToContents(DecodedModel::Type);
}

// Layouts. ------------------------------------------------------------------------------------------------------------

QString PayloadView::layoutKey() const
{
    const auto name = m_message.kind == MessageKind::CopyData ? QString::number(m_message.id) : fromUtf8(m_message.name);
    // Settings take a slash for a group of its own.
    return QString::fromLatin1(QStringLiteral("%1|%2").arg(fromUtf8(m_message.senderName).toLower(), name).toUtf8().toPercentEncoding());
}

QString PayloadView::layoutOwner() const
{
    const auto sender = m_message.senderName.empty() ? tr("unknown senders") : fromUtf8(m_message.senderName);
    return tr("%1 with id %2").arg(sender).arg(m_message.id);
}

void PayloadView::showLayout()
{
    m_pages->setTabVisible(m_pages->indexOf(m_layoutTree->parentWidget()), m_message.kind == MessageKind::CopyData);
    const auto layout = UserLayout::load(layoutKey());
    std::vector<DecodedRow> rows;
    if (layout.text.isEmpty()) {
        m_layoutNote->setText(tr("No struct is known for messages of %1").arg(layoutOwner()));
    } else if (const auto parsed = parseStructLayout(layout.text.toStdString(), layout.pointers)) {
        m_layoutNote->setText(parsed->size == m_message.payload.size()
                                  ? tr("%1, %2 bytes").arg(fromUtf8(parsed->type), countText(parsed->size))
                                  : tr("%1, %2 bytes, but the payload has %3")
                                        .arg(fromUtf8(parsed->type), countText(parsed->size), countText(m_message.payload.size())));
        rows = layoutRows(*parsed, m_message.payload);
    } else {
        const auto text = layout.text.toStdString();
        m_layoutNote->setText(tr("%1: %2").arg(fromUtf8(lineAndColumn(text, parsed.error().offset)), fromUtf8(parsed.error().meaning)));
    }
    m_layout->setRows(std::move(rows));
    m_layoutTree->expandToDepth(0);
    for (const int column : {DecodedModel::Name, DecodedModel::Type, DecodedModel::Offset})
        m_layoutTree->resizeColumnToContents(column);
}

void PayloadView::setUserLayout(const UserLayout &layout)
{
    layout.save(layoutKey());
    showLayout();
}

void PayloadView::editLayout()
{
    auto *dialog = new LayoutDialog(UserLayout::load(layoutKey()), layoutOwner(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, key = layoutKey()] {
        dialog->layout().save(key);
        if (m_shown)
            showLayout();
    });
    dialog->open();
}

// References. ---------------------------------------------------------------------------------------------------------

void PayloadView::showReferences()
{
    while (auto *item = m_referenceRows->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const bool any = !m_message.references.empty();
    m_pages->setTabVisible(m_pages->count() - 1, any);
    if (!any)
        return;
    for (std::size_t place = 0; place < m_message.references.size(); ++place)
        addReference(place);
    m_referenceRows->addStretch(1);
}

void PayloadView::addReference(std::size_t place)
{
    const auto &reference = m_message.references[place];
    const bool isSection = reference.kind == ReferenceKind::Section;
    auto *row = new QWidget(m_references);
    auto *title = new QLabel(isSection ? tr("Mapping \u201c%1\u201d").arg(fromUtf8(reference.section))
                                       : tr("Process %1 at %2").arg(reference.process.pid).arg(addressText(reference.address)),
                             row);
    title->setTextFormat(Qt::PlainText);
    title->setWordWrap(true);
    auto *open = new QPushButton(isSection ? tr("Open it") : tr("Open there"), row);
    open->setAutoDefault(false);
    connect(open, &QPushButton::clicked, this, [this, reference, isSection] {
        if (isSection)
            emit openRequested({.kind = SourceKind::Section, .name = reference.section}, std::nullopt);
        else
            emit openRequested({.kind = SourceKind::Process, .process = reference.process}, reference.address);
    });
    auto *note = new QLabel(row);
    note->setTextFormat(Qt::PlainText);
    note->setWordWrap(true);
    auto *line = new QHBoxLayout;
    line->addWidget(title, 1);
    line->addWidget(open);
    auto *column = new QVBoxLayout(row);
    column->setContentsMargins(4, 4, 4, 4);
    column->setSpacing(2);
    column->addLayout(line);
    column->addWidget(note);
    m_referenceRows->addWidget(row);

    if (reference.failure) {
        note->setText(fromUtf8(ipclens::toText(*reference.failure)));
        return;
    }
    auto *bytes = new HexView(row);
    const AddressRange extent{isSection ? 0 : reference.address, reference.bytes.size()};
    bytes->setExtent(extent);
    bytes->setWritable(false);
    bytes->setAccessibleName(tr("Bytes at arrival"));
    bytes->setMinimumHeight(fontMetrics().height() * 7);
    // What the one before pointed to, laid over this one, is the frame that marks what differs.
    const MessageReference *before = nullptr;
    if (m_previous)
        for (const auto &other : m_previous->references)
            if (other.kind == reference.kind && other.section == reference.section && !other.bytes.empty() && !before)
                before = &other;
    MemoryImage image{.address = extent.begin, .bytes = reference.bytes, .time = m_message.time};
    if (before) {
        MemoryImage frame{.address = extent.begin};
        frame.bytes = toBytes(std::span(before->bytes).first(std::min(before->bytes.size(), reference.bytes.size())));
        std::size_t differing = 0;
        for (std::size_t i = 0; i < frame.bytes.size(); ++i)
            differing += frame.bytes[i] != reference.bytes[i];
        bytes->showFrame(frame);
        note->setText(tr("The first %1 as they were at arrival; %2 differ from what message %3 led to")
                          .arg(byteCount(reference.bytes.size()), countText(differing), countText(m_previous->sequence)));
    } else {
        note->setText(tr("The first %1 as they were at arrival").arg(byteCount(reference.bytes.size())));
    }
    bytes->showImage(image);
    column->addWidget(bytes);
}

} // namespace ipclens
