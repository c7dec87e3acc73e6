#include "ui/memory_tab.h"

#include "core/text/hex.h"
#include "core/text/number.h"
#include "ui/error_bar.h"
#include "ui/hex_view.h"
#include "ui/icons.h"
#include "ui/memory_feed.h"
#include "ui/number_text.h"
#include "ui/region_picker.h"
#include "ui/theme.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPointer>
#include <QShortcut>
#include <QTime>
#include <QToolButton>

#include <algorithm>

namespace ipclens {
namespace {

constexpr std::uint64_t aroundBytes = 256;      // handed to the inspector
constexpr std::uint64_t largestCopy = 16 << 20; // bytes; as text three times as much

QString fileName(const std::string &path)
{
    const auto slash = path.find_last_of("/\\");
    return fromUtf8(slash == std::string::npos ? path : path.substr(slash + 1));
}

QString rateText(double hz)
{
    return hz > 0 ? MemoryTab::tr("%1 Hz").arg(hz) : MemoryTab::tr("Off");
}

} // namespace

MemoryTab::MemoryTab(Client &client, const SourceInfo &source, QWidget *parent)
    : QWidget(parent), m_client(client), m_source(source), m_address(new QLineEdit(this)),
      m_regionsButton(new QToolButton(this)), m_rateBox(new QComboBox(this)), m_place(new QLabel(this)),
      m_access(new QLabel(this)), m_refreshButton(new QToolButton(this)), m_state(new ErrorBar(this)),
      m_answer(new ErrorBar(this)), m_hole(new QLabel(this)), m_view(new HexView(this)),
      m_feed(new MemoryFeed(client, *m_view, this)), m_picker(new RegionPicker(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    makeHeader();
    layout->addWidget(m_state);
    layout->addWidget(m_answer);
    layout->addWidget(m_hole);
    layout->addWidget(m_view, 1);
    m_hole->setContentsMargins(8, 4, 8, 4);
    m_hole->setWordWrap(true);
    m_hole->setTextFormat(Qt::PlainText);
    m_hole->hide();
    setFocusProxy(m_view);
    connectParts();

    m_view->setExtent(source.extent);
    m_view->setBase(source.base);
    m_feed->setSource(source);
    m_view->setAccessibleName(title());
    showAccess();
    loadRegions();
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
    // Children go before our members, and the view's last signals must not find us half gone.
    m_view->disconnect();
    m_feed->disconnect(this);
    if (m_source.source != 0 && m_client.state() == Client::State::Connected) // nobody is left to be told of a failure
        m_client.call(CloseSource{m_source.source}, &m_client, [](const Result<Done> &) {});
}

void MemoryTab::makeHeader()
{
    m_address->setObjectName(QStringLiteral("address"));
    m_state->setObjectName(QStringLiteral("state"));
    m_answer->setObjectName(QStringLiteral("answer"));
    m_hole->setObjectName(QStringLiteral("hole"));
    m_place->setObjectName(QStringLiteral("place"));
    m_address->setPlaceholderText(tr("Address, as 7ff61000 or 1000+20"));
    m_address->setToolTip(tr("Go to an address (Ctrl+G): hex numbers with + and -"));
    m_address->setAccessibleName(tr("Address"));
    m_address->setFont(theme::fixedFont());
    m_address->setClearButtonEnabled(true);
    m_regionsButton->setText(tr("Regions"));
    m_regionsButton->setToolTip(tr("Jump to a region (Ctrl+R)"));
    m_regionsButton->setPopupMode(QToolButton::InstantPopup);
    m_regionsButton->setArrowType(Qt::DownArrow);
    m_regionsButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    for (const double hz : {0.0, 1.0, 2.0, 10.0, 30.0, 60.0})
        m_rateBox->addItem(rateText(hz), hz);
    m_rateBox->setCurrentIndex(m_rateBox->findData(m_feed->rate()));
    m_rateBox->setToolTip(tr("How often the visible bytes are read"));
    m_rateBox->setAccessibleName(tr("Rate"));
    m_place->setFont(theme::fixedFont());
    m_place->setContentsMargins(6, 0, 6, 0);
    m_access->setContentsMargins(6, 0, 6, 0);
    m_place->setTextFormat(Qt::PlainText);
    m_refreshButton->setIcon(icon(Sign::Refresh));
    m_refreshButton->setToolTip(tr("Read again (F5)"));
    m_refreshButton->setAccessibleName(tr("Read again"));
    m_refreshButton->setAutoRaise(true);

    auto *header = new QHBoxLayout;
    header->setContentsMargins(4, 3, 4, 3);
    header->addWidget(m_address, 1);
    header->addWidget(m_regionsButton);
    header->addWidget(m_rateBox);
    header->addWidget(m_place);
    header->addWidget(m_access);
    header->addWidget(m_refreshButton);
    static_cast<QVBoxLayout *>(layout())->addLayout(header);
}

void MemoryTab::connectParts()
{
    connect(m_address, &QLineEdit::returnPressed, this, &MemoryTab::goToTyped);
    connect(m_regionsButton, &QToolButton::clicked, this, &MemoryTab::chooseRegion);
    auto *shortcut = new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_R), this);
    shortcut->setContext(Qt::WidgetWithChildrenShortcut);
    connect(shortcut, &QShortcut::activated, this, &MemoryTab::chooseRegion);
    connect(m_picker, &RegionPicker::picked, this, &MemoryTab::goTo);
    connect(m_rateBox, &QComboBox::activated, this, [this] { setRate(m_rateBox->currentData().toDouble()); });
    connect(m_refreshButton, &QToolButton::clicked, this, &MemoryTab::refresh);

