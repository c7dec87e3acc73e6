// Where a filter of messages is typed: its mistakes marked where they are, names completed, earlier and named filters
// at hand.
#pragma once

#include "core/traffic/message_filter.h"

#include <QWidget>

class QCompleter;
class QLabel;
class QLineEdit;
class QStandardItemModel;
class QToolButton;

namespace ipclens {

// A line, a button with what was filtered before, and under both the mistake when there is one. Lives on the GUI
// thread.
class FilterLine : public QWidget {
    Q_OBJECT
public:
    explicit FilterLine(QWidget *parent = nullptr);

    QString text() const;
    void setText(const QString &text);
    void clear() { setText({}); }
    // Adds a test to what is there: `sign` is "&&", "||", or empty to replace it.
    void join(const QString &sign, const QString &test);
    QLineEdit *line() { return m_line; }

    // The filter as far as it was last whole: while a mistake stands, the one before it goes on.
    MessageFilter filter(std::optional<TimeRange> time) const
    {
        return *MessageFilter::parse(m_good.toStdString(), time);
    }
    bool hasMistake() const { return m_isWrong; }

signals:
    void changed(); // the filter, not merely the text

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void read();
    void complete();
    void insertCompletion(const QModelIndex &index);
    void fillMenu();
    void nameFilter();
    void showLanguage();
    static QStandardItemModel *makeReference(QObject *parent);

    QLineEdit *m_line;
    QToolButton *m_menuButton;
    QLabel *m_mistake;
    QCompleter *m_completer;
    QStandardItemModel *m_completions;
    std::size_t m_completed = 0; // where the completed word begins, in bytes
    QString m_good;
    bool m_isWrong = false;
};

} // namespace ipclens
