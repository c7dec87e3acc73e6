// What is known of one thing, as pairs of a name and what it is.
#pragma once

#include <QWidget>

class QFormLayout;

namespace ipclens {

struct Fact {
    QString name;
    QString text;        // empty: the fact is left out
    bool isHtml = false; // with links
};

// GUI thread. Texts can be selected and copied.
class Facts : public QWidget {
    Q_OBJECT
public:
    explicit Facts(QWidget *parent = nullptr);
    void setFacts(const QList<Fact> &facts);
    QString text(const QString &name) const; // as shown; empty: there is no such fact

signals:
    void linkActivated(const QString &link);

private:
    QFormLayout *m_rows;
};

} // namespace ipclens
