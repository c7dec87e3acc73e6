#include "ui/scan_model.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/text_mark.h"
#include "ui/theme.h"

#include <QGuiApplication>

namespace ipclens {

namespace {

constexpr std::size_t mostKept = 20'000; // rows; far more than fit any screen

} // namespace

void ScanModel::setMatches(std::uint64_t count, const ChosenType &type, ByteOrder order, Address base)
{
    beginResetModel();
    m_count = static_cast<int>(std::min(count, mostRows));
    m_type = type;
    m_order = order;
    m_base = base;
    m_rows.clear();
    endResetModel();
}

void ScanModel::put(const ScanRows &rows)
{
    if (m_rows.size() > mostKept)
        m_rows.clear(); // what is still in sight is read again soon
    int firstChanged = -1, lastChanged = -1;
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
        const auto index = rows.first + i;
        if (index >= static_cast<std::uint64_t>(m_count))
            break;
        const int number = static_cast<int>(index);
        const auto [known, isNew] = m_rows.try_emplace(number, rows.rows[i]);
        const ScanRow &row = rows.rows[i];
        const bool changed = isNew || known->second.now != row.now || known->second.address != row.address ||
                             known->second.before != row.before;
        if (!changed)
            continue;
        known->second = row;
        firstChanged = firstChanged < 0 ? number : firstChanged;
        lastChanged = number;
    }
    if (firstChanged >= 0)
        emit dataChanged(index(firstChanged, 0), index(lastChanged, columnTotal - 1));
}

const ScanRow *ScanModel::row(int index) const
{
    const auto found = m_rows.find(index);
    return found == m_rows.end() ? nullptr : &found->second;
}

int ScanModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_count;
}

int ScanModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : columnTotal;
}

QString ScanModel::text(const ScanRow &row, int column) const
{
    switch (column) {
    case Place: return addressText(row.address + m_base);
    case Now: return row.now ? valueText(m_type, m_order, *row.now) : tr("unreadable");
    case Before: return valueText(m_type, m_order, row.before);
    default: return row.now ? bytesText(*row.now) : QString();
    }
}

QVariant ScanModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    if (role == Qt::FontRole)
        return theme::fixedFont();
    const ScanRow *shown = row(index.row());
    if (shown == nullptr)
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole: return text(*shown, index.column());
    case Qt::ToolTipRole: return plainTip(text(*shown, index.column()));
    case Qt::TextAlignmentRole:
        if ((index.column() == Now || index.column() == Before) && m_type)
            return int(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case Qt::ForegroundRole:
        if (index.column() == Now && !shown->now)
            return theme::color(theme::Role::Unreadable, QGuiApplication::palette());
        if (index.column() == Now && *shown->now != shown->before)
            return theme::color(theme::Role::Changed, QGuiApplication::palette());
        return {};
    default: return {};
    }
}

bool ScanModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    const ScanRow *shown = index.isValid() && role == Qt::EditRole ? row(index.row()) : nullptr;
    if (shown == nullptr || !shown->now || value.toString() == text(*shown, Now))
        return false;
    const auto bytes = parseValue(m_type, m_order, value.toString());
    if (!bytes) {
        emit inputRefused(
            tr("\"%1\" is not written: %2").arg(value.toString(), problemText(bytes.error(), value.toString())));
        return false;
    }
    if (bytes->size() != shown->now->size()) {
        emit inputRefused(tr("\"%1\" is %2 bytes, but %3 were found there.")
                              .arg(value.toString())
                              .arg(bytes->size())
                              .arg(shown->now->size()));
        return false;
    }
    emit editRequested(shown->address, *shown->now, *bytes);
    return false; // the value changes when the target's does
}

Qt::ItemFlags ScanModel::flags(const QModelIndex &index) const
{
    const auto flags = QAbstractTableModel::flags(index);
    return index.column() == Now ? flags | Qt::ItemIsEditable : flags;
}

QVariant ScanModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && (section == Now || section == Before))
        return int(Qt::AlignRight | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Place: return tr("Address");
    case Now: return tr("Now");
    case Before: return tr("At the last scan");
    default: return tr("Bytes now");
    }
}

} // namespace ipclens
