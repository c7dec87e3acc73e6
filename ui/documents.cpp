#include "ui/documents.h"

#include "core/text/source_spec.h"
#include "ui/capture_autosave.h"
#include "ui/icons.h"
#include "ui/memory_tab.h"
#include "ui/number_text.h"
#include "ui/sharing_tab.h"
#include "ui/source_names.h"
#include "ui/source_opening.h"
#include "ui/start_page.h"
#include "ui/traffic_tab.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QComboBox>
#include <QDateTime>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMimeData>
#include <QSettings>
#include <QTabBar>
#include <QUrl>

namespace ipclens {

namespace {

constexpr const char *pausedProperty = "paused";

QString shortTitle(const QString &title, const QFontMetrics &metrics)
{
    return metrics.elidedText(title, Qt::ElideMiddle, metrics.averageCharWidth() * 30);
}

// The view's middle button and keyboard close tabs, too.
class TabBar : public QTabBar {
public:
    using QTabBar::QTabBar;

protected:
    void mouseReleaseEvent(QMouseEvent *event) override
    {
        const int index = tabAt(event->position().toPoint());
        if (event->button() == Qt::MiddleButton && index >= 0)
            emit tabCloseRequested(index);
        else
            QTabBar::mouseReleaseEvent(event);
    }
};

QString failureText(const SourceSpec &spec, const Error &error)
{
    return Documents::tr("Cannot open %1. %2").arg(fromUtf8(toText(spec)), fromUtf8(toText(error)));
}

QVariantMap toSettings(const PageSpec &page)
{
    const ProcessKey &process = page.process.pid != 0 ? page.process : page.object.process;
    return {{QStringLiteral("page"), static_cast<int>(page.kind)},
            {QStringLiteral("name"), fromUtf8(page.object.name)},
            {QStringLiteral("type"), fromUtf8(page.object.type)},
            {QStringLiteral("pid"), process.pid},
            {QStringLiteral("created"), static_cast<qlonglong>(process.created)},
            {QStringLiteral("handle"), static_cast<qulonglong>(page.object.handle)}};
}

PageSpec pageFromSettings(const QVariantMap &map)
{
    PageSpec page{.kind = static_cast<PageSpec::Kind>(map.value(QStringLiteral("page")).toInt()),
                  .process = {},
                  .object = {}};
    const ProcessKey process{map.value(QStringLiteral("pid")).toUInt(),
                             map.value(QStringLiteral("created")).toLongLong()};
    if (page.kind == PageSpec::Kind::Process)
        page.process = process;
    if (page.kind == PageSpec::Kind::Object)
        page.object = {.name = map.value(QStringLiteral("name")).toString().toStdString(),
                       .type = map.value(QStringLiteral("type")).toString().toStdString(),
                       .process = process,
                       .handle = map.value(QStringLiteral("handle")).toULongLong()};
    return page;
}

QVariantMap toSettings(const SourceSpec &spec)
{
    return {{QStringLiteral("kind"), static_cast<int>(spec.kind)},
            {QStringLiteral("name"), fromUtf8(spec.name)},
            {QStringLiteral("pid"), spec.process.pid},
            {QStringLiteral("created"), static_cast<qlonglong>(spec.process.created)},
            {QStringLiteral("module"), fromUtf8(spec.module)},
            {QStringLiteral("section"), fromUtf8(spec.section)},
            {QStringLiteral("handle"), static_cast<qulonglong>(spec.handle)}};
}

SourceSpec fromSettings(const QVariantMap &map)
{
    SourceSpec spec;
    spec.kind = static_cast<SourceKind>(map.value(QStringLiteral("kind")).toInt());
    spec.name = map.value(QStringLiteral("name")).toString().toStdString();
    spec.process = {map.value(QStringLiteral("pid")).toUInt(), map.value(QStringLiteral("created")).toLongLong()};
    spec.module = map.value(QStringLiteral("module")).toString().toStdString();
    spec.section = map.value(QStringLiteral("section")).toString().toStdString();
    spec.handle = map.value(QStringLiteral("handle")).toULongLong();
    return spec;
}

} // namespace

Documents::Documents(Client &client, StartPage *start, QWidget *parent)
    : QTabWidget(parent), m_client(client), m_start(start)
{
    setObjectName(QStringLiteral("documents"));
    setTabBar(new TabBar(this));
    setDocumentMode(true);
    setMovable(true);
    setAcceptDrops(true);
    setTabsClosable(true);
    setElideMode(Qt::ElideNone); // titles are cut one by one, and tabs scroll: Qt would cut all to stubs
    setUsesScrollButtons(true);
    connect(this, &QTabWidget::tabCloseRequested, this, &Documents::closeTab);
    connect(this, &QTabWidget::currentChanged, this, &Documents::showCurrent);
    showStart();
}

Documents::~Documents()
{
    if (m_looking.joinable())
        m_looking.join();
    // Tabs still talk while they are destroyed; nobody listens any more.
    blockSignals(true);
    while (count() > 0) {
        auto *tab = widget(0);
        removeTab(0);
        if (tab == m_start)
            continue;
        forget(tab);
        delete tab;
    }
}

void Documents::open(const SourceSpec &spec, std::optional<Address> at, Access access)
{
    openAnd(spec, at, access, [this, spec](const std::optional<Error> &error) {
        if (!error)
            return;
        emit failed(failureText(spec, *error));
        emit refused(spec, *error);
    });
}

void Documents::openAnd(const SourceSpec &spec, std::optional<Address> at, Access access,
                        std::function<void(const std::optional<Error> &error)> done)
{
    if (auto *tab = findTab(spec)) {
        setCurrentWidget(tab);
        if (at)
            tab->goTo(*at);
        done({});
        return;
    }
    if (std::find(m_opening.cbegin(), m_opening.cend(), spec) != m_opening.cend())
        return; // clicked twice
    m_opening.push_back(spec);
    openFor(m_client, OpenSource{spec, access}, this, [this, spec, at, done](Result<SourceInfo> reply) {
        std::erase(m_opening, spec);
        if (reply) {
            add(*reply, at);
            done({});
        } else {
            done(reply.error());
        }
    });
}

void Documents::add(const SourceInfo &source, std::optional<Address> at)
{
    auto *tab = new MemoryTab(m_client, source, this);
    connect(tab, &MemoryTab::statusChanged, this, [this, tab](const QString &text) {
        m_seen[tab].status = text;
        if (currentWidget() == tab) {
            emit statusChanged(text);
            emit accessChanged();
        }
    });
    connect(tab, &MemoryTab::cursorChanged, this, [this, tab](Address cursor, const MemoryImage &around) {
        auto &seen = m_seen[tab];
        seen.cursor = cursor;
        seen.around = around;
        if (currentWidget() == tab)
            emit cursorChanged(cursor, around);
    });
    connect(tab, &MemoryTab::titleChanged, this, [this, tab](const QString &title) {
        setTabText(indexOf(tab), shortTitle(title, fontMetrics()));
        if (currentWidget() == tab)
            emit accessChanged();
    });
    connect(tab, &MemoryTab::selectionChanged, this, [this, tab] {
        if (currentWidget() == tab)
            emit selectionChanged();
    });
    connect(tab, &MemoryTab::sourceChanged, this, [this, tab] {
        const SourceId before = std::exchange(m_seen[tab].source, tab->source().source);
        if (before != 0 && before != tab->source().source)
            emit sourceGone(before);
        if (currentWidget() == tab)
            emit sourceChanged();
    });
    connect(tab, &MemoryTab::jumpsChanged, this, [this, tab] {
        if (currentWidget() == tab)
            emit sourceChanged();
    });
    connect(tab, &MemoryTab::freezeRequested, this,
            [this, tab](Address at, const Bytes &bytes, std::optional<ValueType> type, ByteOrder order) {
                emit freezeRequested(
                    {.source = tab->source().source, .address = at, .bytes = bytes, .type = type, .order = order});
            });
    connect(tab, &MemoryTab::menuRequested, this, &Documents::menuRequested);
    m_seen[tab].source = source.source;
    place(tab, tab->title());
    setTabToolTip(indexOf(tab), fromUtf8(source.name));
    setTabIcon(indexOf(tab), icon(source.spec.kind == SourceKind::Process ? Sign::Process : Sign::Section));
    m_seen[tab].status = tab->status();
    if (at)
        tab->goTo(*at);
    emit statusChanged(tab->status());
}

TrafficTab *Documents::showTraffic()
{
    if (!m_traffic) {
        m_traffic = new TrafficTab(m_client, this);
        connect(m_traffic, &TrafficTab::countsChanged, this, &Documents::countsChanged);
        connectTraffic(m_traffic);
        place(m_traffic, m_traffic->title());
        setTabIcon(indexOf(m_traffic), icon(Sign::Traffic));
    }
    setCurrentWidget(m_traffic);
    return m_traffic;
}

void Documents::connectTraffic(TrafficTab *tab)
{
    connect(tab, &TrafficTab::titleChanged, this, [this, tab](const QString &title) {
        setTabText(indexOf(tab), shortTitle(title, fontMetrics()));
        emit trafficChanged();
    });
    connect(tab, &TrafficTab::openRequested, this,
            [this](const SourceSpec &source, std::optional<Address> at) { open(source, at); });
}

TrafficTab *Documents::openCapture(const QString &path)
{
    const auto whole = QFileInfo(path).absoluteFilePath();
    for (int i = 0; i < count(); ++i) {
        if (auto *tab = qobject_cast<TrafficTab *>(widget(i)); tab && tab->path() == whole) {
            setCurrentWidget(tab);
            return tab;
        }
    }
    auto *tab = new TrafficTab(m_client, this);
    connectTraffic(tab);
    tab->openCapture(whole);
    place(tab, tab->title());
    setTabToolTip(indexOf(tab), whole);
    setTabIcon(indexOf(tab), icon(Sign::Traffic));
    return tab;
}

void Documents::askForCapture()
{
    auto *dialog = new QFileDialog(this, tr("Open a capture"), QSettings().value(QStringLiteral("traffic/folder")).toString(),
                                   tr("Captures (*.pcapng);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        QSettings().setValue(QStringLiteral("traffic/folder"), QFileInfo(path).path());
        openCapture(path);
    });
    dialog->open();
}

void Documents::lookForLeftCaptures()
{
    if (m_looking.joinable())
        return;
    m_looking = std::thread([this] {
        const auto left = CaptureAutosave::left();
        if (left.empty())
            return;
        constexpr std::size_t mostNamed = 5;
        QStringList paths, named;
        for (const auto &capture : left) {
            paths << capture.path;
            if (named.size() < static_cast<qsizetype>(mostNamed))
                named << tr("%1, %2 messages")
                             .arg(QDateTime::fromMSecsSinceEpoch(capture.begun / 1'000'000).toString(QStringLiteral("yyyy-MM-dd HH:mm")),
                                  countText(capture.messages));
        }
        if (left.size() > mostNamed)
            named << tr("and %1 more").arg(countText(left.size() - mostNamed));
        const auto text = left.size() == 1 ? tr("ipclens ended without saving the capture of %1.").arg(named.front())
                                           : tr("ipclens ended without saving %1 captures: %2.")
                                                 .arg(countText(left.size()), named.join(QStringLiteral("; ")));
        QMetaObject::invokeMethod(this, [this, text, paths] { emit capturesLeft(text, paths); }, Qt::QueuedConnection);
    });
}

void Documents::dragEnterEvent(QDragEnterEvent *event)
{
    const auto urls = event->mimeData()->urls();
    if (std::any_of(urls.cbegin(), urls.cend(), [](const QUrl &url) { return url.isLocalFile(); }))
        event->acceptProposedAction();
}

void Documents::dropEvent(QDropEvent *event)
{
    for (const auto &url : event->mimeData()->urls())
        if (url.isLocalFile())
            openCapture(url.toLocalFile());
    event->acceptProposedAction();
}

void Documents::showStart()
{
    if (indexOf(m_start) < 0) {
        insertTab(0, m_start, icon(Sign::Home), tr("Start"));
        m_start->refresh();
    }
    setCurrentWidget(m_start);
}

bool Documents::showPage(SharingTab *page)
{
    for (int i = 0; i < count(); ++i) {
        auto *other = qobject_cast<SharingTab *>(widget(i));
        if (!other || other->identity() != page->identity())
            continue;
        delete page;
        setCurrentWidget(other);
        return false;
    }
    connect(page, &SharingTab::titleChanged, this,
            [this, page] { setTabText(indexOf(page), shortTitle(page->title(), fontMetrics())); });
    place(page, page->title());
    setTabIcon(indexOf(page), icon(page->sign()));
    return true;
}

void Documents::place(QWidget *tab, const QString &title)
{
    addTab(tab, shortTitle(title, fontMetrics()));
    setCurrentWidget(tab);
    tab->setFocus();
}

MemoryTab *Documents::currentMemory() const
{
    return qobject_cast<MemoryTab *>(currentWidget());
}

SharingTab *Documents::currentSharing() const
{
    return qobject_cast<SharingTab *>(currentWidget());
}

TrafficTab *Documents::currentTraffic() const
{
    return qobject_cast<TrafficTab *>(currentWidget());
}

QList<MemoryTab *> Documents::memoryTabs() const
{
    QList<MemoryTab *> tabs;
    for (int i = 0; i < count(); ++i) {
        if (auto *tab = qobject_cast<MemoryTab *>(widget(i)))
            tabs << tab;
    }
    return tabs;
}

TrafficTab *Documents::unsavedTraffic() const
{
    for (int i = 0; i < count(); ++i)
        if (auto *tab = qobject_cast<TrafficTab *>(widget(i)); tab && tab->isUnsaved())
            return tab;
    return nullptr;
}

MemoryTab *Documents::findTab(const SourceSpec &spec) const
{
    const auto tabs = memoryTabs();
    const auto found = std::find_if(tabs.cbegin(), tabs.cend(),
                                    [&](MemoryTab *tab) { return sameSource(tab->source().spec, spec); });
    return found == tabs.cend() ? nullptr : *found;
}

MemoryTab *Documents::tabOf(SourceId source) const
{
    const auto tabs = memoryTabs();
    const auto found =
        std::find_if(tabs.cbegin(), tabs.cend(), [&](MemoryTab *tab) { return tab->source().source == source; });
    return found == tabs.cend() || source == 0 ? nullptr : *found;
}

SourceId Documents::writableSource(const SourceSpec &spec) const
{
    for (auto *tab : memoryTabs()) {
        if (tab->source().access != Access::Read && sameSource(tab->source().spec, spec))
            return tab->source().source;
    }
    return 0;
}

bool Documents::isPaused() const
{
    return currentWidget() && currentWidget()->property(pausedProperty).toBool();
}

void Documents::setPaused(bool paused)
{
    if (!currentWidget())
        return;
    currentWidget()->setProperty(pausedProperty, paused);
    if (auto *memory = currentMemory())
        memory->setPaused(paused);
    else if (auto *messages = currentTraffic())
        messages->setPaused(paused);
}

void Documents::closeTab(int index)
{
    auto *tab = widget(index);
    if (!tab || (tab == m_start && count() == 1))
        return;
    if (auto *messages = qobject_cast<TrafficTab *>(tab); messages && messages->isUnsaved()) {
        setCurrentWidget(tab);
        messages->askBeforeClosing([this, tab] { closeTab(indexOf(tab)); });
        return;
    }
    if (tab != m_start && count() == 1)
        showStart();
    removeTab(indexOf(tab));
    if (tab == m_start)
        return;
    if (auto *messages = qobject_cast<TrafficTab *>(tab))
        messages->discardAutosave(); // closed by the user, who has seen it
    forget(tab);
    tab->deleteLater();
}

void Documents::forget(QWidget *tab)
{
    if (tab == m_traffic) {
        m_traffic->stop();
        disconnect(m_traffic, nullptr, this, nullptr);
        m_traffic = nullptr;
    } else if (auto *memory = qobject_cast<MemoryTab *>(tab)) {
        disconnect(memory, nullptr, this, nullptr);
        const SourceId gone = m_seen.take(memory).source;
        if (gone != 0)
            emit sourceGone(gone);
    }
}

void Documents::step(int by)
{
    if (count() > 0)
        setCurrentIndex((currentIndex() + by + count()) % count());
}

void Documents::showCurrent()
{
    emit currentDocumentChanged();
    const auto seen = m_seen.value(currentMemory());
    emit statusChanged(seen.status);
    emit cursorChanged(seen.cursor, seen.around);
}

void Documents::tabInserted(int index)
{
    QTabWidget::tabInserted(index);
    // Two tabs of the same name are told apart by their tool tips; the close buttons need words for screen readers.
    for (const auto side : {QTabBar::LeftSide, QTabBar::RightSide}) {
        if (auto *button = tabBar()->tabButton(index, side))
            button->setAccessibleName(tr("Close this tab"));
    }
}

bool Documents::event(QEvent *event)
{
    // Space pauses, unless it presses what has the focus.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Space) {
        auto *focus = QApplication::focusWidget();
        if (qobject_cast<QAbstractButton *>(focus) || qobject_cast<QComboBox *>(focus)) {
            event->accept();
            return true;
        }
    }
    return QTabWidget::event(event);
}

