// The part of HexView that copies, and its menu.
#include "core/text/hex.h"
#include "ui/hex_view.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>

namespace ipclens {
namespace {

QString hexText(const MemoryImage &image)
{
    QString text;
    for (std::size_t i = 0; i < image.bytes.size(); ++i) {
        if (i > 0)
            text += QLatin1Char(' ');
        if (image.isReadable(image.address + i))
            text += QString::fromStdString(toHex(std::span(image.bytes).subspan(i, 1)));
        else
            text += QLatin1String("??");
    }
    return text;
}

QString plainText(const MemoryImage &image)
{
    QString text;
    for (std::size_t i = 0; i < image.bytes.size(); ++i) {
        const auto c = std::to_integer<unsigned char>(image.bytes[i]);
        const char shown = c >= 0x20 && c < 0x7F ? static_cast<char>(c) : '.';
        text += QLatin1Char(image.isReadable(image.address + i) ? shown : '?');
    }
    return text;
}

QString dumpText(const MemoryImage &image)
{
    return QString::fromStdString(hexDump(image));
}
QString arrayText(const MemoryImage &image)
{
    return QString::fromStdString(cArray(image));
}

template <class T>
struct Choice {
    QString text;
    T value;
};

// One submenu with one choice checked.
template <class T, class Chosen>
void addChoices(QMenu &menu, const QString &title, const std::vector<Choice<T>> &choices, const T &current,
                Chosen chosen)
{
    QMenu *submenu = menu.addMenu(title);
    for (const auto &choice : choices) {
        QAction *action = submenu->addAction(choice.text, &menu, [chosen, value = choice.value] { chosen(value); });
        action->setCheckable(true);
        action->setChecked(choice.value == current);
    }
}

} // namespace

std::vector<AddressRange> HexView::copiedRanges() const
{
    auto ranges = selectedRanges();
    if (!ranges.empty())
        return ranges;
    const AddressRange value =
        m_cursor.pane == HexPane::Hex ? valueAt(m_cursor.address) : AddressRange{m_cursor.address, 1};
    const AddressRange inside = intersect(value, m_extent);
    return inside.size == 0 ? ranges : std::vector{inside};
}

void HexView::copy()
{
    const CopyFormat format = std::exchange(m_requestedFormat, nullptr);
    copyAs(format != nullptr ? format : hexText);
}

// Each range on lines of its own.
QString HexView::formatted(CopyFormat format, const MemoryImage &image, std::span<const AddressRange> ranges) const
{
    SparseBytes bytes;
    bytes.merge(image, 0);
    QStringList lines;
    for (const AddressRange &range : ranges)
        lines += format(bytes.image(intersect(range, image.range())));
    return lines.join(QLatin1Char('\n'));
}

void HexView::copyImage(const MemoryImage &image)
{
    const CopyFormat format = std::exchange(m_requestedFormat, nullptr);
    const auto ranges = std::exchange(m_requestedRanges, {});
    if (ranges.size() > 1)
        copyText(formatted(format != nullptr ? format : hexText, image, ranges));
    else
        copyText((format != nullptr ? format : hexText)(image));
}

void HexView::copyAs(CopyFormat format)
{
    const auto ranges = copiedRanges();
    if (ranges.empty())
        return;
    QStringList lines;
    for (const AddressRange &range : ranges) {
        if (m_bytes.knownPrefix(range) == range.size)
            lines += format(m_bytes.image(range));
    }
    if (lines.size() == static_cast<qsizetype>(ranges.size())) {
        copyText(lines.join(QLatin1Char('\n')));
        return;
    }
    m_requestedFormat = format;
    m_requestedRanges = ranges;
    emit copyRequested({ranges.front().begin, ranges.back().end() - ranges.front().begin});
}

void HexView::copyText(const QString &text)
{
    QApplication::clipboard()->setText(text);
}

void HexView::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    menu.addAction(tr("&Copy as hex"), QKeySequence::Copy, this, [this] { copyAs(hexText); });
    menu.addAction(tr("Copy as &text"), this, [this] { copyAs(plainText); });
    menu.addAction(tr("Copy as C &array"), this, [this] { copyAs(arrayText); });
    menu.addAction(tr("Copy as &dump"), this, [this] { copyAs(dumpText); });
    menu.addAction(tr("Copy a&ddress"), this, [this] {
        if (const auto ranges = copiedRanges(); !ranges.empty())
            copyText(addressText(ranges.front().begin));
    });
    menu.addSeparator();
    addLayoutMenus(menu);
    emit menuRequested(&menu, m_cursor.address);
    menu.exec(event->globalPos());
}

void HexView::addLayoutMenus(QMenu &menu)
{
    const auto set = [this](auto HexLayout::*field) {
        return [this, field](auto value) {
            HexLayout layout = m_layout;
            layout.*field = value;
            change(layout);
        };
    };
    const HexLayout &now = m_layout;
    addChoices<ValueType>(menu, tr("Show &as"),
                          {{tr("Bytes"), ValueType::U8},
                           {tr("16 bits"), ValueType::U16},
                           {tr("32 bits"), ValueType::U32},
                           {tr("64 bits"), ValueType::U64},
                           {tr("Signed bytes"), ValueType::I8},
                           {tr("Signed 16 bits"), ValueType::I16},
                           {tr("Signed 32 bits"), ValueType::I32},
                           {tr("Signed 64 bits"), ValueType::I64},
                           {tr("Float"), ValueType::F32},
                           {tr("Double"), ValueType::F64}},
                          now.unit, set(&HexLayout::unit));
    addChoices<HexRadix>(
        menu, tr("&Numbers in"),
        {{tr("Hex"), HexRadix::Hex}, {tr("Decimal"), HexRadix::Decimal}, {tr("Binary"), HexRadix::Binary}}, now.radix,
        set(&HexLayout::radix));
    addChoices<ByteOrder>(menu, tr("Byte &order"),
                          {{tr("Little endian"), ByteOrder::Little}, {tr("Big endian"), ByteOrder::Big}}, now.order,
                          set(&HexLayout::order));
    addChoices<HexText>(menu, tr("Te&xt in"),
                        {{tr("ASCII"), HexText::Ascii},
                         {tr("Latin-1"), HexText::Latin1},
                         {tr("UTF-8"), HexText::Utf8},
                         {tr("UTF-16"), HexText::Utf16}},
                        now.text, set(&HexLayout::text));
    addChoices<int>(menu, tr("&Bytes a row"), {{tr("8"), 8}, {tr("16"), 16}, {tr("32"), 32}, {tr("Fit the window"), 0}},
                    now.bytesPerRow, set(&HexLayout::bytesPerRow));
    addChoices<int>(menu, tr("&Gaps after"),
                    {{tr("No bytes"), 0}, {tr("4 bytes"), 4}, {tr("8 bytes"), 8}, {tr("16 bytes"), 16}}, now.groupBytes,
                    set(&HexLayout::groupBytes));
    addChoices<HexAddresses>(menu, tr("Add&resses"),
                             {{tr("Absolute"), HexAddresses::Absolute},
                              {tr("From the start of the region"), HexAddresses::FromRegion},
                              {tr("From the cursor"), HexAddresses::FromBase}},
                             now.addresses, [this](HexAddresses addresses) {
                                 HexLayout layout = m_layout;
                                 layout.addresses = addresses;
                                 layout.addressBase = addresses == HexAddresses::FromBase ? m_cursor.address : 0;
                                 change(layout);
                             });
}

} // namespace ipclens
