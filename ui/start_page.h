// What the window shows before anything is open: what can be done here, what was opened lately, and what this session
// cannot do and why.
#pragma once

#include "ui/client.h"

#include <QScrollArea>

class QAction;
class QLabel;
class QVBoxLayout;

namespace ipclens {

// GUI thread.
class StartPage : public QScrollArea {
    Q_OBJECT
public:
    // The actions come with their texts, icons, shortcuts and tool tips.
    StartPage(Client &client, const QList<QAction *> &actions, QWidget *parent = nullptr);

    void refresh(); // recent items and what is known of the session

signals:
    void mappingRequested(const QString &name);
    void commandRequested(const QString &command);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void showSession();
    void fillRecent();
    void addRecent(const QString &text, const QString &toolTip, const std::function<void()> &open);

    Client &m_client;
    QLabel *m_session;
    QLabel *m_limits;
    QVBoxLayout *m_recent;
};

} // namespace ipclens
