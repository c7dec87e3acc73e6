// Where an address is typed, as an expression: with a history, completion of names, and its errors marked where they
// are.
#pragma once

#include "core/text/address_expression.h"

#include <QLineEdit>

class QCompleter;
class QStringListModel;

namespace ipclens {

// GUI thread. Knows nothing of the source but the names it is given.
class AddressLine : public QLineEdit {
    Q_OBJECT
public:
    explicit AddressLine(QWidget *parent = nullptr);

    // Where the history is kept in the settings; empty: nowhere.
    void setHistoryKey(const QString &key);
    const QStringList &history() const { return m_history; }
    void remember(const QString &text);

    // Modules and what else can stand in an expression.
    void setNames(std::vector<std::string> names);

    // What was typed, when it is an expression.
    Parsed<AddressExpression> expression() const;

signals:
    // Return was pressed. Not for an empty line.
    void submitted(const QString &text);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void complete();
    void insertCompletion(const QString &completion);
    void recall(int step);

    std::vector<std::string> m_names;
    QStringList m_history; // newest first
    QString m_historyKey;
    int m_recalled = -1;   // index into the history; -1: what is being typed
    QString m_draft;       // what was being typed before
    QCompleter *m_completer;
    QStringListModel *m_completions;
    AddressCompletions m_shown;
};

} // namespace ipclens
