#include "ui/explorer_lists.h"

#include "ui/icons.h"
#include "ui/number_text.h"
#include "ui/object_model.h"
#include "ui/process_model.h"
#include "ui/window_model.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QMenu>
#include <QTreeView>

namespace ipclens {

namespace {

void addCopy(QMenu &menu, const QString &title, const QString &text)
{
    auto *action = menu.addAction(title, &menu, [text] { QGuiApplication::clipboard()->setText(text); });
    action->setEnabled(!text.isEmpty());
}

void makeDefault(QMenu &menu, QAction *action)
{
    menu.setDefaultAction(action);
    action->setShortcut(Qt::Key_Return);
}

template <class Row>
void hideSpareColumns(QTreeView *view, const RowModel<Row> &model)
{
    for (int column = 0; column < model.columnCount(); ++column)
        view->setColumnHidden(column, !model.column(column).isShown);
}

} // namespace

ProcessPage::ProcessPage(Client &client, QWidget *parent)
    : ExplorerPage(client, QStringLiteral("processes"), new ProcessModel, parent),
      m_model(static_cast<ProcessModel *>(filter()->sourceModel()))
{
    view()->setAccessibleName(tr("Processes"));
    hideSpareColumns(view(), *m_model);
}

bool ProcessPage::select(const ProcessKey &process)
{
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const auto &key = m_model->row(row).key;
        if (key.pid != process.pid || (process.created != 0 && key.created != process.created))
            continue;
        const auto index = filter()->mapFromSource(m_model->index(row, 0));
        view()->setCurrentIndex(index);
        view()->scrollTo(index);
        return true;
    }
    return false;
}

void ProcessPage::ask()
{
    client().call(ListProcesses{}, this, [this](Result<ProcessList> reply) {
        if (reply)
            keepScroll([&] { m_model->merge(std::move(reply->processes)); });
        answered(reply ? nullptr : &reply.error());
    });
}

void ProcessPage::activate(int row)
{
    emit attachRequested(m_model->row(row));
}

void ProcessPage::fillMenu(QMenu &menu, int row)
{
    if (row < 0)
        return;
    const auto process = m_model->row(row);
    makeDefault(menu, menu.addAction(icon(Sign::Process), tr("Attach read-only"), this,
                                     [this, process] { emit attachRequested(process); }));
    menu.addAction(icon(Sign::Section), tr("Modules and shared sections\u2026"), this,
                   [this, process] { emit modulesRequested(process); });
    menu.addAction(icon(Sign::Window), tr("Its windows"), this, [this, process] { emit windowsRequested(process); });
    menu.addAction(icon(Sign::Map), tr("What it has open and shares"), this,
                   [this, process] { emit pageRequested(process.key); });
    menu.addAction(tr("What may I do with it, and why not more?"), this, [this, process] {
        emit explainRequested({.kind = ExplainKind::Process, .process = process.key});
    });
    menu.addSeparator();
    addCopy(menu, tr("Copy process id"), QString::number(process.key.pid));
    addCopy(menu, tr("Copy name"), fromUtf8(process.name));
    addCopy(menu, tr("Copy path"), fromUtf8(process.path));
}

QString ProcessPage::whyEmpty() const
{
    return tr("The system lists no process at all.");
}

ObjectPage::ObjectPage(Client &client, QWidget *parent)
    : ExplorerPage(client, QStringLiteral("objects"), new ObjectModel, parent),
      m_model(static_cast<ObjectModel *>(filter()->sourceModel())), m_type(new QComboBox(this)),
      m_wine(new QCheckBox(tr("Wine's"), this))
{
    view()->setAccessibleName(tr("Named objects"));
    hideSpareColumns(view(), *m_model);
    for (const auto *type :
         {"Section", "Mutant", "Event", "Semaphore", "Timer", "Job", "Directory", "SymbolicLink"})
        m_type->addItem(QLatin1String(type), QLatin1String(type));
    m_type->addItem(tr("All types"), QString());
    m_type->setToolTip(tr("Kind of kernel object to list"));
    m_type->setAccessibleName(tr("Kind of kernel object"));
    m_wine->setToolTip(tr("Also list the objects Wine makes for itself"));
    addControl(m_type);
    addControl(m_wine);
    connect(m_type, &QComboBox::currentIndexChanged, this, &ObjectPage::askAgain);
    connect(m_wine, &QCheckBox::toggled, this, &ObjectPage::askAgain);
    m_wine->hide();
    connect(&this->client(), &Client::stateChanged, this, [this] {
        if (this->client().state() == Client::State::Connected)
            m_wine->setVisible(!this->client().host().wine.empty());
    });
}

