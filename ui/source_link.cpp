#include "ui/source_link.h"

#include <QTime>

namespace ipclens {

namespace {

constexpr int shortestReload = 3'000; // milliseconds between two listings of regions
constexpr int longestReload = 120'000;
constexpr int reloadFactor = 50; // a listing that took long is repeated rarely: at most 2 % of the time goes into it

} // namespace

SourceLink::SourceLink(Client &client, const SourceInfo &source, QObject *parent)
    : QObject(parent), m_client(client), m_source(source)
{
    m_loadTimer.setSingleShot(true);
    connect(&m_loadTimer, &QTimer::timeout, this, &SourceLink::loadRegions);
    connect(&m_client, &Client::stateChanged, this, &SourceLink::followConnection);
}

SourceLink::~SourceLink()
{
    if (m_source.source != 0 && m_client.state() == Client::State::Connected) // nobody is left to be told of a failure
        m_client.call(CloseSource{m_source.source}, &m_client, [](const Result<Done> &) {});
}

void SourceLink::setAccess(Access access, std::function<void(const Result<SourceInfo> &)> done)
{
    m_client.call(SetSourceAccess{m_source.source, access}, this,
                  [this, done = std::move(done)](const Result<SourceInfo> &reply) {
                      if (reply && reply->source == m_source.source) {
                          m_source = *reply;
                          emit sourceChanged();
                      }
                      done(reply);
                      loadRegions(); // a section's new view has another protection
                  });
}

void SourceLink::followConnection()
{
    if (m_client.state() == Client::State::Connected) {
        reopen();
    } else if (m_client.state() == Client::State::Lost) {
        m_source.source = 0; // it went with its session
        m_isLoading = false;
        m_isReopening = false;
        emit sourceChanged();
        goStale(m_client.lastError());
    }
}

void SourceLink::reopen()
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
    // We may be gone before the answer comes; then nobody else would close what was opened.
    m_client.call(OpenSource{m_source.spec, m_source.access}, &m_client,
                  [&client = m_client, link = QPointer(this)](const Result<SourceInfo> &reply) {
                      const SourceId opened = reply ? reply->source : 0;
                      if (link)
                          link->takeReopened(reply);
                      else if (opened != 0)
                          client.call(CloseSource{opened}, &client, [](const Result<Done> &) {});
                  });
}

void SourceLink::takeReopened(const Result<SourceInfo> &reply)
{
    m_isReopening = false;
    if (!reply) {
        goStale(reply.error());
        return;
    }
    m_source = *reply;
    emit sourceChanged();
    endStale();
    loadRegions();
}

void SourceLink::setFailure(const std::optional<Error> &failure)
{
    if (failure)
        goStale(*failure);
    else if (m_source.source != 0)
        endStale();
}

void SourceLink::goStale(const Error &error)
{
    if (m_staleSince.isEmpty())
        m_staleSince = QTime::currentTime().toString(QStringLiteral("HH:mm:ss"));
    else if (error == m_staleReason)
        return;
    m_staleReason = error;
    emit stalenessChanged();
}

void SourceLink::endStale()
{
    if (m_staleSince.isEmpty())
        return;
    m_staleSince.clear();
    emit stalenessChanged();
}

void SourceLink::setShown(bool shown)
{
    m_isShown = shown;
    if (!shown)
        m_loadTimer.stop();
    else if (m_areRegionsKnown && !m_loadTimer.isActive())
        m_loadTimer.start(shortestReload);
}

void SourceLink::loadRegions()
{
    if (m_source.source == 0 || m_client.state() != Client::State::Connected)
        return;
    if (m_isLoading) {
        m_loadAgain = true;
        return;
    }
    m_isLoading = true;
    m_loading.start();
    const SourceId source = m_source.source;
    m_client.call(ListRegions{source}, this, [this, source](Result<RegionList> reply) {
        m_isLoading = false;
        if (m_isShown)
            m_loadTimer.start(
                std::clamp(static_cast<int>(m_loading.elapsed()) * reloadFactor, shortestReload, longestReload));
        if (std::exchange(m_loadAgain, false) || source != m_source.source) {
            loadRegions();
            return;
        }
        const bool isNews = !reply || m_regionsError || !m_areRegionsKnown || reply->regions != m_regions;
        m_regionsError.reset();
        m_areRegionsKnown = m_areRegionsKnown || reply.has_value();
        if (reply)
            m_regions = std::move(reply->regions);
        else
            m_regionsError = std::move(reply.error());
        if (isNews)
            emit regionsChanged();
    });
}

} // namespace ipclens
