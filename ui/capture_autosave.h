// A running capture is kept in a file as well, so that a crash loses at most a second of it.
#pragma once

#include "core/traffic/capture_file.h"
#include "core/traffic/capture_segments.h"
#include "ui/file_writer.h"
#include "ui/idle_work.h"

#include <QLockFile>
#include <QTimer>

#include <memory>

namespace ipclens {

// What a program that did not end well left behind.
struct LeftCapture {
    QString path;           // of the capture; its files have it with a number (see captureFiles())
    std::int64_t begun = 0; // when, nanoseconds since 1970 UTC
    std::uint64_t messages = 0;
};

// Writes what is new in a store twice a second, in several files, so that those of which the store has let everything
// go can go, too. What the user says of messages that are written already stands in another file beside them. All stay
// when the program crashes, until somebody discards them. Lives on the GUI thread.
class CaptureAutosave : public QObject {
    Q_OBJECT
public:
    // `store` must outlive it. Begins a file in the user's folder for this with the first message.
    explicit CaptureAutosave(const MessageStore &store, QObject *parent = nullptr);
    ~CaptureAutosave() override;

    void nameInbox(std::uint64_t inbox, const std::string &name) { m_names[inbox] = name; }
    void setSystem(const std::string &system) { m_system = system; }
    void setRunning(bool running); // off: once more, what is new is written
    // Outcomes of messages that may have been written without one.
    void add(std::uint64_t inbox, std::span<const MessageOutcome> outcomes);
    void annotationsChanged();                        // in the store
    void discard();                                   // the files; what comes begins others
    std::uint64_t missed() const { return m_missed; } // messages let go before they could be written
    QString path() const { return m_path; }           // see LeftCapture

    // Files that no running program writes, the newest first. Reads all of them: call it on a thread of its own.
    static std::vector<LeftCapture> left();
    static QString folder();
    static void remove(const QString &path); // one of left(), with all that belongs to it
    // By message's place in the capture: what the user said after it was written, and how many messages that is the last word for.
    struct LaterAnnotations {
        std::uint64_t messages = 0;
        std::map<std::uint64_t, Annotation> annotations;
    };
    static LaterAnnotations annotationsOf(const QString &path);

signals:
    void failed(const QString &error); // nothing more is written

private:
    // One file, and the last message in it.
    struct Segment {
        std::uint64_t number = 0;
        std::uint64_t firstPlace = 0; // of its messages in the capture, as in m_runs
        MessageStore::Index end = 0;
    };

    // What is said of messages before `end`, on its way to its file.
    struct Annotations {
        std::unique_ptr<FileWriter> file;
        MessageStore::Index next = 0; // to be looked at
        MessageStore::Index end = 0;
    };

    void begin();
    void beginSegment();
    void append(MessageStore::Index index);
    void appendAnswers();
    bool writePiece();
    QString fileOf(std::uint64_t segment) const;
    void beginAnnotations();
    bool writeAnnotationsPiece();

    const MessageStore &m_store;
    std::map<std::uint64_t, std::string> m_names;
    std::string m_system;
    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
    std::unique_ptr<FileWriter> m_file;
    std::unique_ptr<CaptureWriter> m_writer;
    Bytes m_block;
    MessageStore::Index m_next = 0;
    CaptureSegments m_shares; // when another file begins
    std::deque<Segment> m_segments;
    std::uint64_t m_written = 0;                         // messages in all files so far
    std::map<MessageStore::Index, std::uint64_t> m_runs; // from a message on without gaps: its place among these
    std::unique_ptr<Annotations> m_annotations;          // being written
    std::vector<std::pair<std::uint64_t, MessageOutcome>> m_outcomes;
    std::uint64_t m_missed = 0;
    bool m_isBroken = false;
    QTimer m_timer;
    IdleWork m_writing; // while there is something to be written
    QTimer m_said;      // once, soon after annotations have changed
    IdleWork m_writingAnnotations;
};

} // namespace ipclens
