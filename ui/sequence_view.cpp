#include "ui/sequence_view.h"

#include "core/traffic/message_text.h"
#include "ui/curve_colours.h"
#include "ui/number_text.h"
#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>

#include <algorithm>

namespace ipclens {
namespace {

constexpr int longestSide = 32'767;  // of a picture, that a painter takes
constexpr int mostPixels = 64 << 20; // of a picture
constexpr int arrowHead = 6; // pixels
constexpr int wheelRows = 3;

QString messageText(const MessageView &message)
{
    if (!message.isCopied())
        return QStringLiteral("%1 0x%2 0x%3")
            .arg(fromUtf8(message.name))
            .arg(message.wParam, 0, 16)
            .arg(message.lParam, 0, 16);
    const auto what = QStringLiteral("id %1, %2").arg(message.id).arg(sizeText(message.size));
    const auto said = fromUtf8(summary(message, 60));
    return said.isEmpty() ? what : QStringLiteral("%1: %2").arg(what, said);
}

QString answerText(const MessageView &message)
{
    const auto took =
        QString::number(static_cast<double>(message.duration) / 1e6, 'f', message.duration < 10'000'000 ? 3 : 1);
    if (message.failure)
        return SequenceView::tr("failed after %1 ms: %2").arg(took, fromUtf8(message.failure->meaning));
    return SequenceView::tr("result %1, %2 ms").arg(message.result).arg(took);
}

} // namespace

SequenceView::SequenceView(const MessageModel &model, QWidget *parent)
    : QAbstractScrollArea(parent), m_model(model),
      m_feed(new MessageFeed(
          model, [this](MessageStore::Index, const MessageView &message) { note(message); }, this))
{
    setAccessibleName(tr("Sequence diagram"));
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    viewport()->setAutoFillBackground(false);
    m_feed->setOn(false);
    connect(m_feed, &MessageFeed::restarted, this, [this] {
        m_lifelines.clear();
        m_places.clear();
    });
    connect(m_feed, &MessageFeed::gave, this, [this] {
        updateScrollBars();
        viewport()->update();
    });
    const auto changed = [this] {
        updateScrollBars();
        viewport()->update();
    };
    connect(&model, &QAbstractItemModel::rowsInserted, this, changed);
    connect(&model, &QAbstractItemModel::rowsRemoved, this, changed);
    connect(&model, &QAbstractItemModel::modelReset, this, changed);
    connect(&model, &QAbstractItemModel::layoutChanged, this, changed);
    connect(&model, &QAbstractItemModel::dataChanged, viewport(), qOverload<>(&QWidget::update));
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        m_followsTail = value >= verticalScrollBar()->maximum();
        viewport()->update();
    });
    connect(horizontalScrollBar(), &QScrollBar::valueChanged, viewport(), qOverload<>(&QWidget::update));
}

// Lifelines. ----------------------------------------------------------------------------------------------------------

std::string SequenceView::keyOf(const ProcessKey &process, std::string_view name, bool isSender)
{
    if (process.pid == 0)
        return isSender ? "?sender" : "?receiver";
    std::string key(name);
    key.append(reinterpret_cast<const char *>(&process.pid), sizeof process.pid);
    key.append(reinterpret_cast<const char *>(&process.created), sizeof process.created);
    return key;
}

std::size_t SequenceView::lifelineOf(const ProcessKey &process, std::string_view name, bool isSender)
{
    const auto key = keyOf(process, name, isSender);
    if (const auto found = m_places.find(key); found != m_places.end())
        return found->second;
    if (m_lifelines.size() > mostLifelines)
        return mostLifelines;
    Lifeline lifeline;
    if (m_lifelines.size() == mostLifelines)
        lifeline = {tr("all others"), true};
    else if (process.pid == 0)
        lifeline = {isSender ? tr("unknown sender") : tr("unknown receiver"), true};
    else
        lifeline = {QStringLiteral("%1 %2").arg(name.empty() ? tr("process") : fromUtf8(name)).arg(process.pid), false};
    m_lifelines.push_back(std::move(lifeline));
    if (m_lifelines.size() <= mostLifelines)
        m_places.emplace(key, m_lifelines.size() - 1);
    return m_lifelines.size() - 1;
}

std::optional<std::size_t> SequenceView::known(const ProcessKey &process, std::string_view name, bool isSender) const
{
    if (const auto found = m_places.find(keyOf(process, name, isSender)); found != m_places.end())
        return found->second;
    return m_lifelines.size() > mostLifelines ? std::optional(mostLifelines) : std::nullopt;
}

