// Everything that is written from one memory tab: says first what will happen, compares, writes, and looks at it
// afterwards.
#pragma once

#include "ui/source_link.h"

#include <QSet>

namespace ipclens {

class ErrorBar;

// GUI thread. All it has to say stands in the bar it is given, or goes out as a message.
class MemoryEditor : public QObject {
    Q_OBJECT
public:
    // Both outlive it.
    MemoryEditor(SourceLink &link, ErrorBar &bar, QObject *parent = nullptr);
    ~MemoryEditor() override;

    // `expected`: what was shown there; empty: whatever is there is replaced.
    struct Edit {
        Address at = 0;
        Bytes expected;
        Bytes bytes;
    };
    void write(Edit edit);
    // One after the other; the first that is not written ends it, and what was not tried is said.
    void writeAll(std::vector<Edit> edits);
    static constexpr std::uint64_t largestEdit = 16 << 20; // bytes; the session's own limit
    void setWritable(bool writable); // closing the padlock forgets what was agreed to

signals:
    // What is there now, to be shown at once.
    void answered(const ipclens::MemoryImage &now);
    void said(const QString &message);

private:
    void send(const Edit &edit);
    void take(const Edit &edit, const Result<WriteReply> &reply);
    void writeNext();
    QString waitingText();
    void showRefused(const Edit &edit, const WriteReply &reply);
    void watch(const Edit &edit, const WriteReply &reply);
    void restartWatch();
    static void watchStarted(const QPointer<MemoryEditor> &self, Client &client, quint64 request,
                             const Result<WatchStarted> &reply);
    void takeWatch(WatchId watch);
    void stopWatch();
    void compare(const WatchUpdate &update);
    QString placeText(Address at) const;

    SourceLink &m_link;
    ErrorBar &m_bar;
    bool m_isWritable = false;
    std::vector<Edit> m_waiting; // the rest of writeAll(), the next one last
    QSet<Address> m_agreed; // regions of which the user knows what writing there does

    // A verified write whose bytes are looked at for a while.
    struct Fresh {
        Address at = 0;
        Bytes bytes;
        std::int64_t time = 0; // of the session's clock
        std::uint64_t entry = 0;
        QElapsedTimer age;
    };
    std::vector<Fresh> m_fresh;
    std::unordered_map<std::uint64_t, std::int64_t> m_entryTimes; // of the newest journal entries
    WatchId m_watch = 0;
    quint64 m_watchRequest = 0;
    std::vector<WatchUpdate> m_early; // came before we knew the watch's number
    QTimer m_watchEnd;
};

} // namespace ipclens
