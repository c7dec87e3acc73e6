// Sends recorded messages to a window once more, and compares the results.
#pragma once

#include "core/model/explanation.h"
#include "ui/message_model.h"
#include "ui/series_run.h"

#include <QDialog>
#include <QElapsedTimer>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace ipclens {

class ErrorBar;
class ReplayModel;
class WindowPicker;

// Stays open beside the capture that the messages are from. GUI thread.
class ReplayDialog : public QDialog {
    Q_OBJECT
public:
    // `client` and `model` must outlive the dialog. `selected` is offered as one choice; it may be empty.
    ReplayDialog(Client &client, const MessageModel &model, std::vector<MessageModel::Index> selected,
                 QWidget *parent = nullptr);

    bool isRunning() const { return m_series.isRunning(); }

private:
    enum class Which { Selected, Shown, All };

    QWidget *makeOptions();
    std::vector<MessageModel::Index> chosen() const;
    std::optional<ExplainTarget> targetToExplain() const;
    void start();
    Result<std::vector<SeriesItem>> nextItems(std::size_t &from);
    void updated(const SeriesUpdate &update);
    void list(std::span<const SeriesOutcome> outcomes);
    void compareLate();
    void showProgress(const SeriesUpdate &update);
    void updateButtons();

    Client &m_client;
    const MessageModel &m_model;
    const std::vector<MessageModel::Index> m_selected;
    SeriesRun m_series;
    std::vector<MessageModel::Index> m_chosen; // messages of this run, in order
    std::vector<MessageModel::Index> m_sent;   // of those, what was given to the series so far, item by item
    std::uint64_t m_cut = 0;                   // of those, left out: their payloads were not kept whole
    // Answered when there was no recorded result yet, which in a running capture can come later. At most ReplayModel::mostRows.
    std::vector<SeriesOutcome> m_uncompared;
    std::uint64_t m_lateEqual = 0;
    std::uint64_t m_lateDifferent = 0;
    QElapsedTimer m_since;

    WindowPicker *m_picker = nullptr;
    QComboBox *m_which = nullptr;
    QComboBox *m_timing = nullptr;
    QDoubleSpinBox *m_speed = nullptr;
    QSpinBox *m_timeout = nullptr;
    QCheckBox *m_claim = nullptr;
    QCheckBox *m_stopAtFailure = nullptr;
    ErrorBar *m_error = nullptr;
    QLabel *m_result = nullptr;
    QProgressBar *m_progress = nullptr;
    ReplayModel *m_differences = nullptr;
    QPushButton *m_start = nullptr;
    QPushButton *m_stop = nullptr;
};

} // namespace ipclens
