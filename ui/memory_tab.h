// One memory source as a document: the line above, what is said, the bytes, and the bars for finding and comparing.
#pragma once

#include "core/text/copy_formats.h"
#include "ui/bookmarks.h"
#include "ui/client.h"
#include "ui/memory_editor.h"
#include "ui/source_link.h"
#include "ui/visited_places.h"

#include <QVariantMap>
#include <QWidget>

class QLabel;
class QLineEdit;

namespace ipclens {

class CompareBar;
class ErrorBar;
class FindBar;
class HexView;
class InspectorLookups;
class JobLine;
class MemoryFeed;
class MemoryHeader;
class RegionPicker;
class WriteDialog;

// Owns the opened source: closes it when destroyed, opens it again after a lost connection. Lives on the GUI thread.
class MemoryTab : public QWidget {
    Q_OBJECT
public:
    // `client` outlives the tab.
    MemoryTab(Client &client, const SourceInfo &source, QWidget *parent = nullptr);
    ~MemoryTab() override;

    const SourceInfo &source() const { return m_link->source(); }
    HexView *view() { return m_view; }
    Bookmarks *bookmarks() const { return m_bookmarks; }
    SourceLink *link() const { return m_link; }
    QString title() const;
    QString status() const; // for the status bar

    // The padlock. Opens the source for writing first; a private copy is writable as it is.
    void setWritable(bool writable);
    bool isWritable() const;
    void setPaused(bool paused);
    void setRate(double hz); // 0: only on scrolling and refresh

    // An address of the source (in a section the offset). Where one was can be gone back to.
    void goTo(Address address);
    void goTo(AddressRange range); // and selects it
    void goBack();
    void goForward();
    bool canGoBack() const { return m_visited.canGoBack(); }
    bool canGoForward() const { return m_visited.canGoForward(); }
    // An address of the process that the source belongs to: what a pointer in it holds.
    void follow(Address pointer);
    void focusAddressLine();
    // Reads bytes and regions again.
    void refresh();
    void chooseRegion();

    void find();
    void findAgain(bool backwards);
    void compare();
    void compareWith(const QString &snapshotPath); // on the session's side
    void goToDifference(bool backwards);

    void write(MemoryEditor::Edit edit) { m_editor->write(std::move(edit)); }
    void fill();
    void paste();
    void loadFile();
    void saveRange(); // the selection, or else the region of the cursor
    void saveTo(const QString &path, AddressRange range);
    void copyAs(CopyFormat format);
    void addBookmark();
    void addBookmark(Address at, const ChosenType &type, ByteOrder order, int bytes);
    // The selection, or the value at the cursor in the layout's unit.
    void freezeChosen();
    std::vector<AddressRange> selectedOrCursor() const;
    std::vector<AddressRange> selected() const;

    // What others mark in the bytes: frozen values.
    void setOtherHighlights(std::vector<Highlight> highlights);
    void fillLayoutMenu(QMenu &menu);

signals:
    void statusChanged(const QString &status);
    void titleChanged(const QString &title);
    // Also when the bytes under the cursor changed.
    void cursorChanged(ipclens::Address cursor, const ipclens::MemoryImage &around);
    void selectionChanged();
    void sourceChanged();
    void freezeRequested(ipclens::Address at, const ipclens::Bytes &bytes, std::optional<ipclens::ValueType> type,
                         ipclens::ByteOrder order);
    void jumpsChanged(bool canGoBack, bool canGoForward);
    // The menu of the bytes is about to be shown.
    void menuRequested(QMenu *menu);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void connectView();
    void connectParts();
    void goToTyped(const QString &text);
    void arrive(const QString &text, Address address);
    void leave();
    void showJumps();
    void setMessage(const QString &message);
    void loadNames();

    void takeSource();
    void takeRegions();
    void showStaleness();
    void showFeedState();
    void goToStart();
    void showPlace();
    void showHole();
    void showAccess();

    void editValue(Address at, int size, const QString &typed);
    void placeValueLine();
    void takeTypedValue();
    void endValueLine();
    bool canWrite(const QString &what);
    void writeFrom(WriteDialog *dialog);
    void copyRange(AddressRange range);
    void refuseCopy(std::uint64_t size);
    void askForBookmark(const Bookmark &bookmark);
    void showSaved(const QString &failure, const QString &path, const std::vector<AddressRange> &unreadable);
    void announceCursor();
    void showHighlights();
    QString shownAddress(Address address) const;
    void keepLayout();
    void restoreLayout();

    Client &m_client;
    SourceLink *m_link;
    MemoryHeader *m_header;
    ErrorBar *m_state;  // stale, or nothing
    ErrorBar *m_answer; // to what the user last did
    QLabel *m_hole;
    HexView *m_view;
    MemoryFeed *m_feed;
    RegionPicker *m_picker;
    MemoryEditor *m_editor;
    FindBar *m_find;
    CompareBar *m_compare;
    JobLine *m_job;
    Bookmarks *m_bookmarks;
    InspectorLookups *m_lookups; // names of regions
    QLineEdit *m_valueLine; // typed over a value in the view

    bool m_wasSent = false; // somebody chose where to look
    AddressRange m_extent;
    SourceId m_shownSource = 0;
    VisitedPlaces m_visited;
    std::vector<Module> m_modules;
    std::vector<Highlight> m_otherHighlights;
    QString m_message;
    bool m_wantsWritable = false;
    quint64 m_accessRequest = 0;
};

} // namespace ipclens
