// The bar above a list of messages that finds the next one with a text, some bytes, or that passes a filter.
#pragma once

#include "ui/message_model.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;

namespace ipclens {

// Looks at the rows that are shown, from the current one on, round and round, in pieces between events. Lives on the
// GUI thread.
class MessageFindBar : public QWidget {
    Q_OBJECT
public:
    // `model` must outlive the bar; `current` says where looking begins, -1: nowhere.
    MessageFindBar(const MessageModel &model, std::function<int()> current, QWidget *parent = nullptr);

    void open();
    void close();
    void findNext() { find(false); }
    void findPrevious() { find(true); }

signals:
    void found(int row);
    void closed();

protected:
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    enum Kind { Text, Hex, Filter };

    Parsed<MessageFilter> filter() const;
    void find(bool backwards);
    bool lookOn();
    void rowsWent(int first, int count);
    void stop();
    void check();
    void say(const QString &text, bool isMistake);

    const MessageModel &m_model;
    const std::function<int()> m_current;
    QComboBox *m_kind;
    QLineEdit *m_line;
    QLabel *m_note;
    IdleWork m_looking;
    MessageFilter m_wanted;
    int m_row = 0;  // looked at next
    int m_left = 0; // rows to look at
    int m_step = 1;
    int m_start = 0;
};

} // namespace ipclens
