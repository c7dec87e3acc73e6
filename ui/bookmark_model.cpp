#include "ui/bookmark_model.h"

#include "ui/bookmark_dialog.h"
#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/text_mark.h"
#include "ui/theme.h"

#include <QGuiApplication>
#include <QPixmap>

namespace ipclens {

void BookmarkModel::setBookmarks(const std::vector<Bookmark> &bookmarks, Address base)
{
    beginResetModel();
    m_bookmarks = bookmarks;
    m_values.clear();
    m_base = base;
    endResetModel();
}

void BookmarkModel::setValues(const std::vector<MemoryImage> &images)
{
    if (images.size() != m_bookmarks.size() || images.empty())
        return; // of bookmarks that have changed meanwhile
    for (std::size_t i = 0; i < images.size(); ++i) {
        if (images[i].address != m_bookmarks[i].address)
            return;
    }
    m_values = images;
    emit dataChanged(index(0, Value), index(rowCount() - 1, Value));
}

int BookmarkModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_bookmarks.size());
}

int BookmarkModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : columnTotal;
}

QString BookmarkModel::valueOf(int row) const
{
    const auto number = static_cast<std::size_t>(row);
    if (number >= m_values.size())
        return {};
    const auto &image = m_values[number];
    if (!image.unreadable.empty())
        return tr("unreadable");
    return valueText(m_bookmarks[number].type, m_bookmarks[number].order, image.bytes);
}

QVariant BookmarkModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Bookmark &shown = m_bookmarks[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::ToolTipRole:
        return plainTip(index.column() == Place ? addressText(shown.address + m_base)
                                                : data(index, Qt::DisplayRole).toString());
    case Qt::DisplayRole:
    case Qt::EditRole:
        switch (index.column()) {
        case Name: return shown.name;
        case Place: return shown.place.isEmpty() ? addressText(shown.address + m_base) : shown.place;
        case Type: {
            const QString order =
                shown.type && sizeOf(*shown.type) > 1 && shown.order == ByteOrder::Big ? tr(" BE") : QString();
            return shown.type ? typeName(shown.type) + order : tr("%1 bytes").arg(shown.bytes);
        }
        default: return valueOf(index.row());
        }
    case Qt::DecorationRole:
        return index.column() == Name ? QVariant(colourSquare(shown.colour, QGuiApplication::palette())) : QVariant();
    case Qt::FontRole:
        return index.column() == Place || index.column() == Value ? QVariant(theme::fixedFont()) : QVariant();
    default: return {};
    }
}

bool BookmarkModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || role != Qt::EditRole)
        return false;
    const auto row = static_cast<std::size_t>(index.row());
    const QString typed = value.toString();
    if (index.column() == Name) {
        if (!typed.trimmed().isEmpty() && typed != m_bookmarks[row].name)
            emit renamed(index.row(), typed.trimmed());
        return false;
    }
    if (row >= m_values.size() || typed == valueOf(index.row()))
        return false;
    if (!m_values[row].unreadable.empty()) {
        emit inputRefused(
            tr("The bytes at \"%1\" cannot be read, so that there is nothing to replace.").arg(m_bookmarks[row].name));
        return false;
    }
    const auto bytes = parseValue(m_bookmarks[row].type, m_bookmarks[row].order, typed);
    if (!bytes)
        emit inputRefused(tr("\"%1\" is not written: %2").arg(typed, problemText(bytes.error(), typed)));
    else if (bytes->size() > m_values[row].bytes.size())
        emit inputRefused(tr("\"%1\" is %2 bytes, but the bookmark has %3.")
                              .arg(typed)
                              .arg(bytes->size())
                              .arg(m_values[row].bytes.size()));
    else
        emit valueTyped(m_bookmarks[row].address,
                        toBytes(std::span<const std::byte>(m_values[row].bytes).first(bytes->size())), *bytes);
    return false;
}

Qt::ItemFlags BookmarkModel::flags(const QModelIndex &index) const
{
    const auto flags = QAbstractTableModel::flags(index);
    return index.column() == Name || index.column() == Value ? flags | Qt::ItemIsEditable : flags;
}

QVariant BookmarkModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Name");
    case Place: return tr("Place");
    case Type: return tr("Type");
    default: return tr("Value now");
    }
}

} // namespace ipclens
