// One message in full: what is known about it, its payload as bytes, and what the bytes may mean.
#pragma once

#include "core/session/commands.h"
#include "core/traffic/message_view.h"
#include "ui/layout_dialog.h"

#include <QSplitter>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QTabWidget;
class QToolButton;
class QTreeView;
class QVBoxLayout;

namespace ipclens {

class DecodedModel;
class HexView;

// Keeps a copy of the message, so that it stays when the capture lets the message go. Lives on the GUI thread.
class PayloadView : public QWidget {
    Q_OBJECT
public:
    explicit PayloadView(QWidget *parent = nullptr);

    // `previous`: the message that its references are compared with.
    void showMessage(const MessageView &message, std::optional<Message> previous = {});
    void clear();
    bool isShowing() const { return m_shown; }
    // The struct for messages of this one's sender and id.
    void setUserLayout(const UserLayout &layout);

    QByteArray saveState() const { return m_splitter->saveState(); }
    void restoreState(const QByteArray &state) { m_splitter->restoreState(state); }

signals:
    // Something that the payload leads to: a mapping by its name, or memory of a process.
    void openRequested(const ipclens::SourceSpec &source, std::optional<ipclens::Address> at);

private:
    enum Form { Guess, Utf8, Utf16, Ansi };

    QWidget *makeTextPage();
    QWidget *makeLayoutPage();
    QTreeView *makeTree(DecodedModel *model);
    void showBytes(AddressRange range);
    void showText();
    void updateForms();
    void showJson();
    void showNumbers();
    void showLayout();
    void showReferences();
    void addReference(std::size_t place);
    void editLayout();
    QString layoutKey() const;
    QString layoutOwner() const;
    QString headline() const;
    QString textOfNumbers() const;

    Message m_message;
    std::optional<Message> m_previous;
    std::string m_comment;
    bool m_shown = false;
    QLabel *m_headline;
    QSplitter *m_splitter;
    HexView *m_hex;
    QTabWidget *m_pages;
    QComboBox *m_form;
    QLabel *m_note;
    QPlainTextEdit *m_text;
    DecodedModel *m_json;
    DecodedModel *m_numbers;
    DecodedModel *m_layout;
    QTreeView *m_jsonTree;
    QTreeView *m_numberTree;
    QTreeView *m_layoutTree;
    QLabel *m_layoutNote;
    QToolButton *m_editLayout;
    QWidget *m_references;
    QVBoxLayout *m_referenceRows;
};

} // namespace ipclens
