// Every write as a table, oldest first.
#pragma once

#include "core/session/commands.h"

#include <QAbstractTableModel>

#include <deque>
#include <functional>
#include <unordered_set>

namespace ipclens {

// GUI thread. Keeps the newest `limit` entries; older ones stay in the journal's file.
class JournalModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Time, Source, Where, Change, State, Note, Undo };

    explicit JournalModel(QObject *parent = nullptr, std::size_t limit = 5000);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    QVariant data(const QModelIndex &index, int role) const override;

    // Starts over with what the session's journal holds. Entries that came by put() meanwhile are not lost.
    void load(JournalReply journal);
    // Adds an entry of this run, or brings it up to date.
    void put(const JournalEntry &entry);

    const JournalEntry &entry(int row) const { return m_entries[static_cast<std::size_t>(row)]; }
    const std::string &run() const { return m_run; }
    bool isUndone(const JournalEntry &entry) const;
    bool canUndo(const JournalEntry &entry) const;
    // Of this run: it is here, and what came of it is known.
    bool isConcluded(std::uint64_t number) const;
    // Which entries count: those of one source, say. Without one, all do.
    using Filter = std::function<bool(const JournalEntry &)>;
    // The last verified write of this run that is no undo itself and has not been undone; nothing when there is none.
    const JournalEntry *lastToUndo(const Filter &filter = {}) const;
    // The last undo of this run that can be taken back: nothing new has been written since.
    const JournalEntry *lastToRedo(const Filter &filter = {}) const;

private:
    QString text(const JournalEntry &entry, int column) const;
    QString stateText(const JournalEntry &entry) const;
    int find(const JournalEntry &entry) const; // -1: not there
    std::unordered_set<std::uint64_t> undoneEntries() const; // of this run

    const std::size_t m_limit;
    std::string m_run;
    std::deque<JournalEntry> m_entries;
};

} // namespace ipclens
