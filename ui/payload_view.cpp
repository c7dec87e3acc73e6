#include "ui/payload_view.h"

#include "core/traffic/message_search.h"
#include "core/traffic/payload_fields.h"
#include "ui/filter_menu.h"
#include "ui/hex_view.h"
#include "ui/message_model.h"
#include "ui/number_text.h"
#include "ui/payload_json_page.h"
#include "ui/payload_layout_page.h"
#include "ui/payload_numbers_page.h"
#include "ui/payload_references_page.h"
#include "ui/payload_text_page.h"

#include <QLabel>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace ipclens {
namespace {

QString hex(std::uint64_t number)
{
    return QStringLiteral("0x") + QString::number(number, 16).toUpper();
}

QString byteCount(std::uint64_t count)
{
    return count == 1 ? PayloadView::tr("1 byte") : PayloadView::tr("%1 bytes").arg(countText(count));
}

} // namespace

PayloadView::PayloadView(QWidget *parent)
    : QWidget(parent), m_headline(new QLabel(this)), m_splitter(new QSplitter(this)), m_hex(new HexView(this)),
      m_pages(new QTabWidget(this)), m_numbers(new PayloadNumbersPage(this)), m_layout(new PayloadLayoutPage(this))
{
    m_headline->setTextFormat(Qt::PlainText);
    m_headline->setWordWrap(true);
    m_headline->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_headline->setFocusPolicy(Qt::NoFocus);

    m_hex->setWritable(false);
    m_hex->setAccessibleName(tr("Payload as bytes"));
    connect(m_hex, &HexView::visibleRangeChanged, this, &PayloadView::showBytes);
    connect(m_hex, &HexView::copyRequested, this, [this](AddressRange range) {
        showBytes(range);
        m_hex->copy();
    });
    connect(m_hex, &HexView::cursorMoved, m_numbers, &PayloadNumbersPage::setCursor);
    connect(m_hex, &HexView::menuRequested, this, &PayloadView::addToBytesMenu);

    m_pages->setDocumentMode(true);
    m_pages->setUsesScrollButtons(true);
    addPage(new PayloadTextPage(this), tr("Text"));
    addPage(new PayloadJsonPage(this), tr("JSON"));
    addPage(m_numbers, tr("Numbers"));
    addPage(m_layout, tr("Layout"));
    addPage(new PayloadReferencesPage(this), tr("Leads to"));
    m_wanted = m_pages->widget(0);
    connect(m_pages, &QTabWidget::currentChanged, this, &PayloadView::pageChosen);
    connect(m_layout, &PayloadLayoutPage::layoutChanged, this, &PayloadView::layoutChanged);

    m_splitter->addWidget(m_hex);
    m_splitter->addWidget(m_pages);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({600, 400});
    m_splitter->setChildrenCollapsible(false);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 2, 4, 4);
    layout->setSpacing(2);
    layout->addWidget(m_headline);
    layout->addWidget(m_splitter, 1);
    clear();
}

// Pages. --------------------------------------------------------------------------------------------------------------

void PayloadView::addPage(PayloadPage *page, const QString &title)
{
    m_pages->addTab(page, title);
    connect(page, &PayloadPage::openRequested, this, &PayloadView::openRequested);
    connect(page, &PayloadPage::filterRequested, this, &PayloadView::filterRequested);
    connect(page, &PayloadPage::plotRequested, this, &PayloadView::plotRequested);
    connect(page, &PayloadPage::bytesChosen, this,
            [this](AddressRange bytes) { m_hex->select(intersect(bytes, m_hex->extent())); });
}

PayloadPage *PayloadView::pageAt(int index) const
{
    return static_cast<PayloadPage *>(m_pages->widget(index));
}

// Pages that a message has nothing for are not offered; the one that the user chose comes back with the next that has.
void PayloadView::arrangePages()
{
    m_isArranging = true;
    for (int i = 0; i < m_pages->count(); ++i) {
        pageAt(i)->setShown(&m_shown);
        m_pages->setTabVisible(i, pageAt(i)->isFor(m_shown.message));
    }
    const auto wanted = m_pages->indexOf(m_wanted);
    m_pages->setCurrentIndex(m_pages->isTabVisible(wanted) ? wanted : 0);
    m_isArranging = false;
    pageAt(m_pages->currentIndex())->fillOnce();
}

void PayloadView::pageChosen()
{
    if (m_isArranging)
        return;
    m_wanted = m_pages->currentWidget();
    if (m_isShowing)
        pageAt(m_pages->currentIndex())->fillOnce();
}

