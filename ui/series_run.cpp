#include "ui/series_run.h"

#include <utility>

namespace ipclens {

SeriesRun::SeriesRun(Client &client, QObject *parent) : QObject(parent), m_client(client)
{
    connect(&client, &Client::seriesUpdated, this, [this](const SeriesUpdate &update) {
        if (m_state == State::Running && update.series == m_series)
            take(update);
        else if (m_state == State::Starting)
            m_early.push_back(update);
    });
    connect(&client, &Client::stateChanged, this, [this] {
        if (m_state != State::Idle && m_client.state() == Client::State::Lost)
            fail(m_client.lastError());
    });
}

SeriesRun::~SeriesRun()
{
    m_client.disconnect(this);
    if (m_state == State::Running)
        m_client.call(StopSeries{m_series}, &m_client, [](const Result<Done> &) {});
}

void SeriesRun::start(StartSeries series, Next next)
{
    if (isRunning())
        return;
    auto items = next();
    if (!items) {
        emit failed(items.error());
        return;
    }
    m_next = std::move(next);
    m_state = State::Starting;
    m_stopping = false;
    m_early.clear();
    m_last = {};
    m_window = 0;
    // With `more` even when this was all: what follows is then an empty last piece.
    series.items = std::move(*items);
    series.more = m_hasMore = true;
    // The series must not go on at the far end when whoever wanted it is gone before the reply.
    auto &client = m_client;
    m_client.call(std::move(series), &m_client,
                  [&client, self = QPointer(this), run = ++m_run](Result<SeriesStarted> reply) {
                      if (self && self->m_run == run && self->m_state == State::Starting)
                          self->started(std::move(reply));
                      else if (reply)
                          client.call(StopSeries{reply->series}, &client, [](const Result<Done> &) {});
                  });
}

void SeriesRun::started(Result<SeriesStarted> reply)
{
    if (!reply) {
        fail(reply.error());
        return;
    }
    m_state = State::Running;
    m_series = reply->series;
    m_window = reply->window;
    if (m_stopping)
        m_client.call(StopSeries{m_series}, this, [](const Result<Done> &) {});
    else
        giveMore();
    for (const auto &update : std::exchange(m_early, {})) {
        if (m_state == State::Running && update.series == m_series)
            take(update);
    }
}

void SeriesRun::giveMore()
{
    if (!m_hasMore || m_stopping || m_state != State::Running)
        return;
    auto items = m_next();
    if (!items) {
        const auto why = items.error();
        m_client.call(StopSeries{m_series}, this, [](const Result<Done> &) {});
        fail(why);
        return;
    }
    m_hasMore = !items->empty();
    m_client.call(AddToSeries{m_series, std::move(*items), m_hasMore}, this,
                  [this, run = m_run](const Result<Done> &reply) {
                      if (run != m_run || m_state != State::Running)
                          return;
                      if (reply || m_stopping) {
                          giveMore();
                          return;
                      }
                      m_client.call(StopSeries{m_series}, this, [](const Result<Done> &) {});
                      fail(reply.error());
                  });
}

void SeriesRun::stop()
{
    if (!isRunning() || m_stopping)
        return;
    m_stopping = true;
    if (m_state == State::Running)
        m_client.call(StopSeries{m_series}, this, [](const Result<Done> &) {});
}

void SeriesRun::take(const SeriesUpdate &update)
{
    m_last = update;
    m_last.outcomes.clear();
    if (update.finished)
        m_state = State::Idle;
    emit updated(update);
}

void SeriesRun::fail(const Error &error)
{
    ++m_run;
    m_state = State::Idle;
    m_early.clear();
    emit failed(error);
}

} // namespace ipclens
