// What a capture consists of, as a window of tables.
#pragma once

#include "core/traffic/traffic_statistics.h"
#include "ui/idle_work.h"
#include "ui/message_feed.h"

#include <QDialog>
#include <QTimer>

class QLabel;
class QTabWidget;
class QTableView;

namespace ipclens {

class StatisticsModel;

// Counts the messages of a model as they come, while it is seen; shows new numbers a few times a second. GUI thread.
class StatisticsView : public QDialog {
    Q_OBJECT
public:
    // `model` must outlive it.
    explicit StatisticsView(const MessageModel &model, QWidget *parent = nullptr);

    const TrafficStatistics &counted() const { return m_counted; }
    StatisticsModel *currentTable() const;
    void copyAsCsv(); // the selected rows, or all when fewer than two are

signals:
    // A filter that the messages of a row pass.
    void filterRequested(const QString &filter);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void addTable(StatisticsModel *model, const QString &title);
    QTableView *currentView() const;
    void refresh();
    void updateSummary();
    void showMenu(QTableView *view, const QPoint &at);

    TrafficStatistics m_counted;
    const MessageModel &m_model;
    MessageFeed *m_feed;
    QLabel *m_summary;
    QLabel *m_note;
    QTabWidget *m_tabs;
    QTimer m_timer;
    IdleWork m_refreshing{[this] { return refresh(), false; }, nullptr};
};

} // namespace ipclens
