// The messages of a capture as rows.
#pragma once

#include "core/traffic/filter_scan.h"
#include "ui/colour_rules.h"
#include "ui/idle_work.h"
#include "ui/message_sort.h"

#include <QAbstractTableModel>
#include <QTimer>

#include <deque>
#include <functional>
#include <unordered_map>

namespace ipclens {

class UserLayouts;

enum class TimeFormat { Local, Utc, SinceFirst, SincePrevious, Epoch };

// Stores every message once and shows those that pass the filter, in order of arrival or sorted by a column. Rows are
// numbers of messages, so that a row costs the same with ten messages and with a million. What takes long goes on in
// pieces between events (filtering, marking, collecting what to sort by) or on a thread (sorting). Lives on the GUI
// thread.
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
    // The same of messages with these indices.
    std::uint64_t apply(std::span<const std::pair<Index, MessageOutcome>> outcomes);
    void clear();

    // While off, new messages are only stored; turning it on shows what came meanwhile.
    void setShowing(bool on);
    bool isShowing() const { return m_showing; }
    std::uint64_t waiting() const { return m_store.end() - m_end; } // stored while not showing
    std::uint64_t unfiltered() const { return m_end - m_next; }     // the filter has yet to look at them

    void setFilter(MessageFilter filter);
    const MessageFilter &filter() const { return m_filter; }

    // Soon, for as many messages as there may be; the first of them at once.
    void annotate(std::vector<Index> messages, std::function<void(Annotation &)> change);
    void annotate(Index index, Annotation annotation);
    Annotation annotation(Index index) const;
    void setTimeFormat(TimeFormat format);
    TimeFormat timeFormat() const { return m_timeFormat; }
    void setColourRules(ColourRules rules);
    void layoutsChanged(); // the user's structs, which summaries are read by
    const ColourRules &colourRules() const { return m_rules; }

    // By a column, or with -1 in order of arrival. What arrives while sorted comes last, and is sorted in soon after;
    // what is let go or does not pass any more goes then, too.
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
    struct Annotating {
        std::vector<Index> messages;
        std::size_t done = 0;
        std::function<void(Annotation &)> change;
    };

    void showAnswers(const std::vector<Index> &changed);
    bool showsAll() const { return m_filter.isEmpty(); } // what is shown are all messages looked at
    bool isSorted() const { return m_sortColumn >= 0; }
    int rows() const;
    std::size_t found() const;              // messages that are looked at and pass
    Index foundAt(std::size_t place) const; // in order of arrival
    std::size_t firstPlaceFrom(Index index) const;
    std::optional<std::size_t> placeOf(Index index) const;
    std::optional<Index> foundBefore(Index index) const;
    Index indexOf(std::uint32_t message) const;
    bool passes(Index index) const;
    void appended();
    void letGo();
    bool isFarOverLimits() const;
    void forget(std::uint64_t count);
    bool lookAtMore();
    bool find(std::vector<std::uint32_t> &found);
    void insertRows(std::size_t at, std::span<const std::uint32_t> messages);
    void lookAgain(std::span<const Index> messages);
    void changeFound(std::span<const Index> coming, std::span<const Index> going);
    void changeRows(std::span<const Index> coming, std::span<const Index> going);
    bool annotatePiece();
    void orderByArrival();
    void sortSoon();
    void startSort();
    void takeSorted();
    QString text(int row, int column) const;
    QString timeColumn(int row, const MessageView &message) const;
    std::optional<std::int64_t> sincePrevious(int row, const MessageView &message) const;
    std::optional<theme::Role> colourOf(int row) const;
    QVariant toolTip(const MessageView &message, int column) const;

    MessageStore m_store;
    MessageFilter m_filter;
    std::unique_ptr<FilterScan> m_scan;
    ColourRules m_rules;
    const std::unique_ptr<UserLayouts> m_layouts;
    mutable std::unordered_map<Index, std::optional<theme::Role>> m_colours; // of messages lately in sight
    TimeFormat m_timeFormat = TimeFormat::Local;
    std::optional<std::int64_t> m_firstTime; // of the first message there was
    bool m_showing = true;
    IdleWork m_looking;
    IdleWork m_annotating;
    std::deque<Annotating> m_toAnnotate;
    Index m_end = 0;                    // messages before it may be shown; stays behind the store's while not showing
    Index m_next = 0;                   // messages before it have been looked at; <= m_end
    std::vector<std::uint32_t> m_found; // unless showsAll(): those that pass, by the low 32 bits of their index

    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;
    MessageOrder m_order;                // while sorted: the rows
    bool m_isStale = false;              // m_order is to be made anew
    std::unique_ptr<MessageSort> m_sort; // under way
    std::uint64_t m_goWithSort = 0;      // so many of the oldest messages are let go when it is done
    QTimer m_sortTimer;
};

} // namespace ipclens
