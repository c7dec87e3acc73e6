#include "ui/payload_references_page.h"

#include "ui/hex_view.h"
#include "ui/number_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {

PayloadReferencesPage::PayloadReferencesPage(QWidget *parent)
    : PayloadPage(parent), m_list(new QWidget), m_rows(new QVBoxLayout(m_list))
{
    auto *scroll = new QScrollArea(this);
    scroll->setWidget(m_list);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(scroll);
}

void PayloadReferencesPage::fill()
{
    while (auto *item = m_rows->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const auto &reference : shown()->message.references)
        add(reference);
    m_rows->addStretch(1);
}

void PayloadReferencesPage::add(const MessageReference &reference)
{
    const bool isSection = reference.kind == ReferenceKind::Section;
    auto *row = new QWidget(m_list);
    auto *title =
        new QLabel(isSection ? tr("Mapping \u201c%1\u201d").arg(fromUtf8(reference.section))
                             : tr("Process %1 at %2").arg(reference.process.pid).arg(addressText(reference.address)),
                   row);
    title->setTextFormat(Qt::PlainText);
    title->setWordWrap(true);
    auto *open = new QPushButton(isSection ? tr("Open it") : tr("Open there"), row);
    open->setAutoDefault(false);
    const auto target = isSection ? SourceSpec{.kind = SourceKind::Section, .name = reference.section}
                                  : SourceSpec{.kind = SourceKind::Process, .process = reference.process};
    const auto at = isSection ? std::nullopt : std::optional(reference.address);
    connect(open, &QPushButton::clicked, this, [this, target, at] { emit openRequested(target, at); });
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
    m_rows->addWidget(row);
    if (reference.failure) {
        note->setText(fromUtf8(ipclens::toText(*reference.failure)));
        return;
    }
    QString text;
    column->addWidget(makeBytes(reference, text));
    note->setText(text);
}

// What the message before led to, laid over it, is the frame that marks what differs.
QWidget *PayloadReferencesPage::makeBytes(const MessageReference &reference, QString &note)
{
    auto *bytes = new HexView;
    const AddressRange extent{reference.kind == ReferenceKind::Section ? 0 : reference.address, reference.bytes.size()};
    bytes->setExtent(extent);
    bytes->setWritable(false);
    bytes->setAccessibleName(tr("Bytes at arrival"));
    bytes->setMinimumHeight(fontMetrics().height() * 7);
    const auto &previous = shown()->previous;
    const auto isLike = [&](const MessageReference &other) {
        return other.kind == reference.kind && other.section == reference.section && !other.bytes.empty();
    };
    const MessageReference *before = nullptr;
    if (previous) {
        const auto found = std::ranges::find_if(previous->references, isLike);
        before = found != previous->references.end() ? &*found : nullptr;
    }
    const auto count =
        reference.bytes.size() == 1 ? tr("1 byte") : tr("%1 bytes").arg(countText(reference.bytes.size()));
    note = tr("The first %1 as they were at arrival").arg(count);
    if (before) {
        MemoryImage frame{.address = extent.begin};
        frame.bytes = toBytes(std::span(before->bytes).first(std::min(before->bytes.size(), reference.bytes.size())));
        std::size_t differing = 0;
        for (std::size_t i = 0; i < frame.bytes.size(); ++i)
            differing += frame.bytes[i] != reference.bytes[i];
        bytes->showFrame(frame);
        note += tr("; %1 differ from what message %2 led to").arg(countText(differing), countText(previous->sequence));
    }
    bytes->showImage({.address = extent.begin, .bytes = reference.bytes, .time = shown()->message.time});
    return bytes;
}

} // namespace ipclens
