// The line above the bytes of a memory tab: address, regions, layout, rate, what lies under the cursor, access.
#pragma once

#include "core/model/memory.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QMenu;
class QToolButton;

namespace ipclens {

class AddressLine;
class SourceLink;

// GUI thread. Says what was asked for; does nothing itself.
class MemoryHeader : public QWidget {
    Q_OBJECT
public:
    explicit MemoryHeader(QWidget *parent = nullptr);

    AddressLine *line() const { return m_line; }
    QToolButton *regionsButton() const { return m_regions; }
    QMenu *layoutMenu() const { return m_layoutMenu; } // filled by whoever listens to its aboutToShow
    void setRate(double hz);
    void setJumps(bool canGoBack, bool canGoForward);
    void showPlace(const SourceLink &link, Address cursor);
    void showAccess(const SourceLink &link, bool isWritable, const QString &title);

signals:
    void backRequested();
    void forwardRequested();
    void regionsRequested();
    void refreshRequested();
    void rateChosen(double hz);

private:
    AddressLine *m_line;
    QToolButton *m_back;
    QToolButton *m_forward;
    QToolButton *m_regions;
    QToolButton *m_layout;
    QMenu *m_layoutMenu;
    QComboBox *m_rate;
    QLabel *m_place;
    QLabel *m_access;
    QToolButton *m_refresh;
};

QString rateText(double hz);

} // namespace ipclens
