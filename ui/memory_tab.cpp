#include "ui/memory_tab.h"

#include "ui/address_line.h"
#include "ui/compare_bar.h"
#include "ui/error_bar.h"
#include "ui/find_bar.h"
#include "ui/hex_view.h"
#include "ui/inspector_lookups.h"
#include "ui/job_line.h"
#include "ui/layout_menu.h"
#include "ui/match_list.h"
#include "ui/memory_feed.h"
#include "ui/memory_header.h"
#include "ui/number_text.h"
#include "ui/region_picker.h"
#include "ui/region_text.h"
#include "ui/source_names.h"
#include "ui/why.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSplitter>

namespace ipclens {
namespace {

constexpr std::uint64_t aroundBytes = 256; // handed to the inspector

} // namespace

MemoryTab::MemoryTab(Client &client, const SourceInfo &source, QWidget *parent)
    : QWidget(parent), m_client(client), m_link(new SourceLink(client, source, this)), m_header(new MemoryHeader(this)),
      m_state(new ErrorBar(this)), m_answer(new ErrorBar(this)), m_hole(new QLabel(this)), m_view(new HexView(this)),
      m_feed(new MemoryFeed(client, *m_view, this)), m_picker(new RegionPicker(this)),
      m_editor(new MemoryEditor(*m_link, *m_answer, this)),
      m_find(new FindBar(
          client,
          [this] {
              return FindBar::Place{m_view->cursor(), m_view->selection(), m_view->visibleRange()};
          },
          this)),
      m_compare(new CompareBar(
          client,
          [this] {
              const Region *region = regionAt(m_link->regions(), m_view->cursor());
              return CompareBar::Place{m_view->cursor(), region ? region->range : AddressRange{}, selected()};
          },
          this)),
      m_job(new JobLine(client, this)), m_bookmarks(new Bookmarks(client, this)), m_lookups(new InspectorLookups(this)),
      m_valueLine(new QLineEdit(m_view->viewport()))
{
    m_state->setObjectName(QStringLiteral("state"));
    m_answer->setObjectName(QStringLiteral("answer"));
    m_hole->setObjectName(QStringLiteral("hole"));
    m_valueLine->setObjectName(QStringLiteral("valueLine"));
    m_hole->setContentsMargins(8, 4, 8, 4);
    m_hole->setWordWrap(true);
    m_hole->setTextFormat(Qt::PlainText);
    m_hole->hide();
    m_valueLine->hide();
    m_valueLine->setFrame(false);
    m_valueLine->setAccessibleName(tr("Another value"));
    m_valueLine->installEventFilter(this);
    auto *split = new QSplitter(Qt::Vertical, this);
    split->setChildrenCollapsible(false);
    split->addWidget(m_view);
    split->addWidget(m_find->list());
    split->setStretchFactor(0, 3);
    split->setStretchFactor(1, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (auto *part : std::initializer_list<QWidget *>{m_header, m_find, m_compare, m_job, m_state, m_answer, m_hole})
        layout->addWidget(part);
    layout->addWidget(split, 1);
    setFocusProxy(m_view);
    connectView();
    connectParts();

    m_extent = source.extent;
    m_view->setExtent(source.extent);
    m_view->setBase(source.base);
    m_view->setStripShown(true);
    m_view->setAccessibleName(title());
    restoreLayout();
    takeSource();
    m_link->loadRegions();
    // Nobody is connected to our signals before the constructor is done.
    QMetaObject::invokeMethod(
        this,
        [this] {
            emit titleChanged(title());
            emit statusChanged(status());
        },
        Qt::QueuedConnection);
}

MemoryTab::~MemoryTab()
{
    // Children go before our members, and their last signals must not find us half gone.
    for (auto *child : findChildren<QObject *>())
        child->disconnect(this);
    delete m_compare; // its frame goes while there is a source
    delete m_editor;
}

void MemoryTab::connectView()
{
    connect(m_view, &HexView::cursorMoved, this, [this] {
        m_message.clear();
        showPlace();
        announceCursor();
        emit statusChanged(status());
    });
    connect(m_view, &HexView::selectionChanged, this, [this] {
        emit statusChanged(status());
        emit selectionChanged();
    });
    connect(m_view, &HexView::visibleRangeChanged, this, [this] {
        placeValueLine();
        showHole();
        m_find->followView();
    });
    connect(m_view, &HexView::editRequested, this, [this](Address at, const Bytes &expected, const Bytes &bytes) {
        m_editor->write({.at = at, .expected = expected, .bytes = bytes});
    });
    connect(m_view, &HexView::valueEditRequested, this, &MemoryTab::editValue);
    connect(m_view, &HexView::inputRefused, this, &MemoryTab::setMessage);
    connect(m_view, &HexView::copyRequested, this, &MemoryTab::copyRange);
    connect(m_view, &HexView::layoutChanged, this, &MemoryTab::keepLayout);
    connect(m_view, &HexView::menuRequested, this, [this](QMenu *menu) { emit menuRequested(menu); });
    m_view->setRegionName([this](const Region &region) -> QString {
        if (region.type == RegionType::Image && m_link->source().spec.kind == SourceKind::Process) {
            QString place = m_lookups->placeOf(region.range.begin);
            if (!place.isEmpty())
                return place.endsWith(QLatin1String("+0x0")) ? place.chopped(4) : place;
        }
        return fileName(region.mapped);
    });
    connect(m_lookups, &InspectorLookups::changed, m_view, &HexView::updateRegionNames);
    connect(m_feed, &MemoryFeed::bytesArrived, this, &MemoryTab::announceCursor);
    connect(m_feed, &MemoryFeed::stateChanged, this, &MemoryTab::showFeedState);
    connect(m_feed, &MemoryFeed::frameFailed, this,
            [this](const Error &error) { showRefusal(*m_answer, error, explainTarget(source().spec)); });
}

void MemoryTab::connectParts()
{
    connect(m_header->line(), &AddressLine::submitted, this, &MemoryTab::goToTyped);
    connect(m_header, &MemoryHeader::regionsRequested, this, &MemoryTab::chooseRegion);
    connect(m_header, &MemoryHeader::refreshRequested, this, &MemoryTab::refresh);
    connect(m_header, &MemoryHeader::backRequested, this, &MemoryTab::goBack);
    connect(m_header, &MemoryHeader::forwardRequested, this, &MemoryTab::goForward);
    connect(m_header, &MemoryHeader::rateChosen, this, [this](double hz) {
        setRate(hz);
        keepLayout();
    });
    connect(m_header->layoutMenu(), &QMenu::aboutToShow, this, [this] { fillLayoutMenu(*m_header->layoutMenu()); });
    connect(m_picker, &RegionPicker::picked, this, [this](Address address) { goTo(address); });

    connect(m_link, &SourceLink::sourceChanged, this, &MemoryTab::takeSource);
    connect(m_link, &SourceLink::regionsChanged, this, &MemoryTab::takeRegions);
    connect(m_link, &SourceLink::stalenessChanged, this, &MemoryTab::showStaleness);
    connect(m_state, &ErrorBar::actionTriggered, m_link, &SourceLink::reopen);
    connect(m_editor, &MemoryEditor::said, this, &MemoryTab::setMessage);
    connect(m_editor, &MemoryEditor::answered, this, [this](const MemoryImage &now) {
        m_feed->showWritten(now);
        announceCursor();
    });

    connect(m_find, &FindBar::found, this, [this](AddressRange match) { goTo(match); });
    connect(m_find, &FindBar::highlightsChanged, this, &MemoryTab::showHighlights);
    connect(m_find, &FindBar::closed, m_view, qOverload<>(&QWidget::setFocus));
    connect(m_compare, &CompareBar::frameChanged, m_feed, &MemoryFeed::setFrame);
    connect(m_compare, &CompareBar::found, this, [this](AddressRange difference) { goTo(difference); });
    connect(m_compare, &CompareBar::closed, m_view, qOverload<>(&QWidget::setFocus));
    connect(m_bookmarks, &Bookmarks::changed, this, &MemoryTab::showHighlights);
}

QString MemoryTab::title() const
{
    const QString text = titleOf(m_link->source());
    return m_link->staleSince().isEmpty() ? text : tr("%1 (stale)").arg(text);
}

QString MemoryTab::status() const
{
    QStringList parts;
    if (!m_message.isEmpty())
        parts += m_message;
    const auto chosen = selected();
    if (chosen.size() == 1) {
        const AddressRange range = chosen.front();
        parts += tr("selection %1..%2 (%3)")
                     .arg(shownAddress(range.begin), shownAddress(range.end() - 1),
                          range.size == 1 ? tr("1 byte") : tr("%1 bytes").arg(countText(range.size)));
    } else if (!chosen.empty()) {
        parts += tr("selection of %1 rows from %2 (%3 bytes)")
                     .arg(chosen.size())
                     .arg(shownAddress(chosen.front().begin), countText(m_view->selectedBytes()));
    } else if (m_view->extent().size != 0) {
        parts += tr("at %1").arg(shownAddress(m_view->cursor()));
    }
    if (!m_link->staleSince().isEmpty())
        parts += tr("stale since %1").arg(m_link->staleSince());
    else if (m_feed->isPaused())
        parts += tr("view paused");
    else
        parts += m_feed->rate() > 0 ? tr("view %1").arg(rateText(m_feed->rate())) : tr("view not live");
    if (m_feed->missed() > 0)
        parts += tr("missed %1").arg(countText(m_feed->missed()));
    return parts.join(QStringLiteral("   "));
}

QString MemoryTab::shownAddress(Address address) const
{
    return addressText(address + m_link->source().base);
}

void MemoryTab::setMessage(const QString &message)
{
    m_message = message;
    emit statusChanged(status());
}

// Staying live. -------------------------------------------------------------------------------------------------------

void MemoryTab::setPaused(bool paused)
{
    m_feed->setPaused(paused);
    emit statusChanged(status());
}

void MemoryTab::setRate(double hz)
{
    m_header->setRate(hz);
    m_feed->setRate(hz);
    emit statusChanged(status());
}

void MemoryTab::refresh()
{
    if (!m_link->staleSince().isEmpty() && m_client.state() == Client::State::Connected) {
        m_link->reopen();
        return;
    }
    m_feed->refresh();
    m_link->loadRegions();
}

void MemoryTab::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_feed->setShown(true);
    m_link->setShown(true);
}

void MemoryTab::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_feed->setShown(false);
    m_link->setShown(false);
}

