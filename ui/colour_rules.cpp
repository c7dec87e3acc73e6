#include "ui/colour_rules.h"

#include "ui/number_text.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSignalBlocker>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {
namespace {

constexpr auto settingsGroup = "traffic/colours";

struct Colour {
    theme::Role role;
    const char *key; // in the settings
    const char *name;
};
constexpr Colour colours[] = {{theme::Role::RuleRed, "red", QT_TRANSLATE_NOOP("ColourRulesDialog", "red")},
                              {theme::Role::RuleYellow, "yellow", QT_TRANSLATE_NOOP("ColourRulesDialog", "yellow")},
                              {theme::Role::RuleGreen, "green", QT_TRANSLATE_NOOP("ColourRulesDialog", "green")},
                              {theme::Role::RuleBlue, "blue", QT_TRANSLATE_NOOP("ColourRulesDialog", "blue")},
                              {theme::Role::RuleViolet, "violet", QT_TRANSLATE_NOOP("ColourRulesDialog", "violet")},
                              {theme::Role::RuleGrey, "grey", QT_TRANSLATE_NOOP("ColourRulesDialog", "grey")}};

QIcon swatch(theme::Role role, const QPalette &palette)
{
    QPixmap pixmap(16, 16);
    pixmap.fill(theme::color(role, palette));
    return {pixmap};
}

} // namespace

ColourRules::ColourRules(std::vector<ColourRule> rules) : m_rules(std::move(rules))
{
    for (const auto &rule : m_rules) {
        if (auto filter = MessageFilter::parse(rule.filter.toStdString()); filter && rule.isOn && !filter->isEmpty())
            m_filters.emplace_back(std::move(*filter), rule.colour);
    }
}

std::optional<theme::Role> ColourRules::colourOf(const MessageView &message) const
{
    for (const auto &[filter, role] : m_filters)
        if (filter.matches(message))
            return role;
    return {};
}

ColourRules ColourRules::load()
{
    QSettings settings;
    if (!settings.contains(QStringLiteral("%1/size").arg(QLatin1String(settingsGroup))))
        return ColourRules({{QStringLiteral("failed"), theme::Role::RuleRed, true},
                            {QStringLiteral("truncated"), theme::Role::RuleYellow, true},
                            {QStringLiteral("duration > 100"), theme::Role::RuleViolet, false},
                            {QStringLiteral("depth > 0"), theme::Role::RuleBlue, false}});
    std::vector<ColourRule> rules;
    const int count = settings.beginReadArray(QLatin1String(settingsGroup));
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        const auto key = settings.value(QStringLiteral("colour")).toString();
        const auto *const colour =
            std::ranges::find_if(colours, [&](const Colour &c) { return key == QLatin1String(c.key); });
        rules.push_back({settings.value(QStringLiteral("filter")).toString(),
                         colour != std::end(colours) ? colour->role : theme::Role::RuleYellow,
                         settings.value(QStringLiteral("on"), true).toBool()});
    }
    return ColourRules(std::move(rules));
}

void ColourRules::save() const
{
    QSettings settings;
    settings.remove(QLatin1String(settingsGroup));
    settings.beginWriteArray(QLatin1String(settingsGroup), static_cast<int>(m_rules.size()));
    for (std::size_t i = 0; i < m_rules.size(); ++i) {
        settings.setArrayIndex(static_cast<int>(i));
        settings.setValue(QStringLiteral("filter"), m_rules[i].filter);
        settings.setValue(QStringLiteral("colour"),
                          QLatin1String(std::ranges::find(colours, m_rules[i].colour, &Colour::role)->key));
        settings.setValue(QStringLiteral("on"), m_rules[i].isOn);
    }
    settings.endArray();
}