QString ObjectPage::type() const
{
    return m_type->currentData().toString();
}

void ObjectPage::ask()
{
    client().call(ListObjects{.includeWine = m_wine->isChecked(), .type = type().toStdString()}, this,
                  [this](Result<ObjectList> reply) {
                      if (reply)
                          keepScroll([&] { m_model->merge(std::move(reply->objects)); });
                      answered(reply ? nullptr : &reply.error());
                  });
}

void ObjectPage::activate(int row)
{
    const auto &object = m_model->row(row);
    if (object.type == "Section")
        emit openRequested({.kind = SourceKind::Section, .name = object.path});
}

void ObjectPage::fillMenu(QMenu &menu, int row)
{
    if (row >= 0) {
        const auto object = m_model->row(row);
        if (object.type == "Section") {
            const SourceSpec spec{.kind = SourceKind::Section, .name = object.path};
            makeDefault(menu, menu.addAction(icon(Sign::Section), tr("Open read-only"), this,
                                             [this, spec] { emit openRequested(spec); }));
            menu.addAction(tr("Open with options\u2026"), this,
                           [this, spec] { emit openWithOptionsRequested(fromUtf8(spec.name)); });
        }
        if (object.type != "Directory" && object.type != "SymbolicLink") {
            const ObjectTarget target{.name = object.path, .type = object.type};
            menu.addAction(icon(Sign::Map), tr("Who shares it"), this, [this, target] { emit sharersRequested(target); });
            menu.addAction(tr("What may I do with it, and why not more?"), this, [this, target] {
                emit explainRequested({.kind = ExplainKind::Object, .object = target});
            });
            menu.addSeparator();
        }
        addCopy(menu, tr("Copy name"), fromUtf8(object.name));
        addCopy(menu, tr("Copy full path"), fromUtf8(object.path));
        menu.addSeparator();
    }
    menu.addAction(icon(Sign::Create), tr("Create mapping\u2026"), this, &ObjectPage::createRequested);
    if (!client().host().wine.empty()) {
        auto *wine = menu.addAction(tr("Show Wine's own objects"));
        wine->setCheckable(true);
        wine->setChecked(m_wine->isChecked());
        connect(wine, &QAction::toggled, m_wine, &QCheckBox::setChecked);
    }
}

QString ObjectPage::whyEmpty() const
{
    if (type() == QLatin1String("Section"))
        return tr("No process has a named file mapping now. One appears here as soon as a program calls CreateFileMapping "
                  "with a name; create one yourself with Tools \u203a Create mapping.");
    if (type().isEmpty())
        return tr("The object namespace of this session is empty.");
    return tr("There is no named object of type %1 now.").arg(type());
}

WindowPage::WindowPage(Client &client, QWidget *parent)
    : ExplorerPage(client, QStringLiteral("windows"), new WindowModel, parent),
      m_model(static_cast<WindowModel *>(filter()->sourceModel()))
{
    view()->setAccessibleName(tr("Windows"));
    hideSpareColumns(view(), *m_model);
}

void WindowPage::ask()
{
    client().call(ListWindows{}, this, [this](Result<WindowList> reply) {
        if (reply)
            keepScroll([&] { m_model->merge(std::move(reply->windows)); });
        answered(reply ? nullptr : &reply.error());
    });
}

void WindowPage::activate(int row)
{
    emit sendRequested(m_model->row(row).handle);
}

void WindowPage::fillMenu(QMenu &menu, int row)
{
    if (row < 0)
        return;
    const auto window = m_model->row(row);
    makeDefault(menu, menu.addAction(icon(Sign::Send), tr("Send a message\u2026"), this,
                                     [this, window] { emit sendRequested(window.handle); }));
    menu.addAction(icon(Sign::Traffic), tr("Listen with this class and title\u2026"), this, [this, window] {
        emit listenRequested(fromUtf8(window.className), fromUtf8(window.title));
    });
    menu.addAction(icon(Sign::Process), tr("Show its process"), this,
                   [this, window] { emit processRequested(window.process); });
    menu.addAction(tr("What may I do with it, and why not more?"), this, [this, window] {
        emit explainRequested({.kind = ExplainKind::Window, .window = window.handle});
    });
    menu.addSeparator();
    addCopy(menu, tr("Copy handle"), addressText(window.handle));
    addCopy(menu, tr("Copy title"), fromUtf8(window.title));
    addCopy(menu, tr("Copy class"), fromUtf8(window.className));
}

QString WindowPage::whyEmpty() const
{
    return tr("No window is open in this logon session.");
}

} // namespace ipclens