void SequenceView::note(const MessageView &message)
{
    lifelineOf(message.sender, message.senderName, true);
    lifelineOf(message.receiver, message.receiverName, false);
}

// Geometry. -----------------------------------------------------------------------------------------------------------

int SequenceView::rowHeight() const
{
    return fontMetrics().height() * 2 + 14;
}

int SequenceView::headerHeight() const
{
    return fontMetrics().height() + 12;
}

int SequenceView::gutterWidth() const
{
    return fontMetrics().horizontalAdvance(QStringLiteral("00:00:00.000000")) + 16;
}

int SequenceView::spacing() const
{
    const auto count = static_cast<int>(std::max<std::size_t>(m_lifelines.size(), 1));
    const int least = fontMetrics().averageCharWidth() * 30;
    return std::max(least, (viewport()->width() - gutterWidth()) / count);
}

int SequenceView::xOf(std::size_t lifeline) const
{
    return gutterWidth() + spacing() * static_cast<int>(lifeline) + spacing() / 2;
}

int SequenceView::contentWidth() const
{
    return gutterWidth() + spacing() * static_cast<int>(m_lifelines.size());
}

int SequenceView::visibleRows() const
{
    return std::max(1, (viewport()->height() - headerHeight()) / rowHeight());
}

int SequenceView::firstRow() const
{
    return verticalScrollBar()->value();
}

int SequenceView::rowAt(const QPoint &at) const
{
    if (at.y() < headerHeight())
        return -1;
    const int row = firstRow() + (at.y() - headerHeight()) / rowHeight();
    return row < m_model.rowCount() ? row : -1;
}

