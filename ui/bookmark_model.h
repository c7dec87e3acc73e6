// Bookmarks as a table, with what they hold now.
#pragma once

#include "ui/bookmarks.h"

#include <QAbstractTableModel>

namespace ipclens {

// GUI thread. Names and values can be typed over; values show once they are there.
class BookmarkModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Place, Type, Value, columnTotal };

    using QAbstractTableModel::QAbstractTableModel;

    void setBookmarks(const std::vector<Bookmark> &bookmarks, Address base);
    const std::vector<Bookmark> &bookmarks() const { return m_bookmarks; }
    void setValues(const std::vector<MemoryImage> &images); // one for each, in order

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

signals:
    void renamed(int row, const QString &name);
    void valueTyped(ipclens::Address at, const ipclens::Bytes &expected, const ipclens::Bytes &bytes);
    void inputRefused(const QString &why);

private:
    QString valueOf(int row) const;

    std::vector<Bookmark> m_bookmarks;
    std::vector<MemoryImage> m_values; // of the first so many
    Address m_base = 0;
};

} // namespace ipclens
