// The part of HexView that the keyboard and the mouse reach: cursor, selection and typing.
#include "core/text/input_text.h"
#include "ui/hex_accessible.h"
#include "ui/hex_characters.h"
#include "ui/hex_view.h"

#include <QApplication>
#include <QKeyEvent>
#include <QScrollBar>

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::uint64_t mostBlockRows = 65536;
constexpr int dragTick = 50; // milliseconds between two steps of scrolling while the mouse is held outside

bool isPrinted(const QString &text)
{
    return QChar::isPrint(text.toUcs4().front());
}

} // namespace

// Cursor and selection. -----------------------------------------------------------------------------------------------

void HexView::moveTo(HexPlace place, bool select, bool asBlock)
{
    if (m_extent.size == 0)
        return;
    dropPending();
    const AddressRange selectedBefore = selection();
    const bool wasBlock = m_isBlock;
    const Address before = m_cursor.address;
    if (select && asBlock) {
        const auto [first, last] = std::minmax({m_rows.rowOf(m_anchor.value_or(before)), m_rows.rowOf(place.address)});
        if (last - first >= mostBlockRows) {
            emit inputRefused(tr("a block has at most %1 rows").arg(mostBlockRows));
            return;
        }
    }
    if (select && !m_anchor)
        m_anchor = before;
    else if (!select)
        m_anchor.reset();
    m_isBlock = select && asBlock;
    m_cursor = place;
    ensureVisible();
    viewport()->update();
    if (m_cursor.address != before) {
        emit cursorMoved(m_cursor.address);
        announceCursor(*this);
    }
    const AddressRange selectedNow = selection();
    if (wasBlock || m_isBlock || selectedNow.size != selectedBefore.size ||
        (selectedNow.size != 0 && selectedNow != selectedBefore))
        emit selectionChanged(selectedNow);
}

// In the value pane at least a value on.
void HexView::moveBy(std::int64_t bytes, bool select, bool asBlock)
{
    Address to = m_cursor.address;
    if (m_cursor.pane == HexPane::Hex && m_geometry.unitBytes() > 1) {
        const std::int64_t unit = std::max<std::int64_t>(m_geometry.unitBytes(), std::abs(bytes));
        to = m_rows.moved(valueAt(to).begin, bytes < 0 ? -unit : unit);
        to = valueAt(to).begin;
    } else {
        to = m_rows.moved(to, bytes);
    }
    moveTo({to, m_cursor.pane, 0}, select, asBlock);
}

// Lines without bytes are stepped over; at the first and last row of bytes the cursor stays where it is.
void HexView::moveByRows(std::int64_t rows, bool select, bool asBlock)
{
    if (m_rows.count() == 0)
        return;
    const std::uint64_t own = m_rows.rowOf(m_cursor.address);
    const auto distance = static_cast<std::uint64_t>(std::abs(rows));
    std::optional<std::uint64_t> target;
    if (rows < 0) {
        target = m_rows.byteRowAtOrBefore(own - std::min(own, distance));
        if (!target)
            target = m_rows.byteRowAtOrAfter(0);
    } else {
        const std::uint64_t last = m_rows.count() - 1;
        target = m_rows.byteRowAtOrAfter(own + std::min(last - own, distance));
        if (!target)
            target = m_rows.byteRowAtOrBefore(last);
    }
    if (!target)
        return;
    const HexRow row = m_rows.row(*target);
    const int column = std::clamp(m_rows.columnOf(m_cursor.address), row.firstColumn,
                                  row.firstColumn + static_cast<int>(row.range.size) - 1);
    moveTo({row.range.begin + static_cast<unsigned>(column - row.firstColumn), m_cursor.pane, 0}, select, asBlock);
}

