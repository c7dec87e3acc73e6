// The list of all that a search found, with the bytes that are there now.
#pragma once

#include "ui/client.h"

#include <QWidget>

class QLabel;
class QTreeView;

namespace ipclens {

class MatchModel;

// GUI thread. Reads what is in sight of it a few times a second while it is visible.
class MatchList : public QWidget {
    Q_OBJECT
public:
    explicit MatchList(Client &client, QWidget *parent = nullptr);

    void show(const QString &title, std::vector<AddressRange> matches, const SourceInfo &source,
              const std::vector<Region> &regions);
    void clear();
    const MatchModel &model() const { return *m_model; }

signals:
    void chosen(ipclens::AddressRange match);
    void closed();

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void readVisible();

    Client &m_client;
    MatchModel *m_model;
    QLabel *m_title;
    QTreeView *m_view;
    SourceId m_source = 0;
    QTimer m_refresh;
    bool m_isReading = false;
};

} // namespace ipclens