ColourRulesDialog::ColourRulesDialog(const ColourRules &rules, QWidget *parent)
    : QDialog(parent), m_table(new QTableWidget(0, 2, this)), m_mistake(new QLabel(this)),
      m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    setObjectName(QStringLiteral("colours"));
    setWindowTitle(tr("Colours of rows"));
    m_table->setHorizontalHeaderLabels({tr("Messages that match"), tr("Colour")});
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_table->verticalHeader()->hide();
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setAccessibleName(tr("Rules"));
    for (const auto &rule : rules.rules())
        addRow(rule);
    m_mistake->setWordWrap(true);
    m_mistake->setTextFormat(Qt::PlainText);
    auto wrong = palette();
    wrong.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, wrong));
    m_mistake->setPalette(wrong);

    auto *note =
        new QLabel(tr("The first rule that fits a message decides. A rule is a filter, as above the list."), this);
    note->setWordWrap(true);
    auto *row = new QHBoxLayout;
    const auto add = [&](const QString &text, auto act) {
        auto *button = new QPushButton(text, this);
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, this, act);
        row->addWidget(button);
    };
    add(tr("&Add"), [this] {
        addRow({});
        m_table->setCurrentCell(m_table->rowCount() - 1, 0);
        m_table->editItem(m_table->item(m_table->rowCount() - 1, 0));
        check();
    });
    add(tr("&Remove"), [this] {
        m_table->removeRow(m_table->currentRow());
        check();
    });
    add(tr("&Up"), [this] { move(-1); });
    add(tr("&Down"), [this] { move(1); });
    row->addStretch(1);
    auto *column = new QVBoxLayout(this);
    column->addWidget(note);
    column->addWidget(m_table, 1);
    column->addWidget(m_mistake);
    column->addLayout(row);
    column->addWidget(m_buttons);
    connect(m_table, &QTableWidget::itemChanged, this, &ColourRulesDialog::check);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    resize(560, 360);
    check();
}

void ColourRulesDialog::addRow(const ColourRule &rule)
{
    const QSignalBlocker blocked(m_table);
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    auto *item = new QTableWidgetItem(rule.filter);
    item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
    item->setCheckState(rule.isOn ? Qt::Checked : Qt::Unchecked);
    m_table->setItem(row, 0, item);
    auto *box = new QComboBox(m_table);
    for (const auto &colour : colours)
        box->addItem(swatch(colour.role, palette()), tr(colour.name), static_cast<int>(colour.role));
    box->setCurrentIndex(box->findData(static_cast<int>(rule.colour)));
    box->setAccessibleName(tr("Colour"));
    m_table->setCellWidget(row, 1, box);
}

void ColourRulesDialog::move(int by)
{
    const int from = m_table->currentRow(), to = from + by;
    auto all = rules().rules();
    if (from < 0 || to < 0 || to >= static_cast<int>(all.size()))
        return;
    std::swap(all[static_cast<std::size_t>(from)], all[static_cast<std::size_t>(to)]);
    m_table->setRowCount(0);
    for (const auto &rule : all)
        addRow(rule);
    m_table->setCurrentCell(to, 0);
}

void ColourRulesDialog::check()
{
    QString mistake;
    for (int row = 0; row < m_table->rowCount() && mistake.isEmpty(); ++row) {
        const auto text = m_table->item(row, 0)->text();
        const auto filter = MessageFilter::parse(text.toStdString());
        if (!filter)
            mistake = fromUtf8(toText(toError(filter.error(), "read a filter", text.toStdString())));
        else if (filter->isEmpty())
            mistake = tr("Rule %1 has no filter yet").arg(row + 1);
    }
    m_mistake->setText(mistake);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(mistake.isEmpty());
}

ColourRules ColourRulesDialog::rules() const
{
    std::vector<ColourRule> rules;
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto *item = m_table->item(row, 0);
        const auto *box = static_cast<const QComboBox *>(m_table->cellWidget(row, 1));
        rules.push_back(
            {item->text(), static_cast<theme::Role>(box->currentData().toInt()), item->checkState() == Qt::Checked});
    }
    return ColourRules(std::move(rules));
}

} // namespace ipclens