void PayloadView::setUserLayout(const UserLayout &layout)
{
    m_layout->setUserLayout(layout);
}

// The message. --------------------------------------------------------------------------------------------------------

bool PayloadView::isShown(const MessageView &message) const
{
    const auto &now = m_shown.message;
    return m_isShowing && message.sequence == now.sequence && message.time == now.time && message.inbox == now.inbox &&
           message.kind == now.kind && message.id == now.id && message.wParam == now.wParam &&
           message.lParam == now.lParam && message.sender == now.sender && message.senderName == now.senderName &&
           message.size == now.size && std::ranges::equal(message.references, now.references) &&
           std::ranges::equal(message.payload, now.payload);
}

void PayloadView::showMessage(const MessageView &message, std::optional<Message> previous)
{
    if (isShown(message) && previous == m_shown.previous) {
        MessageView other = message; // without what has not changed
        other.payload = {};
        other.references = {};
        m_shown.message.outcome = other.toMessage().outcome;
        m_comment = message.comment();
        m_headline->setText(headline());
        return;
    }
    m_shown = {.message = message.toMessage(), .previous = std::move(previous)};
    m_comment = message.comment();
    m_isShowing = true;
    m_splitter->show();
    m_headline->setText(headline());
    m_headline->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_headline->setForegroundRole(QPalette::WindowText);
    m_hex->setExtent({0, m_shown.message.payload.size()});
    m_hex->goTo(0);
    showBytes(m_hex->visibleRange());
    arrangePages();
}

void PayloadView::clear()
{
    m_shown = {};
    m_isShowing = false;
    for (int i = 0; i < m_pages->count(); ++i)
        pageAt(i)->setShown(nullptr);
    m_headline->setText(tr("Select a message to see its payload as bytes and text"));
    m_headline->setAlignment(Qt::AlignCenter); // it has all the room
    m_headline->setForegroundRole(QPalette::PlaceholderText);
    m_splitter->hide();
    m_hex->setExtent({0, 0});
}

void PayloadView::showBytes(AddressRange range)
{
    const auto &message = m_shown.message;
    range = intersect(range, {0, message.payload.size()});
    if (!m_isShowing || range.size == 0)
        return;
    MemoryImage image;
    image.address = range.begin;
    image.bytes = toBytes(std::span(message.payload).subspan(range.begin, range.size));
    image.time = message.time;
    m_hex->showImage(image);
}

void PayloadView::addToBytesMenu(QMenu *menu)
{
    auto range = m_hex->selection();
    if (range.size == 0)
        range = {m_hex->cursor(), 1};
    const auto test = bytesFilter(range, m_shown.message.payload, "payload");
    if (!test.empty())
        addFilterMenu(*menu, fromUtf8(test),
                      [this](const auto &sign, const auto &text) { emit filterRequested(sign, text); });
}

QString PayloadView::headline() const
{
    const auto &message = m_shown.message;
    const auto kind = toText(message.kind);
    QStringList parts{tr("No. %1").arg(countText(message.sequence)), MessageModel::timeText(message.time)};
    if (message.kind == MessageKind::CopyData) {
        parts += tr("WM_COPYDATA id %1 (%2)").arg(message.id).arg(hex(message.id));
        parts += tr("from %1, window %2 (claimed, not verified)")
                     .arg(MessageModel::senderText(message), hex(message.senderWindow));
        if (message.nullData)
            parts += tr("data NULL, size says %1").arg(byteCount(message.size));
        else if (message.isTruncated())
            parts += tr("cut: first %1 of %2 kept").arg(byteCount(message.payload.size()), byteCount(message.size));
        else
            parts += byteCount(message.size);
    } else {
        parts += tr("%1 message %2 (%3)").arg(fromUtf8(kind), fromUtf8(message.name), hex(message.id));
    }
    if (!message.receiverName.empty())
        parts += tr("to %1").arg(MessageModel::receiverText(message));
    if (const auto &outcome = message.outcome) {
        const auto given =
            tr("given %1 after %2").arg(outcome->result).arg(MessageModel::durationText(outcome->duration));
        parts += outcome->failure ? tr("%1: %2").arg(given, fromUtf8(ipclens::toText(*outcome->failure))) : given;
    }
    if (message.depth > 0)
        parts += tr("inside of %1 others").arg(message.depth);
    if (!message.senderWaits)
        parts += tr("posted");
    if (!m_comment.empty())
        parts += tr("\u201c%1\u201d").arg(fromUtf8(m_comment).simplified());
    return parts.join(QStringLiteral("  \u00b7  "));
}

} // namespace ipclens
