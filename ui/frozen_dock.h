// The dock with all values that are held: written again whenever the target changes them.
#pragma once

#include "ui/client.h"

#include <QTimer>
#include <QWidget>

#include <functional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QToolButton;
class QTreeView;

namespace ipclens {

class ErrorBar;
class FrozenModel;

// GUI thread. The session holds the values; here is what it says of them.
class FrozenDock : public QWidget {
    Q_OBJECT
public:
    // What is open under a number, to explain why it refuses; none: nothing any more.
    using Specs = std::function<std::optional<SourceSpec>(SourceId)>;

    explicit FrozenDock(Client &client, Specs specs, QWidget *parent = nullptr);

    const FrozenModel &model() const { return *m_model; }
    // Begins to hold a value, with the rule and rate chosen here.
    void freeze(FrozenItem item);
    void removeChosen();
    void setOn(bool on);

signals:
    void goToRequested(ipclens::SourceId source, ipclens::Address at);
    void itemsChanged(); // for marking them in the views

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void load();
    void hold(FrozenItem item);
    void replace(const FrozenItem &item);
    void changeChosen();
    void updateControls();
    std::optional<FrozenItem> chosen() const;

    Client &m_client;
    const Specs m_specs;
    FrozenModel *m_model;
    ErrorBar *m_error;
    QTreeView *m_view;
    QLabel *m_empty;
    QCheckBox *m_on;
    QComboBox *m_rule;
    QDoubleSpinBox *m_rate;
    QToolButton *m_remove;
    QToolButton *m_removeAll;
    QTimer m_refresh;
    bool m_isLoading = false;
};

} // namespace ipclens