    connect(m_view, &HexView::cursorMoved, this, [this] {
        m_message.clear();
        showPlace();
        announceCursor();
        emit statusChanged(status());
    });
    connect(m_view, &HexView::selectionChanged, this, [this] { emit statusChanged(status()); });
    connect(m_view, &HexView::visibleRangeChanged, this, &MemoryTab::showHole);
    connect(m_view, &HexView::editRequested, this, &MemoryTab::write);
    connect(m_view, &HexView::inputRefused, this, &MemoryTab::setMessage);
    connect(m_view, &HexView::copyRequested, this, &MemoryTab::copyRange);
    connect(m_feed, &MemoryFeed::bytesArrived, this, &MemoryTab::announceCursor);
    connect(m_feed, &MemoryFeed::stateChanged, this, &MemoryTab::showFeedState);
    connect(m_state, &ErrorBar::actionTriggered, this, &MemoryTab::reopen);
    connect(m_answer, &ErrorBar::actionTriggered, this, [this] {
        m_answer->clear();
        if (const auto refused = std::exchange(m_refusedWrite, {}))
            write(refused->at, refused->expected, refused->bytes);
    });
    connect(&m_client, &Client::stateChanged, this, &MemoryTab::followConnection);
}

QString MemoryTab::title() const
{
    const SourceSpec &spec = m_source.spec;
    const QString process = tr("%1 %2")
                                .arg(spec.process.pid)
                                .arg(m_source.process ? fromUtf8(m_source.process->name) : QString())
                                .trimmed();
    QString text;
    switch (spec.kind) {
    case SourceKind::Section:
        text = tr("section %1").arg(fromUtf8(spec.name));
        break;
    case SourceKind::Process:
        text = tr("process %1").arg(process);
        break;
    case SourceKind::SharedSection:
        text = tr("%1 %2 in %3").arg(fromUtf8(spec.module), fromUtf8(spec.section), process);
        break;
    case SourceKind::File:
        text = tr("file %1").arg(fileName(spec.name));
        break;
    }
    return m_staleSince.isEmpty() ? text : tr("%1 (stale)").arg(text);
}

