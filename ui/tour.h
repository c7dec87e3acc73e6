// Walks through the running window without a user and saves a picture of every step, and beside it the bytes in view as
// text.
#pragma once

#include "core/model/process.h"

#include <QObject>
#include <QPointer>
#include <QString>
#include <QElapsedTimer>
#include <QTimer>

#include <functional>
#include <vector>

class QDialog;

namespace ipclens {

class MainWindow;
class MemoryTab;

// GUI thread. Needs a session with the demo programs running. Prints the path of every picture, and what it waited for
// in vain.
class Tour : public QObject {
    Q_OBJECT
public:
    // `opened`: how many sources the window opens by itself; they are shown first.
    Tour(MainWindow &window, const QString &folder, std::size_t opened = 0, QObject *parent = nullptr);

    void start();

signals:
    void finished(bool complete); // false: some step did not get what it waited for, or a picture could not be saved

private:
    struct Step {
        QString picture;                // file name without ending; empty: none
        QString expected;               // what is waited for, as a sentence goes on after "no "
        std::function<void()> begin;
        std::function<bool()> isDone;
    };

    void startListening();
    void addOpened(std::size_t count);
    void addLists();
    void addMapping();
    void addMemoryTools();
    void addProcess();
    void addTraffic();
    void addTrafficDialogs();
    void addLooks();
    void next();
    void check();
    void endStep(bool done);
    bool savePicture(const QString &name);
    bool saveBytes(const QString &path) const;

    MemoryTab *memoryOf(const QString &startOfName) const;
    bool showsBytes(MemoryTab *tab) const;
    void typeInto(QWidget *widget, const QString &text) const;

    MainWindow &m_window;
    const QString m_folder;
    std::vector<Step> m_steps;
    std::size_t m_step = 0;
    bool m_complete = true;
    QTimer m_poll;
    QElapsedTimer m_sinceBegin;
    QPointer<QDialog> m_dialog;       // shown over the window in the picture
    ProcessInfo m_process;            // one of the demo's
    SharedSection m_shared;           // of the demo's library
    qint64 m_received = 0;
};

} // namespace ipclens
