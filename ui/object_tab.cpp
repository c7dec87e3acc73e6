#include "ui/object_tab.h"

#include "ui/error_bar.h"
#include "ui/facts.h"
#include "ui/number_text.h"
#include "ui/row_table.h"

#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

namespace ipclens {

QString unseenText(const std::vector<UnseenProcess> &unseen)
{
    if (unseen.empty())
        return {};
    constexpr std::size_t most = 3;
    QStringList names;
    for (std::size_t i = 0; i < std::min(most, unseen.size()); ++i)
        names << processText(unseen[i].processName, unseen[i].process);
    if (unseen.size() > most)
        names << ObjectTab::tr("%1 more").arg(unseen.size() - most);
    return ObjectTab::tr("Not looked into, so that what they have is missing here: %1. %2")
        .arg(names.join(QStringLiteral(", ")), fromUtf8(toText(unseen.front().why)));
}

ObjectTab::ObjectTab(Client &client, const ObjectTarget &target, QWidget *parent)
    : SharingTab(client, parent), m_target(target),
      m_holders(new RowList<ObjectHandle>(std::make_shared<const HolderTexts>())),
      m_views(new RowList<SectionView>(std::make_shared<const ViewTexts>())), m_heading(new QLabel(this)),
      m_facts(new Facts(this)), m_unseenLabel(new QLabel(this)), m_split(new QSplitter(Qt::Vertical, this)),
      m_holderTable(new RowTable(m_holders, tr("Holders"), QStringLiteral("holders"), this)),
      m_viewTable(new RowTable(m_views, tr("Views"), QStringLiteral("views"), this)), m_open(new QToolButton(this)),
      m_close(new QToolButton(this))
{
    m_heading->setTextFormat(Qt::PlainText);
    m_heading->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_heading->setContentsMargins(8, 6, 8, 0);
    m_heading->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto large = m_heading->font();
    large.setBold(true);
    large.setPointSizeF(large.pointSizeF() * 1.2);
    m_heading->setFont(large);
    m_unseenLabel->setObjectName(QStringLiteral("unseen"));
    m_unseenLabel->setWordWrap(true);
    m_unseenLabel->setTextFormat(Qt::PlainText);
    m_unseenLabel->setContentsMargins(8, 4, 8, 4);
    m_unseenLabel->setForegroundRole(QPalette::PlaceholderText);
    m_unseenLabel->hide();
    m_open->setText(tr("Open its bytes"));
    m_open->setToolTip(tr("Show the section in a memory tab, read-only"));
    m_open->setObjectName(QStringLiteral("openSection"));
    m_close->setText(tr("Close handle\u2026"));
    m_close->setToolTip(tr("Close the chosen handle inside the process that holds it, after a question"));
    m_close->setObjectName(QStringLiteral("closeHandle"));
    m_holderTable->addControl(m_close);
    m_viewTable->addControl(m_open);

    m_split->setChildrenCollapsible(false);
    m_split->addWidget(m_holderTable);
    m_split->addWidget(m_viewTable);
    column()->insertWidget(0, m_heading);
    column()->insertWidget(1, m_facts);
    column()->addWidget(m_split, 1);
    column()->addWidget(m_unseenLabel);
    setFocusProxy(m_holderTable);
    m_heading->setText(title());
    connectTables();
    m_holderTable->setWhyEmpty(tr("Reading\u2026"));
    m_viewTable->setWhyEmpty(tr("Reading\u2026"));
    updateControls();
}

void ObjectTab::connectTables()
{
    connect(m_holderTable, &RowTable::activated, this,
            [this](int row) { emit processRequested(m_holders->row(row).process); });
    connect(m_holderTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row >= 0)
            fillHolderMenu(menu, m_holders->row(row));
    });
    connect(m_holderTable, &RowTable::currentChanged, this, &ObjectTab::updateControls);
    connect(m_viewTable, &RowTable::activated, this, [this](int row) {
        const auto &view = m_views->row(row);
        emit openRequested({.kind = SourceKind::Process, .process = view.process}, view.range.begin);
    });
    connect(m_viewTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row >= 0)
            fillViewMenu(menu, m_views->row(row));
    });
    connect(m_open, &QToolButton::clicked, this, [this] { emit openRequested(source(), {}); });
    connect(m_close, &QToolButton::clicked, this, [this] {
        if (const auto holder = chosenHolder())
            askToClose(*holder);
    });
    connect(m_facts, &Facts::linkActivated, this, [this](const QString &link) {
        const auto index = link.toULongLong();
        if (index < m_guards.size())
            emit objectRequested({.name = m_guards[index].path, .type = m_guards[index].type});
    });
}

QString ObjectTab::identity() const
{
    return QStringLiteral("object:%1:%2").arg(fromUtf8(m_target.type), fromUtf8(toText(m_target)));
}

bool ObjectTab::isSection() const
{
    const auto &type = m_details.type.empty() ? m_target.type : m_details.type;
    return type.empty() || type == "Section";
}

