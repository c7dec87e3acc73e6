// What bytes mean, as a tree: JSON, the fields of a struct, numbers.
#pragma once

#include "core/traffic/payload_fields.h"

#include <QAbstractItemModel>

#include <memory>

namespace ipclens {

// Fields are given as a whole and stay as they are. Lives on the GUI thread.
class DecodedModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Type, Offset, Value, ColumnCount };

    // The titles of the columns.
    DecodedModel(QStringList titles, QObject *parent);
    ~DecodedModel() override;

    void setFields(std::vector<DecodedField> fields);
    // Without its children; nullptr for an invalid index.
    const DecodedField *field(const QModelIndex &index) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    static std::unique_ptr<Node> nodeOf(DecodedField field, Node *parent, int place);
    const Node *nodeAt(const QModelIndex &index) const;

    const QStringList m_titles;
    std::unique_ptr<Node> m_root;
};

} // namespace ipclens
