#include "ui/facts.h"

#include <QFormLayout>
#include <QLabel>

namespace ipclens {

Facts::Facts(QWidget *parent) : QWidget(parent), m_rows(new QFormLayout(this))
{
    m_rows->setContentsMargins(8, 4, 8, 4);
    m_rows->setVerticalSpacing(2);
    m_rows->setHorizontalSpacing(12);
    m_rows->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_rows->setRowWrapPolicy(QFormLayout::DontWrapRows);
}

// Rows stay while their names do: a selection in one survives a refresh.
void Facts::setFacts(const QList<Fact> &facts)
{
    int row = 0;
    for (const auto &fact : facts) {
        if (fact.text.isEmpty())
            continue;
        if (row == m_rows->rowCount()) {
            auto *name = new QLabel(this);
            name->setForegroundRole(QPalette::PlaceholderText);
            name->setAlignment(Qt::AlignLeft | Qt::AlignTop);
            auto *value = new QLabel(this);
            value->setWordWrap(true);
            value->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::LinksAccessibleByMouse |
                                           Qt::LinksAccessibleByKeyboard);
            value->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // a long path must not widen the window
            connect(value, &QLabel::linkActivated, this, &Facts::linkActivated);
            m_rows->addRow(name, value);
        }
        auto *name = static_cast<QLabel *>(m_rows->itemAt(row, QFormLayout::LabelRole)->widget());
        auto *value = static_cast<QLabel *>(m_rows->itemAt(row, QFormLayout::FieldRole)->widget());
        name->setText(fact.name);
        value->setTextFormat(fact.isHtml ? Qt::RichText : Qt::PlainText);
        if (value->text() != fact.text) {
            value->setText(fact.text);
            value->setToolTip(fact.isHtml ? QString() : fact.text);
        }
        value->setAccessibleName(fact.name);
        ++row;
    }
    while (m_rows->rowCount() > row)
        m_rows->removeRow(m_rows->rowCount() - 1);
}

QString Facts::text(const QString &name) const
{
    for (int row = 0; row < m_rows->rowCount(); ++row) {
        if (static_cast<QLabel *>(m_rows->itemAt(row, QFormLayout::LabelRole)->widget())->text() == name)
            return static_cast<QLabel *>(m_rows->itemAt(row, QFormLayout::FieldRole)->widget())->text();
    }
    return {};
}

} // namespace ipclens
