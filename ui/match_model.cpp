#include "ui/match_model.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/region_picker.h"
#include "ui/region_text.h"
#include "ui/source_names.h"
#include "ui/theme.h"

namespace ipclens {

namespace {

constexpr std::uint64_t shownBytes = 16;

// "4d 79 53  |MyS|": the same two columns as in a hex view.
QString contentText(const MemoryImage &image)
{
    QString hex, letters;
    for (Address at = image.address; at < image.range().end(); ++at) {
        const auto value = std::to_integer<int>(image.bytes[at - image.address]);
        if (image.isReadable(at)) {
            hex += QStringLiteral("%1 ").arg(value, 2, 16, QLatin1Char('0'));
            letters += value >= 0x20 && value < 0x7f ? QChar(value) : QChar(u'.');
        } else {
            hex += QStringLiteral("?? ");
            letters += QLatin1Char(' ');
        }
    }
    return QStringLiteral("%1 %2").arg(hex, letters);
}

} // namespace

void MatchModel::setMatches(std::vector<AddressRange> matches, const SourceInfo &source,
                            const std::vector<Region> &regions)
{
    beginResetModel();
    m_matches = std::move(matches);
    m_source = source;
    m_regions = regions;
    m_contents.clear();
    endResetModel();
}

void MatchModel::clear()
{
    setMatches({}, m_source, {});
}

AddressRange MatchModel::shownRange(int row) const
{
    const AddressRange match = m_matches[static_cast<std::size_t>(row)];
    return intersect({match.begin, shownBytes}, m_source.extent);
}

void MatchModel::setContent(int row, const MemoryImage &image)
{
    if (row < 0 || row >= rowCount())
        return;
    auto &content = m_contents[row];
    const auto text = contentText(image);
    if (content == text)
        return;
    content = text;
    emit dataChanged(index(row, Content), index(row, Content));
}

int MatchModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_matches.size());
}

int MatchModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : columnTotal;
}

QString MatchModel::where(Address address) const
{
    const Region *region = regionAt(m_regions, address);
    if (region == nullptr)
        return {};
    const auto offset = addressText(address - region->allocationBase);
    if (region->mapped.empty())
        return regionText(*region);
    return QStringLiteral("%1+%2").arg(fileName(region->mapped), offset);
}

QVariant MatchModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    if (role == Qt::FontRole && index.column() != Where)
        return theme::fixedFont();
    if (role == Qt::ToolTipRole)
        return plainTip(data(index, Qt::DisplayRole).toString());
    if (role != Qt::DisplayRole)
        return {};
    const AddressRange match = m_matches[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
    case Place: return addressText(match.begin + m_source.base);
    case Where: return where(match.begin);
    default: {
        const auto content = m_contents.find(index.row());
        return content == m_contents.end() ? QString() : content->second;
    }
    }
}

QVariant MatchModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Place: return tr("Address");
    case Where: return tr("In");
    default: return tr("Bytes now");
    }
}

} // namespace ipclens
