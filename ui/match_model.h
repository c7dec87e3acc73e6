// What a search found, as a table: where, in what, and the bytes that are there now.
#pragma once

#include "core/session/command_types.h"

#include <QAbstractTableModel>

#include <unordered_map>

namespace ipclens {

// GUI thread. Asks for bytes only of the rows it is told are in sight.
class MatchModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Place, Where, Content, columnTotal };

    using QAbstractTableModel::QAbstractTableModel;

    void setMatches(std::vector<AddressRange> matches, const SourceInfo &source, const std::vector<Region> &regions);
    void clear();
    const std::vector<AddressRange> &matches() const { return m_matches; }
    // Bytes from a match on, and a little more.
    AddressRange shownRange(int row) const;
    void setContent(int row, const MemoryImage &image);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QString where(Address address) const;

    std::vector<AddressRange> m_matches;
    SourceInfo m_source;
    std::vector<Region> m_regions;
    std::unordered_map<int, QString> m_contents;
};

} // namespace ipclens
