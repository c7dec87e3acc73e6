#include "ui/region_picker.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/theme.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QScreen>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {
namespace {

QString typeText(RegionType type)
{
    switch (type) {
    case RegionType::Private:
        return RegionModel::tr("private");
    case RegionType::Mapped:
        return RegionModel::tr("mapped");
    case RegionType::Image:
        return RegionModel::tr("image");
    case RegionType::None:
        break;
    }
    return {};
}

} // namespace

QString regionText(const Region &region)
{
    if (region.state == RegionState::Reserved)
        return RegionModel::tr("reserved, not committed");
    if (region.state == RegionState::Free)
        return RegionModel::tr("free");
    return (QString::fromStdString(toText(region.protection)) + QLatin1Char(' ') + typeText(region.type)).trimmed();
}

void RegionModel::setRegions(std::vector<Region> regions, Address base)
{
    beginResetModel();
    m_regions = std::move(regions);
    m_base = base;
    applyFilter();
    endResetModel();
}

void RegionModel::setFilter(const QString &filter)
{
    if (filter == m_filter)
        return;
    beginResetModel();
    m_filter = filter;
    applyFilter();
    endResetModel();
}

void RegionModel::applyFilter()
{
    m_rows.clear();
    for (std::size_t i = 0; i < m_regions.size(); ++i) {
        bool matches = m_filter.isEmpty();
        for (int column = 0; !matches && column < columnTotal; ++column)
            matches = text(m_regions[i], column).contains(m_filter, Qt::CaseInsensitive);
        if (matches)
            m_rows.push_back(i);
    }
}

int RegionModel::rowAt(Address address) const
{
    const auto found =
        std::ranges::find_if(m_rows, [&](std::size_t i) { return m_regions[i].range.contains(address); });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int RegionModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RegionModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : columnTotal;
}

QString RegionModel::text(const Region &region, int column) const
{
    switch (column) {
    case AddressColumn:
        return QStringLiteral("%1").arg(region.range.begin + m_base, 0, 16);
    case SizeColumn:
        return sizeText(region.range.size);
    case ProtectionColumn:
        return region.state == RegionState::Committed ? QString::fromStdString(toText(region.protection))
                                                      : regionText(region);
    case TypeColumn:
        return typeText(region.type);
    case MappedColumn:
        return fromUtf8(region.mapped);
    default:
        return {};
    }
}

QVariant RegionModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return text(region(index.row()), index.column());
    case Qt::ToolTipRole:
        return plainTip(text(region(index.row()), index.column()));
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (index.column() <= SizeColumn ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole:
        return index.column() == AddressColumn || index.column() == ProtectionColumn ? theme::fixedFont() : QVariant();
    default:
        return {};
    }
}

QVariant RegionModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole && section <= SizeColumn)
        return int(Qt::AlignVCenter | Qt::AlignRight);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case AddressColumn:
        return tr("Address");
    case SizeColumn:
        return tr("Size");
    case ProtectionColumn:
        return tr("Protection");
    case TypeColumn:
        return tr("Type");
    default:
        return tr("Mapped file");
    }
}

RegionPicker::RegionPicker(QWidget *parent)
    : QFrame(parent, Qt::Popup), m_model(new RegionModel(this)), m_filter(new QLineEdit(this)),
      m_list(new QTreeView(this)), m_empty(new QLabel(this))
{
    setFrameStyle(int(QFrame::StyledPanel) | int(QFrame::Plain));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->addWidget(m_filter);
    layout->addWidget(m_empty);
    layout->addWidget(m_list);
    m_filter->setPlaceholderText(tr("Filter: address, protection, type or file"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setAccessibleName(tr("Filter regions"));
    m_filter->installEventFilter(this);
    m_list->setModel(m_model);
    m_list->setAccessibleName(tr("Regions"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->header()->setStretchLastSection(true);
    m_list->setTextElideMode(Qt::ElideMiddle);
    connect(m_filter, &QLineEdit::textChanged, this, &RegionPicker::filter);
    connect(m_filter, &QLineEdit::returnPressed, this, [this] { pick(m_list->currentIndex()); });
    connect(m_list, &QTreeView::activated, this, &RegionPicker::pick);
    connect(m_list, &QTreeView::clicked, this, &RegionPicker::pick);
}

void RegionPicker::setRegions(const std::vector<Region> &regions, Address base)
{
    m_model->setRegions(regions, base);
    filter(m_filter->text());
}

void RegionPicker::filter(const QString &text)
{
    m_model->setFilter(text);
    m_empty->setVisible(m_model->rowCount() == 0);
    m_empty->setText(text.isEmpty() ? tr("The regions are not known yet.") : tr("No region matches \"%1\".").arg(text));
    m_list->setCurrentIndex(m_model->index(0, 0));
}

void RegionPicker::popUp(const QWidget &anchor, Address current)
{
    m_filter->clear();
    filter({});
    const QFontMetrics metrics(m_list->font());
    const int cell = metrics.horizontalAdvance(QLatin1Char('0'));
    m_list->setColumnWidth(RegionModel::AddressColumn,
                           QFontMetrics(theme::fixedFont()).horizontalAdvance(QString(15, u'0')));
    m_list->setColumnWidth(RegionModel::SizeColumn, 14 * cell);
    m_list->setColumnWidth(RegionModel::ProtectionColumn, 12 * cell);
    m_list->setColumnWidth(RegionModel::TypeColumn, 10 * cell);

    const QRect screen = anchor.screen()->availableGeometry();
    resize(QSize(std::max(720, 95 * cell), 24 * (metrics.height() + 4)).boundedTo(screen.size()));
    const QPoint below = anchor.mapToGlobal(QPoint(0, anchor.height()));
    move(std::clamp(below.x(), screen.left(), std::max(screen.left(), screen.right() - width())),
         std::clamp(below.y(), screen.top(), std::max(screen.top(), screen.bottom() - height())));
    show();
    if (const int row = m_model->rowAt(current); row >= 0) {
        m_list->setCurrentIndex(m_model->index(row, 0));
        m_list->scrollTo(m_model->index(row, 0), QAbstractItemView::PositionAtCenter);
    }
    m_filter->setFocus();
}

void RegionPicker::pick(const QModelIndex &index)
{
    if (!index.isValid())
        return;
    const Address address = m_model->region(index.row()).range.begin;
    hide();
    emit picked(address);
}

// The arrows move in the list while the filter keeps the keyboard.
bool RegionPicker::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_filter && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown) {
            QKeyEvent copy(QEvent::KeyPress, key, Qt::NoModifier);
            static_cast<QObject *>(m_list)->event(&copy);
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace ipclens
