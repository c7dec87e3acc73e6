// The graph of a capture with what is chosen for it.
#pragma once

#include "core/traffic/traffic_curves.h"
#include "ui/message_feed.h"

#include <QDialog>
#include <QPointer>
#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace ipclens {

class TrafficGraph;

// Sorts the messages of a model into curves as they come, and anew, in pieces between events, when something else is to
// be plotted. Remembers what was chosen. GUI thread.
class GraphPanel : public QWidget {
    Q_OBJECT
public:
    // `model` must outlive the panel.
    explicit GraphPanel(const MessageModel &model, QWidget *parent = nullptr);
    ~GraphPanel() override;

    TrafficGraph *graph() const { return m_graph; }
    const TrafficCurves &curves() const { return m_curves; }
    const MessageFeed &feed() const { return *m_feed; }

    // Refused when there is a problem with it, which is then shown in place.
    bool plot(const Plotted &plotted);
    // A number of the messages, as "u32(payload, 4)", for the same curves as before.
    bool plotNumber(const QString &number);

protected:
    void changeEvent(QEvent *event) override;

private:
    void answered(quint64 index);
    QWidget *makeBar();
    Plotted chosen() const;
    void choose();
    void showProblem(const std::optional<TrafficCurves::Problem> &problem);
    void editFilters();
    void updateBar();
    void updateProgress();
    void exportAs(const QString &suffix);
    void save(const QString &path, const QString &suffix);
    void restore();

    const MessageModel &m_model;
    TrafficCurves m_curves;
    MessageFeed *m_feed;
    TrafficGraph *m_graph;
    std::vector<CurveFilter> m_filters;
    QPointer<QDialog> m_editor; // of the filters; none: not open

    QComboBox *m_value = nullptr;
    QLineEdit *m_field = nullptr;
    QComboBox *m_split = nullptr;
    QToolButton *m_edit = nullptr;
    QLabel *m_progress = nullptr;
    QToolButton *m_log = nullptr;
    QToolButton *m_hold = nullptr;
    QToolButton *m_export = nullptr;
    QLabel *m_mistake = nullptr;
};

} // namespace ipclens
