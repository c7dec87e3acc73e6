#include "ui/compare_bar.h"

#include "ui/job_line.h"
#include "ui/number_text.h"
#include "ui/said_label.h"
#include "ui/theme.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QKeyEvent>
#include <QLabel>
#include <QTime>
#include <QToolButton>

namespace ipclens {

namespace {

enum Scope { All, ThisRegion, Selection };

} // namespace

CompareBar::CompareBar(Client &client, std::function<Place()> place, QWidget *parent)
    : QWidget(parent), m_client(client), m_place(std::move(place)), m_text(new QLabel(this)),
      m_scope(new QComboBox(this)), m_take(new QToolButton(this)), m_previous(new QToolButton(this)),
      m_next(new QToolButton(this)), m_job(new JobLine(client, this))
{
    setObjectName(QStringLiteral("compareBar"));
    m_text->setObjectName(QStringLiteral("compareSaid"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_scope->setAccessibleName(tr("What a frame is taken of"));
    m_scope->addItems({tr("All memory"), tr("This region"), tr("Selection")});
    m_take->setText(tr("New frame"));
    m_take->setToolTip(tr("Freeze what is there now, to compare what comes with it"));
    m_previous->setText(tr("Previous"));
    m_previous->setToolTip(tr("The difference before (Shift+F8)"));
    m_next->setText(tr("Next"));
    m_next->setToolTip(tr("The next difference (F8)"));
    auto *close = new QToolButton(this);
    close->setAutoRaise(true);
    close->setText(QStringLiteral("\u2715"));
    close->setToolTip(tr("End comparing (Escape)"));
    close->setAccessibleName(tr("End comparing"));

    auto *row = new QHBoxLayout;
    row->setContentsMargins(8, 2, 4, 2);
    row->addWidget(m_text, 1);
    row->addWidget(m_scope);
    row->addWidget(m_take);
    row->addWidget(m_previous);
    row->addWidget(m_next);
    row->addWidget(close);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_job);
    connect(m_take, &QToolButton::clicked, this, &CompareBar::takeFrame);
    connect(m_previous, &QToolButton::clicked, this, [this] { goToDifference(true); });
    connect(m_next, &QToolButton::clicked, this, [this] { goToDifference(false); });
    connect(close, &QToolButton::clicked, this, &CompareBar::close);
    connect(m_job, &JobLine::runningChanged, this, &CompareBar::showState);
    hide();
}

CompareBar::~CompareBar()
{
    if (frame() != 0 && m_client.state() == Client::State::Connected) // nobody is left to be told of a failure
        m_client.call(CloseSource{frame()}, &m_client, [](const Result<Done> &) {});
}

void CompareBar::setSource(const SourceInfo &source)
{
    const bool isOther = source.source != m_source.source;
    m_source = source;
    if (!isOther)
        return;
    const bool hadFrame = frame() != 0;
    dropFrame();
    if (hadFrame)
        say(tr("The frame is gone: the source was opened again."), true);
}

void CompareBar::open()
{
    show();
    if (frame() == 0 && !m_job->isRunning())
        takeFrame();
}

void CompareBar::close()
{
    m_job->cancel();
    dropFrame();
    hide();
    emit closed();
}

void CompareBar::dropFrame()
{
    m_current = {};
    const SourceId frame = std::exchange(m_frame, {}).source;
    if (frame == 0)
        return;
    if (m_client.state() == Client::State::Connected) // a frame that is gone already is no loss
        m_client.call(CloseSource{frame}, &m_client, [](const Result<Done> &) {});
    emit frameChanged({});
}

void CompareBar::takeFrame()
{
    if (m_job->isRunning())
        return;
    show();
    TakeFrame take{.source = m_source.source, .ranges = {}};
    const Place place = m_place();
    if (m_scope->currentIndex() == ThisRegion)
        take.ranges = {place.region};
    else if (m_scope->currentIndex() == Selection)
        take.ranges = place.selected;
    if (m_scope->currentIndex() != All && (take.ranges.empty() || take.ranges.front().size == 0)) {
        say(m_scope->currentIndex() == Selection ? tr("Nothing is selected.") : tr("The cursor is in no region."),
            true);
        return;
    }
    say({});
    const QString name = tr("the frame of %1").arg(QTime::currentTime().toString(QStringLiteral("HH:mm:ss")));
    m_job->run(tr("Taking a frame"), std::move(take), &m_client,
               [self = QPointer(this), &client = m_client, name,
                source = m_source.source](const Result<SourceInfo> &reply) {
                   const bool isWanted = self && self->m_source.source == source && !self->isHidden();
                   if (!isWanted) {
                       if (reply) // nobody compares with it any more
                           client.call(CloseSource{reply->source}, &client, [](const Result<Done> &) {});
                   } else if (reply) {
                       self->compareWith(*reply, name);
                   } else {
                       self->say(reply.error().kind == ErrorKind::Cancelled ? tr("No frame was taken.")
                                                                            : fromUtf8(toText(reply.error())),
                                 reply.error().kind != ErrorKind::Cancelled);
                   }
               });
}

void CompareBar::compareWith(const SourceInfo &frame, const QString &name)
{
    dropFrame();
    m_frame = frame;
    m_name = name;
    show();
    say({});
    emit frameChanged(m_frame);
}

void CompareBar::goToDifference(bool backwards)
{
    if (m_job->isRunning())
        return;
    if (frame() == 0) {
        open();
        return;
    }
    const Place place = m_place();
    const bool isThere = m_current.size != 0 && place.cursor >= m_current.begin && place.cursor <= m_current.end();
    const Address from = !isThere ? place.cursor : backwards ? m_current.begin : m_current.end();
    search(from, backwards, false);
}

void CompareBar::search(Address from, bool backwards, bool wrapped)
{
    say({});
    m_job->run(
        tr("Comparing"),
        FindDifference{.left = m_source.source, .right = frame(), .from = from, .backwards = backwards}, this,
        [this, from, backwards, wrapped](const Result<Difference> &reply) {
            if (!reply) {
                say(reply.error().kind == ErrorKind::Cancelled ? tr("Cancelled.") : fromUtf8(toText(reply.error())),
                    reply.error().kind != ErrorKind::Cancelled);
                return;
            }
            const AddressRange whole = m_source.extent;
            if (!reply->range) {
                const bool wasAll = backwards ? from >= whole.end() : from <= whole.begin;
                if (!wrapped && !wasAll)
                    search(backwards ? whole.end() : whole.begin, backwards, true);
                else
                    say(tr("no difference in %1").arg(sizeText(reply->compared)));
                return;
            }
            m_current = *reply->range;
            say(wrapped ? (backwards ? tr("went on from the end") : tr("went on from the beginning")) : QString());
            emit found(m_current);
        });
}

void CompareBar::say(const QString &text, bool isError)
{
    m_said = text;
    m_isError = isError;
    showState();
}

void CompareBar::showState()
{
    QString text = frame() == 0 ? tr("Compare with a frame") : tr("Compared with %1").arg(m_name);
    if (m_current.size != 0 && frame() != 0)
        text +=
            tr(": %1 at %2")
                .arg(m_current.size == 1 ? tr("1 byte differs") : tr("%1 bytes differ").arg(countText(m_current.size)),
                     addressText(m_current.begin + m_source.base));
    if (!m_said.isEmpty())
        text += tr(" \u2013 %1").arg(m_said);
    ipclens::say(*m_text, text, m_isError);
    const bool isFree = !m_job->isRunning();
    m_take->setEnabled(isFree);
    m_scope->setEnabled(isFree);
    m_previous->setEnabled(isFree && frame() != 0);
    m_next->setEnabled(isFree && frame() != 0);
}

void CompareBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Escape)
        QWidget::keyPressEvent(event);
    else if (m_job->isRunning())
        m_job->cancel();
    else
        close();
}

} // namespace ipclens
