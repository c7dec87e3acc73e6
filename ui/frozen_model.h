// The frozen values of a session as a table.
#pragma once

#include "core/session/editing_commands.h"

#include <QAbstractTableModel>

namespace ipclens {

// GUI thread. Rows keep their places while they change.
class FrozenModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Source, Place, Type, Value, Rule, Rate, Rewrites, State, columnTotal };

    using QAbstractTableModel::QAbstractTableModel;

    void setItems(std::vector<FrozenItem> items);
    void put(const FrozenItem &item);
    void remove(FreezeId id);
    void setOn(bool on);
    bool isOn() const { return m_on; }
    const FrozenItem &item(int row) const { return m_items[static_cast<std::size_t>(row)]; }
    const std::vector<FrozenItem> &items() const { return m_items; }
    int find(FreezeId id) const; // -1: not there

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

signals:
    // Another value is to be held. It shows once it is.
    void valueTyped(const ipclens::FrozenItem &item);
    void inputRefused(const QString &why);

private:
    QString text(const FrozenItem &item, int column) const;

    bool m_on = true;
    std::vector<FrozenItem> m_items;
};

QString ruleText(FreezeRule rule);

} // namespace ipclens
