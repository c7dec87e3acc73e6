// The messages of a capture as rows.
#pragma once

#include "core/traffic/message_filter.h"
#include "core/traffic/message_store.h"

#include <QAbstractTableModel>
#include <QElapsedTimer>

namespace ipclens {

// Stores every message once and shows those that pass the filter, in order of arrival. Rows are numbers of messages, so
// that a row costs the same with ten messages and with a million. What takes long (filtering many messages) goes on in
// pieces between events. Lives on the GUI thread.
class MessageModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, Time, Delta, Sender, Kind, Id, Size, Summary, ColumnCount };
    using Index = MessageStore::Index;

    explicit MessageModel(QObject *parent = nullptr);

    const MessageStore &store() const { return m_store; }
    void setLimit(std::uint64_t bytes); // of memory; the oldest messages go when it is passed

    void append(std::vector<Message> messages);
    void clear();

    // While off, new messages are only stored; turning it on shows what came meanwhile.
    void setShowing(bool on);
    bool isShowing() const { return m_showing; }
    std::uint64_t waiting() const { return m_store.end() - m_end; } // stored while not showing
    std::uint64_t unfiltered() const { return m_end - m_next; }     // the filter has yet to look at them

    void setFilter(MessageFilter filter);
    const MessageFilter &filter() const { return m_filter; }

    const Message &messageAt(int row) const;
    Index indexOfRow(int row) const;
    int rowOfIndex(Index index) const;        // -1: not shown
    int rowNearTime(std::int64_t time) const; // the first at or after it, else the last; -1 without rows

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    // Local time of day with microseconds.
    static QString timeText(std::int64_t time);
    // "demo.exe 1234", or what else is known of the sender.
    static QString senderText(const Message &message);

signals:
    void progressed(); // waiting() or unfiltered() may have changed

private:
    int rows() const;
    void lookAtMore();
    std::vector<Index> matchesInOnePiece();
    QVariant text(int row, int column) const;
    QVariant toolTip(const Message &message, int column) const;

    MessageStore m_store;
    MessageFilter m_filter;
    bool m_showing = true;
    bool m_continuing = false;
    Index m_end = 0;          // messages before it may be shown; stays behind the store's while not showing
    Index m_next = 0;         // messages before it have been looked at: rows are of these; <= m_end
    std::deque<Index> m_rows; // with a filter: the messages shown, ascending; without: unused, every message is
};

} // namespace ipclens
