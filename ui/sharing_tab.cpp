#include "ui/sharing_tab.h"

#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/why.h"

#include <QMenu>
#include <QVBoxLayout>

namespace ipclens {

SharingTab::SharingTab(Client &client, QWidget *parent)
    : QWidget(parent), m_client(client), m_column(new QVBoxLayout(this)), m_line(new JobLine(client, this)),
      m_bar(new ErrorBar(this))
{
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_column->addWidget(m_bar);
    m_column->addWidget(m_line);
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, [this] { askAgain(true); });
    connect(m_line, &JobLine::cancelled, this, &SharingTab::cancel);
    connect(&client, &Client::stateChanged, this, &SharingTab::connectionChanged);
}

SharingTab::~SharingTab()
{
    for (const auto call : std::as_const(m_calls))
        m_client.cancel(call); // nobody would see the answer
}

void SharingTab::refresh()
{
    m_isWanted = !m_calls.isEmpty();
    askAgain(false);
}

void SharingTab::setLive(int milliseconds)
{
    m_live = milliseconds;
}

void SharingTab::askAgain(bool quiet)
{
    if (!m_calls.isEmpty() || m_client.state() != Client::State::Connected)
        return;
    m_next.stop();
    m_wasAsked = true;
    m_isQuiet = quiet;
    m_hasFailed = false;
    m_since.start();
    ask();
}

void SharingTab::begin(const QString &what)
{
    if (m_calls.isEmpty() && !m_isQuiet)
        m_job = m_line->begin(what);
}

void SharingTab::ended()
{
    if (!m_calls.isEmpty())
        return;
    m_line->end(m_job);
    if (!m_hasFailed)
        m_bar->clear();
    if (std::exchange(m_isWanted, false))
        QMetaObject::invokeMethod(this, &SharingTab::refresh, Qt::QueuedConnection);
    else if (m_live > 0 && isVisible())
        m_next.start(std::max(m_hasFailed ? 5 * m_live : m_live, 2 * static_cast<int>(m_since.elapsed())));
}

void SharingTab::cancel()
{
    m_isWanted = false;
    for (const auto call : std::exchange(m_calls, {}))
        m_client.cancel(call);
    m_line->end(m_job);
    m_bar->showText(tr("Cancelled. What is shown is from before, or not all."), ErrorBar::Level::Warning);
    m_bar->offer(tr("Read again"), [this] { refresh(); });
}

void SharingTab::fail(const Error &error, const std::optional<ExplainTarget> &target)
{
    m_hasFailed = true;
    m_bar->showError(error);
    if (target && canExplain(error))
        m_bar->offer(tr("Why?"), [this, target] { emit explainRequested(*target); });
}

void SharingTab::addExplain(QMenu *menu, const ExplainTarget &target)
{
    menu->addAction(tr("What may I do with it, and why not more?"), this,
                    [this, target] { emit explainRequested(target); });
}

void SharingTab::addProcess(QMenu *menu, const ProcessKey &process, const QString &name)
{
    if (process.pid == 0)
        return;
    menu->addAction(icon(Sign::Process), tr("Show process %1").arg(name), this,
                    [this, process] { emit processRequested(process); });
}

void SharingTab::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (!m_wasAsked)
        refresh();
    else if (m_live > 0 && m_calls.isEmpty())
        askAgain(true);
}

void SharingTab::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_next.stop();
}

void SharingTab::connectionChanged()
{
    if (m_client.state() != Client::State::Connected)
        m_next.stop();
    else if (isVisible())
        refresh();
}

QString processText(const std::string &name, const ProcessKey &process)
{
    if (process.pid == 0)
        return fromUtf8(name);
    return name.empty() ? QString::number(process.pid) : QStringLiteral("%1 (%2)").arg(fromUtf8(name)).arg(process.pid);
}

} // namespace ipclens
