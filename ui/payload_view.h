// One message in full: what is known about it, its payload as bytes, and what the bytes may mean.
#pragma once

#include "core/traffic/message_view.h"
#include "ui/payload_page.h"

#include <QSplitter>

class QLabel;
class QMenu;
class QTabWidget;

namespace ipclens {

class HexView;
class PayloadLayoutPage;
class PayloadNumbersPage;
struct UserLayout;

// Keeps a copy of the message, so that it stays when the capture lets the message go. Its pages read the message when
// they are seen. Lives on the GUI thread.
class PayloadView : public QWidget {
    Q_OBJECT
public:
    explicit PayloadView(QWidget *parent = nullptr);

    // `previous`: the message that its references are compared with. The same message again costs little, and what came
    // of it since is shown.
    void showMessage(const MessageView &message, std::optional<Message> previous = {});
    void clear();
    bool isShowing() const { return m_isShowing; }
    // The struct for messages of this one's sender and id.
    void setUserLayout(const UserLayout &layout);

    QByteArray saveState() const { return m_splitter->saveState(); }
    void restoreState(const QByteArray &state) { m_splitter->restoreState(state); }

signals:
    // Something that the payload leads to: a mapping by its name, or memory of a process.
    void openRequested(const ipclens::SourceSpec &source, std::optional<ipclens::Address> at);
    // A test of what was clicked, for FilterLine::join().
    void filterRequested(const QString &sign, const QString &test);
    void plotRequested(const QString &number);
    void layoutChanged(); // the user gave messages another struct

private:
    void addPage(PayloadPage *page, const QString &title);
    PayloadPage *pageAt(int index) const;
    void arrangePages();
    void pageChosen();
    bool isShown(const MessageView &message) const;
    void showBytes(AddressRange range);
    void addToBytesMenu(QMenu *menu);
    QString headline() const;

    ShownMessage m_shown;
    std::string m_comment;
    bool m_isShowing = false;
    bool m_isArranging = false;
    QWidget *m_wanted = nullptr; // the page that the user chose; some messages do not have it
    QLabel *m_headline;
    QSplitter *m_splitter;
    HexView *m_hex;
    QTabWidget *m_pages;
    PayloadNumbersPage *m_numbers;
    PayloadLayoutPage *m_layout;
};

} // namespace ipclens
