// The regions of a source to jump to, with a filter line.
#pragma once

#include "core/model/memory.h"

#include <QAbstractTableModel>
#include <QFrame>

class QLabel;
class QLineEdit;
class QTreeView;

namespace ipclens {

// "rw- mapped"; "reserved"; for tables and headers.
QString regionText(const Region &region);

// Regions that match a filter, in ascending order.
class RegionModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { AddressColumn, SizeColumn, ProtectionColumn, TypeColumn, MappedColumn, columnTotal };

    using QAbstractTableModel::QAbstractTableModel;

    void setRegions(std::vector<Region> regions, Address base);
    // Rows in which any column contains the text, without regard to case.
    void setFilter(const QString &filter);
    const Region &region(int row) const { return m_regions[m_rows[static_cast<std::size_t>(row)]]; }
    int rowAt(Address address) const; // -1: none of the shown ones holds it

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const Region &region, int column) const;
    void applyFilter();

    std::vector<Region> m_regions;
    std::vector<std::size_t> m_rows; // indexes of those that match
    Address m_base = 0;
    QString m_filter;
};

// Pops up below what opened it, and goes away when something is picked, on Escape, or on a click elsewhere.
class RegionPicker : public QFrame {
    Q_OBJECT
public:
    explicit RegionPicker(QWidget *parent);

    void setRegions(const std::vector<Region> &regions, Address base);
    // Below `anchor`, with the region at `current` selected.
    void popUp(const QWidget &anchor, Address current);

signals:
    void picked(ipclens::Address address);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter(const QString &text);
    void pick(const QModelIndex &index);

    RegionModel *m_model;
    QLineEdit *m_filter;
    QTreeView *m_list;
    QLabel *m_empty;
};

} // namespace ipclens
