#include "ui/inspector.h"

#include "core/session/command_types.h"
#include "ui/inspector_lookups.h"
#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/text_mark.h"
#include "ui/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QStyledItemDelegate>
#include <QTableWidget>
#include <QVBoxLayout>

#include <set>

namespace ipclens {
namespace {

enum Column { Type, Little, Big, columnCount };

constexpr const char *selectionRow = "selection";

std::optional<ValueType> numberType(TypedKind kind)
{
    for (const auto type : {ValueType::U8, ValueType::I8, ValueType::U16, ValueType::I16, ValueType::U32,
                            ValueType::I32, ValueType::U64, ValueType::I64, ValueType::F32, ValueType::F64}) {
        if (kindOf(type) == kind)
            return type;
    }
    if (kind == TypedKind::Pointer32)
        return ValueType::U32;
    return kind == TypedKind::Pointer64 ? std::optional(ValueType::U64) : std::nullopt;
}

bool isPointer(TypedKind kind)
{
    return kind == TypedKind::Pointer32 || kind == TypedKind::Pointer64;
}

} // namespace

// A line for typing a value over another. What is no value is marked where it is wrong, and the line stays.
class TypedValueDelegate : public QStyledItemDelegate {
public:
    explicit TypedValueDelegate(Inspector &inspector) : QStyledItemDelegate(&inspector), m_inspector(inspector) {}

    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        m_before = m_inspector.valueAt(index.row(), index.column());
        if (!m_before)
            return nullptr;
        auto *line = new QLineEdit(parent);
        line->setFont(theme::fixedFont());
        line->setAutoFillBackground(true);
        connect(line, &QLineEdit::textChanged, this, [this, line] {
            const auto typed = parse(*line);
            markProblem(*line, typed ? std::nullopt : std::optional(typed.error()));
            m_inspector.m_detail->setText(typed ? QString() : problemText(typed.error(), line->text()));
        });
        return line;
    }
    void setEditorData(QWidget *editor, const QModelIndex &) const override
    {
        auto *line = static_cast<QLineEdit *>(editor);
        if (line->isModified() || !line->text().isEmpty())
            return; // the target may change the value while another is typed
        line->setText(fromUtf8(formatTyped(m_before->kind, m_before->order, m_before->bytes, 256)));
        line->selectAll();
    }
    void setModelData(QWidget *editor, QAbstractItemModel *, const QModelIndex &) const override
    {
        auto *line = static_cast<QLineEdit *>(editor);
        const auto typed = line->isModified() ? parse(*line) : Parsed<Bytes>(std::unexpected(TextProblem{}));
        if (typed && m_before)
            m_inspector.take(*m_before, *typed);
    }
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        auto *line = qobject_cast<QLineEdit *>(watched);
        if (line && event->type() == QEvent::KeyPress) {
            const int key = static_cast<QKeyEvent *>(event)->key();
            if ((key == Qt::Key_Return || key == Qt::Key_Enter || key == Qt::Key_Tab) && line->isModified() &&
                !parse(*line))
                return true;
        }
        return QStyledItemDelegate::eventFilter(watched, event);
    }

private:
    Parsed<Bytes> parse(const QLineEdit &line) const
    {
        return parseTyped(m_before->kind, m_before->order, line.text().toStdString());
    }

    Inspector &m_inspector;
    mutable std::optional<Inspector::Value> m_before; // of the line that is open
};

