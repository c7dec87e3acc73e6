// The centre of the window: what is open, as tabs.
#pragma once

#include "core/session/commands.h"
#include "ui/client.h"

#include <QHash>
#include <QTabWidget>

#include <thread>

class QMenu;
class QSettings;

namespace ipclens {

class MemoryTab;
class SharingTab;
struct PageSpec;
class StartPage;
class TrafficTab;

// GUI thread. Opens sources and keeps one tab for each; never more than one for traffic. The start page is there
// whenever nothing else is.
class Documents : public QTabWidget {
    Q_OBJECT
public:
    Documents(Client &client, StartPage *start, QWidget *parent = nullptr);
    ~Documents() override;

    // Opens the source, or shows its tab when it is open already, at the address when there is one.
    void open(const SourceSpec &spec, std::optional<Address> at = {}, Access access = Access::Read);
    void add(const SourceInfo &source, std::optional<Address> at = {}); // takes over a source that somebody opened
    TrafficTab *showTraffic(); // makes it when there is none
    TrafficTab *openCapture(const QString &path); // a file of messages, in a tab of its own
    void askForCapture();
    // Looks for captures that a crash left behind, and tells of the newest.
    void lookForLeftCaptures();
    void showStart();
    // Takes over a page that tells who shares what. False: one that shows the same is there and shown, and `page` is gone.
    bool showPage(SharingTab *page);

    MemoryTab *currentMemory() const;
    SharingTab *currentSharing() const;
    TrafficTab *currentTraffic() const;
    TrafficTab *unsavedTraffic() const; // a tab that is not to be closed without a question; none: nullptr
    TrafficTab *traffic() const { return m_traffic; }
    QList<MemoryTab *> memoryTabs() const;
    MemoryTab *tabOf(SourceId source) const; // nullptr: none has it open
    // A writable source of that spec among the tabs; 0: none.
    SourceId writableSource(const SourceSpec &spec) const;

    bool isPaused() const; // the current tab
    void setPaused(bool paused);
    void closeTab(int index);
    void step(int by); // to the next or the previous tab, round and round

    void save(QSettings &settings) const;
    void restore(QSettings &settings); // once connected

signals:
    void currentDocumentChanged();
    void statusChanged(const QString &text); // of the current memory tab
    void accessChanged();                    // of the current memory tab, perhaps
    void cursorChanged(ipclens::Address at, const ipclens::MemoryImage &around);
    void selectionChanged();                 // of the current memory tab
    void sourceChanged();                    // of the current memory tab: its source, or where it can jump back to
    void sourceGone(ipclens::SourceId source); // closed, or opened again under another number
    void freezeRequested(const ipclens::FrozenItem &item);
    void menuRequested(QMenu *menu); // of the bytes
    void countsChanged(quint64 received, quint64 dropped, quint64 truncated);
    void trafficChanged(); // began or ended to listen, perhaps
    void failed(const QString &text);
    void capturesLeft(const QString &text, const QStringList &paths); // by programs that did not end well
    void pageRestored(const ipclens::PageSpec &page); // what it is of is still there: showPage() wants it
    void refused(const ipclens::SourceSpec &spec, const ipclens::Error &error); // after failed(): it was not opened

protected:
    bool event(QEvent *event) override;
    void tabInserted(int index) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    MemoryTab *findTab(const SourceSpec &spec) const;
    QWidget *findRestored(const QVariantMap &saved) const;
    void place(QWidget *tab, const QString &title);
    void showCurrent();
    void connectTraffic(TrafficTab *tab);
    void forget(QWidget *tab);
    // `done` gets no error when the source is open.
    void openAnd(const SourceSpec &spec, std::optional<Address> at, Access access,
                 std::function<void(const std::optional<Error> &error)> done);
    void restorePage(const PageSpec &page, std::function<void(const QString &failure)> done);

    // What a memory tab said last, for when it becomes the current one.
    struct Seen {
        QString status;
        SourceId source = 0;
        Address cursor = 0;
        MemoryImage around;
    };

    Client &m_client;
    StartPage *m_start;
    TrafficTab *m_traffic = nullptr;
    QHash<const MemoryTab *, Seen> m_seen;
    std::thread m_looking; // for captures left behind
    std::vector<SourceSpec> m_opening; // asked for, not answered yet
};

} // namespace ipclens