QString ObjectTab::title() const
{
    const auto &type = m_details.type.empty() ? m_target.type : m_details.type;
    const auto kind = type.empty() ? tr("Object") : fromUtf8(type);
    if (!m_target.name.empty())
        return QStringLiteral("%1 %2").arg(kind, lastPart(m_target.name));
    return tr("%1 of handle %2 in process %3").arg(kind, addressText(m_target.handle)).arg(m_target.process.pid);
}

void ObjectTab::focusFilter()
{
    (m_viewTable->isAncestorOf(focusWidget()) ? m_viewTable : m_holderTable)->focusFilter();
}

void ObjectTab::ask()
{
    m_unseen.clear();
    call(tr("Looking through all handles"), DescribeObject{m_target}, [this](Result<ObjectDescription> reply) {
        if (reply) {
            showObject(std::move(*reply));
            return;
        }
        m_holderTable->setWhyEmpty(tr("Who holds it could not be told."));
        const auto why = reply.error();
        fail(why, ExplainTarget{.kind = ExplainKind::Object, .object = m_target});
    });
    if (!isSection())
        return;
    call(tr("Looking through all address spaces"), ListViews{.target = m_target, .process = {}},
         [this](Result<ViewList> reply) {
             if (reply)
                 showViews(std::move(*reply));
             else {
                 m_viewTable->setWhyEmpty(
                     tr("Where it is mapped could not be told: %1").arg(fromUtf8(toText(reply.error()))));
                 fail(reply.error(), ExplainTarget{.kind = ExplainKind::Object, .object = m_target});
             }
         });
    call(tr("Looking for what guards it"), ListSyncObjects{}, [this](Result<SyncList> reply) {
        if (reply)
            takeGuards(*reply);
        else if (reply.error().kind != ErrorKind::Unsupported)
            fail(reply.error());
    });
}

void ObjectTab::showObject(ObjectDescription object)
{
    const auto before = title();
    m_details = std::move(object.details);
    m_isKnown = true;
    const auto ours = std::ranges::count_if(object.holders.handles, &ObjectHandle::isOurs);
    const auto others = static_cast<qsizetype>(object.holders.handles.size()) - ours;
    m_holderTable->setCountShown(ours == 0 ? QString() : tr("%1 and %2 of ours").arg(others).arg(ours));
    m_holderTable->setWhyEmpty(
        tr("No process that could be looked into has a handle to it. It lives on through views alone, "
           "or its holders are closed to this session."));
    m_holders->merge(std::move(object.holders.handles));
    m_unseen.insert(m_unseen.end(), object.holders.unseen.begin(), object.holders.unseen.end());
    m_viewTable->setVisible(isSection());
    m_heading->setText(title());
    showFacts();
    showUnseen();
    if (title() != before)
        emit titleChanged();
}

void ObjectTab::showViews(ViewList views)
{
    m_areViewsKnown = true;
    m_viewNote = fromUtf8(views.note);
    m_viewTable->setWhyEmpty(tr("No process that could be looked into has it mapped now."));
    m_views->merge(std::move(views.views));
    for (const auto &each : views.unseen) {
        if (std::ranges::none_of(m_unseen, [&](const UnseenProcess &known) { return known.process == each.process; }))
            m_unseen.push_back(each);
    }
    showFacts();
    showUnseen();
}

void ObjectTab::takeGuards(const SyncList &sync)
{
    m_guards.clear();
    const auto isThis = [this](const Guarded &guarded) {
        if (!guarded.section.name.empty())
            return guarded.section.name == m_details.path || guarded.section.name == m_target.name;
        return std::ranges::any_of(m_holders->rows(), [&](const ObjectHandle &holder) {
            return holder.process == guarded.section.process && holder.handle == guarded.section.handle;
        });
    };
    for (const auto &object : sync.objects) {
        for (const auto &guarded : object.probablyGuards) {
            if (!isThis(guarded))
                continue;
            m_guards.push_back(object);
            m_guards.back().probablyGuards = {guarded};
        }
    }
    showFacts();
}

void ObjectTab::showFacts()
{
    QString guards;
    for (std::size_t i = 0; i < m_guards.size(); ++i) {
        const auto &guard = m_guards[i];
        const auto state = guard.state ? fromUtf8(toText(*guard.state)) : tr("state unknown");
        guards += QStringLiteral("%1<a href=\"%2\">%3 %4</a>: %5 (%6)")
                      .arg(i == 0 ? QString() : QStringLiteral("<br>"))
                      .arg(i)
                      .arg(fromUtf8(guard.type).toHtmlEscaped(), lastPart(guard.path).toHtmlEscaped(),
                           state.toHtmlEscaped(), fromUtf8(guard.probablyGuards.front().why).toHtmlEscaped());
    }
    QStringList kind;
    if (m_details.section)
        kind << sectionText(*m_details.section);
    if (!m_details.protection.empty())
        kind << fromUtf8(m_details.protection);
    if (m_details.isPermanent)
        kind << tr("permanent");
    QString path = fromUtf8(m_details.path);
    if (m_isKnown && path.isEmpty())
        path = tr("none: reached through %1").arg(fromUtf8(toText(m_target)));
    QString file = fromUtf8(m_details.file);
    if (m_isKnown && isSection() && file.isEmpty() && m_details.note.empty())
        file = tr("none: in the page file");
    m_facts->setFacts(
        {{tr("Full name"), path},
         {tr("Kind"), kind.join(QStringLiteral(", "))},
         {tr("State"), m_details.sync ? fromUtf8(toText(*m_details.sync)) : QString()},
         {tr("File"), file},
         {tr("Handles"), m_details.handles == 0 ? QString() : tr("%1 in the whole system").arg(m_details.handles)},
         {tr("Probably guarded by"), guards, true},
         {tr("Not known"), fromUtf8(m_details.note)},
         {tr("Views"), m_viewNote}});
    updateControls();
}

