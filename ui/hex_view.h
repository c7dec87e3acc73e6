// Memory as hex and text: looks at, selects and edits bytes, however large the source.
#pragma once

#include "ui/hex_geometry.h"
#include "ui/hex_painter.h"
#include "ui/sparse_bytes.h"

#include <QAbstractScrollArea>
#include <QBasicTimer>
#include <QElapsedTimer>

#include <memory>

namespace ipclens {

// Shows what it is given and asks for nothing: whoever owns it listens to visibleRangeChanged and hands in images.
// Changes nothing either: an edit is a signal. Lives on the GUI thread.
class HexView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit HexView(QWidget *parent = nullptr);
    ~HexView() override;

    // What can be scrolled through. Forgets all bytes; keeps the cursor where it still lies inside.
    void setExtent(AddressRange extent);
    AddressRange extent() const { return m_extent; }
    // Added to addresses in the address column.
    void setBase(Address base);
    Address base() const { return m_base; }
    // 8, 16, 32 or any other multiple of 8; 0: as many as fit.
    void setBytesPerRow(int bytes);
    int bytesPerRow() const { return m_bytesPerRow; }

    // Merges these bytes into what is shown; unreadable ones are marked. Bytes outside the extent are ignored.
    void showImage(const MemoryImage &image);
    // The same, and bytes that differ from what was shown are highlighted and fade.
    void updateImage(const MemoryImage &image);
    void clearImage();
    // Drops bytes outside `keep`, so that they are not shown again when they are old.
    void forgetOutside(AddressRange keep);
    // How many bytes from the start of `range` on are known (readable or not).
    std::uint64_t knownPrefix(AddressRange range) const { return m_bytes.knownPrefix(range); }
    // Known bytes from `address` on, at most `size`; shorter where they end.
    MemoryImage imageAt(Address address, std::uint64_t size) const;

    void setWritable(bool writable);
    bool isWritable() const { return m_writable; }

    void goTo(Address address);
    void select(AddressRange range);
    Address cursor() const { return m_cursor.address; }
    HexPlace place() const { return m_cursor; }
    AddressRange selection() const; // size 0 when nothing is selected
    AddressRange visibleRange() const;
    bool isFading() const { return m_fadeTimer.isActive(); }

    // The selection, or else the byte under the cursor, as hex. When not all of it is known: copyRequested; who answers
    // it either shows the bytes and calls copy() from there, or hands them to copyImage() later. Both keep to the
    // format asked for.
    void copy();
    void copyImage(const MemoryImage &image);

    QSize sizeHint() const override;

signals:
    void visibleRangeChanged(ipclens::AddressRange range);
    void cursorMoved(ipclens::Address address);
    void selectionChanged(ipclens::AddressRange range);
    // A byte was typed. Nothing is shown of it until it comes back in an image.
    void editRequested(ipclens::Address at, ipclens::Bytes expected, ipclens::Bytes bytes);
    // Typing had no effect, and why.
    void inputRefused(const QString &why);
    // A copy of bytes that are not loaded was asked for.
    void copyRequested(ipclens::AddressRange range);

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    bool focusNextPrevChild(bool next) override;
    void timerEvent(QTimerEvent *event) override;

private:
    void merge(const MemoryImage &image, SparseBytes::Stamp stamp);
    void layOut();
    void updateFrame();
    void updateRows(AddressRange range);
    void updateFading();
    void scrollTo(std::uint64_t topRow);
    void scrollBy(std::int64_t rows);
    void scrollAction(int action);
    void announceVisibleRange();
    void ensureVisible();
    void moveTo(HexPlace place, bool select);
    void moveBy(std::int64_t bytes, bool select);
    bool moveByKey(QKeyEvent *event);
    void dragTo(QPoint pixel);
    void setPane(HexPane pane);
    void typeText(const QString &text);
    void typeDigit(int digit);
    void requestEdit(std::byte value);
    void dropPending();
    void copyText(const QString &text);
    using CopyFormat = QString (*)(const MemoryImage &);
    void copyAs(CopyFormat format);
    AddressRange copiedRange() const;
    QString addressText(Address address) const;
    std::uint64_t lastTopRow() const;
    SparseBytes::Stamp now() const;

    AddressRange m_extent;
    Address m_base = 0;
    int m_bytesPerRow = 16;
    SparseBytes m_bytes;
    std::unique_ptr<HexPainter> m_painter;
    HexGeometry m_geometry;
    RowScale m_scale;
    std::uint64_t m_topRow = 0;
    AddressRange m_announced;

    HexPlace m_cursor;
    std::optional<Address> m_anchor; // where the selection began
    std::optional<int> m_pendingDigit;
    bool m_writable = false;
    bool m_isDragging = false;
    QPoint m_dragPixel;
    QBasicTimer m_dragTimer; // scrolls while the mouse is held outside
    int m_wheelRest = 0;     // eighths of a degree not yet scrolled
    int m_pixelRest = 0;

    CopyFormat m_requestedFormat = nullptr; // of the last copyRequested
    QElapsedTimer m_clock;
    QBasicTimer m_fadeTimer;
};

} // namespace ipclens