void MemoryTab::takeSource()
{
    const SourceInfo &source = m_link->source();
    if (source.extent != std::exchange(m_extent, source.extent))
        m_view->setExtent(source.extent);
    m_view->setBase(source.base);
    const bool isOther = std::exchange(m_shownSource, source.source) != source.source;
    if (isOther) {
        m_feed->setSource(source);
        m_find->setSource(source);
        m_compare->setSource(source);
        m_lookups->setSource(&m_client, source);
        if (source.source != 0)
            m_bookmarks->setSource(source);
    }
    m_view->setWritable(m_wantsWritable && source.source != 0 && source.access != Access::Read);
    m_editor->setWritable(m_view->isWritable());
    showAccess();
    emit sourceChanged();
}

void MemoryTab::showFeedState()
{
    m_link->setFailure(m_feed->failure());
    emit statusChanged(status());
}

void MemoryTab::showStaleness()
{
    if (m_link->staleSince().isEmpty()) {
        m_state->clear();
    } else {
        const QString why = fromUtf8(toText(m_link->staleReason()));
        m_state->showText(tr("Stale since %1. %2").arg(m_link->staleSince(), why), ErrorBar::Level::Error);
        m_state->offer(m_client.state() == Client::State::Lost ? tr("Reconnect") : tr("Open again"));
        offerWhy(*m_state, m_link->staleReason(), explainTarget(source().spec));
    }
    emit titleChanged(title());
    emit statusChanged(status());
}