QString MemoryTab::status() const
{
    QStringList parts;
    if (!m_message.isEmpty())
        parts += m_message;
    if (const AddressRange selected = m_view->selection(); selected.size != 0) {
        parts += tr("selection %1..%2 (%3)")
                     .arg(shownAddress(selected.begin), shownAddress(selected.end() - 1),
                          selected.size == 1 ? tr("1 byte") : tr("%1 bytes").arg(countText(selected.size)));
    } else if (m_view->extent().size != 0) {
        parts += tr("at %1").arg(shownAddress(m_view->cursor()));
    }
    if (!m_staleSince.isEmpty())
        parts += tr("stale since %1").arg(m_staleSince);
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
    return addressText(address + m_source.base);
}

void MemoryTab::setMessage(const QString &message)
{
    m_message = message;
    emit statusChanged(status());
}

// Going places. -------------------------------------------------------------------------------------------------------

void MemoryTab::goTo(Address address)
{
    m_wasSent = true;
    m_view->goTo(address);
    m_view->setFocus();
}

void MemoryTab::focusAddressLine()
{
    m_address->setFocus();
    m_address->selectAll();
}

void MemoryTab::goToTyped()
{
    const auto typed = parseAddress(m_address->text().toStdString());
    if (!typed) {
        m_answer->showError(typed.error());
        return;
    }
    // Addresses are typed as they are shown; offsets from the start of a shared section are understood too.
    const AddressRange extent = m_source.extent;
    const bool isShown = *typed >= m_source.base && extent.contains(*typed - m_source.base);
    if (!isShown && !extent.contains(*typed)) {
        m_answer->showError({.kind = ErrorKind::OutOfRange,
                             .operation = "go to",
                             .object = shownAddress(*typed - m_source.base).toStdString(),
                             .meaning = extent.size == 0
                                            ? tr("there are no bytes here").toStdString()
                                            : tr("this source ends before it: it reaches from %1 to %2")
                                                  .arg(shownAddress(extent.begin), shownAddress(extent.end() - 1))
                                                  .toStdString()});
        return;
    }
    m_answer->clear();
    goTo(isShown ? *typed - m_source.base : *typed);
}

void MemoryTab::chooseRegion()
{
    m_picker->setRegions(m_regions, m_source.base);
    m_picker->popUp(*m_regionsButton, m_view->cursor());
}

// Staying live. -------------------------------------------------------------------------------------------------------

void MemoryTab::setPaused(bool paused)
{
    m_feed->setPaused(paused);
    emit statusChanged(status());
}

void MemoryTab::setRate(double hz)
{
    int index = m_rateBox->findData(hz);
    if (index < 0) {
        m_rateBox->addItem(rateText(hz), hz);
        index = m_rateBox->count() - 1;
    }
    m_rateBox->setCurrentIndex(index);
    m_feed->setRate(hz);
    emit statusChanged(status());
}

void MemoryTab::refresh()
{
    if (!m_staleSince.isEmpty() && m_client.state() == Client::State::Connected) {
        reopen();
        return;
    }
    m_feed->refresh();
    loadRegions();
}

void MemoryTab::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_feed->setShown(true);
}

void MemoryTab::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_feed->setShown(false);
}

void MemoryTab::followConnection()
{
    if (m_client.state() == Client::State::Connected) {
        reopen();
    } else if (m_client.state() == Client::State::Lost) {
        m_source.source = 0; // it went with its session
        m_feed->setSource(m_source);
        goStale(m_client.lastError());
    }
}

