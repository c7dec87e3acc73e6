#include "ui/row_list.h"

#include "ui/theme.h"

#include <QGuiApplication>

namespace ipclens {

RowListModel::RowListModel(std::vector<ColumnInfo> columns, QObject *parent)
    : QAbstractTableModel(parent), m_columns(std::move(columns))
{
    m_return->model = this;
}

void RowListModel::setWords(const QString &text)
{
    const auto words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words == m_words)
        return;
    m_words = words;
    arrange();
}

void RowListModel::sort(int column, Qt::SortOrder order)
{
    if (column == m_sortColumn && order == m_sortOrder)
        return;
    m_sortColumn = column;
    m_sortOrder = order;
    arrange();
}

int RowListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant RowListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::DisplayRole)
        return column(section).title;
    if (role == Qt::ToolTipRole)
        return column(section).explanation;
    return role == Qt::TextAlignmentRole ? alignment(section) : QVariant();
}

QVariant RowListModel::alignment(int section) const
{
    return QVariant::fromValue<int>(Qt::AlignVCenter | (column(section).isNumber ? Qt::AlignRight : Qt::AlignLeft));
}

QVariant RowListModel::mutedInk() const
{
    return theme::color(theme::Role::Muted, QGuiApplication::palette());
}

} // namespace ipclens