void SequenceView::updateScrollBars()
{
    const bool follows = m_followsTail;
    verticalScrollBar()->setPageStep(visibleRows());
    verticalScrollBar()->setRange(0, std::max(0, m_model.rowCount() - visibleRows()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(fontMetrics().averageCharWidth() * 4);
    horizontalScrollBar()->setRange(0, std::max(0, contentWidth() - viewport()->width()));
    if (follows && !m_current)
        verticalScrollBar()->setValue(verticalScrollBar()->maximum());
}

// Selecting. ----------------------------------------------------------------------------------------------------------

std::optional<SequenceView::Index> SequenceView::current() const
{
    return m_current && m_model.rowOfIndex(*m_current) >= 0 ? m_current : std::nullopt;
}

void SequenceView::setCurrent(std::optional<Index> index)
{
    if (index == m_current)
        return;
    m_current = index;
    const int row = index ? m_model.rowOfIndex(*index) : -1;
    if (row >= 0 && (row < firstRow() || row >= firstRow() + visibleRows()))
        verticalScrollBar()->setValue(row - visibleRows() / 2);
    if (row >= 0) {
        const auto message = m_model.messageAt(row);
        setAccessibleDescription(tr("From %1 to %2: %3. %4")
                                     .arg(MessageModel::senderText(message), fromUtf8(message.receiverName),
                                          messageText(message),
                                          message.isAnswered ? answerText(message) : tr("no answer")));
    }
    viewport()->update();
}

void SequenceView::goToRow(int row)
{
    row = std::clamp(row, 0, m_model.rowCount() - 1);
    if (row < 0)
        return;
    if (row < firstRow())
        verticalScrollBar()->setValue(row);
    else if (row >= firstRow() + visibleRows())
        verticalScrollBar()->setValue(row - visibleRows() + 1);
    setCurrent(m_model.indexOfRow(row));
    emit currentChanged(*m_current);
}

void SequenceView::keyPressEvent(QKeyEvent *event)
{
    const int row = m_current ? m_model.rowOfIndex(*m_current) : -1;
    const auto step = [&](int by) { goToRow(row < 0 ? firstRow() : row + by); };
    switch (event->key()) {
    case Qt::Key_Up:
        step(-1);
        return;
    case Qt::Key_Down:
        step(1);
        return;
    case Qt::Key_PageUp:
        step(-visibleRows());
        return;
    case Qt::Key_PageDown:
        step(visibleRows());
        return;
    case Qt::Key_Home:
        goToRow(0);
        return;
    case Qt::Key_End:
        goToRow(m_model.rowCount() - 1);
        return;
    case Qt::Key_Left:
        horizontalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
        return;
    case Qt::Key_Right:
        horizontalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepAdd);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void SequenceView::mousePressEvent(QMouseEvent *event)
{
    if (const int row = rowAt(event->position().toPoint()); row >= 0 && event->button() == Qt::LeftButton)
        goToRow(row);
}

void SequenceView::wheelEvent(QWheelEvent *event)
{
    const auto turned = event->angleDelta();
    if ((event->modifiers() & Qt::ShiftModifier) || std::abs(turned.x()) > std::abs(turned.y())) {
        auto *bar = horizontalScrollBar();
        bar->setValue(bar->value() - (turned.x() != 0 ? turned.x() : turned.y()) / 2);
    } else {
        auto *bar = verticalScrollBar();
        const int rows = turned.y() * wheelRows / 120;
        bar->setValue(bar->value() - (rows != 0 ? rows : turned.y() > 0 ? 1 : -1));
    }
    event->accept();
}

// Painting. -----------------------------------------------------------------------------------------------------------

void SequenceView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    paintPage(painter, viewport()->rect(), firstRow(), horizontalScrollBar()->value());
}

void SequenceView::paintPage(QPainter &painter, const QRect &area, int firstRow, int left) const
{
    painter.fillRect(area, palette().color(QPalette::Base));
    painter.setFont(font());
    if (m_model.rowCount() == 0) {
        painter.setPen(theme::color(theme::Role::Muted, palette()));
        painter.drawText(area.adjusted(12, headerHeight(), -12, -12), Qt::AlignCenter | Qt::TextWordWrap,
                         m_model.store().isEmpty()
                             ? tr("No message yet. Arrows appear between processes as messages come: those that a "
                                  "relay or a tap sees have both ends.")
                             : tr("No message matches the filter of the list"));
        return;
    }
    const QRect body = area.adjusted(0, headerHeight(), 0, 0);
    painter.save();
    painter.setClipRect(body);
    int y = body.top();
    for (int row = firstRow; row < m_model.rowCount() && y <= body.bottom(); ++row, y += rowHeight())
        paintRow(painter, {area.left(), y, area.width(), rowHeight()}, row, left);
    painter.restore();
    paintHeader(painter, {area.left(), area.top(), area.width(), headerHeight()}, left);
}

void SequenceView::paintHeader(QPainter &painter, const QRect &area, int left) const
{
    painter.fillRect(area, theme::color(theme::Role::HeaderFill, palette()));
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.setPen(palette().color(QPalette::Text));
    painter.drawText(QRect(area.left() + 8, area.top(), gutterWidth() - 8, area.height()), Qt::AlignVCenter,
                     tr("Time"));
    painter.setClipRect(area.adjusted(gutterWidth(), 0, 0, 0));
    for (std::size_t i = 0; i < m_lifelines.size(); ++i) {
        const QRect place(area.left() + xOf(i) - spacing() / 2 + 4 - left, area.top(), spacing() - 8, area.height());
        if (place.right() < area.left() || place.left() > area.right())
            continue;
        painter.setPen(m_lifelines[i].isUnknown ? theme::color(theme::Role::Muted, palette())
                                                : palette().color(QPalette::Text));
        painter.drawText(place, Qt::AlignCenter,
                         fontMetrics().elidedText(m_lifelines[i].name, Qt::ElideMiddle, place.width()));
    }
    painter.setClipping(false);
}

void SequenceView::paintRow(QPainter &painter, const QRect &row, int number, int left) const
{
    const auto message = m_model.messageAt(number);
    const bool isCurrent = m_current && m_model.indexOfRow(number) == *m_current;
    const QColor text = palette().color(isCurrent ? QPalette::HighlightedText : QPalette::Text);
    if (isCurrent)
        painter.fillRect(row, palette().color(QPalette::Highlight));
    else if (number % 2 != 0)
        painter.fillRect(row, palette().color(QPalette::AlternateBase));

    painter.setPen(text);
    painter.drawText(QRect(row.left() + 8, row.top() + 2, gutterWidth() - 8, fontMetrics().height()), Qt::AlignVCenter,
                     MessageModel::timeText(message.time));
    painter.setPen(isCurrent ? text : theme::color(theme::Role::Muted, palette()));
    painter.drawText(
        QRect(row.left() + 8, row.top() + 4 + fontMetrics().height(), gutterWidth() - 8, fontMetrics().height()),
        Qt::AlignVCenter, tr("no. %1").arg(countText(message.sequence)));

    painter.save();
    painter.setClipRect(row.adjusted(gutterWidth(), 0, 0, 0), Qt::IntersectClip);
    painter.setPen(QPen(isCurrent ? text : theme::color(theme::Role::Muted, palette()), 1, Qt::DotLine));
    for (std::size_t i = 0; i < m_lifelines.size(); ++i) {
        const int x = row.left() + xOf(i) - left;
        if (x >= row.left() && x <= row.right())
            painter.drawLine(x, row.top(), x, row.bottom());
    }
    const auto sender = known(message.sender, message.senderName, true);
    const auto receiver = known(message.receiver, message.receiverName, false);
    if (sender && receiver) { // else they are still to be counted
        const int from = row.left() + xOf(*sender) - left, to = row.left() + xOf(*receiver) - left;
        const int line = fontMetrics().height();
        const int first = row.top() + line + 2, second = row.top() + 2 * line + 8;
        const QColor ink = isCurrent ? text : theme::curveColor(message.isCopied() ? 0 : 3, palette());
        const QColor wrong = isCurrent ? text : theme::color(theme::Role::ErrorText, palette());
        // The handler at work; the deeper inside of others, the further to the right.
        const int nested = static_cast<int>(std::min(message.depth, std::uint32_t{8})) * 4;
        if (message.isAnswered)
            painter.fillRect(QRect(to - 3 + nested, first, 6, second - first), ink);
        painter.setPen(QPen(ink, 1));
        paintArrow(painter, from, to, first, false);
        paintLabel(painter, from, to, first, messageText(message), text);
        if (message.isAnswered) {
            painter.setPen(QPen(message.failure ? wrong : ink, 1, Qt::DashLine));
            paintArrow(painter, to, from, second, true);
            paintLabel(painter, from, to, second, answerText(message), message.failure ? wrong : text);
        } else {
            paintLabel(painter, from, to, second,
                       message.senderWaits ? tr("no answer known") : tr("posted: nobody waits for an answer"),
                       isCurrent ? text : theme::color(theme::Role::Muted, palette()));
        }
    }
    painter.restore();
}

void SequenceView::paintArrow(QPainter &painter, int from, int to, int y, bool isAnswer) const
{
    const QPen pen = painter.pen();
    if (from == to) { // to itself: out and back
        const int out = from + spacing() / 4;
        painter.drawLine(from, y - 4, out, y - 4);
        painter.drawLine(out, y - 4, out, y);
        painter.drawLine(out, y, from, y);
    } else {
        painter.drawLine(from, y, to, y);
    }
    const int back = from <= to && from != to ? -arrowHead : arrowHead;
    painter.setPen(QPen(pen.color(), 1));
    const QPoint tip(to, y), upper(to + back, y - arrowHead / 2), lower(to + back, y + arrowHead / 2);
    if (isAnswer) {
        painter.drawLine(tip, upper);
        painter.drawLine(tip, lower);
    } else {
        painter.setBrush(pen.color());
        painter.drawPolygon(QPolygon({tip, upper, lower}));
        painter.setBrush(Qt::NoBrush);
    }
}

// Above the arrow, between its ends; the lifelines do not run through it.
void SequenceView::paintLabel(QPainter &painter, int from, int to, int y, const QString &text, const QColor &ink) const
{
    const int begin = std::min(from, to) + 10;
    const int room = from == to ? spacing() - 20 : std::abs(to - from) - 20;
    const auto shown =
        fontMetrics().elidedText(text, Qt::ElideRight, std::max(room, fontMetrics().averageCharWidth() * 8));
    const int width = fontMetrics().horizontalAdvance(shown);
    const int x = from == to ? begin : begin + std::max(0, (room - width) / 2);
    painter.setPen(ink);
    painter.drawText(x, y - 3 - (from == to ? 4 : 0), shown);
}

int SequenceView::rowsOfImage(int mostRows) const
{
    const int most = std::min(longestSide, mostPixels / widthOfImage()) - headerHeight();
    return std::max(0, std::min({mostRows, m_model.rowCount() - firstRow(), most / rowHeight()}));
}

int SequenceView::widthOfImage() const
{
    return std::clamp(contentWidth(), gutterWidth() + 200, longestSide);
}

QImage SequenceView::toImage(int mostRows) const
{
    const QSize size(widthOfImage(), headerHeight() + std::max(rowsOfImage(mostRows), 1) * rowHeight());
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    QPainter painter(&image);
    paintPage(painter, image.rect(), firstRow(), 0);
    return image;
}

void SequenceView::resizeEvent(QResizeEvent *event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateScrollBars();
}

void SequenceView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateScrollBars();
}

void SequenceView::showEvent(QShowEvent *event)
{
    QAbstractScrollArea::showEvent(event);
    m_feed->setOn(true);
    updateScrollBars();
}

void SequenceView::hideEvent(QHideEvent *event)
{
    QAbstractScrollArea::hideEvent(event);
    m_feed->setOn(false);
}

} // namespace ipclens