void ObjectTab::showUnseen()
{
    const auto text = unseenText(m_unseen);
    m_unseenLabel->setText(text);
    m_unseenLabel->setVisible(!text.isEmpty());
}

SourceSpec ObjectTab::source() const
{
    if (!m_target.name.empty())
        return {.kind = SourceKind::Section, .name = m_target.name};
    return {.kind = SourceKind::Handle, .process = m_target.process, .handle = m_target.handle};
}

std::optional<ObjectHandle> ObjectTab::chosenHolder() const
{
    const int row = m_holderTable->currentRow();
    return row < 0 ? std::nullopt : std::optional(m_holders->row(row));
}

void ObjectTab::updateControls()
{
    const auto holder = chosenHolder();
    m_close->setEnabled(holder && !holder->isOurs);
    m_open->setEnabled(isSection());
}

void ObjectTab::fillHolderMenu(QMenu *menu, const ObjectHandle &holder)
{
    addProcess(menu, holder.process, processText(holder.processName, holder.process));
    if (isSection())
        menu->addAction(icon(Sign::Section), tr("Open its bytes through this handle"), this, [this, holder] {
            emit openRequested({.kind = SourceKind::Handle, .process = holder.process, .handle = holder.handle}, {});
        });
    addExplain(menu, {.kind = ExplainKind::Object, .object = {.process = holder.process, .handle = holder.handle}});
    menu->addSeparator();
    auto *close =
        menu->addAction(tr("Close this handle in its process\u2026"), this, [this, holder] { askToClose(holder); });
    close->setEnabled(!holder.isOurs);
}

void ObjectTab::fillViewMenu(QMenu *menu, const SectionView &view)
{
    menu->addAction(icon(Sign::Section), tr("Open the view in its process"), this, [this, view] {
        emit openRequested({.kind = SourceKind::Process, .process = view.process}, view.range.begin);
    });
    menu->addAction(tr("Open the section where the view begins"), this,
                    [this, view] { emit openRequested(source(), view.offset); });
    addProcess(menu, view.process, processText(view.processName, view.process));
}

void ObjectTab::askToClose(const ObjectHandle &holder)
{
    const auto name = processText(holder.processName, holder.process);
    const auto holders =
        std::ranges::count_if(m_holders->rows(), [](const ObjectHandle &each) { return !each.isOurs; });
    QStringList lines{
        tr("%1 is not told. When it uses the handle again it fails, or it reaches another object that got the "
           "same number meanwhile; it may well crash.")
            .arg(name)};
    if (isSection())
        lines << tr("Views that are mapped stay mapped.");
    if (holders == 1)
        lines << tr(
            "It is the last handle that is known: without it the name is gone, and nobody can open the object by it.");
    if (holder.inherited)
        lines << tr("Child processes that inherited it keep theirs.");
    if (holder.isProtected)
        lines << tr("The handle is protected from being closed; the system will probably refuse.");
    auto *box = new QMessageBox(
        QMessageBox::Warning, tr("Close a handle"),
        tr("Close handle %1 (%2) inside %3?")
            .arg(addressText(holder.handle), lastPart(m_details.path.empty() ? holder.type : m_details.path), name),
        QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("confirmClose"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(lines.join(QLatin1Char(' ')));
    auto *yes = box->addButton(tr("Close the handle"), QMessageBox::DestructiveRole);
    box->setDefaultButton(QMessageBox::Cancel);
    box->setEscapeButton(QMessageBox::Cancel);
    connect(yes, &QPushButton::clicked, this, [this, holder] { close(holder); });
    box->open();
}

void ObjectTab::close(const ObjectHandle &holder)
{
    call(tr("Closing the handle"),
         CloseHolderHandle{holder.process, holder.handle, holder.type.empty() ? m_details.type : holder.type,
                           holder.path},
         [this, holder](Result<Done> reply) {
             if (!reply) {
                 fail(reply.error(), ExplainTarget{.kind = ExplainKind::Process, .process = holder.process});
                 return;
             }
             QMetaObject::invokeMethod(
                 this, [this] { refresh(); }, Qt::QueuedConnection);
         });
}

} // namespace ipclens
