// The dock with the bookmarks of the memory in front, and what they hold now.
#pragma once

#include "ui/client.h"

#include <QPointer>
#include <QWidget>

class QLabel;
class QToolButton;
class QTreeView;

namespace ipclens {

class Bookmarks;
class BookmarkModel;
class ErrorBar;

// GUI thread. Reads the values a few times a second while it is visible.
class BookmarksDock : public QWidget {
    Q_OBJECT
public:
    explicit BookmarksDock(Client &client, QWidget *parent = nullptr);

    // nullptr: nothing is in front.
    void setBookmarks(Bookmarks *bookmarks, const SourceInfo &source);

signals:
    void addRequested();
    void goToRequested(ipclens::SourceId source, ipclens::Address at);
    void editRequested(ipclens::SourceId source, ipclens::Address at, const ipclens::Bytes &expected,
                       const ipclens::Bytes &bytes);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void readValues();
    void editChosen();
    void removeChosen();
    void updateControls();

    Client &m_client;
    QPointer<Bookmarks> m_bookmarks;
    SourceInfo m_source;
    BookmarkModel *m_model;
    ErrorBar *m_error;
    QTreeView *m_view;
    QLabel *m_empty;
    QToolButton *m_add;
    QToolButton *m_edit;
    QToolButton *m_remove;
    QTimer m_refresh;
    bool m_isReading = false;
};

} // namespace ipclens
