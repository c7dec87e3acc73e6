#include "ui/frozen_model.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/text_mark.h"
#include "ui/theme.h"
#include "ui/value_choice.h"

#include <QGuiApplication>

#include <algorithm>

namespace ipclens {

QString ruleText(FreezeRule rule)
{
    switch (rule) {
    case FreezeRule::Hold: return FrozenModel::tr("hold");
    case FreezeRule::MayRise: return FrozenModel::tr("may rise");
    case FreezeRule::MayFall: return FrozenModel::tr("may fall");
    }
    return {};
}

void FrozenModel::setItems(std::vector<FrozenItem> items)
{
    for (int row = rowCount() - 1; row >= 0; --row) {
        const auto id = m_items[static_cast<std::size_t>(row)].id;
        if (std::ranges::none_of(items, [id](const FrozenItem &item) { return item.id == id; }))
            remove(id);
    }
    for (const auto &item : items)
        put(item);
}

void FrozenModel::put(const FrozenItem &item)
{
    if (const int row = find(item.id); row >= 0) {
        m_items[static_cast<std::size_t>(row)] = item;
        emit dataChanged(index(row, 0), index(row, columnTotal - 1));
        return;
    }
    beginInsertRows({}, rowCount(), rowCount());
    m_items.push_back(item);
    endInsertRows();
}

void FrozenModel::remove(FreezeId id)
{
    const int row = find(id);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_items.erase(m_items.begin() + row);
    endRemoveRows();
}

void FrozenModel::setOn(bool on)
{
    if (std::exchange(m_on, on) != on && rowCount() > 0)
        emit dataChanged(index(0, State), index(rowCount() - 1, State));
}

int FrozenModel::find(FreezeId id) const
{
    const auto found = std::ranges::find(m_items, id, &FrozenItem::id);
    return found == m_items.end() ? -1 : static_cast<int>(found - m_items.begin());
}

int FrozenModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_items.size());
}

int FrozenModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : columnTotal;
}

QString FrozenModel::text(const FrozenItem &item, int column) const
{
    switch (column) {
    case Source: return fromUtf8(item.name);
    case Place: return addressText(item.address);
    case Type: return typeName(item.type);
    case Value: return valueText(item.type, item.order, item.bytes);
    case Rule: return ruleText(item.rule);
    case Rate: return tr("%1 Hz").arg(item.rate);
    case Rewrites: return countText(item.rewrites);
    default:
        if (item.failure)
            return fromUtf8(toText(*item.failure));
        return m_on ? tr("held") : tr("not held: all are switched off");
    }
}

QVariant FrozenModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const FrozenItem &shown = item(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole: return text(shown, index.column());
    case Qt::ToolTipRole: return plainTip(text(shown, index.column()));
    case Qt::FontRole:
        return index.column() == Place || index.column() == Value ? QVariant(theme::fixedFont()) : QVariant();
    case Qt::ForegroundRole:
        if (index.column() != State)
            return {};
        return theme::color(shown.failure ? theme::Role::ErrorText : m_on ? theme::Role::GoodText : theme::Role::Muted,
                            QGuiApplication::palette());
    default: return {};
    }
}

bool FrozenModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || role != Qt::EditRole || index.column() != Value)
        return false;
    FrozenItem changed = item(index.row());
    const QString typed = value.toString();
    if (typed == text(changed, Value))
        return false;
    auto bytes = parseValue(changed.type, changed.order, typed);
    if (!bytes) {
        emit inputRefused(tr("\"%1\" cannot be held: %2").arg(typed, problemText(bytes.error(), typed)));
        return false;
    }
    changed.bytes = std::move(*bytes);
    emit valueTyped(changed);
    return false;
}

Qt::ItemFlags FrozenModel::flags(const QModelIndex &index) const
{
    const auto flags = QAbstractTableModel::flags(index);
    return index.column() == Value ? flags | Qt::ItemIsEditable : flags;
}

QVariant FrozenModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Source: return tr("Source");
    case Place: return tr("Address");
    case Type: return tr("Type");
    case Value: return tr("Value held");
    case Rule: return tr("Rule");
    case Rate: return tr("Rate");
    case Rewrites: return tr("Rewritten");
    default: return tr("State");
    }
}

} // namespace ipclens