void MemoryTab::reopen()
{
    if (m_client.state() != Client::State::Connected) {
        m_client.connectNow();
        return;
    }
    if (std::exchange(m_isReopening, true))
        return;
    // The old one, where it is still open, is of no more use: what it names is gone.
    if (const SourceId old = std::exchange(m_source.source, 0); old != 0)
        m_client.call(CloseSource{old}, &m_client, [](const Result<Done> &) {});
    // The tab may be closed before the answer comes; then nobody else would close what was opened.
    m_client.call(OpenSource{m_source.spec, m_source.access}, &m_client,
                  [&client = m_client, tab = QPointer(this)](const Result<SourceInfo> &reply) {
                      const SourceId opened = reply ? reply->source : 0;
                      if (tab)
                          tab->takeReopened(reply);
                      else if (opened != 0)
                          client.call(CloseSource{opened}, &client, [](const Result<Done> &) {});
                  });
}

void MemoryTab::takeReopened(const Result<SourceInfo> &reply)
{
    m_isReopening = false;
    if (reply)
        takeSource(*reply);
    else
        goStale(reply.error());
}

void MemoryTab::takeSource(const SourceInfo &source)
{
    if (source.extent != m_source.extent)
        m_view->setExtent(source.extent);
    m_view->setBase(source.base);
    m_source = source;
    m_feed->setSource(source);
    m_view->setWritable(m_wantsWritable && source.access != Access::Read);
    endStale();
    showAccess();
    loadRegions();
}

void MemoryTab::showFeedState()
{
    if (const auto &failure = m_feed->failure())
        goStale(*failure);
    else if (m_source.source != 0)
        endStale();
    emit statusChanged(status());
}

void MemoryTab::goStale(const Error &error)
{
    if (m_staleSince.isEmpty()) {
        m_staleSince = QTime::currentTime().toString(QStringLiteral("HH:mm:ss"));
        emit titleChanged(title());
    }
    const QString why = fromUtf8(toText(error));
    const QString text = tr("Stale since %1. %2").arg(m_staleSince, why);
    if (!m_state->isVisibleTo(this) || m_state->text() != text) {
        m_state->showText(text, ErrorBar::Level::Error);
        m_state->offer(m_client.state() == Client::State::Lost ? tr("Reconnect") : tr("Open again"));
    }
    emit statusChanged(status());
}

void MemoryTab::endStale()
{
    if (m_staleSince.isEmpty())
        return;
    m_staleSince.clear();
    m_state->clear();
    emit titleChanged(title());
    emit statusChanged(status());
}

void MemoryTab::announceCursor()
{
    emit cursorChanged(m_view->cursor(), m_view->imageAt(m_view->cursor(), aroundBytes));
}

// Regions. ------------------------------------------------------------------------------------------------------------

void MemoryTab::loadRegions()
{
    const SourceId source = m_source.source;
    m_client.call(ListRegions{source}, this, [this, source](Result<RegionList> reply) {
        if (source != m_source.source)
            return;
        m_regionsError.reset();
        if (reply)
            m_regions = std::move(reply->regions);
        else
            m_regionsError = std::move(reply.error()); // shown where the protection would stand
        if (reply && !std::exchange(m_wasSent, true))
            goToStart();
        showPlace();
        showHole();
    });
}

// A process begins with a page that is never there: start with its own program, or else with anything readable.
void MemoryTab::goToStart()
{
    const QString program = m_source.process ? fromUtf8(m_source.process->name) : QString();
    const auto isReadable = [](const Region &region) { return region.isReadable(); };
    const auto isProgram = [&](const Region &region) {
        return region.isReadable() && !program.isEmpty() &&
               fileName(region.mapped).compare(program, Qt::CaseInsensitive) == 0;
    };
    const auto isImage = [](const Region &region) { return region.isReadable() && region.type == RegionType::Image; };

    const Address begin = m_source.extent.begin;
    const bool isThere = m_view->cursor() != begin || m_view->visibleRange().begin != begin; // the user was faster
    if (m_regions.empty() || m_source.spec.kind != SourceKind::Process || isThere)
        return;
    auto found = std::ranges::find_if(m_regions, isProgram);
    if (found == m_regions.end())
        found = std::ranges::find_if(m_regions, isImage);
    if (found == m_regions.end())
        found = std::ranges::find_if(m_regions, isReadable);
    if (found != m_regions.end())
        m_view->goTo(found->range.begin);
}