void Documents::save(QSettings &settings) const
{
    QVariantList tabs;
    int current = -1;
    for (int i = 0; i < count(); ++i) {
        QVariantMap saved;
        if (auto *tab = qobject_cast<MemoryTab *>(widget(i))) {
            saved = toSettings(tab->source().spec);
            saved.insert(QStringLiteral("cursor"), static_cast<qulonglong>(m_seen.value(tab).cursor));
        } else if (auto *page = qobject_cast<SharingTab *>(widget(i))) {
            saved = toSettings(page->spec());
        } else {
            continue;
        }
        if (i == currentIndex())
            current = static_cast<int>(tabs.size());
        tabs << saved;
    }
    settings.setValue(QStringLiteral("tabs"), tabs);
    settings.setValue(QStringLiteral("currentTab"), current);
}

void Documents::restore(QSettings &settings)
{
    struct Restoring {
        qsizetype left = 0;
        QStringList failures;
        QVariantMap front;
    };
    const auto tabs = settings.value(QStringLiteral("tabs")).toList();
    const int current = settings.value(QStringLiteral("currentTab"), -1).toInt();
    auto state = std::make_shared<Restoring>(Restoring{tabs.size(), {}, {}});
    if (current >= 0 && current < tabs.size())
        state->front = tabs[current].toMap();
    const auto done = [this, state](const QString &failure) {
        if (!failure.isEmpty())
            state->failures << failure;
        if (--state->left > 0)
            return;
        // They open in any order: processes take longer than sections.
        if (auto *front = findRestored(state->front))
            setCurrentWidget(front);
        if (!state->failures.isEmpty())
            emit failed(tr("Not all tabs of the last time could be opened again. %1")
                            .arg(state->failures.join(QLatin1Char('\n'))));
    };
    for (const auto &tab : tabs) {
        const auto saved = tab.toMap();
        if (saved.contains(QStringLiteral("page"))) {
            restorePage(pageFromSettings(saved), done);
            continue;
        }
        // Always read-only: the write switch is never turned on by a restart.
        const auto spec = fromSettings(saved);
        openAnd(spec, saved.value(QStringLiteral("cursor")).toULongLong(), Access::Read,
                [spec, done](const std::optional<Error> &error) {
                    done(error ? failureText(spec, *error) : QString());
                });
    }
}

