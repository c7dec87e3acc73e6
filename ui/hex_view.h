// Memory as hex and text: looks at, selects and edits bytes, however large the source.
#pragma once

#include "ui/hex_geometry.h"
#include "ui/hex_highlight.h"
#include "ui/hex_painter.h"
#include "ui/hex_rows.h"
#include "ui/sparse_bytes.h"

#include <QAbstractScrollArea>
#include <QBasicTimer>
#include <QElapsedTimer>

#include <functional>
#include <memory>

class QMenu;

namespace ipclens {

class HexStrip;

// Shows what it is given and asks for nothing: whoever owns it listens to visibleRangeChanged and hands in images.
// Changes nothing either: an edit is a signal. The view never moves by itself. Lives on the GUI thread.
class HexView : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit HexView(QWidget *parent = nullptr);
    ~HexView() override;

    // What is there. ------------------------------------------------------------------------------------------------

    // What can be scrolled through. Forgets bytes, marks, frame and regions; keeps the cursor where it still lies
    // inside.
    void setExtent(AddressRange extent);
    AddressRange extent() const { return m_extent; }
    // Added to addresses in the address column.
    void setBase(Address base);
    Address base() const { return m_base; }
    // Ascending and disjoint. Each run of like regions gets a line of its own that says what it is, and only what can
    // be read is drawn byte by byte; holes are one line. None: every address of the extent is drawn. What stands at the
    // top and the cursor stay; the same list again costs next to nothing.
    void setRegions(const std::vector<Region> &regions);
    // What a region's line calls it, asked only for lines in sight; else the file name of `mapped`. When its answers
    // change, call updateRegionNames().
    using RegionName = std::function<QString(const Region &)>;
    void setRegionName(RegionName name);
    void updateRegionNames();
    const HexRows &rows() const { return m_rows; }

    // Merges these bytes into what is shown; unreadable ones are marked. Bytes outside the extent are ignored.
    void showImage(const MemoryImage &image);
    // The same, and bytes that differ from what was shown are highlighted and counted. False: some bytes were left out,
    // because noteWritten() knows newer ones.
    bool updateImage(const MemoryImage &image);
    // Images may be on their way that were read before these bytes were written: all but updateImage(image.time = the
    // largest number) leave them alone, until noteReadBack() of the same number, or another write of them.
    // MemoryFeed::showWritten() does it all.
    void noteWritten(AddressRange range, quint64 write);
    // From now on images read before `time` (as MemoryImage::time, of the session's clock) leave them alone; 0: none
    // does.
    void noteReadBack(quint64 write, std::int64_t time);
    void clearImage();
    // Drops bytes outside `keep`, so that they are not shown again when they are old. What is known of changes stays.
    void forgetOutside(std::span<const AddressRange> keep);
    void forgetOutside(AddressRange keep) { forgetOutside(std::span(&keep, 1)); }
    // How many bytes from the start of `range` on are known (readable or not).
    std::uint64_t knownPrefix(AddressRange range) const { return m_bytes.knownPrefix(range); }
    // Known bytes from `address` on, at most `size`; shorter where they end.
    MemoryImage imageAt(Address address, std::uint64_t size) const;

    // Changes. --------------------------------------------------------------------------------------------------------

    // How bytes that changed are marked; for a second, at first.
    using ChangeMarks = ipclens::ChangeMarks;
    void setChangeMarks(ChangeMarks marks);
    ChangeMarks changeMarks() const { return m_changeMarks; }
    void clearMarks(); // counts too
    std::uint32_t changeCount(Address address) const { return m_bytes.at(address).changes; }
    bool isFading() const { return m_fadeTimer.isActive(); }
    // Calls `found` with an address of each page in which something changed and is still marked.
    void recentChanges(const std::function<void(Address)> &found) const;

    // The frozen frame to compare with: bytes that differ from it are marked. Merged as images are, page after page.
    // MemoryFeed::setFrame() keeps what is visible of a source loaded as the frame.
    void showFrame(const MemoryImage &image);
    void clearFrame();
    bool hasFrame() const { return m_hasFrame; }
    std::uint64_t frameKnownPrefix(AddressRange range) const { return m_frame.knownPrefix(range); }
    void forgetFrameOutside(std::span<const AddressRange> keep) { m_frame.forgetOutside(keep); }