const Region *MemoryTab::regionAt(Address address) const
{
    const auto next =
        std::ranges::upper_bound(m_regions, address, {}, [](const Region &region) { return region.range.begin; });
    if (next == m_regions.begin())
        return nullptr;
    const Region &before = *std::prev(next);
    return before.range.contains(address) ? &before : nullptr;
}

// What the bytes under the cursor lie in, in the header.
void MemoryTab::showPlace()
{
    if (m_regionsError) {
        m_place->setText(tr("regions unknown"));
        m_place->setToolTip(fromUtf8(toText(*m_regionsError)));
        return;
    }
    const Region *region = regionAt(m_view->cursor());
    if (region == nullptr) {
        m_place->setText(m_regions.empty() ? QString() : tr("no memory"));
        m_place->setToolTip(m_regions.empty() ? QString() : tr("Nothing is mapped under the cursor"));
        return;
    }
    m_place->setText(regionText(*region));
    m_place->setToolTip(tr("%1 to %2, %3\n%4")
                            .arg(shownAddress(region->range.begin), shownAddress(region->range.end() - 1),
                                 sizeText(region->range.size), fromUtf8(region->mapped))
                            .trimmed());
}

// Where nothing in sight can be read, a line says what is there instead.
void MemoryTab::showHole()
{
    const AddressRange visible = m_view->visibleRange();
    const bool sees = std::ranges::any_of(m_regions, [&](const Region &region) {
        return region.isReadable() && intersect(region.range, visible).size != 0;
    });
    if (m_regions.empty() || visible.size == 0 || sees) {
        m_hole->hide();
        return;
    }
    QString text;
    if (const Region *region = regionAt(visible.begin)) {
        text = tr("Unreadable: %1 to %2 is %3 %4.")
                   .arg(shownAddress(region->range.begin), shownAddress(region->range.end() - 1), regionText(*region),
                        fromUtf8(region->mapped));
        text.replace(QStringLiteral(" ."), QStringLiteral("."));
    } else {
        const auto above =
            std::ranges::upper_bound(m_regions, visible.begin, {}, [](const Region &each) { return each.range.begin; });
        const Address begin = above == m_regions.begin() ? m_source.extent.begin : std::prev(above)->range.end();
        const Address end = above == m_regions.end() ? m_source.extent.end() : above->range.begin;
        text = tr("Unreadable: nothing is mapped from %1 to %2.").arg(shownAddress(begin), shownAddress(end - 1));
    }
    const auto next = std::ranges::find_if(
        m_regions, [&](const Region &region) { return region.isReadable() && region.range.begin >= visible.end(); });
    if (next != m_regions.end())
        text += tr(" The next readable region begins at %1 (Ctrl+R lists all).").arg(shownAddress(next->range.begin));
    else
        text += tr(" Nothing readable follows (Ctrl+R lists all regions).");
    m_hole->setText(text);
    m_hole->show();
}

// Writing. ------------------------------------------------------------------------------------------------------------

bool MemoryTab::isWritable() const
{
    return m_view->isWritable();
}

void MemoryTab::setWritable(bool writable)
{
    m_wantsWritable = writable;
    const auto request = ++m_accessRequest;
    const Access wanted = writable ? Access::ReadWrite : Access::Read;
    if (!writable)
        m_view->setWritable(false); // at once, whatever the session says
    if (m_source.access == Access::Copy || m_source.source == 0) {
        m_view->setWritable(writable && m_source.source != 0);
        showAccess();
        return;
    }
    m_client.call(SetSourceAccess{m_source.source, wanted}, this,
                  [this, request, writable](const Result<SourceInfo> &reply) {
                      if (reply && reply->source == m_source.source)
                          m_source = *reply;
                      if (request != m_accessRequest)
                          return;
                      if (!reply) {
                          m_wantsWritable = false;
                          m_answer->showError(reply.error());
                      }
                      m_view->setWritable(reply.has_value() && writable);
                      showAccess();
                      loadRegions(); // a section's new view has another protection
                  });
}