QWidget *Documents::findRestored(const QVariantMap &saved) const
{
    if (saved.isEmpty())
        return nullptr;
    if (!saved.contains(QStringLiteral("page")))
        return findTab(fromSettings(saved));
    for (int i = 0; i < count(); ++i)
        if (auto *page = qobject_cast<SharingTab *>(widget(i));
            page && page->spec() == pageFromSettings(saved))
            return page;
    return nullptr;
}

// A page of something that has gone would only say so: that is said in one line instead.
void Documents::restorePage(const PageSpec &page, std::function<void(const QString &failure)> done)
{
    const auto show = [this, page, done] {
        emit pageRestored(page);
        done({});
    };
    if (page.kind == PageSpec::Kind::Process) {
        m_client.call(DescribeProcess{.process = page.process, .withSharing = false}, this,
                      [page, show, done](const Result<ProcessDescription> &reply) {
                          if (reply && !reply->hasExited)
                              show();
                          else
                              done(tr("Process %1 has ended: its page is not shown.").arg(page.process.pid));
                      });
    } else if (page.kind == PageSpec::Kind::Object) {
        m_client.call(DescribeObject{page.object}, this, [page, show, done](const Result<ObjectDescription> &reply) {
            const auto what = fromUtf8(toText(page.object));
            if (!reply)
                done(tr("The page of %1 is not shown. %2").arg(what, fromUtf8(toText(reply.error()))));
            else if (!page.object.type.empty() && reply->details.type != page.object.type)
                done(tr("The page of %1 is not shown: it is a %2 now.").arg(what, fromUtf8(reply->details.type)));
            else
                show();
        });
    } else {
        show();
    }
}

} // namespace ipclens