    // What is shown is old, because its source does not answer: it is drawn pale. MemoryFeed does it.
    void setStale(bool stale);
    bool isStale() const { return m_isStale; }

    // In any order; they may overlap.
    void setHighlights(std::vector<Highlight> highlights);
    const HexHighlights &highlights() const { return m_highlights; }
    // The overview beside the scroll bar; off at first.
    void setStripShown(bool shown);

    // Layout. ---------------------------------------------------------------------------------------------------------

    void setLayout(const HexLayout &layout);
    const HexLayout &hexLayout() const { return m_layout; }
    // 8, 16, 32 or any other multiple of 8; 0: as many as fit.
    void setBytesPerRow(int bytes);
    int bytesPerRow() const { return m_layout.bytesPerRow; }
    int shownBytesPerRow() const { return m_geometry.bytesPerRow(); }
    // Percent of the size of setFont(); kept between 50 and 400.
    static constexpr int zoomStep = 10;
    void setZoom(int percent);
    int zoom() const { return m_zoom; }
    // What can be chosen of the layout, as submenus; layoutChanged tells of a choice.
    void addLayoutMenus(QMenu &menu);

    // Places. ---------------------------------------------------------------------------------------------------------

    void setWritable(bool writable);
    bool isWritable() const { return m_writable; }

    void goTo(Address address);
    void select(AddressRange range);
    Address cursor() const { return m_cursor.address; }
    HexPlace place() const { return m_cursor; }
    // One run of bytes; size 0 when nothing, or a block of columns, is selected.
    AddressRange selection() const;
    // All that is selected, ascending: one range, or of a block one for each of its rows. Whoever writes or reads what
    // is selected uses these.
    std::vector<AddressRange> selectedRanges() const;
    std::uint64_t selectedBytes() const;
    bool isSelected(Address address) const;
    // From the first byte in sight to the last; in between there may be lines of regions and holes.
    AddressRange visibleRange() const;
    // The bytes in sight, ascending, neighbours joined.
    std::vector<AddressRange> visibleRanges() const;
    Address topAddress() const;
    // Puts the row of an address at the top, where it can be.
    void setTopAddress(Address address);
    std::uint64_t topRow() const { return m_topRow; }
    void setTopRow(std::uint64_t row) { scrollTo(row); }
    std::uint64_t shownLines() const { return static_cast<std::uint64_t>(lines()); }
    // The line of a region or hole; its sign is the colour of its type of memory.
    HexTitle titleOf(const HexRow &row) const;
    // More than the title, for tool tips and screen readers.
    QString describe(const HexRow &row) const;

    // The selection, or else the value under the cursor, as hex. When not all of it is known: copyRequested; who
    // answers it either shows the bytes and calls copy() from there, or hands them to copyImage() later. Both keep to
    // the format asked for.
    void copy();
    void copyImage(const MemoryImage &image);

    // Where the value that holds `address` stands in the viewport; empty when it is not in sight.
    QRect valueRect(Address address) const;

