// Sends a message to a window, once or many times, and shows what its receiver answered.
#pragma once

#include "core/model/explanation.h"
#include "core/traffic/message_view.h"
#include "ui/series_run.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QStackedWidget;

namespace ipclens {

class ErrorBar;
class TypedFields;
class WindowPicker;

// Stays open after sending, so that the same message can be sent again, changed. Lives on the GUI thread and never
// blocks it: the receiver may take its time.
class SendDialog : public QDialog {
    Q_OBJECT
public:
    // `window` 0: the user chooses. `client` must outlive the dialog.
    explicit SendDialog(Client &client, std::uint64_t window, QWidget *parent = nullptr);

    // Fills in what was received once, to be sent again.
    void showMessage(const MessageView &message);
    bool isSending() const { return m_call != 0 || m_series.isRunning(); }

private:
    enum class Data { Ascii, Utf8, Utf16, Hex, File, Null, Fields, Recorded };

    QWidget *makeMessage();
    QWidget *makeCopyData();
    QWidget *makeRegistered();
    QWidget *makeRepeat();
    void chooseFile();
    void dataKindChanged();
    void chooseData(Data kind);
    void showPayload(const MessageView &message);
    void updateButtons();

    void send();
    void sendFile(SeriesItem item);
    void dispatch(SeriesItem item);
    void sendOnce(std::uint64_t window, SeriesItem item);
    void sendSeries(const WindowTarget &target, SeriesItem item);
    void stop();
    Result<SeriesItem> typedItem(QWidget **wrong) const;
    Result<Bytes> typedData() const;
    Data dataKind() const;
    void begin(const QString &what);
    void sent(Result<SendOutcome> outcome);
    void seriesUpdated(const SeriesUpdate &update);
    void refuse(const Error &error, QWidget *field);
    std::optional<ExplainTarget> targetToExplain() const;

    Client &m_client;
    SeriesRun m_series;
    CallId m_call = 0; // of the message under way
    bool m_readingFile = false;
    Bytes m_recorded; // Data::Recorded
    std::optional<SeriesOutcome> m_lastOutcome;
    std::int64_t m_took = 0; // nanoseconds, all answers of the series together

    WindowPicker *m_picker = nullptr;
    QComboBox *m_kind = nullptr;
    QStackedWidget *m_pages = nullptr;
    QLineEdit *m_id = nullptr;
    QLineEdit *m_sender = nullptr;
    QComboBox *m_dataKind = nullptr;
    QStackedWidget *m_dataPages = nullptr;
    QPlainTextEdit *m_data = nullptr;
    QCheckBox *m_terminate = nullptr;
    QLineEdit *m_file = nullptr;
    TypedFields *m_fields = nullptr;
    QLabel *m_nothing = nullptr;
    QLineEdit *m_name = nullptr;
    QLineEdit *m_wParam = nullptr;
    QLineEdit *m_lParam = nullptr;
    QSpinBox *m_timeout = nullptr;
    QSpinBox *m_times = nullptr;
    QDoubleSpinBox *m_rate = nullptr;
    QCheckBox *m_variables = nullptr;
    ErrorBar *m_error = nullptr;
    QLabel *m_result = nullptr;
    QProgressBar *m_progress = nullptr;
    QPushButton *m_send = nullptr;
    QPushButton *m_stop = nullptr;
};

} // namespace ipclens