Inspector::Inspector(QWidget *parent)
    : QWidget(parent), m_address(new QLabel(this)), m_table(new QTableWidget(this)), m_detail(new QLabel(this)),
      m_lookups(new InspectorLookups(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_address);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_detail);
    for (auto *label : {m_address, m_detail}) {
        label->setContentsMargins(6, 4, 6, 4);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setFont(theme::fixedFont());
        label->setWordWrap(true);
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    }
    m_detail->setObjectName(QStringLiteral("inspectorDetail"));
    m_detail->setAccessibleName(tr("The chosen value in full"));

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
    m_table->setItemDelegate(new TypedValueDelegate(*this));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers); // begun by beginEdit(), which says why where it cannot
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setFrameShape(QFrame::NoFrame);

    const auto add = [this](const QString &text, const QKeySequence &keys, void (Inspector::*act)()) {
        auto *action = new QAction(text, m_table);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetShortcut);
        connect(action, &QAction::triggered, this, act);
        m_table->addAction(action);
    };
    add(tr("&Copy"), QKeySequence::Copy, &Inspector::copy);
    auto *copyAllAction = new QAction(tr("Copy &all"), m_table);
    connect(copyAllAction, &QAction::triggered, this, [this] {
        m_table->selectAll();
        copy();
    });
    m_table->addAction(copyAllAction);
    add(tr("&Edit the value"), Qt::Key_F2, &Inspector::beginEdit);
    add(tr("&Follow the pointer"), Qt::Key_Return, &Inspector::follow);
    add(tr("Free&ze the value"), {}, &Inspector::freeze);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(m_table, &QTableWidget::cellDoubleClicked, this, &Inspector::beginEdit);
    connect(m_table, &QTableWidget::currentCellChanged, this, &Inspector::showDetail);
    connect(m_lookups, &InspectorLookups::changed, this, &Inspector::showRows);

    clear();
    fitColumns();
}

void Inspector::setSource(Client *client, const SourceInfo &source)
{
    m_base = source.base;
    m_lookups->setSource(client, source);
}

void Inspector::setWritable(bool writable)
{
    m_writable = writable;
}

void Inspector::showBytes(Address at, const MemoryImage &around)
{
    m_at = at;
    m_around = around;
    if (isVisible() || m_rows.empty())
        showRows();
}

void Inspector::showSelection(const std::vector<AddressRange> &ranges)
{
    m_lookups->setSelection(ranges);
}

void Inspector::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (!m_around.bytes.empty())
        showRows();
}

void Inspector::clear()
{
    m_around = {};
    m_rows.clear();
    m_table->clearSpans();
    m_table->setRowCount(0);
    m_address->setText(tr("Nothing under the cursor"));
    m_detail->clear();
    m_lookups->setSelection({});
}

// Values as they are, and after them what was looked up.
std::vector<Inspector::Row> Inspector::rows() const
{
    std::vector<Row> rows;
    const auto withPlace = [this](const QString &text, TypedKind kind) {
        bool isNumber = false;
        const auto to = text.mid(2).toULongLong(&isNumber, 16);
        // What a section of a module holds are addresses of its process, which begin at our base.
        const bool isOurs = isPointer(kind) && isNumber && to != 0 && to >= m_base;
        const QString place = isOurs ? m_lookups->placeOf(to - m_base) : QString();
        return place.isEmpty() ? text : tr("%1 \u2192 %2").arg(text, place);
    };
    std::uint64_t handle = 0;
    for (const DecodedValue &value : decodeValues(m_around, m_at)) {
        const QString type = fromUtf8(value.type);
        const QString little = withPlace(fromUtf8(value.little), value.kind);
        const QString big = withPlace(fromUtf8(value.big), value.kind);
        if (value.kind == TypedKind::U32)
            handle = fromUtf8(value.little).toULongLong();
        if ((value.wide || m_isNarrow) && !value.big.empty()) { // both orders, one below the other
            rows.push_back({tr("%1 LE").arg(type), value.kind, little, {}, true, ByteOrder::Little});
            rows.push_back({tr("%1 BE").arg(type), value.kind, big, {}, true, ByteOrder::Big});
        } else {
            rows.push_back({type, value.kind, little, big, value.big.empty(), ByteOrder::Little});
        }
    }
    if (const QString window = m_lookups->windowOf(handle); !window.isEmpty())
        rows.push_back(
            {tr("HWND"), {}, QStringLiteral("%1  %2").arg(addressText(handle), window), {}, true, ByteOrder::Little});
    if (const QString object = m_lookups->objectOf(handle); !object.isEmpty())
        rows.push_back(
            {tr("HANDLE"), {}, QStringLiteral("%1  %2").arg(addressText(handle), object), {}, true, ByteOrder::Little});
    if (!m_lookups->selectionText().isEmpty())
        rows.push_back({QLatin1String(selectionRow), {}, m_lookups->selectionText(), {}, true, ByteOrder::Little});
    for (const auto &[name, sum] : m_lookups->checksums())
        rows.push_back({name, {}, sum, {}, true, ByteOrder::Little});
    return rows;
}