    QSize sizeHint() const override;

signals:
    void visibleRangeChanged(ipclens::AddressRange range);
    void cursorMoved(ipclens::Address address);
    void selectionChanged(ipclens::AddressRange range);
    // Bytes were typed. Nothing is shown of it until it comes back in an image.
    void editRequested(ipclens::Address at, ipclens::Bytes expected, ipclens::Bytes bytes);
    // A value of so many bytes is to be edited: F2 or a double click, or typing where digits cannot be typed over.
    // `typed` is what was typed already. valueRect() says where it stands.
    void valueEditRequested(ipclens::Address address, int size, const QString &typed);
    // Typing had no effect, and why.
    void inputRefused(const QString &why);
    // A copy of bytes that are not loaded was asked for.
    void copyRequested(ipclens::AddressRange range);
    // The menu is about to be shown at this place: more may be added to it.
    void menuRequested(QMenu *menu, ipclens::Address address);
    void layoutChanged(); // by the menu or the wheel, zoom too

protected:
    bool event(QEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    bool focusNextPrevChild(bool next) override;
    void timerEvent(QTimerEvent *event) override;

private:
    bool merge(const MemoryImage &image, SparseBytes::Stamp stamp);
    void layOut();
    HexRows rowsOf(int bytesPerRow) const;
    struct Top {
        Address address = 0;
        bool isTitle = false;
    };
    Top top() const;
    std::uint64_t rowOf(Top top) const;
    void restoreTop(Top before);
    void applyFont();
    void updateFrame();
    void updateRows(AddressRange range);
    void updateFading();
    void updateStrip();
    void scrollTo(std::uint64_t topRow);
    void scrollBy(std::int64_t rows);
    void scrollAction(int action);
    void announceVisibleRange();
    void ensureVisible();
    void ensureColumnVisible();
    void moveTo(HexPlace place, bool select, bool asBlock = false);
    void moveBy(std::int64_t bytes, bool select, bool asBlock = false);
    void moveByRows(std::int64_t rows, bool select, bool asBlock = false);
    bool moveByKey(QKeyEvent *event);
    void dragTo(QPoint pixel);
    void moveToEdge(bool end, bool ofAll, bool select, bool asBlock);
    void selectAll();
    void setPane(HexPane pane);
    void typeText(const QString &text);
    void typeDigit(int digit);
    void typeCharacter(const QString &text);
    void requestEdit(Address at, Bytes bytes);
    void requestValueEdit(const QString &typed);
    bool zoomByKey(QKeyEvent *event);
    void change(const HexLayout &layout);
    void dropPending();
    void copyText(const QString &text);
    using CopyFormat = QString (*)(const MemoryImage &);
    QString formatted(CopyFormat format, const MemoryImage &image, std::span<const AddressRange> ranges) const;
    void copyAs(CopyFormat format);
    std::vector<AddressRange> copiedRanges() const;
    AddressRange valueAt(Address address) const; // all of its bytes
    std::optional<HexBlock> block() const;
    QString addressText(Address address) const;
    QString tipAt(QPoint pixel) const;
    SparseBytes::Stamp now() const;
    int lines() const { return m_geometry.rowsIn(viewport()->height()); }

    AddressRange m_extent;
    Address m_base = 0;
    HexLayout m_layout;
    std::vector<Region> m_regions; // as given
    RegionName m_regionName;
    SparseBytes m_bytes;
    SparseBytes m_frame;
    bool m_hasFrame = false;
    bool m_isStale = false;
    HexHighlights m_highlights;
    ChangeMarks m_changeMarks = ChangeMarks::Fading;

    // Bytes that we know to be newer than what was read before `time`.
    struct Written {
        AddressRange range;
        std::int64_t time = 0;
        quint64 write = 0;
    };
    std::vector<Written> m_written;

    std::unique_ptr<HexPainter> m_painter;
    HexRows m_rows;
    HexGeometry m_geometry;
    RowScale m_scale;
    std::uint64_t m_topRow = 0;
    int m_ownScroll = 0; // where we last moved it to sideways
    bool m_isLayingOut = false;
    AddressRange m_announced;
    std::vector<AddressRange> m_announcedRanges;
    int m_zoom = 100;
    double m_fontSize = 0; // points at 100 %
    HexStrip *m_strip;

    HexPlace m_cursor;
    std::optional<Address> m_anchor; // where the selection began
    bool m_isBlock = false;          // the selection is columns of rows
    std::optional<int> m_pendingDigit;
    bool m_writable = false;
    bool m_isDragging = false;
    bool m_dragsBlock = false;
    QPoint m_dragPixel;
    QBasicTimer m_dragTimer; // scrolls while the mouse is held outside
    int m_wheelRest = 0;     // eighths of a degree not yet scrolled
    int m_zoomRest = 0;
    int m_pixelRest = 0;

    CopyFormat m_requestedFormat = nullptr; // of the last copyRequested
    std::vector<AddressRange> m_requestedRanges;
    QElapsedTimer m_clock;
    QBasicTimer m_fadeTimer;
};

} // namespace ipclens
