#include "ui/curve_filters.h"

#include "ui/curve_colours.h"
#include "ui/text_mark.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {

CurveFilters::CurveFilters(const std::vector<CurveFilter> &filters, QWidget *parent)
    : QDialog(parent), m_told(filters), m_list(new QVBoxLayout), m_add(new QPushButton(tr("&Add a filter"), this)),
      m_mistake(new QLabel(this))
{
    setWindowTitle(tr("Curves of the graph"));
    auto *what = new QLabel(
        tr("Each filter is a curve of the messages that pass it, as typed above the list of messages."), this);
    what->setWordWrap(true);
    m_mistake->setWordWrap(true);
    m_mistake->setTextFormat(Qt::PlainText);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_add->setAutoDefault(false);
    connect(m_add, &QPushButton::clicked, this, [this] {
        add({.text = {}, .colour = static_cast<int>(m_rows.size())});
        m_rows.back().text->setFocus();
        check();
    });
    m_list->setSpacing(4);
    auto *column = new QVBoxLayout(this);
    column->addWidget(what);
    column->addLayout(m_list);
    column->addWidget(m_add, 0, Qt::AlignLeft);
    column->addWidget(m_mistake);
    column->addStretch(1);
    column->addWidget(buttons);
    for (const auto &filter : filters)
        add(filter);
    if (filters.empty())
        add({.text = {}, .colour = 0});
    check();
    resize(fontMetrics().averageCharWidth() * 70, sizeHint().height());
}

void CurveFilters::add(const CurveFilter &filter)
{
    Row row{new QWidget(this), nullptr, nullptr};
    row.colour = new QComboBox(row.widget);
    row.colour->setAccessibleName(tr("Colour"));
    for (int i = 0; i < theme::curveColours; ++i)
        row.colour->addItem(tr("colour %1").arg(i + 1));
    row.colour->setCurrentIndex(filter.colour % theme::curveColours);
    row.text = new QLineEdit(QString::fromStdString(filter.text), row.widget);
    row.text->setPlaceholderText(tr("data.id == 4 && size > 100"));
    row.text->setAccessibleName(tr("Filter"));
    auto *remove = new QToolButton(row.widget);
    remove->setText(QStringLiteral("\u2715"));
    remove->setToolTip(tr("Take this curve away"));
    remove->setAccessibleName(tr("Remove"));
    auto *layout = new QHBoxLayout(row.widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row.colour);
    layout->addWidget(row.text, 1);
    layout->addWidget(remove);
    m_list->addWidget(row.widget);
    connect(row.text, &QLineEdit::textChanged, this, &CurveFilters::check);
    connect(row.colour, &QComboBox::currentIndexChanged, this, &CurveFilters::check);
    connect(remove, &QToolButton::clicked, this, [this, widget = row.widget] {
        std::erase_if(m_rows, [widget](const Row &other) { return other.widget == widget; });
        widget->deleteLater();
        check();
    });
    m_rows.push_back(row);
    paintColours();
}

std::vector<CurveFilter> CurveFilters::filters() const
{
    std::vector<CurveFilter> all;
    for (const auto &row : m_rows) {
        if (const auto text = row.text->text().trimmed(); !text.isEmpty())
            all.push_back({.text = text.toStdString(), .colour = row.colour->currentIndex()});
    }
    return all;
}

void CurveFilters::check()
{
    QString mistake;
    for (const auto &row : m_rows) {
        const auto filter = MessageFilter::parse(row.text->text().toStdString());
        markProblem(*row.text, filter ? std::nullopt : std::optional(filter.error()));
        if (!filter && mistake.isEmpty())
            mistake = problemText(filter.error(), row.text->text());
    }
    auto colours = palette();
    colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, colours));
    m_mistake->setPalette(colours);
    m_mistake->setText(mistake);
    m_mistake->setVisible(!mistake.isEmpty());
    m_add->setEnabled(m_rows.size() < TrafficCurves::mostShown);
    m_add->setToolTip(m_add->isEnabled() ? QString()
                                         : tr("A graph has at most %1 filters").arg(TrafficCurves::mostShown));
    const auto now = filters();
    if (!mistake.isEmpty() || now == m_told)
        return;
    m_told = now;
    emit changed();
}

void CurveFilters::paintColours()
{
    for (const auto &row : m_rows) {
        for (int i = 0; i < row.colour->count(); ++i) {
            QPixmap swatch(14, 14);
            swatch.fill(theme::curveColor(i, palette()));
            row.colour->setItemIcon(i, swatch);
        }
    }
}

void CurveFilters::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintColours();
}

} // namespace ipclens
