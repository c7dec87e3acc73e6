// Sends a message to a window and shows what its receiver answered.
#pragma once

#include "ui/client.h"

#include <QDialog>

class QButtonGroup;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTableView;
class QCheckBox;

namespace ipclens {

class ErrorBar;
class RowFilter;
class WindowModel;

// Stays open after sending, so that the same message can be sent again, changed. Lives on the GUI thread and never
// blocks it: the receiver may take its time.
class SendDialog : public QDialog {
    Q_OBJECT
public:
    // `window` 0: the user chooses. `client` must outlive the dialog.
    explicit SendDialog(Client &client, std::uint64_t window, QWidget *parent = nullptr);

    bool isSending() const { return m_call != 0; }

private:
    enum class Data { Ascii, Utf8, Utf16, Hex, File, Null };

    QWidget *makeTarget();
    QWidget *makeCopyData();
    QWidget *makeRegistered();
    void refreshWindows();
    void chooseFile();
    void dataKindChanged();
    void updateButtons();

    void send();
    void sendCopyData(std::uint64_t window, std::uint32_t timeout);
    void sendBytes(std::uint64_t window, std::uint64_t sender, std::uint64_t id, std::optional<Bytes> data,
                   std::uint32_t timeout);
    void sendRegistered(std::uint64_t window, std::uint32_t timeout);
    void sendFile(std::uint64_t window, std::uint64_t sender, std::uint64_t id, std::uint32_t timeout);
    void begin(const QString &what);
    void sent(Result<SendOutcome> outcome);
    Result<Bytes> typedData() const;
    Data dataKind() const;
    void refuse(const Error &error, QWidget *field);

    Client &m_client;
    CallId m_call = 0; // of the message under way
    bool m_readingFile = false;

    QLineEdit *m_window = nullptr;
    QLineEdit *m_windowFilter = nullptr;
    QTableView *m_windowList = nullptr;
    QLabel *m_windowNote = nullptr;
    WindowModel *m_windows = nullptr;
    RowFilter *m_shownWindows = nullptr;
    QComboBox *m_kind = nullptr;
    QStackedWidget *m_pages = nullptr;
    QLineEdit *m_id = nullptr;
    QLineEdit *m_sender = nullptr;
    QComboBox *m_dataKind = nullptr;
    QStackedWidget *m_dataPages = nullptr;
    QPlainTextEdit *m_data = nullptr;
    QCheckBox *m_terminate = nullptr;
    QLineEdit *m_file = nullptr;
    QLineEdit *m_name = nullptr;
    QLineEdit *m_wParam = nullptr;
    QLineEdit *m_lParam = nullptr;
    QSpinBox *m_timeout = nullptr;
    ErrorBar *m_error = nullptr;
    QLabel *m_result = nullptr;
    QPushButton *m_send = nullptr;
};

} // namespace ipclens
