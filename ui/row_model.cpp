#include "ui/row_model.h"

namespace ipclens {

RowFilter::RowFilter(QAbstractItemModel *rows, QObject *parent) : QSortFilterProxyModel(parent)
{
    setSourceModel(rows);
    setSortRole(ipclens::sortRole);
    setSortCaseSensitivity(Qt::CaseInsensitive);
}

void RowFilter::setWords(const QString &text)
{
    const auto words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words == m_words)
        return;
    m_words = words;
    invalidateFilter();
}

bool RowFilter::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    const auto *rows = sourceModel();
    for (const auto &word : m_words) {
        bool found = false;
        for (int column = 0; !found && column < rows->columnCount(parent); ++column) {
            const auto text = rows->index(row, column, parent).data().toString();
            found = text.contains(word, Qt::CaseInsensitive);
        }
        if (!found)
            return false;
    }
    return true;
}

} // namespace ipclens
