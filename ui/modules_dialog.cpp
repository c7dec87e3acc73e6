#include "ui/modules_dialog.h"

#include "ui/error_bar.h"
#include "ui/icons.h"
#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/why.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace ipclens {

namespace {

constexpr int specRole = Qt::UserRole;
constexpr int addressRole = Qt::UserRole + 1;

QTreeWidget *makeList(const QStringList &columns, const QString &name, QWidget *parent)
{
    auto *list = new QTreeWidget(parent);
    list->setHeaderLabels(columns);
    list->setUniformRowHeights(true);
    list->setAccessibleName(name);
    return list;
}

QTreeWidgetItem *addNote(QTreeWidget *list, const QString &text)
{
    auto *item = new QTreeWidgetItem(list, {text});
    item->setFirstColumnSpanned(true);
    item->setFlags(Qt::NoItemFlags);
    return item;
}

} // namespace

ModulesDialog::ModulesDialog(Client &client, const ProcessInfo &process, QWidget *parent)
    : QDialog(parent), m_client(client), m_process(process), m_filter(new QLineEdit(this)),
      m_error(new ErrorBar(this)),
      m_sections(makeList({tr("Shared section or export"), tr("Offset"), tr("Size"), tr("Address")},
                          tr("Shared sections"), this)),
      m_modules(makeList({tr("Module"), tr("Address"), tr("Size"), tr("Path")}, tr("Modules"), this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    setObjectName(QStringLiteral("modules"));
    setWindowTitle(tr("Modules of %1 (%2)").arg(fromUtf8(process.name)).arg(process.key.pid));
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setClearButtonEnabled(true);
    m_modules->setRootIsDecorated(false);

    auto *sections = new QWidget(this);
    auto *above = new QVBoxLayout(sections);
    above->setContentsMargins(0, 0, 0, 0);
    above->addWidget(
        new QLabel(tr("Sections shared between processes (double-click opens one, at the export)"), sections));
    above->addWidget(m_sections);
    auto *modules = new QWidget(this);
    auto *below = new QVBoxLayout(modules);
    below->setContentsMargins(0, 0, 0, 0);
    below->addWidget(new QLabel(tr("Modules (double-click opens the process there)"), modules));
    below->addWidget(m_modules);
    auto *halves = new QSplitter(Qt::Vertical, this);
    halves->addWidget(sections);
    halves->addWidget(modules);
    halves->setChildrenCollapsible(false);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto *again = buttons->addButton(tr("Refresh"), QDialogButtonBox::ActionRole);
    again->setIcon(icon(Sign::Refresh));
    again->setAutoDefault(false);
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    connect(again, &QPushButton::clicked, this, &ModulesDialog::refresh);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_filter, &QLineEdit::textChanged, this, &ModulesDialog::applyFilter);
    for (auto *list : {m_sections, m_modules})
        connect(list, &QTreeWidget::itemActivated, this, &ModulesDialog::openItem);

    auto *column = new QVBoxLayout(this);
    column->addWidget(m_filter);
    column->addWidget(m_error);
    column->addWidget(halves, 1);
    column->addWidget(buttons);
    resize(fontMetrics().averageCharWidth() * 100, fontMetrics().lineSpacing() * 34);
    refresh();
}

void ModulesDialog::refresh()
{
    m_error->clear();
    if (m_sections->topLevelItemCount() == 0)
        addNote(m_sections, tr("Reading\u2026"));
    if (m_modules->topLevelItemCount() == 0)
        addNote(m_modules, tr("Reading\u2026"));
    m_client.call(ListModules{m_process.key}, this, [this](Result<ModuleList> reply) {
        showModules(reply ? reply->modules : std::vector<Module>());
        if (!reply)
            showRefusal(*m_error, reply.error(), explainTarget(m_process.key));
    });
    m_client.call(ListSharedSections{m_process.key}, this, [this](Result<SharedSectionList> reply) {
        showSections(reply ? reply->sections : std::vector<SharedSection>());
        if (!reply)
            showRefusal(*m_error, reply.error(), explainTarget(m_process.key));
    });
}

void ModulesDialog::showSections(const std::vector<SharedSection> &sections)
{
    m_sections->clear();
    m_specs.clear();
    for (const auto &section : sections) {
        m_specs.push_back({.kind = SourceKind::SharedSection,
                           .process = m_process.key,
                           .module = section.module,
                           .section = section.section});
        const auto spec = static_cast<int>(m_specs.size() - 1);
        auto *item = new QTreeWidgetItem(m_sections, {fromUtf8(section.module + " " + section.section), QString(),
                                                      sizeText(section.range.size), addressText(section.range.begin)});
        item->setToolTip(0, plainTip(fromUtf8(section.path)));
        item->setData(0, specRole, spec);
        item->setData(0, addressRole, 0ULL);
        for (const auto &exported : section.exports) {
            auto *child = new QTreeWidgetItem(
                item, {exported.name.empty() ? tr("ordinal %1").arg(exported.ordinal) : fromUtf8(exported.name),
                       addressText(exported.offset), tr("up to %1").arg(sizeText(exported.size)),
                       addressText(section.range.begin + exported.offset)});
            child->setToolTip(2, tr("Reaches to the next export or the end of the section: a guess"));
            child->setData(0, specRole, spec);
            child->setData(0, addressRole, static_cast<qulonglong>(exported.offset));
        }
        item->setExpanded(true);
    }
    if (sections.empty())
        addNote(m_sections, tr("No module of this process has a section shared between processes."));
    m_sections->setRootIsDecorated(!sections.empty());
    for (int column = 0; column < 3; ++column)
        m_sections->resizeColumnToContents(column);
    applyFilter();
}

void ModulesDialog::showModules(const std::vector<Module> &modules)
{
    m_modules->clear();
    for (const auto &module : modules) {
        auto *item = new QTreeWidgetItem(m_modules, {fromUtf8(module.name), addressText(module.range.begin),
                                                     sizeText(module.range.size), fromUtf8(module.path)});
        item->setData(0, addressRole, static_cast<qulonglong>(module.range.begin));
    }
    if (modules.empty())
        addNote(m_modules, tr("No module could be listed."));
    for (int column = 0; column < 3; ++column)
        m_modules->resizeColumnToContents(column);
    applyFilter();
}

void ModulesDialog::applyFilter()
{
    const auto words = m_filter->text().trimmed();
    const auto matches = [&words](const QTreeWidgetItem *item) {
        for (int column = 0; column < item->columnCount(); ++column) {
            if (item->text(column).contains(words, Qt::CaseInsensitive))
                return true;
        }
        return false;
    };
    for (auto *list : {m_sections, m_modules}) {
        for (int i = 0; i < list->topLevelItemCount(); ++i) {
            auto *item = list->topLevelItem(i);
            const bool whole = matches(item);
            bool any = whole;
            for (int j = 0; j < item->childCount(); ++j) {
                const bool shown = whole || matches(item->child(j));
                item->child(j)->setHidden(!shown);
                any = any || shown;
            }
            item->setHidden(!any && item->flags() != Qt::NoItemFlags);
        }
    }
}

void ModulesDialog::openItem(const QTreeWidgetItem *item)
{
    if (!item->data(0, addressRole).isValid())
        return;
    const Address at = item->data(0, addressRole).toULongLong();
    const auto spec = item->data(0, specRole);
    if (spec.isValid())
        emit openRequested(m_specs[static_cast<std::size_t>(spec.toInt())], at);
    else
        emit openRequested({.kind = SourceKind::Process, .process = m_process.key}, at);
}

} // namespace ipclens
