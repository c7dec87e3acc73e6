#include "ui/payload_numbers_page.h"

#include "core/text/value_format.h"
#include "ui/decoded_tree.h"

#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {

PayloadNumbersPage::PayloadNumbersPage(QWidget *parent)
    : PayloadPage(parent), m_tree(new DecodedTree({tr("Type"), tr("Little endian"), QString(), tr("Big endian")}, this))
{
    m_tree->setAccessibleName(tr("Numbers at the cursor"));
    m_tree->setRootIsDecorated(false);
    m_tree->setColumnHidden(DecodedModel::Offset, true);
    m_tree->setToolTip(tr("The bytes from the cursor in the hex view on, as every type"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 2, 0, 0);
    layout->addWidget(m_tree);
}

void PayloadNumbersPage::setCursor(Address cursor)
{
    m_cursor = cursor;
    if (isVisible() && shown())
        fill();
}

void PayloadNumbersPage::fill()
{
    const auto &payload = shown()->message.payload;
    if (payload.empty())
        return;
    const auto at = std::min<Address>(m_cursor, payload.size() - 1);
    constexpr std::size_t most = 64; // more than the largest number has; texts end there
    MemoryImage image{.address = at};
    image.bytes = toBytes(std::span(payload).subspan(at, std::min(most, payload.size() - at)));
    std::vector<DecodedField> fields;
    for (auto &value : decodeValues(image, at))
        fields.push_back({.name = std::move(value.type),
                          .type = std::move(value.little),
                          .value = std::move(value.big),
                          .bytes = {}});
    m_tree->setFields(std::move(fields), 0);
}

} // namespace ipclens