void MemoryTab::announceCursor()
{
    emit cursorChanged(m_view->cursor(), m_view->imageAt(m_view->cursor(), aroundBytes));
}

// Regions. ------------------------------------------------------------------------------------------------------------

void MemoryTab::takeRegions()
{
    if (m_link->areRegionsKnown()) {
        m_view->setRegions(m_link->regions());
        m_find->setRegions(m_link->regions());
        if (!std::exchange(m_wasSent, true))
            goToStart();
    }
    showPlace();
    showHole();
}

void MemoryTab::showPlace()
{
    m_header->showPlace(*m_link, m_view->cursor());
}

// Where nothing in sight can be read, a line says what is there instead.
void MemoryTab::showHole()
{
    const QString text = holeText(m_link->regions(), m_link->source(), m_view->visibleRange());
    m_hole->setText(text);
    m_hole->setVisible(!text.isEmpty());
}

// Searching and comparing.
// ---------------------------------------------------------------------------------------------

void MemoryTab::find()
{
    // What is selected is most likely what is to be found again.
    const AddressRange chosen = m_view->selection();
    QString hex;
    if (chosen.size > 1 && chosen.size <= 32 && !m_find->isVisible()) {
        const MemoryImage image = m_view->imageAt(chosen.begin, chosen.size);
        if (image.bytes.size() == chosen.size && image.unreadable.empty())
            hex = bytesText(image.bytes, chosen.size);
    }
    m_find->open(hex);
}

