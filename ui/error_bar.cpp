#include "ui/error_bar.h"

#include "ui/theme.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

namespace ipclens {

ErrorBar::ErrorBar(QWidget *parent)
    : QFrame(parent), m_row(new QHBoxLayout(this)), m_icon(new QLabel(this)), m_text(new QLabel(this)),
      m_action(new QToolButton(this)), m_close(new QToolButton(this))
{
    setAutoFillBackground(true);
    setFrameShape(QFrame::NoFrame);
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_action->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_action->hide();
    m_close->setAutoRaise(true);
    m_close->setText(QStringLiteral("\u2715"));
    m_close->setToolTip(tr("Hide this message"));
    m_close->setAccessibleName(tr("Hide this message"));

    m_row->setContentsMargins(8, 4, 4, 4);
    m_row->addWidget(m_icon, 0, Qt::AlignTop);
    m_row->addWidget(m_text, 1);
    m_row->addWidget(m_action);
    m_row->addWidget(m_close);

    connect(m_close, &QToolButton::clicked, this, &ErrorBar::clear);
    connect(m_action, &QToolButton::clicked, this, &ErrorBar::actionTriggered);
    hide();
}

void ErrorBar::showError(const Error &error)
{
    showText(QString::fromStdString(toText(error)), Level::Error);
}

void ErrorBar::showText(const QString &text, Level level)
{
    m_level = level;
    m_text->setText(text);
    // Screen readers say the level, which eyes see from the sign.
    setAccessibleName(level == Level::Error ? tr("Error: %1").arg(text) : tr("Warning: %1").arg(text));
    m_action->hide();
    dropOffers();
    paintLevel();
    show();
}

void ErrorBar::offer(const QString &action)
{
    m_action->setText(action);
    m_action->show();
}

void ErrorBar::offer(const QString &action, std::function<void()> act)
{
    auto *button = new QToolButton(this);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setText(action);
    button->setPalette(m_action->palette());
    // Later: what it does may clear this bar and the button with it.
    connect(button, &QToolButton::clicked, this, std::move(act), Qt::QueuedConnection);
    m_row->insertWidget(m_row->indexOf(m_close), button);
    button->show();
    m_offers << button;
}

void ErrorBar::dropOffers()
{
    for (auto *button : std::exchange(m_offers, {})) {
        button->hide();
        button->deleteLater();
    }
}

void ErrorBar::clear()
{
    m_text->clear();
    m_action->hide();
    dropOffers();
    hide();
}

QString ErrorBar::text() const
{
    return m_text->text();
}

// Not changeEvent(), which is not told when the application's palette changes.
bool ErrorBar::event(QEvent *event)
{
    const bool isTaken = QFrame::event(event);
    if (event->type() == QEvent::ApplicationPaletteChange || event->type() == QEvent::StyleChange)
        paintLevel();
    return isTaken;
}

void ErrorBar::paintLevel()
{
    const bool isError = m_level == Level::Error;
    const QPalette system = QApplication::palette(); // a parent's may not have followed yet
    QPalette own = system;
    own.setColor(QPalette::Window, theme::color(isError ? theme::Role::ErrorFill : theme::Role::WarningFill, system));
    const auto ink = theme::color(isError ? theme::Role::ErrorText : theme::Role::WarningText, system);
    own.setColor(QPalette::WindowText, ink);
    setPalette(own);
    QPalette plainButton = own;
    plainButton.setColor(QPalette::ButtonText, ink);
    m_close->setPalette(plainButton);
    m_action->setPalette(system);
    for (auto *button : m_offers)
        button->setPalette(system);
    const int size = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this);
    const auto sign = style()->standardIcon(isError ? QStyle::SP_MessageBoxCritical : QStyle::SP_MessageBoxWarning);
    m_icon->setPixmap(sign.pixmap(QSize(size, size), devicePixelRatioF()));
}

} // namespace ipclens
