// The bar for comparing live memory with a frozen frame of it.
#pragma once

#include "core/session/editing_commands.h"
#include "ui/client.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QToolButton;

namespace ipclens {

class JobLine;

// GUI thread. Owns the frame: it goes when the bar is closed.
class CompareBar : public QWidget {
    Q_OBJECT
public:
    // What of the source a frame can be taken of.
    struct Place {
        Address cursor = 0;
        AddressRange region; // that the cursor is in
        std::vector<AddressRange> selected;
    };

    CompareBar(Client &client, std::function<Place()> place, QWidget *parent = nullptr);
    ~CompareBar() override;

    // The live source; the frame of an earlier one goes.
    void setSource(const SourceInfo &source);
    void open(); // and takes a frame, when there is none
    void close();
    void takeFrame();
    // Compares with another source, which the bar owns from now on.
    void compareWith(const SourceInfo &frame, const QString &name);
    void goToDifference(bool backwards);
    SourceId frame() const { return m_frame.source; }

signals:
    void frameChanged(const ipclens::SourceInfo &frame); // its number 0: none any more
    void found(ipclens::AddressRange difference);
    void closed();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void search(Address from, bool backwards, bool wrapped);
    void dropFrame();
    void showState();
    void say(const QString &text, bool isError = false);

    Client &m_client;
    const std::function<Place()> m_place;
    SourceInfo m_source;
    SourceInfo m_frame; // its number 0: none
    AddressRange m_current; // the difference last gone to
    QString m_name;
    QString m_said;
    bool m_isError = false;

    QLabel *m_text;
    QComboBox *m_scope;
    QToolButton *m_take;
    QToolButton *m_previous;
    QToolButton *m_next;
    JobLine *m_job;
};

} // namespace ipclens
