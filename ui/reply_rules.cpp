#include "ui/reply_rules.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace ipclens {

ReplyRules::ReplyRules(QWidget *parent) : QWidget(parent), m_list(new QVBoxLayout)
{
    auto *more = new QPushButton(tr("Add an ans&wer"), this);
    more->setObjectName(QStringLiteral("addRule"));
    more->setAutoDefault(false);
    more->setToolTip(tr("Without one, WM_COPYDATA is answered with 1 and a registered message with 0"));
    connect(more, &QPushButton::clicked, this, &ReplyRules::add);
    m_list->setSpacing(3);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(m_list);
    column->addWidget(more, 0, Qt::AlignLeft);
}

void ReplyRules::add()
{
    Row row{new QWidget(this), nullptr, nullptr, nullptr, nullptr};
    row.kind = new QComboBox(row.widget);
    row.kind->addItems({tr("WM_COPYDATA"), tr("Registered")});
    row.kind->setAccessibleName(tr("Kind of message"));
    row.which = new QLineEdit(row.widget);
    row.which->setPlaceholderText(tr("any id"));
    row.which->setToolTip(
        tr("The id of WM_COPYDATA (decimal, or 0x and hex), or the name of a registered message; empty: any"));
    row.which->setAccessibleName(tr("Id or name"));
    row.result = new QLineEdit(QStringLiteral("1"), row.widget);
    row.result->setToolTip(tr("What the sender is given"));
    row.result->setAccessibleName(tr("Result"));
    row.result->setMaximumWidth(fontMetrics().averageCharWidth() * 14);
    row.delay = new QSpinBox(row.widget);
    row.delay->setRange(0, 60'000);
    row.delay->setPrefix(tr("after "));
    row.delay->setSuffix(tr(" ms"));
    row.delay->setAccessibleName(tr("Delay"));
    // Else a narrow dialog cuts what is in them.
    const int letter = fontMetrics().averageCharWidth();
    row.kind->setMinimumWidth(row.kind->sizeHint().width());
    row.which->setMinimumWidth(letter * 14);
    row.result->setMinimumWidth(letter * 8);
    row.delay->setMinimumWidth(row.delay->sizeHint().width());
    auto *remove = new QToolButton(row.widget);
    remove->setText(QStringLiteral("\u2715"));
    remove->setToolTip(tr("Take this answer away"));
    remove->setAccessibleName(tr("Remove"));
    auto *layout = new QHBoxLayout(row.widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(row.kind);
    layout->addWidget(row.which, 1);
    layout->addWidget(new QLabel(tr("gets"), row.widget));
    layout->addWidget(row.result);
    layout->addWidget(row.delay);
    layout->addWidget(remove);
    m_list->addWidget(row.widget);
    connect(row.kind, &QComboBox::currentIndexChanged, this, [this, which = row.which](int kind) {
        which->setPlaceholderText(kind == 0 ? tr("any id") : tr("any name"));
        emit changed();
    });
    for (auto *line : {row.which, row.result})
        connect(line, &QLineEdit::textChanged, this, &ReplyRules::changed);
    connect(remove, &QToolButton::clicked, this, [this, widget = row.widget] {
        std::erase_if(m_rows, [widget](const Row &other) { return other.widget == widget; });
        widget->deleteLater();
        emit changed();
    });
    m_rows.push_back(row);
    emit changed();
}

Result<std::vector<ReplyRule>> ReplyRules::rules() const
{
    std::vector<ReplyRule> rules;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const auto &row = m_rows[i];
        const auto wrong = [&](const QLineEdit *field, const char *what) {
            return Failure(Error{.kind = ErrorKind::Invalid,
                                 .operation = tr("answer %1").arg(i + 1).toStdString(),
                                 .object = field->text().toStdString(),
                                 .meaning = what,
                                 .hint = "Write it in decimal, or in hex after 0x"});
        };
        ReplyRule rule{.kind = row.kind->currentIndex() == 0 ? MessageKind::CopyData : MessageKind::Registered,
                       .delay = static_cast<std::uint32_t>(row.delay->value())};
        const auto which = row.which->text().trimmed();
        bool isNumber = true;
        if (rule.kind == MessageKind::Registered)
            rule.message = which.toStdString();
        else if (!which.isEmpty())
            rule.id =
                which.toULongLong(&isNumber, which.startsWith(QLatin1String("0x"), Qt::CaseInsensitive) ? 16 : 10);
        if (!isNumber)
            return wrong(row.which, "this is no id of 64 bits");
        const auto result = row.result->text().trimmed();
        const bool isHex = result.startsWith(QLatin1String("0x"), Qt::CaseInsensitive);
        rule.result =
            isHex ? static_cast<std::int64_t>(result.toULongLong(&isNumber, 16)) : result.toLongLong(&isNumber);
        if (!isNumber)
            return wrong(row.result, "this is no result of 64 bits");
        rules.push_back(std::move(rule));
    }
    return rules;
}

} // namespace ipclens
