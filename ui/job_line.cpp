#include "ui/job_line.h"

#include "ui/number_text.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace ipclens {

namespace {

constexpr int appearAfter = 300; // milliseconds
constexpr int barSteps = 1000;

} // namespace

JobLine::JobLine(Client &client, QWidget *parent)
    : QWidget(parent), m_client(client), m_text(new QLabel(this)), m_bar(new QProgressBar(this)),
      m_cancel(new QToolButton(this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(6, 2, 6, 2);
    row->addWidget(m_text, 1);
    row->addWidget(m_bar);
    row->addWidget(m_cancel);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_text->setTextFormat(Qt::PlainText);
    m_bar->setFixedWidth(fontMetrics().averageCharWidth() * 22);
    m_bar->setTextVisible(false);
    m_bar->setAccessibleName(tr("Progress"));
    m_cancel->setText(tr("Cancel"));
    m_cancel->setObjectName(QStringLiteral("cancelJob"));
    m_appear.setSingleShot(true);
    m_appear.setInterval(appearAfter);
    connect(&m_appear, &QTimer::timeout, this, [this] { setVisible(true); });
    connect(m_cancel, &QToolButton::clicked, this, &JobLine::cancel);
    connect(&m_client, &Client::progressed, this, [this](const Progress &progress) {
        if (m_job != 0 && progress.job == m_job)
            show(progress.done, progress.total, progress.found);
    });
    hide();
}

JobLine::~JobLine()
{
    if (m_call != 0)
        m_client.cancel(m_call);
}

std::uint64_t JobLine::begin(const QString &what, Unit unit)
{
    m_what = what;
    m_unit = unit;
    m_job = m_client.newJob();
    m_call = 0;
    m_since.start();
    m_text->setText(what);
    m_bar->setRange(0, 0);
    m_cancel->setEnabled(true);
    m_appear.start();
    emit runningChanged();
    return m_job;
}

void JobLine::show(std::uint64_t done, std::uint64_t total, std::uint64_t found)
{
    const auto amount = [this](std::uint64_t number) {
        return m_unit == Unit::Bytes ? sizeText(number) : tr("%1 messages").arg(countText(number));
    };
    QString text = tr("%1: %2").arg(m_what, amount(done));
    if (total > 0) {
        m_bar->setRange(0, barSteps);
        const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
        m_bar->setValue(static_cast<int>(part * barSteps));
        text = tr("%1: %2 of %3").arg(m_what, amount(done), amount(total));
        const double elapsed = static_cast<double>(m_since.elapsed()) / 1000;
        if (part > 0.01 && elapsed > 1)
            text += tr(", about %1 s left").arg(elapsed / part * (1 - part), 0, 'f', 0);
    }
    if (found > 0)
        text += tr(", %1 found").arg(countText(found));
    m_text->setText(text);
}

void JobLine::cancel()
{
    if (m_job == 0)
        return;
    if (m_call == 0) {
        m_cancel->setEnabled(false);
        m_text->setText(tr("%1: ending\u2026").arg(m_what));
        emit cancelled();
        return;
    }
    m_client.cancel(m_call);
    const auto tell = std::exchange(m_whenCancelled, {});
    end(m_job);
    tell();
}

void JobLine::end(std::uint64_t job)
{
    if (job != m_job)
        return;
    m_job = 0;
    m_call = 0;
    m_whenCancelled = {};
    m_appear.stop();
    hide();
    emit runningChanged();
}

} // namespace ipclens
