// The messages of a capture as rows.
#pragma once

#include "core/traffic/filter_scan.h"
#include "ui/colour_rules.h"
#include "ui/message_sort.h"

#include <QAbstractTableModel>
#include <QTimer>

namespace ipclens {

enum class TimeFormat { Local, Utc, SinceFirst, SincePrevious, Epoch };

// Stores every message once and shows those that pass the filter, in order of arrival or sorted by a column. Rows are
// numbers of messages, so that a row costs the same with ten messages and with a million. What takes long goes on in
// pieces between events (filtering) or on a thread (sorting). Lives on the GUI thread.
class MessageModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Number,
        Time,
        Delta,
        Sender,
        Receiver,
        Kind,
        Id,
        Size,
        Result,
        Duration,
        Comment,
        Summary,
        ColumnCount
    };
    using Index = MessageStore::Index;

    explicit MessageModel(QObject *parent = nullptr);
    ~MessageModel() override;

    const MessageStore &store() const { return m_store; }
    void setLimits(const MessageStore::Limits &limits); // the oldest messages go when one is passed

    void append(std::span<const Message> messages);
    void append(MessageStore messages); // of another store, quicker
    // What came of messages of that inbox; how many were not found any more.
    std::uint64_t apply(std::uint64_t inbox, std::span<const MessageOutcome> outcomes);
    void clear();

    // While off, new messages are only stored; turning it on shows what came meanwhile.
    void setShowing(bool on);
    bool isShowing() const { return m_showing; }
    std::uint64_t waiting() const { return m_store.end() - m_end; } // stored while not showing
    std::uint64_t unfiltered() const { return m_end - m_next; }     // the filter has yet to look at them

    void setFilter(MessageFilter filter);
    const MessageFilter &filter() const { return m_filter; }

    void annotate(Index index, Annotation annotation);
    Annotation annotation(Index index) const;
    void setTimeFormat(TimeFormat format);
    TimeFormat timeFormat() const { return m_timeFormat; }
    void setColourRules(ColourRules rules);
    const ColourRules &colourRules() const { return m_rules; }

    // By a column, or with -1 in order of arrival. What arrives while sorted comes last, and is sorted in soon after.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    int sortColumn() const { return m_sortColumn; }
    Qt::SortOrder sortOrder() const { return m_sortOrder; }
    bool isSorting() const { return m_sort != nullptr; }

    MessageView messageAt(int row) const; // good until the model changes
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
    static QString senderText(const MessageView &message);
    static QString receiverText(const MessageView &message);
    static QString durationText(std::int64_t nanoseconds); // "1.234 ms"

signals:
    void progressed(); // waiting() or unfiltered() may have changed
    void annotated();
    void answered(quint64 index); // that message has its outcome now, which it came without

private:
    bool showsAll() const { return m_filter.isEmpty() && m_sortColumn < 0; } // rows are all messages looked at
    int rows() const;
    void appended();
    void letGo();
    void lookAtMore();
    bool find(std::vector<std::uint32_t> &found);
    void sortSoon();
    void startSort();
    void takeSorted();
    QString text(int row, int column) const;
    QString timeColumn(int row, const MessageView &message) const;
    QVariant toolTip(const MessageView &message, int column) const;

    MessageStore m_store;
    MessageFilter m_filter;
    std::unique_ptr<FilterScan> m_scan;
    ColourRules m_rules;
    TimeFormat m_timeFormat = TimeFormat::Local;
    bool m_showing = true;
    bool m_continuing = false;
    Index m_end = 0;                   // messages before it may be shown; stays behind the store's while not showing
    Index m_next = 0;                  // messages before it have been looked at: rows are of these; <= m_end
    std::vector<std::uint32_t> m_rows; // unless showsAll(): the messages shown, by the low 32 bits of their index

    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    std::unique_ptr<MessageSort> m_sort; // under way
    std::size_t m_sorted = 0;            // so many rows from the first on are sorted
    QTimer m_sortTimer;
};

} // namespace ipclens
