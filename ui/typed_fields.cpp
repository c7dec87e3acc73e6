#include "ui/typed_fields.h"

#include "core/text/typed_value.h"
#include "ui/number_text.h"
#include "ui/text_mark.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

namespace ipclens {

TypedFields::TypedFields(QWidget *parent)
    : QWidget(parent), m_order(new QComboBox(this)), m_size(new QLabel(this)), m_list(new QVBoxLayout)
{
    m_order->addItems({tr("Little endian"), tr("Big endian")});
    m_order->setAccessibleName(tr("Byte order"));
    auto *more = new QPushButton(tr("Add a &field"), this);
    more->setObjectName(QStringLiteral("addField"));
    more->setAutoDefault(false);
    auto *top = new QHBoxLayout;
    top->addWidget(more);
    top->addWidget(m_order);
    top->addWidget(m_size, 1);

    auto *rows = new QWidget;
    m_list->setContentsMargins(0, 0, 0, 0);
    m_list->setSpacing(3);
    auto *rowsLayout = new QVBoxLayout(rows);
    rowsLayout->setContentsMargins(0, 0, 4, 0);
    rowsLayout->addLayout(m_list);
    rowsLayout->addStretch(1);
    auto *scroll = new QScrollArea(this);
    scroll->setWidget(rows);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(top);
    column->addWidget(scroll, 1);

    connect(m_order, &QComboBox::currentIndexChanged, this, &TypedFields::check);
    connect(more, &QPushButton::clicked, this, [this] {
        add(m_rows.empty() ? static_cast<int>(TypedKind::U32) : m_rows.back().type->currentIndex(), {});
        m_rows.back().value->setFocus();
    });
    add(static_cast<int>(TypedKind::U32), QStringLiteral("1"));
}

ByteOrder TypedFields::order() const
{
    return m_order->currentIndex() == 0 ? ByteOrder::Little : ByteOrder::Big;
}

void TypedFields::add(int type, const QString &value)
{
    Row row{new QWidget(this), nullptr, nullptr};
    row.type = new QComboBox(row.widget);
    row.type->setAccessibleName(tr("Type"));
    for (const auto &known : typedTypes())
        row.type->addItem(fromUtf8(known.name));
    row.type->setCurrentIndex(type);
    row.value = new QLineEdit(value, row.widget);
    row.value->setAccessibleName(tr("Value"));
    row.value->setPlaceholderText(tr("value; texts as C writes them: abc\\n"));
    auto *remove = new QToolButton(row.widget);
    remove->setText(QStringLiteral("\u2715"));
    remove->setToolTip(tr("Take this field away"));
    remove->setAccessibleName(tr("Remove"));
    auto *layout = new QHBoxLayout(row.widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row.type);
    layout->addWidget(row.value, 1);
    layout->addWidget(remove);
    m_list->addWidget(row.widget);
    connect(row.type, &QComboBox::currentIndexChanged, this, &TypedFields::check);
    connect(row.value, &QLineEdit::textChanged, this, &TypedFields::check);
    connect(remove, &QToolButton::clicked, this, [this, widget = row.widget] {
        std::erase_if(m_rows, [widget](const Row &other) { return other.widget == widget; });
        widget->deleteLater();
        check();
    });
    m_rows.push_back(row);
    check();
}

Result<Bytes> TypedFields::bytes() const
{
    Bytes all;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const auto &type = typedTypes()[static_cast<std::size_t>(m_rows[i].type->currentIndex())];
        const auto text = m_rows[i].value->text().toStdString();
        const auto value = parseTyped(type.kind, order(), text);
        if (!value) {
            auto error = toError(value.error(), "value", text);
            error.operation = tr("field %1 (%2)").arg(i + 1).arg(fromUtf8(type.name)).toStdString();
            return Failure(error);
        }
        all.insert(all.end(), value->begin(), value->end());
    }
    return all;
}

QWidget *TypedFields::wrongField() const
{
    for (const auto &row : m_rows) {
        const auto &type = typedTypes()[static_cast<std::size_t>(row.type->currentIndex())];
        if (!parseTyped(type.kind, order(), row.value->text().toStdString()))
            return row.value;
    }
    return nullptr;
}

void TypedFields::check()
{
    for (const auto &row : m_rows) {
        const auto &type = typedTypes()[static_cast<std::size_t>(row.type->currentIndex())];
        const auto value = parseTyped(type.kind, order(), row.value->text().toStdString());
        markProblem(*row.value, value ? std::nullopt : std::optional(value.error()));
    }
    const auto all = bytes();
    m_size->setText(all ? sizeText(all->size()) : tr("incomplete"));
    emit changed();
}

} // namespace ipclens
