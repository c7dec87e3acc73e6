#include "ui/payload_layout_page.h"

#include "core/traffic/payload_fields.h"
#include "ui/decoded_tree.h"
#include "ui/filter_menu.h"
#include "ui/number_text.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::size_t mostFields = 20'000;

} // namespace

PayloadLayoutPage::PayloadLayoutPage(QWidget *parent)
    : PayloadPage(parent), m_source(new QComboBox(this)),
      m_tree(new DecodedTree({tr("Name"), tr("Type"), tr("Offset"), tr("Value")}, this)), m_note(new QLabel(this))
{
    m_source->setAccessibleName(tr("What the struct is of"));
    m_tree->setAccessibleName(tr("Payload as a struct"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto *edit = new QPushButton(tr("&Struct\u2026"), this);
    edit->setObjectName(QStringLiteral("editStruct"));
    edit->setAutoDefault(false);
    edit->setToolTip(tr("Paste the C struct that these messages carry"));
    connect(edit, &QPushButton::clicked, this, &PayloadLayoutPage::edit);
    connect(m_source, &QComboBox::activated, this, &PayloadLayoutPage::showFields);
    connect(m_tree, &DecodedTree::currentFieldChanged, this, [this] {
        if (const auto *field = m_tree->current(); field && field->bytes && chosen().of == LayoutOf::Payload)
            emit bytesChosen(*field->bytes);
    });
    connect(m_tree, &DecodedTree::menuRequested, this, [this](QMenu *menu, const DecodedField &field) {
        const auto source = chosen();
        if (const auto test = layoutFilter(field, source.bytes, source.filterName); !test.empty())
            addFilterMenu(*menu, fromUtf8(test),
                          [this](const auto &sign, const auto &text) { emit filterRequested(sign, text); });
        if (const auto number = layoutNumber(field, source.filterName); !number.empty())
            menu->addAction(tr("Plot %1").arg(fromUtf8(number)), this,
                            [this, number] { emit plotRequested(fromUtf8(number)); });
    });
    auto *row = new QHBoxLayout;
    row->addWidget(m_source);
    row->addWidget(m_note, 1);
    row->addWidget(edit);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(m_tree, 1);
}

bool PayloadLayoutPage::isFor(const Message &message) const
{
    return message.kind == MessageKind::CopyData ||
           std::ranges::any_of(message.references, [](const MessageReference &of) { return !of.bytes.empty(); });
}

std::vector<PayloadLayoutPage::Source> PayloadLayoutPage::sources() const
{
    std::vector<Source> all;
    const auto &message = shown()->message;
    if (message.kind == MessageKind::CopyData)
        all.push_back({.title = tr("Payload"), .bytes = message.payload});
    for (const auto &reference : message.references) {
        if (reference.bytes.empty())
            continue;
        if (reference.kind == ReferenceKind::Section)
            all.push_back({tr("Mapping %1").arg(fromUtf8(reference.section)), LayoutOf::Section, reference.bytes,
                           "section.bytes"});
        else
            all.push_back({tr("Block at %1").arg(addressText(reference.address)), LayoutOf::Pointer, reference.bytes,
                           "pointer.bytes"});
    }
    return all;
}

PayloadLayoutPage::Source PayloadLayoutPage::chosen() const
{
    const auto all = shown() ? sources() : std::vector<Source>();
    const auto place = static_cast<std::size_t>(std::max(0, m_source->currentIndex()));
    return place < all.size() ? all[place] : Source();
}

QString PayloadLayoutPage::owner() const
{
    const auto &message = shown()->message;
    const auto sender = message.senderName.empty() ? tr("unknown senders") : fromUtf8(message.senderName);
    return message.kind == MessageKind::CopyData ? tr("%1 with id %2").arg(sender).arg(message.id)
                                                 : tr("%1 with the name %2").arg(sender, fromUtf8(message.name));
}

void PayloadLayoutPage::fill()
{
    const auto all = sources();
    const auto before = m_source->currentData();
    m_source->clear();
    for (const auto &source : all)
        m_source->addItem(source.title, static_cast<int>(source.of));
    m_source->setCurrentIndex(std::max(0, m_source->findData(before)));
    m_source->setVisible(all.size() > 1 || (!all.empty() && all.front().of != LayoutOf::Payload));
    showFields();
}

void PayloadLayoutPage::showFields()
{
    if (!shown())
        return;
    const auto source = chosen();
    const auto layout = UserLayout::load(UserLayout::keyOf(shown()->message, source.of));
    const auto text = layout.text.toStdString();
    std::vector<DecodedField> fields;
    if (layout.text.isEmpty()) {
        m_note->setText(tr("No struct is known for messages of %1").arg(owner()));
    } else if (const auto parsed = parseStructLayout(text, layout.pointers)) {
        const auto &type = **parsed;
        const auto size = countText(type.size), has = countText(source.bytes.size());
        m_note->setText(type.size == source.bytes.size()
                            ? tr("%1, %2 bytes").arg(fromUtf8(type.name), size)
                            : tr("%1, %2 bytes, and there are %3").arg(fromUtf8(type.name), size, has));
        fields = layoutFields(type, source.bytes, mostFields);
    } else {
        m_note->setText(
            tr("%1: %2").arg(fromUtf8(lineAndColumn(text, parsed.error().offset)), fromUtf8(parsed.error().meaning)));
    }
    m_tree->setFields(std::move(fields), 0);
}

void PayloadLayoutPage::setUserLayout(const UserLayout &layout)
{
    if (!shown())
        return;
    layout.save(UserLayout::keyOf(shown()->message, chosen().of));
    showFields();
    emit layoutChanged();
}

void PayloadLayoutPage::edit()
{
    if (!shown())
        return;
    const auto key = UserLayout::keyOf(shown()->message, chosen().of);
    auto *dialog = new LayoutDialog(UserLayout::load(key), owner(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    // Another message may be shown by then.
    connect(dialog, &QDialog::accepted, this, [this, dialog, key] {
        dialog->layout().save(key);
        showFields();
        emit layoutChanged();
    });
    dialog->open();
}

} // namespace ipclens
