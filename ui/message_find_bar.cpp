#include "ui/message_find_bar.h"

#include "core/text/hex.h"
#include "ui/number_text.h"
#include "ui/text_mark.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include <utility>

namespace ipclens {
namespace {

constexpr std::size_t bytesBetweenLooks = 1 << 20; // of payloads, between looks at the clock

} // namespace

MessageFindBar::MessageFindBar(const MessageModel &model, std::function<int()> current, QWidget *parent)
    : QWidget(parent), m_model(model), m_current(std::move(current)), m_kind(new QComboBox(this)),
      m_line(new QLineEdit(this)), m_note(new QLabel(this)), m_looking([this] { return lookOn(); }, this)
{
    m_kind->addItem(tr("Text"), Text);
    m_kind->addItem(tr("Bytes"), Hex);
    m_kind->addItem(tr("Filter"), Filter);
    m_kind->setAccessibleName(tr("What is looked for"));
    m_kind->setToolTip(tr("Text anywhere in a message, bytes of its payload in hex, or a filter as above"));
    m_line->setAccessibleName(tr("Find"));
    m_line->setPlaceholderText(tr("Find among the messages shown"));
    m_line->setClearButtonEnabled(true);
    m_line->setMinimumWidth(80);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setMinimumWidth(0);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    const auto button = [this](const QString &text, const QString &tip, auto act) {
        auto *made = new QToolButton(this);
        made->setText(text);
        made->setToolTip(tip);
        made->setAccessibleName(tip);
        made->setFocusPolicy(Qt::StrongFocus);
        connect(made, &QToolButton::clicked, this, act);
        return made;
    };
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(6, 2, 6, 2);
    row->addWidget(m_kind);
    row->addWidget(m_line, 2);
    row->addWidget(button(QStringLiteral("\u2191"), tr("Previous (Shift+F3)"), [this] { findPrevious(); }));
    row->addWidget(button(QStringLiteral("\u2193"), tr("Next (F3, Enter)"), [this] { findNext(); }));
    row->addWidget(m_note, 1);
    row->addWidget(button(QStringLiteral("\u2715"), tr("Close (Esc)"), [this] { close(); }));
    setFocusProxy(m_line);
    connect(m_line, &QLineEdit::textChanged, this, &MessageFindBar::check);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &MessageFindBar::check);
    // Rows that change places under the search: it begins anew when it is asked to.
    connect(&m_model, &QAbstractItemModel::modelAboutToBeReset, this, &MessageFindBar::stop);
    connect(&m_model, &QAbstractItemModel::layoutAboutToBeChanged, this, &MessageFindBar::stop);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { rowsWent(first, last - first + 1); });
    hide();
}

void MessageFindBar::open()
{
    show();
    m_line->setFocus(Qt::ShortcutFocusReason);
    m_line->selectAll();
}

void MessageFindBar::close()
{
    stop();
    hide();
    emit closed();
}

void MessageFindBar::say(const QString &text, bool isMistake)
{
    auto colours = palette();
    if (isMistake)
        colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, colours));
    m_note->setPalette(colours);
    m_note->setText(text);
    m_note->setToolTip(text);
}

Parsed<MessageFilter> MessageFindBar::filter() const
{
    const auto text = m_line->text().toStdString();
    switch (static_cast<Kind>(m_kind->currentData().toInt())) {
    case Text:
        return MessageFilter::parse(quotedLiteral(text));
    case Filter:
        return MessageFilter::parse(text);
    case Hex:
        break;
    }
    const auto bytes = fromHex(text);
    if (!bytes || bytes->empty())
        return std::unexpected(TextProblem{
            .offset = 0, .length = text.size(), .meaning = bytes ? "bytes are written 4d 79" : bytes.error().meaning});
    return MessageFilter::parse("payload contains " + toHex(*bytes, ":"));
}

void MessageFindBar::check()
{
    stop();
    const auto wanted = m_line->text().isEmpty() ? Parsed<MessageFilter>(MessageFilter()) : filter();
    markProblem(*m_line, wanted ? std::nullopt : std::optional(wanted.error()));
    say(wanted ? QString() : problemText(wanted.error(), m_line->text()), !wanted);
}

void MessageFindBar::find(bool backwards)
{
    stop();
    auto wanted = filter();
    const int count = m_model.rowCount();
    if (m_line->text().isEmpty() || !wanted || wanted->isEmpty()) {
        if (isHidden())
            open();
        return;
    }
    m_wanted = std::move(*wanted);
    m_step = backwards ? -1 : 1;
    m_start = m_current();
    m_row = m_start >= 0 ? m_start + m_step : backwards ? count - 1 : 0;
    m_left = count;
    say(tr("looking\u2026"), false);
    if (lookOn())
        m_looking.start();
}

// True: there is more to look at.
bool MessageFindBar::lookOn()
{
    QElapsedTimer timer;
    timer.start();
    const int count = m_model.rowCount();
    std::size_t bytes = 0;
    for (int looked = 1; m_left > 0; ++looked) {
        if (m_row < 0 || m_row >= count)
            m_row = m_step > 0 ? 0 : count - 1;
        const int row = std::exchange(m_row, m_row + m_step);
        --m_left;
        const auto message = m_model.messageAt(row);
        if (m_wanted.matches(message)) {
            const bool wrapped = m_start >= 0 && (m_step > 0 ? row <= m_start : row >= m_start);
            say(row == m_start ? tr("the only one") : wrapped ? tr("went on from the other end") : QString(), false);
            emit found(row);
            return false;
        }
        bytes += message.payload.size();
        if (looked % 64 != 0 && bytes < bytesBetweenLooks)
            continue;
        bytes = 0;
        if (timer.elapsed() >= IdleWork::pieceMilliseconds)
            return true;
    }
    say(tr("not found among %1 messages shown").arg(countText(static_cast<std::uint64_t>(count))), true);
    return false;
}

// The oldest messages are let go while the search goes on: it stays where it was.
void MessageFindBar::rowsWent(int first, int count)
{
    const auto moved = [=](int row) { return row >= first + count ? row - count : std::min(row, first); };
    m_row = moved(m_row);
    m_start = m_start < 0 ? m_start : moved(m_start);
    m_left = std::min(m_left, m_model.rowCount());
}

void MessageFindBar::stop()
{
    if (m_looking.isActive())
        say(tr("the list changed meanwhile"), false);
    m_looking.stop();
}

// Esc closes the bar, before the tab takes it as its own.
bool MessageFindBar::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape)
        event->accept();
    return QWidget::event(event);
}

void MessageFindBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        close();
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        find(event->modifiers().testFlag(Qt::ShiftModifier));
    else
        QWidget::keyPressEvent(event);
}

} // namespace ipclens
