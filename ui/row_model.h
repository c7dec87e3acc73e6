// Tables of plain rows that are asked for again and again: a refresh inserts, removes and changes rows instead of
// starting over, so that selection and scroll position survive.
#pragma once

#include "ui/plain_tip.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <QStringList>

#include <string>
#include <unordered_map>
#include <vector>

namespace ipclens {

struct ColumnInfo {
    QString title;
    QString explanation;
    bool isNumber = false; // right-aligned
    bool isShown = true;   // unless the user says otherwise
};

inline constexpr int sortRole = Qt::UserRole + 1;

// GUI thread. A subclass says what a row's identity and texts are.
template <class Row>
class RowModel : public QAbstractTableModel {
public:
    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
    }
    int columnCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
            return {};
        if (role == Qt::DisplayRole)
            return column(section).title;
        if (role == Qt::ToolTipRole)
            return column(section).explanation;
        return role == Qt::TextAlignmentRole ? alignment(section) : QVariant();
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
            return {};
        const Row &shown = row(index.row());
        switch (role) {
        case Qt::DisplayRole: return text(shown, index.column());
        case Qt::ToolTipRole: return plainTip(toolTip(shown, index.column()));
        case Qt::TextAlignmentRole: return alignment(index.column());
        case sortRole: return sortKey(shown, index.column());
        default: return {};
        }
    }

    const Row &row(int index) const { return m_rows[static_cast<std::size_t>(index)]; }
    const std::vector<Row> &rows() const { return m_rows; }
    const ColumnInfo &column(int index) const { return m_columns[static_cast<std::size_t>(index)]; }

    // Makes the rows those of `next`; rows that stay keep their index.
    void merge(std::vector<Row> next)
    {
        const auto nextKeys = distinctKeys(next);
        std::unordered_map<std::string, std::size_t> places;
        places.reserve(nextKeys.size());
        for (std::size_t i = 0; i < nextKeys.size(); ++i)
            places.emplace(nextKeys[i], i);

        removeMissing(places);
        std::vector<bool> known(next.size());
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            const auto place = places.at(m_keys[i]);
            known[place] = true;
            if (m_rows[i] == next[place])
                continue;
            m_rows[i] = std::move(next[place]);
            emit dataChanged(index(static_cast<int>(i), 0), index(static_cast<int>(i), columnCount() - 1));
        }
        const auto fresh = std::count(known.begin(), known.end(), false);
        if (fresh == 0)
            return;
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(fresh) - 1);
        for (std::size_t i = 0; i < next.size(); ++i) {
            if (!known[i]) {
                m_rows.push_back(std::move(next[i]));
                m_keys.push_back(nextKeys[i]);
            }
        }
        endInsertRows();
    }

protected:
    RowModel(std::vector<ColumnInfo> columns, QObject *parent)
        : QAbstractTableModel(parent), m_columns(std::move(columns))
    {
    }
    virtual std::string key(const Row &row) const = 0;
    virtual QString text(const Row &row, int column) const = 0;
    virtual QVariant sortKey(const Row &row, int column) const { return text(row, column); }
    virtual QString toolTip(const Row &row, int column) const { return text(row, column); }

private:
    QVariant alignment(int section) const
    {
        return QVariant::fromValue<int>(Qt::AlignVCenter | (column(section).isNumber ? Qt::AlignRight : Qt::AlignLeft));
    }

    // A list may name the same thing twice: the second is then another row.
    std::vector<std::string> distinctKeys(const std::vector<Row> &rows) const
    {
        std::vector<std::string> keys;
        keys.reserve(rows.size());
        std::unordered_map<std::string, int> seen;
        for (const auto &row : rows) {
            auto own = key(row);
            if (const int before = seen[own]++; before > 0)
                own += "\n" + std::to_string(before);
            keys.push_back(std::move(own));
        }
        return keys;
    }

    void removeMissing(const std::unordered_map<std::string, std::size_t> &places)
    {
        std::size_t end = m_rows.size();
        while (end > 0) {
            if (places.contains(m_keys[end - 1])) {
                --end;
                continue;
            }
            std::size_t begin = end - 1;
            while (begin > 0 && !places.contains(m_keys[begin - 1]))
                --begin;
            beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
            m_rows.erase(m_rows.begin() + static_cast<std::ptrdiff_t>(begin),
                         m_rows.begin() + static_cast<std::ptrdiff_t>(end));
            m_keys.erase(m_keys.begin() + static_cast<std::ptrdiff_t>(begin),
                         m_keys.begin() + static_cast<std::ptrdiff_t>(end));
            endRemoveRows();
            end = begin;
        }
    }

    const std::vector<ColumnInfo> m_columns;
    std::vector<Row> m_rows;
    std::vector<std::string> m_keys; // beside m_rows
};

// Sorts by sortRole and shows the rows in which every word of the filter occurs, in whichever columns, in any case.
class RowFilter : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit RowFilter(QAbstractItemModel *rows, QObject *parent = nullptr);
    void setWords(const QString &text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    QStringList m_words;
};

} // namespace ipclens