void Inspector::showRows()
{
    if (m_around.bytes.empty() && m_rows.empty())
        return;
    const QString place = m_lookups->placeOf(m_at);
    const QString at = tr("at %1").arg(addressText(m_at + m_base));
    m_address->setText(place.isEmpty() ? at : tr("%1 = %2").arg(at, place));
    m_rows = rows();
    const int count = static_cast<int>(m_rows.size());
    if (m_table->rowCount() < count)
        m_table->setRowCount(count);
    for (int row = 0; row < count; ++row) {
        const Row &shown = m_rows[static_cast<std::size_t>(row)];
        if (m_table->columnSpan(row, Little) != (shown.spans ? 2 : 1))
            m_table->setSpan(row, Little, 1, shown.spans ? 2 : 1);
        setCell(row, Type, shown.name);
        setCell(row, Little, shown.little);
        setCell(row, Big, shown.big);
    }
    m_table->setRowCount(count);
    showDetail();
}

void Inspector::setCell(int row, int column, const QString &text)
{
    QTableWidgetItem *item = m_table->item(row, column);
    if (item == nullptr) {
        item = new QTableWidgetItem;
        m_table->setItem(row, column, item);
        if (column != Type) {
            item->setFont(theme::fixedFont());
        } else {
            item->setForeground(theme::color(theme::Role::Address, palette()));
            item->setFlags(item->flags() & ~Qt::ItemIsEditable);
        }
    }
    if (item->text() != text) {
        item->setText(text);
        item->setToolTip(plainTip(text));
    }
}

// The widest type name fits; the two values share the rest, or stand one below the other where it is too little for
// both.
void Inspector::fitColumns()
{
    const QFontMetrics metrics(m_table->font());
    const int type = metrics.horizontalAdvance(QStringLiteral("FILETIME LE")) + 12;
    m_table->setColumnWidth(Type, type);
    const int largest =
        QFontMetrics(theme::fixedFont()).horizontalAdvance(QStringLiteral("-2147483648")) + 8; // of an i32
    const bool isNarrow = width() < type + 2 * largest;
    if (std::exchange(m_isNarrow, isNarrow) != isNarrow) {
        m_table->setColumnHidden(Big, isNarrow);
        m_table->horizontalHeaderItem(Little)->setText(isNarrow ? tr("Value") : tr("Little-endian"));
        showRows();
    }
    m_table->verticalHeader()->setDefaultSectionSize(
        std::max(metrics.height(), QFontMetrics(theme::fixedFont()).height()) + 4);
}

QSize Inspector::sizeHint() const
{
    return {300, 480};
}

// What does not fit its cell is here in full.
void Inspector::showDetail()
{
    const int row = m_table->currentRow();
    if (m_table->isPersistentEditorOpen(m_table->currentIndex()))
        return;
    if (row < 0 || row >= static_cast<int>(m_rows.size())) {
        m_detail->clear();
        return;
    }
    const Row &shown = m_rows[static_cast<std::size_t>(row)];
    const int column = m_table->currentColumn();
    const bool isBig = !shown.spans && column == Big;
    QString text = QStringLiteral("%1: %2").arg(shown.name, isBig ? shown.big : shown.little);
    if (const auto value = valueAt(row, column)) {
        const QString hex = fromUtf8(formatTypedHex(value->kind, value->order, value->bytes));
        if (!hex.isEmpty() && !text.contains(hex))
            text += QStringLiteral(" = %1").arg(hex);
    }
    if (pointerAt(row, column))
        text += tr("\nEnter goes there, Alt+Left comes back");
    m_detail->setText(text);
}

