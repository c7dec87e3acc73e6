// What came out differently when messages were sent again.
#pragma once

#include "core/session/commands.h"

#include <QAbstractTableModel>

namespace ipclens {

// A row for each result that is not the recorded one, and for each failure; at most mostRows. GUI thread.
class ReplayModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, Message, Recorded, Now, Took, What, ColumnCount };
    static constexpr std::size_t mostRows = 100'000;

    struct Row {
        std::uint64_t sequence = 0; // of the recorded message
        QString message;
        std::optional<std::int64_t> recorded;
        SeriesOutcome outcome;
    };

    explicit ReplayModel(QObject *parent = nullptr) : QAbstractTableModel(parent) {}

    void clear();
    void append(std::vector<Row> rows);
    bool isFull() const { return m_rows.size() >= mostRows; }
    const std::vector<Row> &rows() const { return m_rows; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<Row> m_rows;
};

} // namespace ipclens
