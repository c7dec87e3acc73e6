// The part of HexView that the keyboard and the mouse reach: cursor, selection, typing and copying.
#include "core/text/hex.h"
#include "core/text/input_text.h"
#include "ui/hex_accessible.h"
#include "ui/hex_view.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>

#include <algorithm>

namespace ipclens {
namespace {

constexpr int dragTick = 50; // milliseconds between two steps of scrolling while the mouse is held outside

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

} // namespace

// Cursor and selection. -----------------------------------------------------------------------------------------------

void HexView::moveTo(HexPlace place, bool select)
{
    if (m_extent.size == 0)
        return;
    dropPending();
    const AddressRange selectedBefore = selection();
    const Address before = m_cursor.address;
    if (select && !m_anchor)
        m_anchor = before;
    else if (!select)
        m_anchor.reset();
    m_cursor = place;
    ensureVisible();
    viewport()->update();
    if (m_cursor.address != before) {
        emit cursorMoved(m_cursor.address);
        announceCursor(*this);
    }
    const AddressRange selectedNow = selection();
    if (selectedNow.size != selectedBefore.size || (selectedNow.size != 0 && selectedNow != selectedBefore))
        emit selectionChanged(selectedNow);
}

void HexView::moveBy(std::int64_t bytes, bool select)
{
    if (m_extent.size == 0)
        return;
    const Address at = m_cursor.address;
    const Address first = m_extent.begin;
    const Address last = m_extent.end() - 1;
    // A row up from the first row, or down from the last, stays where it is instead of sliding along the row.
    const auto distance = static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes);
    const std::uint64_t room = bytes < 0 ? at - first : last - at;
    const auto perRow = static_cast<std::uint64_t>(m_geometry.bytesPerRow());
    std::uint64_t step = distance;
    if (distance > room)
        step = distance < perRow ? room : room / perRow * perRow;
    moveTo({bytes < 0 ? at - step : at + step, m_cursor.pane, 0}, select);
}

bool HexView::moveByKey(QKeyEvent *event)
{
    const Qt::KeyboardModifiers modifiers = event->modifiers() & ~Qt::KeypadModifier;
    if (modifiers & ~(Qt::ShiftModifier | Qt::ControlModifier))
        return false;
    const bool select = modifiers & Qt::ShiftModifier;
    const bool control = modifiers & Qt::ControlModifier;
    const std::int64_t row = m_geometry.bytesPerRow();
    const std::int64_t lines = m_geometry.rowsIn(viewport()->height());
    const AddressRange own = m_geometry.rowRange(m_geometry.rowOf(m_cursor.address));
    switch (event->key()) {
    case Qt::Key_Left:
        // A digit back before a byte back, where the cursor stands inside a byte.
        if (m_pendingDigit || m_cursor.nibble == 1)
            moveTo({m_cursor.address, m_cursor.pane, 0}, select);
        else
            moveBy(control ? -8 : -1, select);
        return true;
    case Qt::Key_Right:
        moveBy(control ? 8 : 1, select);
        return true;
    case Qt::Key_Up:
        if (control)
            scrollBy(-1);
        else
            moveBy(-row, select);
        return true;
    case Qt::Key_Down:
        if (control)
            scrollBy(1);
        else
            moveBy(row, select);
        return true;
    case Qt::Key_PageUp:
    case Qt::Key_PageDown: {
        const std::int64_t rows = std::max<std::int64_t>(1, lines - 1) * (event->key() == Qt::Key_PageUp ? -1 : 1);
        scrollBy(rows);
        moveBy(rows * row, select);
        return true;
    }
    case Qt::Key_Home:
        moveTo({control ? m_extent.begin : own.begin, m_cursor.pane, 0}, select);
        return true;
    case Qt::Key_End:
        moveTo({control ? m_extent.end() - 1 : own.end() - 1, m_cursor.pane, 0}, select);
        return true;
    default:
        return false;
    }
}

void HexView::setPane(HexPane pane)
{
    dropPending();
    m_cursor.pane = pane;
    m_cursor.nibble = 0;
    ensureVisible();
    viewport()->update();
}

// Tab goes from hex to text and then on to the next widget: the keyboard is never trapped here.
bool HexView::focusNextPrevChild(bool next)
{
    const HexPane to = next ? HexPane::Text : HexPane::Hex;
    if (hasFocus() && m_cursor.pane != to) {
        setPane(to);
        return true;
    }
    return QAbstractScrollArea::focusNextPrevChild(next);
}

void HexView::mousePressEvent(QMouseEvent *event)
{
    const QPoint pixel = event->position().toPoint() + QPoint(horizontalScrollBar()->value(), 0);
    const auto place = m_geometry.placeAt(pixel, m_topRow);
    if (!place || event->button() == Qt::MiddleButton)
        return;
    const bool keepsSelection = event->button() == Qt::RightButton && selection().contains(place->address);
    if (!keepsSelection)
        moveTo(*place, event->modifiers() & Qt::ShiftModifier);
    m_isDragging = event->button() == Qt::LeftButton;
}

void HexView::mouseMoveEvent(QMouseEvent *event)
{
    if (!m_isDragging)
        return;
    m_dragPixel = event->position().toPoint();
    dragTo(m_dragPixel);
    if (viewport()->rect().contains(m_dragPixel))
        m_dragTimer.stop();
    else if (!m_dragTimer.isActive())
        m_dragTimer.start(dragTick, this);
}

void HexView::dragTo(QPoint pixel)
{
    const auto place = m_geometry.placeAt(pixel + QPoint(horizontalScrollBar()->value(), 0), m_topRow, m_cursor.pane);
    if (place && (place->address != m_cursor.address))
        moveTo({place->address, place->pane, 0}, true);
}