std::optional<Inspector::Value> Inspector::valueAt(int row, int column) const
{
    if (row < 0 || row >= static_cast<int>(m_rows.size()) || column == Type)
        return {};
    const Row &shown = m_rows[static_cast<std::size_t>(row)];
    if (!shown.kind || !m_around.range().contains(m_at))
        return {};
    const TypedType &type = typedType(*shown.kind);
    const ByteOrder order = shown.spans ? shown.order : column == Big ? ByteOrder::Big : ByteOrder::Little;
    std::uint64_t size = m_around.range().end() - m_at;
    for (const auto &hole : m_around.unreadable) {
        if (hole.end() > m_at)
            size = std::min(size, hole.begin > m_at ? hole.begin - m_at : 0);
    }
    if (size < type.size)
        return {};
    const auto bytes =
        std::span<const std::byte>(m_around.bytes).subspan(m_at - m_around.address, type.isText ? size : type.size);
    return Value{*shown.kind, order, toBytes(bytes)};
}

std::optional<Address> Inspector::pointerAt(int row, int column) const
{
    const auto value = valueAt(row, column);
    if (!value || !isPointer(value->kind))
        return {};
    bool isNumber = false;
    const auto to = fromUtf8(formatTyped(value->kind, value->order, value->bytes)).mid(2).toULongLong(&isNumber, 16);
    return isNumber ? std::optional<Address>(to) : std::nullopt;
}

void Inspector::beginEdit()
{
    const int row = m_table->currentRow();
    const int column = std::max<int>(Little, m_table->currentColumn());
    if (row < 0)
        return;
    if (!valueAt(row, column)) {
        m_detail->setText(tr("There is nothing here that could be typed over."));
        return;
    }
    if (!m_writable) {
        m_detail->setText(tr("Read-only: open the padlock (Ctrl+E) to type over a value."));
        return;
    }
    m_table->setCurrentCell(row, column);
    m_table->editItem(m_table->item(row, column));
}

void Inspector::edit(int row, int column)
{
    m_table->setCurrentCell(row, column);
    beginEdit();
}

void Inspector::endEdit()
{
    if (auto *line = m_table->findChild<QLineEdit *>())
        emit m_table->itemDelegate()->closeEditor(line, QAbstractItemDelegate::RevertModelCache);
}

void Inspector::take(const Value &before, const Bytes &typed)
{
    if (typed.empty())
        return;
    if (typed.size() > before.bytes.size()) {
        m_detail->setText(tr("%1 bytes were typed, but only %2 are known from here on.")
                              .arg(typed.size())
                              .arg(before.bytes.size()));
        return;
    }
    emit editRequested(m_at, toBytes(std::span<const std::byte>(before.bytes).first(typed.size())), typed);
}

void Inspector::follow()
{
    const int row = m_table->currentRow();
    if (row >= 0 && row < static_cast<int>(m_rows.size()) &&
        m_rows[static_cast<std::size_t>(row)].name == QLatin1String(selectionRow)) {
        m_lookups->computeChecksums(true);
        return;
    }
    if (const auto to = pointerAt(row, m_table->currentColumn()))
        emit followRequested(*to);
    else
        beginEdit();
}

void Inspector::freeze()
{
    const auto value = valueAt(m_table->currentRow(), std::max<int>(Little, m_table->currentColumn()));
    if (!value)
        return;
    const auto &type = typedType(value->kind);
    const auto bytes = std::span<const std::byte>(value->bytes).first(type.size);
    emit freezeRequested(m_at, toBytes(bytes), numberType(value->kind), value->order);
}

void Inspector::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitColumns();
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
