// What bytes mean, as a tree: JSON, the fields of a struct, numbers.
#pragma once

#include "core/model/memory.h"
#include "core/text/struct_layout.h"

#include <QAbstractItemModel>

#include <memory>

namespace ipclens {

struct DecodedRow {
    QString name;
    QString type;
    QString value;
    std::optional<AddressRange> bytes; // it was read from
    std::vector<DecodedRow> children = {};
};

// Rows are given as a whole and stay as they are. Lives on the GUI thread.
class DecodedModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Type, Offset, Value, ColumnCount };

    // The titles of the columns.
    DecodedModel(QStringList titles, QObject *parent);
    ~DecodedModel() override;

    void setRows(std::vector<DecodedRow> rows);
    const DecodedRow *row(const QModelIndex &index) const; // nullptr for an invalid one

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    static std::unique_ptr<Node> nodeOf(DecodedRow row, Node *parent, int place);
    const Node *nodeAt(const QModelIndex &index) const;

    const QStringList m_titles;
    std::unique_ptr<Node> m_root;
};

// At most so many rows; what is left out is said in a last one. Empty for what is no JSON.
std::vector<DecodedRow> jsonRows(const QByteArray &utf8);
// `bytes` begins where the struct does.
std::vector<DecodedRow> layoutRows(const LayoutField &layout, std::span<const std::byte> bytes);

} // namespace ipclens
