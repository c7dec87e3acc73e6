// The matches of a scan as a table, of which only what is in sight is ever here.
#pragma once

#include "core/session/search_commands.h"
#include "ui/value_choice.h"

#include <QAbstractTableModel>

#include <map>

namespace ipclens {

// GUI thread. Rows that are not here yet are empty; whoever shows the model asks for them and hands them in.
class ScanModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Place, Now, Before, Hex, columnTotal };

    // Views keep some bytes for every row: more matches than this are narrowed down first.
    static constexpr std::uint64_t mostRows = 1'000'000;

    using QAbstractTableModel::QAbstractTableModel;

    // Starts over: nothing of what was here is kept.
    void setMatches(std::uint64_t count, const ChosenType &type, ByteOrder order, Address base);
    void put(const ScanRows &rows);
    const ScanRow *row(int index) const; // nullptr: not here

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

    ChosenType type() const { return m_type; }
    ByteOrder order() const { return m_order; }

signals:
    // Another value was typed over one. It shows when it is there.
    void editRequested(ipclens::Address at, const ipclens::Bytes &expected, const ipclens::Bytes &bytes);
    void inputRefused(const QString &why);

private:
    QString text(const ScanRow &row, int column) const;

    int m_count = 0;
    ChosenType m_type;
    ByteOrder m_order = ByteOrder::Little;
    Address m_base = 0;
    std::map<int, ScanRow> m_rows;
};

} // namespace ipclens