void MemoryTab::showAccess()
{
    const bool open = m_view->isWritable();
    QString text = tr("read-only");
    QString tip = tr("Typing changes nothing; the padlock opens it for writing");
    if (m_source.access == Access::Copy) {
        text = open ? tr("private copy, writable") : tr("private copy");
        tip = tr("Opened copy-on-write: what is written here nobody else sees");
    } else if (open) {
        text = tr("WRITABLE");
        tip = tr("Typing writes into %1").arg(title());
    }
    if (!m_source.refused.empty()) {
        QStringList rights;
        for (const auto &right : m_source.refused)
            rights += fromUtf8(right);
        tip += tr("\nRefused by the system: %1").arg(rights.join(QStringLiteral(", ")));
    }
    m_access->setText(text);
    m_access->setToolTip(tip);
    QPalette colors;
    colors.setResolveMask(0);
    if (open)
        colors.setColor(QPalette::WindowText, theme::color(theme::Role::WriteFrame, palette()));
    m_access->setPalette(colors);
    emit statusChanged(status());
}

void MemoryTab::write(Address at, const Bytes &expected, const Bytes &bytes)
{
    const SourceId source = m_source.source;
    m_client.call(WriteMemory{.source = source, .address = at, .expected = expected, .bytes = bytes}, this,
                  [this, source, at, expected, bytes](const Result<WriteReply> &reply) {
                      m_refusedWrite.reset();
                      if (!reply)
                          m_answer->showError(reply.error());
                      else if (source == m_source.source) // else it is another source's view by now
                          showWritten(*reply, at, expected, bytes);
                  });
}

void MemoryTab::showWritten(const WriteReply &reply, Address at, const Bytes &expected, const Bytes &bytes)
{
    const QString place = shownAddress(at);
    m_view->updateImage({.address = at, .bytes = reply.after, .time = wallClock()});
    announceCursor();
    switch (reply.outcome) {
    case WriteOutcome::Verified:
        m_answer->clear();
        setMessage(tr("%1: %2 \u2192 %3 verified").arg(place, bytesText(reply.before), bytesText(reply.after)));
        if (!reply.note.empty())
            m_answer->showText(fromUtf8(reply.note), ErrorBar::Level::Warning);
        return;
    case WriteOutcome::Changed:
        m_refusedWrite = RefusedWrite{at, reply.after, bytes};
        m_answer->showText(tr("%1 changed from %2 to %3 meanwhile; %4 was not written.")
                               .arg(place, bytesText(expected), bytesText(reply.after), bytesText(bytes)),
                           ErrorBar::Level::Warning);
        m_answer->offer(tr("Write anyway"));
        return;
    case WriteOutcome::Overwritten:
        QString text = tr("%1: %2 was written, but reading back gave %3: the target wrote there meanwhile.")
                           .arg(place, bytesText(bytes), bytesText(reply.after));
        if (!reply.note.empty())
            text += QLatin1Char(' ') + fromUtf8(reply.note);
        m_answer->showText(text, ErrorBar::Level::Warning);
        return;
    }
}

void MemoryTab::copyRange(AddressRange range)
{
    if (range.size > largestCopy) {
        m_answer->showError({.kind = ErrorKind::OutOfRange,
                             .operation = "copy",
                             .object = tr("%1 bytes").arg(countText(range.size)).toStdString(),
                             .meaning = tr("at most %1 fit the clipboard").arg(sizeText(largestCopy)).toStdString()});
        return;
    }
    m_client.call(ReadMemory{m_source.source, {range}}, this, [this](const Result<MemoryImages> &reply) {
        if (!reply)
            m_answer->showError(reply.error());
        else if (!reply->images.empty())
            m_view->copyImage(reply->images.front());
    });
}

} // namespace ipclens
