#include "ui/map_tab.h"

#include "ui/map_legend.h"
#include "ui/map_view.h"
#include "ui/message_counts.h"
#include "ui/number_text.h"
#include "ui/theme.h"

#include <QAction>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSpinBox>
#include <QThreadPool>
#include <QToolButton>
#include <QVBoxLayout>

#include <mutex>

namespace ipclens {

namespace {

constexpr int liveInterval = 5000;      // milliseconds from an answer to the next question
constexpr int drawInterval = 400;       // between drawings while messages arrive
constexpr int mostNodes = 120;          // drawn one by one at first
constexpr double largestImage = 12'000; // pixels to a side

} // namespace

struct MapTab::Return {
    std::mutex mutex;
    MapTab *tab;
};

MapTab::MapTab(Client &client, const MessageCounts &counts, QWidget *parent)
    : SharingTab(client, parent), m_return(std::make_shared<Return>()), m_counts(counts), m_filter(new QLineEdit(this)),
      m_show(new QToolButton(this)), m_most(new QSpinBox(this)), m_summary(new QLabel(this)), m_view(new MapView(this)),
      m_chosen(new QLabel(this)), m_open(new QToolButton(this)), m_notes(new QLabel(this))
{
    m_return->tab = this;
    m_view->setObjectName(QStringLiteral("map"));
    m_chosen->setTextFormat(Qt::PlainText);
    m_chosen->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_notes->setWordWrap(true);
    m_notes->setTextFormat(Qt::PlainText);
    m_notes->setContentsMargins(8, 2, 8, 4);
    m_notes->setForegroundRole(QPalette::PlaceholderText);
    m_notes->hide();
    m_open->setText(tr("Open"));
    m_open->setToolTip(tr("Show the page of the chosen node (Enter, or a double click)"));
    makeControls();

    auto *below = new QHBoxLayout;
    below->setContentsMargins(8, 3, 4, 3);
    below->addWidget(m_chosen, 1);
    below->addWidget(m_open);
    column()->addWidget(m_view, 1);
    column()->addWidget(new MapLegend(this));
    column()->addLayout(below);
    column()->addWidget(m_notes);
    setFocusProxy(m_view);

    connect(m_view, &MapView::chosenChanged, this, &MapTab::showChosen);
    connect(m_view, &MapView::activated, this, &MapTab::openChosen);
    connect(m_open, &QToolButton::clicked, this, &MapTab::openChosen);
    connect(m_view, &MapView::menuRequested, this, [this](const QPoint &position) {
        auto *menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        fillMenu(menu);
        menu->popup(position);
    });
    m_soon.setSingleShot(true);
    m_soon.setInterval(drawInterval);
    connect(&m_soon, &QTimer::timeout, this, &MapTab::draw);
    connect(&counts, &MessageCounts::changed, this, [this] {
        if (isVisible() && !m_soon.isActive())
            m_soon.start();
    });
    m_view->setWhyEmpty(tr("Reading\u2026"));
    showChosen();
    setLive(liveInterval);
}

MapTab::~MapTab()
{
    const std::scoped_lock lock(m_return->mutex);
    m_return->tab = nullptr;
}

void MapTab::makeControls()
{
    m_filter->setObjectName(QStringLiteral("filter"));
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setToolTip(tr("Shows what has this in its name, and what that is tied to (Ctrl+F)"));
    m_filter->setAccessibleName(tr("Filter of the map"));
    connect(m_filter, &QLineEdit::textChanged, this, &MapTab::draw);

    auto *menu = new QMenu(m_show);
    menu->setObjectName(QStringLiteral("kinds"));
    for (int i = 0; i <= static_cast<int>(MapNodeKind::Window); ++i) {
        const auto kind = static_cast<MapNodeKind>(i);
        auto *action = menu->addAction(icon(signOf(kind)), wordOf(kind));
        action->setCheckable(true);
        action->setChecked(true);
        action->setVisible(kind != MapNodeKind::Process); // without them there is nothing to see
        connect(action, &QAction::toggled, this, &MapTab::draw);
        m_kinds << action;
    }
    menu->addSeparator();
    m_onlyShared = menu->addAction(tr("Only what is shared"));
    m_onlyShared->setToolTip(tr("Leaves out what a single process uses"));
    m_group = menu->addAction(tr("Draw what is alike as one"));
    m_onlyShared->setObjectName(QStringLiteral("onlyShared"));
    m_group->setObjectName(QStringLiteral("group"));
    for (auto *action : {m_onlyShared, m_group}) {
        action->setCheckable(true);
        action->setChecked(true);
        connect(action, &QAction::toggled, this, &MapTab::draw);
    }
    m_show->setText(tr("Show"));
    m_show->setMenu(menu);
    m_show->setPopupMode(QToolButton::InstantPopup);
    m_show->setToolTip(tr("Kinds of things, and whether alike ones are drawn as one"));

    m_most->setRange(10, 5000);
    m_most->setValue(mostNodes);
    m_most->setPrefix(tr("at most "));
    m_most->setToolTip(
        tr("When there are more nodes, those that the same processes use are drawn as one, then processes of the "
           "same program"));
    m_most->setAccessibleName(tr("Nodes that are drawn one by one"));
    m_most->setKeyboardTracking(false);
    connect(m_most, &QSpinBox::valueChanged, this, &MapTab::draw);
    connect(m_group, &QAction::toggled, m_most, &QWidget::setEnabled);

    const auto button = [this](const QString &text, const QString &toolTip) {
        auto *made = new QToolButton(this);
        made->setText(text);
        made->setToolTip(toolTip);
        made->setAccessibleName(toolTip);
        return made;
    };
    auto *smaller = button(QStringLiteral("\u2212"), tr("Smaller (-, or Ctrl and the wheel)"));
    auto *larger = button(QStringLiteral("+"), tr("Larger (+, or Ctrl and the wheel)"));
    auto *fitted = button(tr("Fit"), tr("As much as can be read (0)"));
    connect(smaller, &QToolButton::clicked, m_view, &MapView::zoomOut);
    connect(larger, &QToolButton::clicked, m_view, &MapView::zoomIn);
    connect(fitted, &QToolButton::clicked, m_view, &MapView::fit);
    auto *save = button(tr("Export"), tr("Save the map as a picture, as a page, or for Graphviz"));
    auto *endings = new QMenu(save);
    endings->addAction(tr("PNG picture\u2026"), this, [this] { chooseFile(QStringLiteral("png")); });
    endings->addAction(tr("PDF page\u2026"), this, [this] { chooseFile(QStringLiteral("pdf")); });
    endings->addAction(tr("Graphviz dot\u2026"), this, [this] { chooseFile(QStringLiteral("dot")); });
    save->setMenu(endings);
    save->setPopupMode(QToolButton::InstantPopup);

    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setContentsMargins(8, 0, 8, 3);
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(4, 3, 4, 3);
    row->addWidget(m_filter, 1);
    for (auto *part : std::initializer_list<QWidget *>{m_show, m_most, smaller, larger, fitted, save})
        row->addWidget(part);
    column()->insertLayout(0, row);
    column()->insertWidget(1, m_summary);
}

void MapTab::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void MapTab::setFilter(const QString &text)
{
    m_filter->setText(text);
}

void MapTab::showEvent(QShowEvent *event)
{
    SharingTab::showEvent(event);
    if (m_map)
        draw(); // messages may have come meanwhile
}

void MapTab::ask()
{
    read(m_map != nullptr); // the first time, what takes long comes after the rest is shown
}

void MapTab::read(bool withViews)
{
    const auto what = withViews ? tr("Looking at the memory of all processes") : tr("Looking at all processes");
    call(what, ReadSharingMap{.withViews = withViews}, [this, withViews](Result<SharingMap> reply) {
        if (!reply) {
            if (!m_map)
                m_view->setWhyEmpty(tr("The map could not be read."));
            fail(reply.error());
            return;
        }
        m_map = std::make_shared<const SharingMap>(std::move(*reply));
        draw();
        if (!withViews)
            read(true);
    });
}

MapFilter MapTab::filter() const
{
    MapFilter filter{
        .text = m_filter->text().trimmed().toStdString(), .hidden = {}, .onlyShared = m_onlyShared->isChecked()};
    for (qsizetype i = 0; i < m_kinds.size(); ++i) {
        if (!m_kinds[i]->isChecked())
            filter.hidden.push_back(static_cast<MapNodeKind>(i));
    }
    return filter;
}

void MapTab::draw()
{
    if (!m_map)
        return;
    m_isStale = true;
    if (m_isDrawing)
        return;
    m_isDrawing = true;
    m_isStale = false;
    const auto most = m_group->isChecked() ? static_cast<std::size_t>(m_most->value()) : 0;
    QThreadPool::globalInstance()->start(
        [map = m_map, traffic = m_counts.traffic(), what = filter(), most, back = m_return] {
            auto made = std::make_shared<DrawnMap>();
            made->map = *map;
            addTraffic(made->map, traffic);
            made->map = filtered(made->map, what);
            made->nodes = made->map.nodes.size();
            if (most > 0 && made->nodes > most)
                made->map = grouped(made->map, most);
            made->layout = layOut(made->map);
            const std::scoped_lock lock(back->mutex);
            if (auto *tab = back->tab)
                QMetaObject::invokeMethod(
                    tab, [tab, made] { tab->drawn(made); }, Qt::QueuedConnection);
        });
}

void MapTab::drawn(std::shared_ptr<DrawnMap> made)
{
    m_isDrawing = false;
    const auto count = made->map.nodes.size();
    const auto processes = std::ranges::count(made->map.nodes, MapNodeKind::Process, &MapNode::kind);
    QString summary =
        tr("%1 nodes, %2 of them processes, %3 ties")
            .arg(countText(count), countText(static_cast<std::uint64_t>(processes)), countText(made->map.edges.size()));
    if (made->nodes != count)
        summary += tr("; %1 nodes drawn as %2").arg(countText(made->nodes), countText(count));
    if (m_map->nodes.size() > made->nodes)
        summary += tr("; %1 left out by what is shown").arg(countText(m_map->nodes.size() - made->nodes));
    m_summary->setText(summary);
    QStringList notes;
    for (const auto &note : made->map.notes)
        notes << fromUtf8(note);
    if (m_counts.unknownSenders() > 0)
        notes << tr("%1 messages are not drawn: nobody knows who sent them.").arg(countText(m_counts.unknownSenders()));
    m_notes->setText(notes.join(QLatin1Char(' ')));
    m_notes->setVisible(!notes.isEmpty());
    m_view->setWhyEmpty(m_map->nodes.empty()
                            ? tr("No process was found that shares anything.")
                            : tr("Nothing is left of the map of %1 nodes: no name has \u201c%2\u201d in it, or what is "
                                 "shown leaves it out.")
                                  .arg(m_map->nodes.size())
                                  .arg(m_filter->text()));
    m_view->setMap(std::move(made->map), made->layout);
    if (m_isStale)
        draw();
}

void MapTab::showChosen()
{
    const auto *node = m_view->chosen();
    m_open->setEnabled(node != nullptr);
    if (!node) {
        m_chosen->setText(tr("Click a node to see what it is tied to; a double click opens it."));
        return;
    }
    const auto ties = m_view->picture().neighbours(m_view->picture().indexOf(node->id)).size();
    QStringList parts{fromUtf8(node->label)};
    if (!node->detail.empty())
        parts << fromUtf8(node->detail);
    parts << (ties == 1 ? tr("tied to 1 other") : tr("tied to %1 others").arg(ties));
    m_chosen->setText(parts.join(QStringLiteral(" \u2013 ")));
    m_chosen->setToolTip(m_chosen->text());
}

void MapTab::openChosen()
{
    const auto *node = m_view->chosen();
    if (!node)
        return;
    if (node->members > 0) { // one by one, if the user wants to see that many
        m_most->setValue(std::min(m_most->maximum(), m_most->value() * 2));
        return;
    }
    switch (node->kind) {
    case MapNodeKind::Process:
        emit processRequested(node->process);
        break;
    case MapNodeKind::Section:
    case MapNodeKind::Sync:
        emit objectRequested(node->object);
        break;
    case MapNodeKind::SharedData:
        emit sharedDataRequested(fromUtf8(node->module), fromUtf8(node->section));
        break;
    case MapNodeKind::Pipe:
        if (node->process.pid != 0)
            emit processRequested(node->process);
        break;
    case MapNodeKind::Window: {
        // Of its messages, those that were received; without any, a message can be sent.
        const bool hasTraffic = std::ranges::any_of(m_view->picture().map().edges, [&](const MapEdge &edge) {
            return edge.kind == MapEdgeKind::Sends && edge.to == node->id;
        });
        if (hasTraffic)
            emit trafficRequested({});
        else
            emit sendRequested(node->window);
        break;
    }
    }
}

void MapTab::fillMenu(QMenu *menu)
{
    if (const auto *node = m_view->chosen()) {
        auto *open = menu->addAction(node->members > 0 ? tr("Draw more nodes one by one") : tr("Open"), this,
                                     &MapTab::openChosen);
        menu->setDefaultAction(open);
        if (node->kind == MapNodeKind::Section && node->members == 0) {
            const auto object = node->object;
            menu->addAction(icon(Sign::Section), tr("Open its bytes"), this, [this, object] {
                if (object.name.empty())
                    emit openRequested({.kind = SourceKind::Handle, .process = object.process, .handle = object.handle},
                                       {});
                else
                    emit openRequested({.kind = SourceKind::Section, .name = object.name}, {});
            });
        }
        if (node->kind == MapNodeKind::Process && node->members == 0)
            menu->addAction(icon(Sign::Traffic), tr("Show its messages"), this, [this, pid = node->process.pid] {
                emit trafficRequested(QStringLiteral("sender.pid == %1").arg(pid));
            });
        if (node->kind == MapNodeKind::Window && node->members == 0)
            menu->addAction(icon(Sign::Send), tr("Send a message\u2026"), this,
                            [this, window = node->window] { emit sendRequested(window); });
        menu->addAction(tr("Show only this and what it is tied to"), this,
                        [this, label = fromUtf8(node->label)] { setFilter(label); });
        menu->addSeparator();
    }
    menu->addAction(tr("Fit"), m_view, &MapView::fit);
    menu->addAction(icon(Sign::Refresh), tr("Refresh"), this, &SharingTab::refresh);
}

// Export. -------------------------------------------------------------------------------------------------------------

void MapTab::chooseFile(const QString &ending)
{
    auto *dialog = new QFileDialog(this, tr("Export the map"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(ending);
    dialog->setNameFilter(QStringLiteral("*.%1").arg(ending));
    dialog->selectFile(QStringLiteral("map.%1").arg(ending));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        const auto failure = exportTo(path);
        if (!failure.isEmpty())
            fail({.kind = ErrorKind::Failed,
                  .operation = "export the map",
                  .object = path.toStdString(),
                  .meaning = failure.toStdString()});
    });
    dialog->open();
}

QString MapTab::exportTo(const QString &path) const
{
    const auto &picture = m_view->picture();
    const auto ending = QFileInfo(path).suffix().toLower();
    const auto size = picture.size();
    if (size.isEmpty())
        return tr("there is nothing to draw");
    const QRectF all(QPointF(0, 0), size);
    QSaveFile file(path); // the old file stays when something fails
    if (!file.open(QIODevice::WriteOnly))
        return file.errorString();
    if (ending == QLatin1String("dot")) {
        const auto text = toDot(picture.map());
        file.write(text.data(), static_cast<qint64>(text.size()));
    } else if (ending == QLatin1String("pdf")) {
        constexpr double points = 0.75; // for a pixel of the screen
        QPdfWriter writer(&file);
        writer.setPageSize(QPageSize(size * points, QPageSize::Point));
        writer.setPageMargins({});
        writer.setTitle(title());
        QPainter painter(&writer);
        painter.scale(writer.width() / size.width(), writer.height() / size.height());
        picture.paint(painter, all, theme::paperPalette(), 1, MapPicture::none);
    } else if (ending == QLatin1String("png")) {
        const double scale = std::min(2.0, largestImage / std::max(size.width(), size.height()));
        QImage image((size * scale).toSize(), QImage::Format_RGB32);
        image.fill(palette().color(QPalette::Base));
        QPainter painter(&image);
        painter.scale(scale, scale);
        picture.paint(painter, all, palette(), scale, MapPicture::none);
        painter.end();
        if (!image.save(&file, "PNG"))
            return tr("the picture could not be encoded");
    } else {
        return tr("%1 is none of png, pdf and dot").arg(ending);
    }
    return file.commit() ? QString() : file.errorString();
}

} // namespace ipclens
