// The dock in which values are scanned for and narrowed down.
#pragma once

#include "core/session/search_commands.h"
#include "ui/client.h"

#include <QWidget>

class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace ipclens {

class ByteOrderBox;
class ErrorBar;
class JobLine;
class RegionChoiceButton;
class ScanModel;
class ValueTypeBox;

// GUI thread. One scan at a time, of the source that was in front when it began; reads only the rows in sight.
class ScanDock : public QWidget {
    Q_OBJECT
public:
    explicit ScanDock(Client &client, QWidget *parent = nullptr);
    ~ScanDock() override;

    // The source in front: what a new scan would look through. Source 0: none.
    void setSource(const SourceInfo &source, AddressRange selection);
    // A source was closed or opened anew: a scan of it is gone.
    void sourceGone(SourceId source);
    const ScanModel &model() const { return *m_model; }
    const ScanStatus &status() const { return m_status; }
    void firstScan();
    void narrow();
    void undo();

    // The row chosen in the list, with the type of the scan.
    struct Chosen {
        SourceId source = 0;
        Address address = 0;
        Bytes bytes;
        std::optional<ValueType> type;
        ByteOrder order = ByteOrder::Little;
    };

signals:
    void goToRequested(ipclens::SourceId source, ipclens::Address at);
    void freezeRequested(const ipclens::ScanDock::Chosen &chosen);
    void bookmarkRequested(const ipclens::ScanDock::Chosen &chosen);
    void editRequested(ipclens::SourceId source, ipclens::Address at, const ipclens::Bytes &expected,
                       const ipclens::Bytes &bytes);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void makeForm(QGridLayout *form);
    void offerComparisons();
    void showFields();
    std::optional<ScanTerms> terms();
    bool check(QLineEdit *line);
    void take(const Result<ScanStatus> &reply, bool isFirst);
    void showStatus();
    void updateButtons();
    void closeScan();
    void readVisible();
    void showMenu(const QPoint &position);
    std::optional<Chosen> chosen() const;

    Client &m_client;
    SourceInfo m_front;      // what the next first scan is of
    AddressRange m_selection;
    SourceInfo m_source;     // what the scan is of
    ScanStatus m_status;     // scan 0: none
    ScanModel *m_model;

    ValueTypeBox *m_type;
    ByteOrderBox *m_order;
    QComboBox *m_alignment;
    QComboBox *m_comparison;
    QLineEdit *m_value;
    QLineEdit *m_upper;
    QLineEdit *m_tolerance;
    RegionChoiceButton *m_where;
    QPushButton *m_first;
    QPushButton *m_narrow;
    QPushButton *m_undo;
    QLabel *m_said;
    ErrorBar *m_error;
    JobLine *m_job;
    QTableView *m_view;

    QTimer m_refresh;
    bool m_isReading = false;
};

} // namespace ipclens
