// A bar inside a view that says what failed there and what to try. Hidden while all is well.
#pragma once

#include "core/model/error.h"

#include <QFrame>

#include <functional>

class QHBoxLayout;
class QLabel;
class QToolButton;

namespace ipclens {

class ErrorBar : public QFrame {
    Q_OBJECT
public:
    enum class Level { Error, Warning };

    explicit ErrorBar(QWidget *parent = nullptr);

    void showError(const Error &error);
    void showText(const QString &text, Level level);
    // Adds a button after the text for what can be done about it; removed by the next show or clear. Emits
    // actionTriggered.
    void offer(const QString &action);
    // The same with what the button does, for bars that offer more than one thing; actionTriggered is not emitted.
    void offer(const QString &action, std::function<void()> act);
    void clear();
    QString text() const;

signals:
    void actionTriggered();

protected:
    bool event(QEvent *event) override;

private:
    void paintLevel();
    void dropOffers();

    Level m_level = Level::Error;
    QHBoxLayout *m_row;
    QList<QToolButton *> m_offers;
    QLabel *m_icon;
    QLabel *m_text;
    QToolButton *m_action;
    QToolButton *m_close;
};

} // namespace ipclens
