#include "ui/payload_json_page.h"

#include "core/text/input_text.h"
#include "core/text/struct_layout.h"
#include "core/traffic/json_fields.h"
#include "core/traffic/message_text.h"
#include "ui/decoded_tree.h"
#include "ui/filter_menu.h"
#include "ui/number_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace ipclens {
namespace {

constexpr std::size_t sampleBytes = 4096;   // show whether it is JSON
constexpr std::size_t mostAtOnce = 1 << 20; // are read without being asked
constexpr std::size_t mostFields = 20'000;

} // namespace

PayloadJsonPage::PayloadJsonPage(QWidget *parent)
    : PayloadPage(parent), m_tree(new DecodedTree({tr("Name"), tr("Type"), QString(), tr("Value")}, this)),
      m_note(new QLabel(this)), m_all(new QPushButton(tr("Read &all"), this))
{
    m_tree->setAccessibleName(tr("Payload as JSON"));
    m_tree->setColumnHidden(DecodedModel::Offset, true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_all->setAutoDefault(false);
    connect(m_all, &QPushButton::clicked, this, [this] { read(std::numeric_limits<std::size_t>::max()); });
    connect(m_tree, &DecodedTree::menuRequested, this, [this](QMenu *menu, const DecodedField &field) {
        if (const auto test = jsonFilter(field); !test.empty())
            addFilterMenu(*menu, fromUtf8(test),
                          [this](const auto &sign, const auto &text) { emit filterRequested(sign, text); });
    });
    auto *row = new QHBoxLayout;
    row->addWidget(m_note, 1);
    row->addWidget(m_all);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(m_tree, 1);
}

bool PayloadJsonPage::isFor(const Message &message) const
{
    if (message.kind != MessageKind::CopyData || message.payload.empty())
        return false;
    const auto size = std::min(message.payload.size(), sampleBytes);
    const bool whole = size == message.payload.size() && !message.isTruncated();
    return guessText(std::span(message.payload).first(size), whole).looksLikeJson;
}

void PayloadJsonPage::fill()
{
    read(mostAtOnce);
}

void PayloadJsonPage::read(std::size_t most)
{
    if (!shown())
        return;
    const auto &message = shown()->message;
    const auto &payload = message.payload;
    const auto size = std::min(payload.size(), most);
    const bool isPart = size < payload.size();
    const auto text = guessText(std::span(payload).first(size), !isPart && !message.isTruncated()).text;
    const auto read = readJson(text, mostFields);
    QString note;
    if (isPart)
        note = tr("The first %1 of %2 bytes").arg(countText(size), countText(payload.size()));
    else if (read.problem && message.isTruncated())
        note = tr("Of this payload only the beginning was kept");
    else if (read.problem)
        note = tr("%1: %2").arg(fromUtf8(lineAndColumn(text, read.problem->offset)),
                                fromUtf8(printable(read.problem->meaning, 200)));
    else if (text.empty())
        note = tr("Behind its beginning this is no text");
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_all->setVisible(isPart);
    m_tree->setFields(read.fields, 1);
}

} // namespace ipclens
