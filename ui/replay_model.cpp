#include "ui/replay_model.h"

#include "ui/number_text.h"
#include "ui/theme.h"

#include <iterator>

namespace ipclens {

void ReplayModel::clear()
{
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

void ReplayModel::append(std::vector<Row> rows)
{
    rows.resize(std::min(rows.size(), mostRows - m_rows.size()));
    if (rows.empty())
        return;
    beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(rows.size()) - 1);
    m_rows.insert(m_rows.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    endInsertRows();
}

int ReplayModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ReplayModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ReplayModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole)
        return headerData(index.column(), Qt::Horizontal, role);
    if (role == Qt::ForegroundRole && index.column() == What && row.outcome.failure)
        return theme::color(theme::Role::ErrorText, QPalette());
    if (role == Qt::ToolTipRole && index.column() == What && row.outcome.failure)
        return fromUtf8(toText(*row.outcome.failure));
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Number:
        return countText(row.sequence);
    case Message:
        return row.message;
    case Recorded:
        return row.recorded ? QString::number(*row.recorded) : QString();
    case Now:
        return row.outcome.failure ? QString() : QString::number(row.outcome.result);
    case Took:
        return row.outcome.failure ? QString()
                                   : QString::number(static_cast<double>(row.outcome.duration) / 1e6, 'f', 3);
    default:
        return row.outcome.failure ? fromUtf8(row.outcome.failure->meaning) : tr("another result");
    }
}

QVariant ReplayModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::TextAlignmentRole) {
        const bool isText = section == Message || section == What;
        return QVariant::fromValue<int>(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Number:
        return tr("No.");
    case Message:
        return tr("Message");
    case Recorded:
        return tr("Recorded");
    case Now:
        return tr("Now");
    case Took:
        return tr("ms");
    default:
        return tr("What");
    }
}

} // namespace ipclens
