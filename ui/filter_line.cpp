#include "ui/filter_line.h"

#include "ui/number_text.h"
#include "ui/recent.h"
#include "ui/text_mark.h"
#include "ui/theme.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QStandardItemModel>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace ipclens {
namespace {

constexpr auto namedGroup = "filters/named";
constexpr int longestShown = 60; // characters of a filter in a menu

QString menuText(QString text)
{
    if (text.size() > longestShown)
        text = text.left(longestShown) + QChar(0x2026);
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

} // namespace

FilterLine::FilterLine(QWidget *parent)
    : QWidget(parent), m_line(new QLineEdit(this)), m_menuButton(new QToolButton(this)), m_mistake(new QLabel(this)),
      m_completer(new QCompleter(this)), m_completions(new QStandardItemModel(this))
{
    m_line->setPlaceholderText(tr("Filter: data.id == 4 && payload contains \"text\", or any text"));
    m_line->setAccessibleName(tr("Filter"));
    m_line->setClearButtonEnabled(true);
    m_line->setMinimumWidth(80);
    m_menuButton->setText(tr("Filters"));
    m_menuButton->setToolTip(tr("Recent and named filters, and what a filter can say"));
    m_menuButton->setAccessibleName(tr("Filters"));
    m_menuButton->setPopupMode(QToolButton::InstantPopup);
    m_menuButton->setFocusPolicy(Qt::StrongFocus);
    auto *menu = new QMenu(m_menuButton);
    m_menuButton->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &FilterLine::fillMenu);
    m_mistake->setTextFormat(Qt::PlainText);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    setFocusProxy(m_line);

    auto *row = new QHBoxLayout;
    row->setSpacing(2);
    row->addWidget(m_line, 1);
    row->addWidget(m_menuButton);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(row);
    layout->addWidget(m_mistake);

    m_completer->setModel(m_completions);
    m_completer->setWidget(m_line);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    auto *list = new QTreeView;
    list->setRootIsDecorated(false);
    list->header()->hide();
    m_completer->setPopup(list);
    connect(m_completer, qOverload<const QModelIndex &>(&QCompleter::activated), this, &FilterLine::insertCompletion);
    m_line->installEventFilter(this);

    connect(m_line, &QLineEdit::textChanged, this, &FilterLine::read);
    connect(m_line, &QLineEdit::textEdited, this, &FilterLine::complete);
    connect(m_line, &QLineEdit::editingFinished, this, [this] {
        if (!m_isWrong)
            recent::remember(recent::Kind::Filters, m_line->text().trimmed());
    });
}

QString FilterLine::text() const
{
    return m_line->text();
}

void FilterLine::setText(const QString &text)
{
    m_line->setText(text);
}

void FilterLine::join(const QString &sign, const QString &test)
{
    const auto before = m_good.trimmed();
    QString joined = test;
    if (!sign.isEmpty() && !before.isEmpty()) {
        const auto parsed = MessageFilter::parse(before.toStdString());
        const auto left = parsed && parsed->isExpression() ? QStringLiteral("(%1)").arg(before)
                                                           : fromUtf8(quotedLiteral(before.toStdString()));
        joined = QStringLiteral("%1 %2 %3").arg(left, sign, test);
    }
    setText(joined);
    recent::remember(recent::Kind::Filters, joined);
}

void FilterLine::read()
{
    const auto parsed = MessageFilter::parse(m_line->text().toStdString());
    m_isWrong = !parsed;
    markProblem(*m_line, parsed ? std::nullopt : std::optional(parsed.error()));
    m_mistake->setVisible(m_isWrong);
    if (!parsed) {
        QPalette colours = palette();
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, colours));
        m_mistake->setPalette(colours);
        m_mistake->setText(problemText(parsed.error(), m_line->text()));
        return;
    }
    m_good = m_line->text();
    emit changed();
}

// Completing. ---------------------------------------------------------------------------------------------------------

void FilterLine::complete()
{
    const auto before = m_line->text().left(m_line->cursorPosition()).toUtf8();
    const auto completions = completeFilter(m_line->text().toStdString(), static_cast<std::size_t>(before.size()));
    m_completions->clear();
    for (const auto &[name, what, sort] : completions.names) {
        auto *word = new QStandardItem(fromUtf8(name));
        word->setData(sort != FilterName::Sort::Field && sort != FilterName::Sort::Function, Qt::UserRole);
        auto *meaning = new QStandardItem(fromUtf8(what));
        meaning->setForeground(theme::color(theme::Role::Muted, palette()));
        m_completions->appendRow({word, meaning});
    }
    m_completed = completions.offset;
    if (completions.names.empty()) {
        m_completer->popup()->hide();
        return;
    }
    static_cast<QTreeView *>(m_completer->popup())->resizeColumnToContents(0);
    m_completer->complete(m_line->inputMethodQuery(Qt::ImCursorRectangle)
                              .toRect()
                              .adjusted(0, 0, fontMetrics().averageCharWidth() * 60, 0));
}

void FilterLine::insertCompletion(const QModelIndex &index)
{
    auto name = index.siblingAtColumn(0).data().toString();
    const auto begin = QString::fromUtf8(m_line->text().toUtf8().left(static_cast<qsizetype>(m_completed))).size();
    auto text = m_line->text();
    // What joins values wants another one behind it.
    if (index.siblingAtColumn(0).data(Qt::UserRole).toBool() &&
        !text.mid(m_line->cursorPosition()).startsWith(QLatin1Char(' ')))
        name += QLatin1Char(' ');
    text.replace(begin, m_line->cursorPosition() - begin, name);
    m_line->setText(text);
    m_line->setCursorPosition(static_cast<int>(begin + name.size()));
}

