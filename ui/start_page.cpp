#include "ui/start_page.h"

#include "ui/icons.h"
#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/recent.h"

#include <QAction>
#include <QCommandLinkButton>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace ipclens {

namespace {

QLabel *makeHeading(const QString &text, qreal scale, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    auto font = label->font();
    font.setPointSizeF(font.pointSizeF() * scale);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    return label;
}

QLabel *makeText(QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setWordWrap(true);
    label->setTextFormat(Qt::RichText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

void clearLayout(QLayout *layout)
{
    while (auto *item = layout->takeAt(0)) {
        delete item->widget(); // at once: what is deleted later from outside the event loop may stay for ever
        delete item;
    }
}

} // namespace

StartPage::StartPage(Client &client, const QList<QAction *> &actions, QWidget *parent)
    : QScrollArea(parent), m_client(client)
{
    setObjectName(QStringLiteral("start"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    auto *page = new QWidget(this);
    page->setBackgroundRole(QPalette::Base);
    page->setAutoFillBackground(true);
    auto *content = new QWidget(page);
    content->setMaximumWidth(fontMetrics().averageCharWidth() * 120);
    auto *centred = new QHBoxLayout(page);
    centred->setContentsMargins(28, 24, 28, 24);
    centred->addStretch(1);
    centred->addWidget(content, 100);
    centred->addStretch(1);

    m_session = makeText(content);
    m_limits = makeText(content);
    auto *column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(makeHeading(QStringLiteral("ipclens"), 2.0, content));
    column->addWidget(m_session);
    column->addSpacing(8);

    auto *sides = new QHBoxLayout;
    sides->setSpacing(28);
    auto *start = new QVBoxLayout;
    start->setSpacing(2);
    start->addWidget(makeHeading(tr("Start"), 1.25, content));
    for (auto *action : actions) {
        auto title = action->text().remove(QLatin1Char('&')).remove(QStringLiteral("\u2026"));
        const auto keys = action->shortcut().toString(QKeySequence::NativeText);
        if (!keys.isEmpty())
            title += QStringLiteral("   ") + keys;
        auto *button = new QCommandLinkButton(title, action->statusTip(), content);
        button->setIcon(action->icon());
        button->setIconSize({24, 24});
        connect(button, &QCommandLinkButton::clicked, action, &QAction::trigger);
        start->addWidget(button);
    }
    start->addStretch();
    sides->addLayout(start, 1);
    auto *right = new QVBoxLayout;
    right->setSpacing(2);
    right->addWidget(makeHeading(tr("Recent"), 1.25, content));
    m_recent = new QVBoxLayout;
    m_recent->setSpacing(0);
    right->addLayout(m_recent);
    right->addStretch();
    sides->addLayout(right, 1);
    column->addLayout(sides);

    column->addSpacing(8);
    column->addWidget(m_limits);
    column->addStretch();
    setWidget(page);

    connect(&m_client, &Client::stateChanged, this, &StartPage::showSession);
    refresh();
}

void StartPage::refresh()
{
    showSession();
    fillRecent();
}

void StartPage::showSession()
{
    const auto name = m_client.name().toHtmlEscaped();
    m_limits->clear();
    if (m_client.state() == Client::State::Connecting) {
        m_session->setText(tr("Connecting to %1\u2026").arg(name));
    } else if (m_client.state() == Client::State::Lost) {
        m_session->setText(tr("Not connected to %1.").arg(name));
    } else {
        const auto &host = m_client.host();
        auto system = fromUtf8(host.system);
        if (!host.wine.empty())
            system += tr(" (Wine %1)").arg(fromUtf8(host.wine));
        m_session->setText(tr("Session: <b>%1</b> on %2, %3, %4, %5")
                               .arg(name, fromUtf8(host.machine).toHtmlEscaped(), system.toHtmlEscaped(),
                                    fromUtf8(host.architecture).toHtmlEscaped(),
                                    host.elevated ? tr("elevated") : tr("not elevated")));
        QString text;
        for (const auto &limit : host.limits)
            text += QStringLiteral("<li>%1</li>").arg(fromUtf8(limit).toHtmlEscaped());
        if (!text.isEmpty())
            m_limits->setText(tr("<h3>What this session cannot do</h3>") +
                              QStringLiteral("<ul style=\"margin-left:-20px\">%1</ul>").arg(text));
    }
    m_limits->setVisible(!m_limits->text().isEmpty());
}

void StartPage::fillRecent()
{
    clearLayout(m_recent);
    for (const auto &name : recent::items(recent::Kind::Sections))
        addRecent(tr("Mapping %1").arg(name), tr("Open this mapping read-only"),
                  [this, name] { emit mappingRequested(name); });
    for (const auto &command : recent::items(recent::Kind::Commands))
        addRecent(tr("Session %1").arg(command), tr("Connect through this command"),
                  [this, command] { emit commandRequested(command); });
    if (m_recent->count() == 0) {
        auto *none = makeText(widget());
        none->setText(tr("What you open appears here."));
        none->setForegroundRole(QPalette::PlaceholderText);
        m_recent->addWidget(none);
    }
}

void StartPage::addRecent(const QString &text, const QString &toolTip, const std::function<void()> &open)
{
    auto *button = new QToolButton(widget());
    button->setAutoRaise(true);
    button->setText(button->fontMetrics().elidedText(text, Qt::ElideMiddle, fontMetrics().averageCharWidth() * 52));
    button->setToolTip(plainTip(toolTip + QLatin1Char('\n') + text));
    button->setAccessibleName(text);
    connect(button, &QToolButton::clicked, this, open);
    m_recent->addWidget(button);
}

void StartPage::showEvent(QShowEvent *event)
{
    QScrollArea::showEvent(event);
    fillRecent();
}

} // namespace ipclens