void HexView::mouseReleaseEvent(QMouseEvent *)
{
    m_isDragging = false;
    m_dragTimer.stop();
}

void HexView::focusInEvent(QFocusEvent *event)
{
    viewport()->update();
    QAbstractScrollArea::focusInEvent(event);
}

void HexView::focusOutEvent(QFocusEvent *event)
{
    dropPending();
    viewport()->update();
    QAbstractScrollArea::focusOutEvent(event);
}

// Typing. -------------------------------------------------------------------------------------------------------------

// What is typed here must not be taken by one-key shortcuts of the window, such as Space.
bool HexView::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        auto *key = static_cast<QKeyEvent *>(event);
        const bool isTyping = m_writable && !key->text().isEmpty() && key->text().front().isPrint() &&
                              !(key->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
        if (isTyping || key->matches(QKeySequence::Copy) || key->matches(QKeySequence::SelectAll)) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

void HexView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyAs(hexText);
    } else if (event->matches(QKeySequence::SelectAll)) {
        if (m_extent.size != 0) { // the view stays where it is
            m_anchor = m_extent.begin;
            m_cursor = {m_extent.end() - 1, m_cursor.pane, 0};
            viewport()->update();
            emit cursorMoved(m_cursor.address);
            emit selectionChanged(selection());
        }
    } else if (event->key() == Qt::Key_Escape && (m_anchor || m_pendingDigit)) {
        moveTo({m_cursor.address, m_cursor.pane, 0}, false);
    } else if (event->key() == Qt::Key_Backspace && m_pendingDigit) {
        dropPending();
    } else if (moveByKey(event)) {
        event->accept();
    } else if (const QString text = event->text(); !text.isEmpty() && text.front().isPrint() &&
                                                   !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier))) {
        typeText(text);
    } else {
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void HexView::typeText(const QString &text)
{
    if (m_extent.size == 0)
        return;
    const char16_t c = text.front().unicode();
    const int digit = c < 0x80 ? hexDigit(static_cast<char>(c)) : -1;
    if (m_cursor.pane == HexPane::Hex && digit < 0) {
        emit inputRefused(tr("%1 is not a hex digit; Tab switches to the text column").arg(text));
    } else if (!m_writable) {
        emit inputRefused(tr("read-only: open the padlock to write"));
    } else if (m_bytes.at(m_cursor.address).state != ByteState::Known) {
        emit inputRefused(tr("%1 cannot be read, so there is nothing to replace").arg(addressText(m_cursor.address)));
    } else if (m_cursor.pane == HexPane::Hex) {
        typeDigit(digit);
    } else if (c >= 0x80) {
        emit inputRefused(tr("%1 is not ASCII; type its bytes in the hex column").arg(text));
    } else {
        requestEdit(static_cast<std::byte>(c));
    }
}

void HexView::typeDigit(int digit)
{
    const auto old = std::to_integer<int>(m_bytes.at(m_cursor.address).value);
    if (m_pendingDigit) {
        requestEdit(static_cast<std::byte>(*m_pendingDigit << 4 | digit));
    } else if (m_cursor.nibble == 1) {
        requestEdit(static_cast<std::byte>((old & 0xF0) | digit));
    } else {
        m_pendingDigit = digit;
        m_cursor.nibble = 1;
        if (m_anchor) {
            m_anchor.reset();
            emit selectionChanged(selection());
        }
        viewport()->update();
    }
}

void HexView::requestEdit(std::byte value)
{
    const Address at = m_cursor.address;
    const std::byte shown = m_bytes.at(at).value;
    dropPending();
    if (at + 1 < m_extent.end())
        moveTo({at + 1, m_cursor.pane, 0}, false);
    else
        moveTo({at, m_cursor.pane, 0}, false);
    emit editRequested(at, Bytes{shown}, Bytes{value});
}

void HexView::dropPending()
{
    if (!m_pendingDigit)
        return;
    m_pendingDigit.reset();
    m_cursor.nibble = 0;
    viewport()->update();
}

// Copying. ------------------------------------------------------------------------------------------------------------

AddressRange HexView::copiedRange() const
{
    const AddressRange selected = selection();
    return selected.size == 0 ? AddressRange{m_cursor.address, m_extent.size == 0 ? 0u : 1u} : selected;
}

void HexView::copy()
{
    const CopyFormat format = std::exchange(m_requestedFormat, nullptr);
    copyAs(format != nullptr ? format : hexText);
}

void HexView::copyImage(const MemoryImage &image)
{
    const CopyFormat format = std::exchange(m_requestedFormat, nullptr);
    copyText((format != nullptr ? format : hexText)(image));
}

void HexView::copyAs(CopyFormat format)
{
    const AddressRange range = copiedRange();
    if (range.size == 0)
        return;
    if (m_bytes.knownPrefix(range) == range.size) {
        copyText(format(m_bytes.image(range)));
        return;
    }
    m_requestedFormat = format;
    emit copyRequested(range);
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
    menu.addAction(tr("Copy a&ddress"), this, [this] { copyText(addressText(copiedRange().begin)); });
    menu.addSeparator();
    QMenu *widths = menu.addMenu(tr("&Bytes a row"));
    for (const int bytes : {8, 16, 32, 0}) {
        QAction *action = widths->addAction(bytes == 0 ? tr("&Fit the window") : QString::number(bytes), this,
                                            [this, bytes] { setBytesPerRow(bytes); });
        action->setCheckable(true);
        action->setChecked(bytes == m_bytesPerRow);
    }
    menu.exec(event->globalPos());
}

} // namespace ipclens