// The down key opens what was filtered before.
bool FilterLine::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_line && event->type() == QEvent::KeyPress) {
        const auto key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Down && !m_completer->popup()->isVisible()) {
            m_menuButton->showMenu();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

// The menu. -----------------------------------------------------------------------------------------------------------

void FilterLine::fillMenu()
{
    QMenu *menu = m_menuButton->menu();
    menu->clear();
    const auto add = [&](const QString &title, const QString &filter) {
        auto *action = menu->addAction(menuText(title), this, [this, filter] { setText(filter); });
        action->setToolTip(filter);
    };
    QSettings settings;
    settings.beginGroup(QLatin1String(namedGroup));
    const auto names = settings.childKeys();
    if (!names.isEmpty())
        menu->addSection(tr("Named"));
    for (const auto &name : names)
        add(tr("%1: %2").arg(name, settings.value(name).toString()), settings.value(name).toString());
    const auto recents = recent::items(recent::Kind::Filters);
    if (!recents.isEmpty())
        menu->addSection(tr("Recent"));
    for (const auto &filter : recents)
        add(filter, filter);
    menu->addSeparator();
    menu->addAction(tr("&Name this filter\u2026"), this, &FilterLine::nameFilter)
        ->setEnabled(!m_good.trimmed().isEmpty());
    if (!names.isEmpty()) {
        auto *forget = menu->addMenu(tr("&Forget"));
        for (const auto &name : names)
            forget->addAction(menuText(name), this, [name] {
                QSettings().remove(QStringLiteral("%1/%2").arg(QLatin1String(namedGroup), name));
            });
    }
    menu->addAction(tr("&What a filter can say\u2026"), this, &FilterLine::showLanguage);
}

void FilterLine::nameFilter()
{
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Name this filter"));
    dialog->setLabelText(tr("Name of \"%1\":").arg(m_good.trimmed()));
    const auto filter = m_good.trimmed();
    connect(dialog, &QInputDialog::textValueSelected, this, [filter](QString name) {
        name = name.trimmed().replace(QLatin1Char('/'), QLatin1Char('-')).replace(QLatin1Char('\\'), QLatin1Char('-'));
        if (!name.isEmpty()) // a name for nothing would be lost in a menu
            QSettings().setValue(QStringLiteral("%1/%2").arg(QLatin1String(namedGroup), name), filter);
    });
    dialog->open();
}

void FilterLine::showLanguage()
{
    auto *dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("What a filter can say"));
    auto *text = new QLabel(dialog);
    text->setTextFormat(Qt::RichText);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text->setWordWrap(true);
    text->setText(
        tr("<p><code>data.id == 4 &amp;&amp; (size &gt; 64K || payload contains \"text\")</code>, and "
           "<code>!</code> for what is not so. A text without any of the signs below is looked for everywhere "
           "in a message.</p>"
           "<p><code>sender.exe matches \"^demo.*\\.exe$\"</code> looks for a regular expression, in either "
           "case unless it begins with <code>(?-i)</code>. Beside bytes, digits are hex: "
           "<code>payload[0] == 10</code> is the byte 0x10, <code>u8(payload, 0) == 10</code> the number.<br>"
           "A test of what a message does not have is false, also with <code>!=</code>.</p>"));
    auto *list = new QTreeView(dialog);
    list->setModel(makeReference(dialog));
    list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    list->setAccessibleName(tr("All that can stand in a filter"));
    list->expandAll();
    list->resizeColumnToContents(0);
    // What stands there as an example is for reading.
    connect(list, &QTreeView::activated, this, [this](const QModelIndex &index) {
        if (index.parent().isValid() && index.parent().row() < index.model()->rowCount() - 1)
            m_line->insert(index.siblingAtColumn(0).data().toString());
    });
    auto *layout = new QVBoxLayout(dialog);
    layout->addWidget(text);
    layout->addWidget(list, 1);
    dialog->resize(640, 560);
    dialog->show();
}

// filterReference() with a heading for each sort.
QStandardItemModel *FilterLine::makeReference(QObject *parent)
{
    auto *model = new QStandardItemModel(parent);
    model->setHorizontalHeaderLabels({tr("Name or sign"), tr("Meaning")});
    const std::pair<FilterName::Sort, QString> sorts[] = {
        {FilterName::Sort::Field, tr("Fields")},         {FilterName::Sort::Function, tr("Functions")},
        {FilterName::Sort::Relation, tr("Comparisons")}, {FilterName::Sort::Sign, tr("Between numbers")},
        {FilterName::Sort::Join, tr("Between tests")},   {FilterName::Sort::Value, tr("Values")}};
    for (const auto &[sort, title] : sorts) {
        auto *heading = new QStandardItem(title);
        model->appendRow({heading, new QStandardItem});
        for (const auto &[name, meaning, of] : filterReference()) {
            if (of == sort)
                heading->appendRow({new QStandardItem(fromUtf8(name)), new QStandardItem(fromUtf8(meaning))});
        }
    }
    return model;
}

} // namespace ipclens