void MemoryTab::findAgain(bool backwards)
{
    if (backwards)
        m_find->findPrevious();
    else
        m_find->findNext();
}

void MemoryTab::compare()
{
    m_compare->open();
}

void MemoryTab::compareWith(const QString &snapshotPath)
{
    m_client.call(OpenSource{{.kind = SourceKind::Snapshot, .name = snapshotPath.toStdString()}, Access::Read},
                  &m_client, [&client = m_client, tab = QPointer(this), snapshotPath](const Result<SourceInfo> &reply) {
                      if (!tab) {
                          if (reply)
                              client.call(CloseSource{reply->source}, &client, [](const Result<Done> &) {});
                          return;
                      }
                      if (reply)
                          tab->m_compare->compareWith(*reply, fileName(snapshotPath.toStdString()));
                      else
                          tab->m_answer->showError(reply.error());
                  });
}

void MemoryTab::goToDifference(bool backwards)
{
    m_compare->goToDifference(backwards);
}

// Marks and layout. ---------------------------------------------------------------------------------------------------

void MemoryTab::setOtherHighlights(std::vector<Highlight> highlights)
{
    m_otherHighlights = std::move(highlights);
    showHighlights();
}

void MemoryTab::showHighlights()
{
    auto all = m_bookmarks->highlights();
    const auto found = m_find->highlights();
    all.insert(all.end(), found.begin(), found.end());
    all.insert(all.end(), m_otherHighlights.begin(), m_otherHighlights.end());
    m_view->setHighlights(std::move(all));
}

void MemoryTab::fillLayoutMenu(QMenu &menu)
{
    ipclens::fillLayoutMenu(menu, *m_view, [this] { keepLayout(); });
    auto *marks = new QMenu(tr("Mar&ks of changes"), &menu);
    fillMarksMenu(*marks, *m_view, [this] { keepLayout(); });
    menu.insertMenu(menu.actions().isEmpty() ? nullptr : menu.actions().last(), marks);
}

void MemoryTab::keepLayout()
{
    auto settings = viewSettings(*m_view);
    settings.insert(QStringLiteral("rate"), m_feed->rate());
    QSettings().setValue(QStringLiteral("layouts/") + settingsKey(m_link->source()), settings);
}

void MemoryTab::restoreLayout()
{
    const QString key = settingsKey(m_link->source());
    m_header->line()->setHistoryKey(QStringLiteral("addresses/") + key);
    const auto settings = QSettings().value(QStringLiteral("layouts/") + key).toMap();
    if (!settings.isEmpty())
        applyViewSettings(*m_view, settings);
    const double rate = settings.value(QStringLiteral("rate"), m_feed->rate()).toDouble();
    setRate(rate >= 0 && rate <= 60 ? rate : m_feed->rate());
}

// Escape closes what was opened last.
void MemoryTab::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Escape)
        QWidget::keyPressEvent(event);
    else if (m_find->isVisible())
        m_find->close();
    else if (m_compare->isVisible())
        m_compare->close();
    else if (m_answer->isVisible())
        m_answer->clear();
    else
        QWidget::keyPressEvent(event);
}

} // namespace ipclens