bool HexView::moveByKey(QKeyEvent *event)
{
    const Qt::KeyboardModifiers modifiers = event->modifiers() & ~Qt::KeypadModifier;
    const bool select = modifiers & Qt::ShiftModifier;
    const bool control = modifiers & Qt::ControlModifier;
    const bool asBlock = modifiers == (Qt::AltModifier | Qt::ShiftModifier);
    if (!asBlock && (modifiers & ~(Qt::ShiftModifier | Qt::ControlModifier)))
        return false;
    const std::int64_t page = std::max(1, lines() - 1);
    switch (event->key()) {
    case Qt::Key_Left:
        // A digit back before a byte back, where the cursor stands inside a byte.
        if (m_pendingDigit || m_cursor.nibble == 1)
            moveTo({m_cursor.address, m_cursor.pane, 0}, select, asBlock);
        else
            moveBy(control ? -8 : -1, select, asBlock);
        return true;
    case Qt::Key_Right:
        moveBy(control ? 8 : 1, select, asBlock);
        return true;
    case Qt::Key_Up:
    case Qt::Key_Down: {
        const int rows = event->key() == Qt::Key_Up ? -1 : 1;
        if (control)
            scrollBy(rows);
        else
            moveByRows(rows, select, asBlock);
        return true;
    }
    case Qt::Key_PageUp:
        scrollBy(-page);
        moveByRows(-page, select, asBlock);
        return true;
    case Qt::Key_PageDown:
        scrollBy(page);
        moveByRows(page, select, asBlock);
        return true;
    case Qt::Key_Home:
    case Qt::Key_End:
        moveToEdge(event->key() == Qt::Key_End, control, select, asBlock);
        return true;
    default:
        return false;
    }
}

// Of the row, or of all that is drawn.
void HexView::moveToEdge(bool end, bool ofAll, bool select, bool asBlock)
{
    if (m_rows.count() == 0)
        return;
    std::optional<std::uint64_t> number = m_rows.rowOf(m_cursor.address);
    if (ofAll)
        number = end ? m_rows.byteRowAtOrBefore(m_rows.count() - 1) : m_rows.byteRowAtOrAfter(0);
    const HexRow row = m_rows.row(number.value_or(end ? m_rows.count() - 1 : 0));
    const Address last = row.kind == HexRowKind::Bytes ? row.range.end() - 1 : row.range.begin;
    moveTo({end ? last : row.range.begin, m_cursor.pane, 0}, select, asBlock);
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
    const auto place = m_geometry.placeAt(pixel, m_rows, m_topRow);
    if (!place || event->button() == Qt::MiddleButton)
        return;
    m_dragsBlock = event->modifiers() & Qt::AltModifier;
    const bool keepsSelection = event->button() == Qt::RightButton && isSelected(place->address);
    if (!keepsSelection)
        moveTo(*place, event->modifiers() & Qt::ShiftModifier, m_dragsBlock);
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
    const QPoint inLine = pixel + QPoint(horizontalScrollBar()->value(), 0);
    const auto place = m_geometry.placeAt(inLine, m_rows, m_topRow, m_cursor.pane);
    if (place && place->address != m_cursor.address)
        moveTo({place->address, place->pane, 0}, true, m_dragsBlock);
}

void HexView::mouseReleaseEvent(QMouseEvent *)
{
    m_isDragging = false;
    m_dragTimer.stop();
}

// On the line of a region: all of the region. On a value that digits cannot be typed over: edits it.
void HexView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton || m_rows.count() == 0)
        return;
    const QPoint pixel = event->position().toPoint();
    const HexRow row = m_rows.row(HexGeometry::rowAt(pixel.y(), m_geometry.cell(), m_rows, m_topRow));
    if (row.kind == HexRowKind::Header)
        select(row.range);
    else if (row.kind == HexRowKind::Bytes && m_cursor.pane == HexPane::Hex && !m_layout.isHexBytes())
        requestValueEdit({});
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
        const bool isEnding = key->key() == Qt::Key_Escape && (m_anchor || m_pendingDigit);
        if (isTyping || isEnding || key->matches(QKeySequence::Copy) || key->matches(QKeySequence::SelectAll)) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

void HexView::selectAll()
{
    if (m_extent.size == 0)
        return;
    m_anchor = m_extent.begin; // the view stays where it is
    m_isBlock = false;
    m_cursor = {m_extent.end() - 1, m_cursor.pane, 0};
    viewport()->update();
    emit cursorMoved(m_cursor.address);
    emit selectionChanged(selection());
}

void HexView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        m_requestedFormat = nullptr; // of a request that nobody answered
        copy();
    } else if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
    } else if (event->key() == Qt::Key_Escape && (m_anchor || m_pendingDigit)) {
        moveTo({m_cursor.address, m_cursor.pane, 0}, false);
    } else if (event->key() == Qt::Key_Backspace && m_pendingDigit) {
        dropPending();
    } else if (event->key() == Qt::Key_F2 && event->modifiers() == Qt::NoModifier) {
        requestValueEdit({});
    } else if (zoomByKey(event) || moveByKey(event)) {
        event->accept();
    } else if (const QString text = event->text();
               !text.isEmpty() && isPrinted(text) && !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier))) {
        typeText(text);
    } else {
        QAbstractScrollArea::keyPressEvent(event);
    }
}

