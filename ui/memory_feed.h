// Keeps what a hex view shows loaded and live: reads what scrolls into sight and watches it.
#pragma once

#include "ui/client.h"

#include <QObject>
#include <QTimer>

namespace ipclens {

class HexView;

// Asks the session only for what is visible and a page around it. Lives on the GUI thread; outlived by client and view.
class MemoryFeed : public QObject {
    Q_OBJECT
public:
    MemoryFeed(Client &client, HexView &view, QObject *parent = nullptr);

    // Source 0: none, for as long as there is no connection. What is shown stays, and is compared with what comes next.
    void setSource(const SourceInfo &source);
    void setRate(double hz); // 0: only when scrolled or refreshed
    void setPaused(bool paused);
    void setShown(bool shown); // a hidden view does no work
    void refresh();            // reads what is visible now
    // A snapshot whose bytes the view compares with; its number 0: none. It is read once, where it is looked at.
    void setFrame(const SourceInfo &frame);
    // What a write found when it read back. Shown at once; what was read before, but arrives later, does not cover it.
    void showWritten(const MemoryImage &after);

    double rate() const { return m_rate; }
    bool isPaused() const { return m_paused; }
    bool isLive() const { return m_watch != 0 && !m_failure; }
    std::uint64_t missed() const { return m_missed; }
    const std::optional<Error> &failure() const { return m_failure; }
    // What is kept loaded, and watched when live: ascending, disjoint.
    const std::vector<AddressRange> &window() const { return m_window; }

signals:
    void bytesArrived(); // the view shows news
    void stateChanged(); // live, missed or failure changed
    void frameFailed(const ipclens::Error &error);

private:
    struct Watched {
        std::vector<AddressRange> ranges;
        double rate = 0;
        bool operator==(const Watched &) const = default;
    };

    void follow();
    void readMissing();
    void readWindow();
    void takeWindow(const MemoryImages &reply, const std::vector<AddressRange> &asked);
    void readFrame();
    std::vector<AddressRange> framedWindow() const;
    void syncWatch();
    void startWatch();
    void apply(const WatchUpdate &update);
    void setFailure(std::optional<Error> failure);
    std::vector<AddressRange> wantedWindow() const;

    Client &m_client;
    HexView &m_view;
    SourceInfo m_source;
    quint64 m_generation = 0;           // replies to an earlier source are dropped
    std::vector<AddressRange> m_window; // what is kept loaded

    double m_rate = 10;
    bool m_paused = false;
    bool m_shown = false;

    bool m_reading = false;
    bool m_readAgain = false; // something else became visible meanwhile

    bool m_leftOut = false; // part of an update was not shown, because of a write
    quint64 m_writes = 0;   // that were shown
    SourceInfo m_frame;
    quint64 m_frameGeneration = 0;
    bool m_readingFrame = false;

    QTimer m_settle; // scrolling restarts the watch once, when it has come to rest
    bool m_starting = false;
    WatchId m_watch = 0;
    std::optional<Watched> m_watched; // what m_watch watches, or failed to
    std::vector<WatchUpdate> m_early; // came before we knew the watch's number
    std::int64_t m_updated = 0;       // time of the watch's last update
    std::uint64_t m_missed = 0;
    std::optional<Error> m_failure;
    bool m_watchFailed = false;
};

} // namespace ipclens
