// Tables of what a capture consists of.
#pragma once

#include "core/traffic/traffic_statistics.h"

#include <QAbstractTableModel>

namespace ipclens {

// One table of a TrafficStatistics, sorted by a column. A row stays what it is while numbers change, so that a
// selection survives. GUI thread.
class StatisticsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum class Table { Endpoints, Conversations, Ids, Sizes, Inboxes };
    static constexpr int shareRole = Qt::UserRole + 1; // of a size's messages among all, 0 to 1

    // `counted` must outlive the model.
    StatisticsModel(Table table, const TrafficStatistics &counted, QObject *parent = nullptr);

    Table table() const { return m_table; }
    void refresh(); // the numbers have changed
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

    // A filter that only messages of that row pass; empty where there is none.
    QString filterOf(int row) const;
    // With a line of titles; numbers as plain digits.
    QByteArray toCsv(const QList<int> &rows) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Cell {
        QString text;      // as shown
        double number = 0; // sorts before the text; what CSV gets when `isNumber`
        bool isNumber = false;
    };
    static Cell count(std::uint64_t number);
    static Cell bytes(std::uint64_t number);
    static Cell milliseconds(double nanoseconds);
    static Cell seconds(double number);
    static Cell time(std::int64_t time);
    static Cell words(const QString &text);

    std::size_t entries() const;
    Cell cell(std::size_t entry, int column) const;
    Cell endpointCell(const TrafficStatistics::Endpoint &row, bool isOthers, int column) const;
    Cell conversationCell(const TrafficStatistics::Conversation &row, bool isOthers, int column) const;
    Cell idCell(const TrafficStatistics::Id &row, bool isOthers, int column) const;
    Cell sizeCell(std::size_t power, int column) const;
    Cell inboxCell(const TrafficStatistics::InboxCount &row, bool isOthers, int column) const;
    void arrange();

    const Table m_table;
    const TrafficStatistics &m_counted;
    std::vector<std::size_t> m_rows; // entries in the order shown
    int m_sortColumn = -1;
    Qt::SortOrder m_order = Qt::AscendingOrder;
};

} // namespace ipclens
