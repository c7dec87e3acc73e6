// The dock at the bottom: every write, with undo.
#pragma once

#include "ui/client.h"
#include "ui/journal_model.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTreeView;

namespace ipclens {

class ErrorBar;

// GUI thread. Undo writes the old bytes, and only where the new ones still are.
class JournalDock : public QWidget {
    Q_OBJECT
public:
    // An opened, writable source of that spec, if there is one: its view may be a private copy that only it can change.
    using FindSource = std::function<SourceId(const SourceSpec &)>;

    JournalDock(Client &client, FindSource findSource, QWidget *parent = nullptr);

    const JournalModel &model() const { return *m_model; }
    // The last verified write of this run that was not undone, of those that count.
    bool canUndoLast(const JournalModel::Filter &filter) const;
    void undoLast(const JournalModel::Filter &filter);
    bool canRedoLast(const JournalModel::Filter &filter) const;
    void redoLast(const JournalModel::Filter &filter);
    void undo(const JournalEntry &entry) { undo(entry, false); }

signals:
    void changed();
    void openRequested(const ipclens::SourceSpec &spec, ipclens::Address at);

private:
    void load();
    void put(const JournalEntry &entry);
    void follow(const std::function<void()> &change);
    void undo(const JournalEntry &entry, bool anyway);
    void writeBack(const JournalEntry &entry, SourceId source, bool closeAfter, bool anyway);
    void undone(const JournalEntry &entry, const Result<WriteReply> &reply);
    void updateButtons();
    void showMenu(const QPoint &position);
    const JournalEntry *current() const;

    Client &m_client;
    const FindSource m_findSource;
    JournalModel *m_model;
    ErrorBar *m_error;
    QTreeView *m_view;
    QLabel *m_empty;
    QPushButton *m_undo;
    bool m_undoing = false;
    std::uint64_t m_awaited =
        0; // entry of the undo that is done, but not in the list yet: replies are faster than events
};

} // namespace ipclens