bool HexView::zoomByKey(QKeyEvent *event)
{
    if ((event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) != Qt::ControlModifier)
        return false;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: // the same key without Shift
        setZoom(m_zoom + zoomStep);
        return true;
    case Qt::Key_Minus:
        setZoom(m_zoom - zoomStep);
        return true;
    case Qt::Key_0:
        setZoom(100);
        return true;
    default:
        return false;
    }
}

void HexView::typeText(const QString &text)
{
    if (m_extent.size == 0)
        return;
    const bool typesDigits = m_cursor.pane == HexPane::Hex && m_layout.isHexBytes();
    const char16_t c = text.front().unicode();
    const int digit = c < 0x80 ? hexDigit(static_cast<char>(c)) : -1;
    if (typesDigits && digit < 0) {
        emit inputRefused(tr("%1 is not a hex digit; Tab switches to the text column").arg(text));
    } else if (!m_writable) {
        emit inputRefused(tr("read-only: open the padlock to write"));
    } else if (m_bytes.at(m_cursor.address).state != ByteState::Known) {
        emit inputRefused(tr("%1 cannot be read, so there is nothing to replace").arg(addressText(m_cursor.address)));
    } else if (typesDigits) {
        typeDigit(digit);
    } else if (m_cursor.pane == HexPane::Hex) {
        requestValueEdit(text);
    } else {
        typeCharacter(text);
    }
}

void HexView::typeDigit(int digit)
{
    const auto old = std::to_integer<int>(m_bytes.at(m_cursor.address).value);
    if (m_pendingDigit) {
        requestEdit(m_cursor.address, {static_cast<std::byte>(*m_pendingDigit << 4 | digit)});
    } else if (m_cursor.nibble == 1) {
        requestEdit(m_cursor.address, {static_cast<std::byte>((old & 0xF0) | digit)});
    } else {
        m_pendingDigit = digit;
        m_cursor.nibble = 1;
        if (m_anchor) {
            m_anchor.reset();
            m_isBlock = false;
            emit selectionChanged(selection());
        }
        viewport()->update();
    }
}

void HexView::typeCharacter(const QString &text)
{
    const char32_t character = text.toUcs4().front();
    Bytes bytes = encodeCharacter(character, m_layout);
    if (bytes.empty()) {
        const QString encoding = m_layout.text == HexText::Ascii ? QStringLiteral("ASCII") : QStringLiteral("Latin-1");
        emit inputRefused(tr("%1 is not %2; type its bytes in the hex column").arg(text, encoding));
        return;
    }
    Address at = m_cursor.address;
    if (m_layout.text == HexText::Utf16 && m_rows.columnOf(at) % 2 == 1 && at > m_extent.begin)
        --at; // characters begin at even columns
    requestEdit(at, std::move(bytes));
}

// Replaces as many bytes, all of which must be shown.
void HexView::requestEdit(Address at, Bytes bytes)
{
    Bytes expected;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const SparseBytes::Cell cell = m_extent.contains(at + i) ? m_bytes.at(at + i) : SparseBytes::Cell{};
        if (cell.state != ByteState::Known) {
            emit inputRefused(
                tr("it takes %1 bytes, but %2 cannot be read").arg(bytes.size()).arg(addressText(at + i)));
            return;
        }
        expected.push_back(cell.value);
    }
    dropPending();
    const Address last = at + bytes.size() - 1;
    const Address next = m_rows.moved(last, 1);
    moveTo({next == last ? at : next, m_cursor.pane, 0}, false);
    emit editRequested(at, expected, bytes);
}

void HexView::requestValueEdit(const QString &typed)
{
    const AddressRange value = valueAt(m_cursor.address);
    const MemoryImage image = imageAt(value.begin, value.size);
    if (!m_writable)
        emit inputRefused(tr("read-only: open the padlock to write"));
    else if (value.size != static_cast<unsigned>(m_geometry.unitBytes()))
        emit inputRefused(tr("there is no whole value at %1").arg(addressText(m_cursor.address)));
    else if (image.bytes.size() != value.size || !image.unreadable.empty())
        emit inputRefused(tr("%1 cannot be read, so there is nothing to replace").arg(addressText(m_cursor.address)));
    else
        emit valueEditRequested(value.begin, static_cast<int>(value.size), typed);
}

void HexView::dropPending()
{
    if (!m_pendingDigit)
        return;
    m_pendingDigit.reset();
    m_cursor.nibble = 0;
    viewport()->update();
}

} // namespace ipclens
