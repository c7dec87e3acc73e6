#include "ui/inspector.h"

#include "core/text/value_format.h"
#include "ui/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>

#include <set>

namespace ipclens {
namespace {

enum Column { Type, Little, Big, columnCount };

QString textOf(const std::string &text)
{
    return QString::fromStdString(text);
}

} // namespace

Inspector::Inspector(QWidget *parent) : QWidget(parent), m_address(new QLabel(this)), m_table(new QTableWidget(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_address);
    layout->addWidget(m_table);
    m_address->setContentsMargins(6, 4, 6, 4);
    m_address->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_address->setFont(theme::fixedFont());

    m_table->setAccessibleName(tr("Values at the cursor"));
    m_table->setColumnCount(columnCount);
    m_table->setHorizontalHeaderLabels({tr("Type"), tr("Little-endian"), tr("Big-endian")});
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setMinimumSectionSize(20);
    m_table->horizontalHeader()->setSectionResizeMode(Type, QHeaderView::Fixed);
    m_table->horizontalHeader()->setSectionResizeMode(Little, QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(Big, QHeaderView::Stretch);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setFrameShape(QFrame::NoFrame);

    auto *copyAction = new QAction(tr("&Copy"), m_table);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    connect(copyAction, &QAction::triggered, this, &Inspector::copy);
    auto *copyAllAction = new QAction(tr("Copy &all"), m_table);
    connect(copyAllAction, &QAction::triggered, this, [this] {
        m_table->selectAll();
        copy();
    });
    m_table->addActions({copyAction, copyAllAction});
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);

    clear();
    fitColumns();
}

void Inspector::showBytes(Address at, const MemoryImage &around)
{
    m_address->setText(tr("at 0x%1").arg(at, 0, 16));
    int row = 0;
    const auto show = [&](const QString &type, const QString &little, const QString &big, bool spans) {
        if (row == m_table->rowCount())
            m_table->insertRow(row);
        if (m_table->columnSpan(row, Little) != (spans ? 2 : 1))
            m_table->setSpan(row, Little, 1, spans ? 2 : 1);
        setCell(row, Type, type);
        setCell(row, Little, little);
        setCell(row, Big, big);
        ++row;
    };
    for (const DecodedValue &value : decodeValues(around, at)) {
        const QString type = textOf(value.type);
        if (value.wide && !value.big.empty()) { // both orders, one below the other
            show(tr("%1 LE").arg(type), textOf(value.little), {}, true);
            show(tr("%1 BE").arg(type), textOf(value.big), {}, true);
        } else {
            show(type, textOf(value.little), textOf(value.big), value.big.empty());
        }
    }
    m_table->setRowCount(row);
}

void Inspector::clear()
{
    m_table->clearSpans();
    m_table->setRowCount(0);
    m_address->setText(tr("Nothing under the cursor"));
}

void Inspector::setCell(int row, int column, const QString &text)
{
    QTableWidgetItem *item = m_table->item(row, column);
    if (item == nullptr) {
        item = new QTableWidgetItem;
        m_table->setItem(row, column, item);
        if (column != Type)
            item->setFont(theme::fixedFont());
        else
            item->setForeground(theme::color(theme::Role::Address, palette()));
    }
    if (item->text() != text) {
        item->setText(text);
        item->setToolTip(text);
    }
}

// The widest type name fits; the two values share the rest.
void Inspector::fitColumns()
{
    const QFontMetrics metrics(m_table->font());
    m_table->setColumnWidth(Type, metrics.horizontalAdvance(QStringLiteral("FILETIME LE")) + 12);
    m_table->verticalHeader()->setDefaultSectionSize(
        std::max(metrics.height(), QFontMetrics(theme::fixedFont()).height()) + 4);
}

QSize Inspector::sizeHint() const
{
    return {300, 480};
}

void Inspector::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fitColumns();
    if (event->type() == QEvent::PaletteChange) {
        for (int row = 0; row < m_table->rowCount(); ++row)
            m_table->item(row, Type)->setForeground(theme::color(theme::Role::Address, palette()));
    }
}

// One value copies as itself; more as a table with tabs between.
void Inspector::copy()
{
    const auto items = m_table->selectedItems();
    std::set<std::pair<int, int>> cells;
    for (const auto *item : items) {
        if (!item->text().isEmpty())
            cells.emplace(item->row(), item->column());
    }
    QString text;
    int lastRow = -1;
    for (const auto &[row, column] : cells) {
        if (lastRow >= 0)
            text += QLatin1Char(row == lastRow ? '\t' : '\n');
        text += m_table->item(row, column)->text();
        lastRow = row;
    }
    if (!text.isEmpty())
        QApplication::clipboard()->setText(text);
}

} // namespace ipclens
