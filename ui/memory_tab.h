// One memory source as a document: address line, rate, what is known of the place, and the hex view.
#pragma once

#include "ui/client.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace ipclens {

class ErrorBar;
class HexView;
class MemoryFeed;
class RegionPicker;

// Owns the opened source: closes it when destroyed, opens it again after a lost connection. Lives on the GUI thread.
class MemoryTab : public QWidget {
    Q_OBJECT
public:
    // `client` outlives the tab.
    MemoryTab(Client &client, const SourceInfo &source, QWidget *parent = nullptr);
    ~MemoryTab() override;

    const SourceInfo &source() const { return m_source; }
    HexView *view() { return m_view; }
    QString title() const;
    QString status() const; // for the status bar

    // The padlock. Opens the source for writing first; a private copy is writable as it is.
    void setWritable(bool writable);
    bool isWritable() const;
    void setPaused(bool paused);
    void setRate(double hz); // 0: only on scrolling and refresh
    // An address of the source (in a section the offset).
    void goTo(Address address);
    void focusAddressLine();
    // Reads bytes and regions again.
    void refresh();
    void chooseRegion();

signals:
    void statusChanged(const QString &status);
    void titleChanged(const QString &title);
    // Also when the bytes under the cursor changed.
    void cursorChanged(ipclens::Address cursor, const ipclens::MemoryImage &around);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void makeHeader();
    void connectParts();
    void goToTyped();
    void setMessage(const QString &message);

    void followConnection();
    void reopen();
    void takeReopened(const Result<SourceInfo> &reply);
    void takeSource(const SourceInfo &source);
    void showFeedState();
    void goStale(const Error &error);
    void endStale();

    void loadRegions();
    void goToStart();
    const Region *regionAt(Address address) const;
    void showPlace();
    void showHole();

    void write(Address at, const Bytes &expected, const Bytes &bytes);
    void showWritten(const WriteReply &reply, Address at, const Bytes &expected, const Bytes &bytes);
    void copyRange(AddressRange range);
    void announceCursor();
    void showAccess();
    QString shownAddress(Address address) const;

    Client &m_client;
    SourceInfo m_source;
    std::vector<Region> m_regions; // ascending
    std::optional<Error> m_regionsError;
    bool m_wasSent = false; // somebody chose where to look

    QLineEdit *m_address;
    QToolButton *m_regionsButton;
    QComboBox *m_rateBox;
    QLabel *m_place;
    QLabel *m_access;
    QToolButton *m_refreshButton;
    ErrorBar *m_state;  // stale, or nothing
    ErrorBar *m_answer; // to what the user last did
    QLabel *m_hole;
    HexView *m_view;
    MemoryFeed *m_feed;
    RegionPicker *m_picker;

    QString m_staleSince; // empty while all is well
    QString m_message;
    bool m_isReopening = false;
    bool m_wantsWritable = false;
    quint64 m_accessRequest = 0;
    struct RefusedWrite {
        Address at = 0;
        Bytes expected; // what is there now
        Bytes bytes;
    };
    std::optional<RefusedWrite> m_refusedWrite; // may be repeated by "Write anyway"
};

} // namespace ipclens
