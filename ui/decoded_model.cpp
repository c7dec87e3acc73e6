#include "ui/decoded_model.h"

#include "ui/number_text.h"
#include "ui/theme.h"

#include <QFont>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPalette>

#include <algorithm>

namespace ipclens {
namespace {

constexpr int mostRows = 20'000;

DecodedRow jsonRow(const QString &name, const QJsonValue &value, int &left)
{
    DecodedRow row{.name = name, .type = {}, .value = {}, .bytes = {}};
    --left;
    const auto add = [&](const QString &childName, const QJsonValue &child) {
        if (left > 0)
            row.children.push_back(jsonRow(childName, child, left));
        else if (left-- == 0)
            row.children.push_back({.name = QStringLiteral("\u2026"),
                                    .type = {},
                                    .value = DecodedModel::tr("more is left out"),
                                    .bytes = {}});
    };
    switch (value.type()) {
    case QJsonValue::Object: {
        const auto object = value.toObject();
        row.type = DecodedModel::tr("object");
        row.value = DecodedModel::tr("%n fields", nullptr, static_cast<int>(object.size()));
        for (auto it = object.begin(); it != object.end(); ++it)
            add(it.key(), it.value());
        break;
    }
    case QJsonValue::Array: {
        const auto array = value.toArray();
        row.type = DecodedModel::tr("array");
        row.value = DecodedModel::tr("%n elements", nullptr, static_cast<int>(array.size()));
        for (qsizetype i = 0; i < array.size(); ++i)
            add(QStringLiteral("[%1]").arg(i), array.at(i));
        break;
    }
    case QJsonValue::String:
        row.type = DecodedModel::tr("text");
        row.value = value.toString();
        break;
    case QJsonValue::Double:
        row.type = DecodedModel::tr("number");
        row.value = value.toVariant().toString();
        break;
    case QJsonValue::Bool:
        row.type = DecodedModel::tr("truth");
        row.value = value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
        break;
    default:
        row.type = QStringLiteral("null");
        row.value = QStringLiteral("null");
    }
    return row;
}

DecodedRow layoutRow(const LayoutField &field, const QString &name, std::uint64_t offset,
                     std::span<const std::byte> payload, int &left)
{
    const auto bytes = payload.subspan(std::min<std::size_t>(payload.size(), offset));
    DecodedRow row{.name = name,
                   .type = fromUtf8(field.type),
                   .value = fromUtf8(layoutValue(field, bytes)),
                   .bytes = AddressRange{offset, field.size}};
    --left;
    const auto more = [&] {
        row.children.push_back(
            {.name = QStringLiteral("\u2026"), .type = {}, .value = DecodedModel::tr("more is left out"), .bytes = {}});
    };
    if (field.kind == LayoutField::Kind::Array) {
        const auto &element = field.children.front();
        for (std::uint64_t i = 0; i < field.count; ++i) {
            if (left <= 0) {
                more();
                break;
            }
            row.children.push_back(
                layoutRow(element, QStringLiteral("[%1]").arg(i), offset + i * element.size, payload, left));
        }
        return row;
    }
    for (const auto &child : field.children) {
        if (left <= 0) {
            more();
            break;
        }
        const auto shown = child.name.empty() ? DecodedModel::tr("(unnamed)") : fromUtf8(child.name);
        row.children.push_back(layoutRow(child, shown, offset + child.offset, payload, left));
    }
    return row;
}

} // namespace

struct DecodedModel::Node {
    DecodedRow row; // without its children
    Node *parent = nullptr;
    int place = 0;
    std::vector<std::unique_ptr<Node>> children;
};

DecodedModel::DecodedModel(QStringList titles, QObject *parent)
    : QAbstractItemModel(parent), m_titles(std::move(titles)), m_root(std::make_unique<Node>())
{
}

DecodedModel::~DecodedModel() = default;

std::unique_ptr<DecodedModel::Node> DecodedModel::nodeOf(DecodedRow row, Node *parent, int place)
{
    auto node = std::make_unique<Node>();
    node->parent = parent;
    node->place = place;
    auto children = std::exchange(row.children, {});
    node->row = std::move(row);
    for (auto &child : children)
        node->children.push_back(nodeOf(std::move(child), node.get(), static_cast<int>(node->children.size())));
    return node;
}

void DecodedModel::setRows(std::vector<DecodedRow> rows)
{
    beginResetModel();
    m_root = nodeOf({.name = {}, .type = {}, .value = {}, .bytes = {}, .children = std::move(rows)}, nullptr, 0);
    endResetModel();
}

const DecodedModel::Node *DecodedModel::nodeAt(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<const Node *>(index.constInternalPointer()) : m_root.get();
}

const DecodedRow *DecodedModel::row(const QModelIndex &index) const
{
    return index.isValid() ? &nodeAt(index)->row : nullptr;
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
    const auto &row = nodeAt(index)->row;
    if (role == Qt::DisplayRole) {
        switch (index.column()) {
        case Name:
            return row.name;
        case Type:
            return row.type;
        case Offset:
            return row.bytes ? addressText(row.bytes->begin) : QString();
        default:
            return row.value.size() > 500 ? row.value.left(500) + QChar(0x2026) : row.value;
        }
    }
    if (role == Qt::ToolTipRole && index.column() == Value && row.value.size() > 40)
        return row.value.left(4000);
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

std::vector<DecodedRow> jsonRows(const QByteArray &utf8)
{
    const auto document = QJsonDocument::fromJson(utf8);
    if (document.isNull())
        return {};
    int left = mostRows;
    auto root = document.isArray() ? jsonRow({}, QJsonValue(document.array()), left)
                                   : jsonRow({}, QJsonValue(document.object()), left);
    return std::move(root.children);
}

std::vector<DecodedRow> layoutRows(const LayoutField &layout, std::span<const std::byte> bytes)
{
    int left = mostRows;
    return std::move(layoutRow(layout, {}, 0, bytes, left).children);
}

} // namespace ipclens
