// The three lists of the explorer.
#pragma once

#include "core/session/commands.h"
#include "ui/explorer_page.h"

class QCheckBox;
class QComboBox;

namespace ipclens {

class ObjectModel;
class ProcessModel;
class WindowModel;

// The processes of the session's machine.
class ProcessPage : public ExplorerPage {
    Q_OBJECT
public:
    ProcessPage(Client &client, QWidget *parent);
    const ProcessModel &model() const { return *m_model; }
    bool select(const ProcessKey &process); // false: not in the list

signals:
    void attachRequested(const ipclens::ProcessInfo &process);
    void modulesRequested(const ipclens::ProcessInfo &process);
    void windowsRequested(const ipclens::ProcessInfo &process);
    void pageRequested(const ipclens::ProcessKey &process);
    void explainRequested(const ipclens::ExplainTarget &target);

private:
    void ask() override;
    void activate(int row) override;
    void fillMenu(QMenu &menu, int row) override;
    QString whyEmpty() const override;

    ProcessModel *m_model;
};

// The named objects, of one type at a time: mostly sections.
class ObjectPage : public ExplorerPage {
    Q_OBJECT
public:
    ObjectPage(Client &client, QWidget *parent);
    const ObjectModel &model() const { return *m_model; }

signals:
    void openRequested(const ipclens::SourceSpec &spec);
    void openWithOptionsRequested(const QString &name);
    void sharersRequested(const ipclens::ObjectTarget &object);
    void explainRequested(const ipclens::ExplainTarget &target);
    void createRequested();

private:
    void ask() override;
    void activate(int row) override;
    void fillMenu(QMenu &menu, int row) override;
    QString whyEmpty() const override;
    QString type() const; // empty: all

    ObjectModel *m_model;
    QComboBox *m_type;
    QCheckBox *m_wine;
};

// The windows of all processes, which messages can be sent to.
class WindowPage : public ExplorerPage {
    Q_OBJECT
public:
    WindowPage(Client &client, QWidget *parent);
    const WindowModel &model() const { return *m_model; }

signals:
    void sendRequested(quint64 window);
    void listenRequested(const QString &className, const QString &title);
    void processRequested(const ipclens::ProcessKey &process);
    void explainRequested(const ipclens::ExplainTarget &target);

private:
    void ask() override;
    void activate(int row) override;
    void fillMenu(QMenu &menu, int row) override;
    QString whyEmpty() const override;

    WindowModel *m_model;
};

} // namespace ipclens
