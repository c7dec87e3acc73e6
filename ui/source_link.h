// An opened source for as long as somebody shows it: its access, its regions, and what to do when it is lost.
#pragma once

#include "ui/client.h"

#include <QElapsedTimer>

namespace ipclens {

// Closes the source when it is destroyed; opens it again when the connection is there again. GUI thread.
class SourceLink : public QObject {
    Q_OBJECT
public:
    // `client` outlives it.
    SourceLink(Client &client, const SourceInfo &source, QObject *parent = nullptr);
    ~SourceLink() override;

    const SourceInfo &source() const { return m_source; } // source 0: it is not open now
    Client &client() const { return m_client; }

    // Opens it with other access, under the same number.
    void setAccess(Access access, std::function<void(const Result<SourceInfo> &)> done);
    // Another try when it is stale. Without a connection, another try for that.
    void reopen();

    const std::vector<Region> &regions() const { return m_regions; } // ascending
    const std::optional<Error> &regionsError() const { return m_regionsError; }
    bool areRegionsKnown() const { return m_areRegionsKnown; }
    void loadRegions();
    // While it is shown, regions are listed again now and then: as often as costs little.
    void setShown(bool shown);

    // Not empty: since when ("12:01:07") it does not answer, and why.
    const QString &staleSince() const { return m_staleSince; }
    const Error &staleReason() const { return m_staleReason; }
    // What reading it says of it.
    void setFailure(const std::optional<Error> &failure);

signals:
    void sourceChanged(); // another number, extent or access
    void regionsChanged();
    void stalenessChanged();

private:
    void followConnection();
    void takeReopened(const Result<SourceInfo> &reply);
    void goStale(const Error &error);
    void endStale();

    Client &m_client;
    SourceInfo m_source;
    bool m_isReopening = false;

    std::vector<Region> m_regions;
    std::optional<Error> m_regionsError;
    bool m_areRegionsKnown = false;
    bool m_isLoading = false;
    bool m_loadAgain = false;
    bool m_isShown = false;
    QElapsedTimer m_loading;
    QTimer m_loadTimer;

    QString m_staleSince;
    Error m_staleReason;
};

} // namespace ipclens
