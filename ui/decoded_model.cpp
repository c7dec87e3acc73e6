#include "ui/decoded_model.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/theme.h"

#include <QPalette>

#include <utility>

namespace ipclens {

struct DecodedModel::Node {
    DecodedField field; // without its children
    Node *parent = nullptr;
    int place = 0;
    std::vector<std::unique_ptr<Node>> children;
};

DecodedModel::DecodedModel(QStringList titles, QObject *parent)
    : QAbstractItemModel(parent), m_titles(std::move(titles)), m_root(std::make_unique<Node>())
{
}

DecodedModel::~DecodedModel() = default;

std::unique_ptr<DecodedModel::Node> DecodedModel::nodeOf(DecodedField field, Node *parent, int place)
{
    auto node = std::make_unique<Node>();
    node->parent = parent;
    node->place = place;
    auto children = std::exchange(field.children, {});
    node->field = std::move(field);
    for (auto &child : children)
        node->children.push_back(nodeOf(std::move(child), node.get(), static_cast<int>(node->children.size())));
    return node;
}

void DecodedModel::setFields(std::vector<DecodedField> fields)
{
    if (fields.empty() && m_root->children.empty())
        return;
    beginResetModel();
    m_root = nodeOf({.name = {}, .type = {}, .value = {}, .bytes = {}, .children = std::move(fields)}, nullptr, 0);
    endResetModel();
}

const DecodedModel::Node *DecodedModel::nodeAt(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<const Node *>(index.constInternalPointer()) : m_root.get();
}

const DecodedField *DecodedModel::field(const QModelIndex &index) const
{
    return index.isValid() ? &nodeAt(index)->field : nullptr;
}

QModelIndex DecodedModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeAt(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex DecodedModel::parent(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    const auto *const above = nodeAt(index)->parent;
    return !above || above == m_root.get() ? QModelIndex() : createIndex(above->place, 0, above);
}

int DecodedModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeAt(parent)->children.size());
}

int DecodedModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QVariant DecodedModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const auto &field = nodeAt(index)->field;
    // Enough of a value for a line, and for a tip: some are as long as the payload.
    const auto value = [&field](std::size_t most) {
        const auto text = fromUtf8(std::string_view(field.value).substr(0, 4 * most));
        return text.size() > static_cast<qsizetype>(most) ? text.left(static_cast<qsizetype>(most)) + QChar(0x2026)
                                                          : text;
    };
    if (role == Qt::DisplayRole) {
        switch (index.column()) {
        case Name:
            return field.name.empty() ? tr("(unnamed)") : fromUtf8(field.name);
        case Type:
            return fromUtf8(field.type);
        case Offset:
            return field.bytes ? addressText(field.bytes->begin) : QString();
        default:
            return value(500);
        }
    }
    if (role == Qt::ToolTipRole && index.column() == Value && field.value.size() > 40)
        return plainTip(value(4000));
    if (role == Qt::ForegroundRole && (index.column() == Type || index.column() == Offset))
        return theme::color(theme::Role::Muted, QPalette());
    return {};
}

QVariant DecodedModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return m_titles.value(section);
}

} // namespace ipclens
