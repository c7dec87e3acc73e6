#include "ui/row_table.h"

#include "ui/number_text.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QTreeView>

namespace ipclens {

namespace {

constexpr int rowsLookedAtForWidths = 100; // a thousand, as Qt does, take longer than a frame
constexpr int widestColumn = 34;           // characters

} // namespace

RowTable::RowTable(RowListModel *rows, const QString &title, const QString &name, QWidget *parent)
    : QWidget(parent), m_rows(rows), m_head(new QHBoxLayout), m_title(new QLabel(this)), m_filter(new QLineEdit(this)),
      m_view(new QTreeView(this)), m_empty(new QLabel(m_view->viewport())), m_titleText(title)
{
    setObjectName(name);
    rows->setParent(this);
    auto bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_title->setBuddy(m_view);
    m_filter->setObjectName(QStringLiteral("filter"));
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setToolTip(tr("Shows the rows in which all these words occur, in any column (Ctrl+F)"));
    m_filter->setAccessibleName(tr("Filter of the list: %1").arg(title));
    m_filter->setMaximumWidth(fontMetrics().averageCharWidth() * 28);
    m_filter->setMinimumWidth(fontMetrics().averageCharWidth() * 10);

    m_view->setModel(rows);
    m_view->setAccessibleName(title);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->setMinimumHeight(fontMetrics().lineSpacing() * 4);
    m_view->header()->setResizeContentsPrecision(rowsLookedAtForWidths);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(0, Qt::AscendingOrder);
    for (int column = 0; column < rows->columnCount(); ++column)
        m_view->setColumnHidden(column, !rows->column(column).isShown);

    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    m_empty->setForegroundRole(QPalette::PlaceholderText);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto *overlay = new QVBoxLayout(m_view->viewport());
    overlay->setContentsMargins(16, 8, 16, 8);
    overlay->addWidget(m_empty);
    overlay->addStretch();

    m_head->setContentsMargins(8, 3, 4, 3);
    m_head->addWidget(m_title);
    m_head->addStretch(1);
    m_head->addWidget(m_filter, 2);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(m_head);
    column->addWidget(m_view, 1);
    setFocusProxy(m_view);

    connect(m_filter, &QLineEdit::textChanged, m_rows, &RowListModel::setWords);
    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) { emit activated(index.row()); });
    connect(m_view, &QTreeView::customContextMenuRequested, this, &RowTable::showMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &RowTable::currentChanged);
    // Asked before the first of the changes of one arrangement: after it the view shows other rows at the same place.
    const auto remember = [this] {
        if (m_isArranging)
            return;
        m_isArranging = true;
        m_wasAtTop = m_view->verticalScrollBar()->value() == 0;
        m_top = m_view->indexAt(QPoint(1, 1));
    };
    connect(m_rows, &RowListModel::layoutAboutToBeChanged, this, remember);
    connect(m_rows, &RowListModel::rowsAboutToBeRemoved, this, remember);
    connect(m_rows, &RowListModel::arranged, this, &RowTable::rowsArranged);
    setTitle(title);
    showEmptiness();
}

int RowTable::currentRow() const
{
    const auto index = m_view->currentIndex();
    return index.isValid() && m_view->selectionModel()->isRowSelected(index.row()) ? index.row() : -1;
}

void RowTable::select(int row)
{
    m_view->setCurrentIndex(m_rows->index(row, 0));
}

void RowTable::addControl(QWidget *control)
{
    m_head->addWidget(control);
}

void RowTable::setWhyEmpty(const QString &why)
{
    m_why = why;
    showEmptiness();
}

void RowTable::setTitle(const QString &title)
{
    m_titleText = title;
    const auto count = static_cast<std::uint64_t>(m_rows->total());
    const auto shown = static_cast<std::uint64_t>(m_rows->rowCount());
    QString text = m_count.isEmpty() ? countText(count) : m_count;
    if (shown != count)
        text = tr("%1 of %2").arg(countText(shown), countText(count));
    m_title->setText(count == 0 ? title : QStringLiteral("%1 (%2)").arg(title, text));
}

void RowTable::setCountShown(const QString &count)
{
    m_count = count;
    setTitle(m_titleText);
}

void RowTable::sortBy(int column, Qt::SortOrder order)
{
    m_view->sortByColumn(column, order);
}

void RowTable::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void RowTable::rowsArranged()
{
    if (!m_areColumnsFitted && m_rows->rowCount() > 0) {
        m_areColumnsFitted = true;
        const int widest = fontMetrics().averageCharWidth() * widestColumn;
        for (int column = 0; column + 1 < m_rows->columnCount(); ++column) {
            m_view->resizeColumnToContents(column);
            m_view->setColumnWidth(column, std::min(m_view->columnWidth(column), widest));
        }
    }
    if (!m_wasAtTop && m_top.isValid())
        m_view->scrollTo(m_top, QAbstractItemView::PositionAtTop);
    m_top = QPersistentModelIndex();
    m_wasAtTop = true;
    m_isArranging = false;
    setTitle(m_titleText);
    showEmptiness();
    emit currentChanged();
}

void RowTable::showEmptiness()
{
    QString why;
    if (m_rows->rowCount() == 0) {
        why = m_why;
        if (m_rows->total() > 0)
            why = m_rows->total() == 1 ? tr("The one row does not match the filter.")
                                       : tr("None of the %1 rows matches the filter.").arg(m_rows->total());
    }
    m_empty->setText(why);
    m_empty->setVisible(!why.isEmpty());
}

void RowTable::showMenu(const QPoint &position)
{
    const auto index = m_view->indexAt(position);
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    emit menuRequested(menu, index.isValid() ? index.row() : -1);
    if (index.isValid()) {
        menu->addSeparator();
        menu->addAction(tr("Copy cell"), this,
                        [text = index.data().toString()] { QGuiApplication::clipboard()->setText(text); });
        QStringList cells;
        for (int column = 0; column < m_rows->columnCount(); ++column)
            cells << index.siblingAtColumn(column).data().toString();
        menu->addAction(tr("Copy row"), this,
                        [text = cells.join(QLatin1Char('\t'))] { QGuiApplication::clipboard()->setText(text); });
    }
    if (menu->isEmpty())
        delete menu;
    else
        menu->popup(m_view->viewport()->mapToGlobal(position));
}

} // namespace ipclens
