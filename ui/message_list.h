// The list of messages.
#pragma once

#include "core/traffic/message_export.h"
#include "ui/message_model.h"

#include <QTableView>

class QMenu;
class QPushButton;

namespace ipclens {

// Follows its tail only while the user is at the bottom; else a button says how many messages are new below. The
// current message stays current when the filter or the order changes. Columns are chosen, moved and sorted by in the
// header. Lives on the GUI thread.
class MessageList : public QTableView {
    Q_OBJECT
public:
    // `model` must outlive the list.
    explicit MessageList(MessageModel &model, QWidget *parent = nullptr);

    bool isFollowing() const { return m_following; }
    void followTail();
    void stopFollowing() { setFollowing(false); }
    // What is known for a command that sends a message again.
    void setSendContext(std::function<SendContext(const MessageView &)> context) { m_sendContext = std::move(context); }
    // Makes the row current and visible; -1 is ignored.
    void goToRow(int row);
    std::optional<MessageModel::Index> current() const;
    QString newBelowText() const;                      // empty while the button is hidden
    std::vector<MessageModel::Index> selected() const; // in the order shown

    void toggleMarks();
    void togglePins();
    void editComment();
    void goToMarked(bool backwards);
    // Which columns there are, where and how wide, and how times are written.
    void saveLayout() const;
    void restoreLayout();

signals:
    void currentMessageChanged();
    // `test` is to replace the filter, or with a sign ("&&", "||") to be joined to it.
    void filterRequested(const QString &sign, const QString &test);
    void menuRequested(QMenu *menu, const QModelIndex &index); // it may be added to
    void findRequested();
    void noticed(const QString &notice); // not all that was asked for was done

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void updateGeometries() override;
    void rowsAboutToBeRemoved(const QModelIndex &parent, int first, int last) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;
    void scrollContentsBy(int dx, int dy) override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;

private:
    // A copy of rows that is being written.
    enum class CopyForm { Row, Struct, Json, Command };
    struct Copying {
        CopyForm form = CopyForm::Row;
        std::vector<MessageModel::Index> messages;
        std::size_t done = 0;
        std::size_t bytes = 0; // of payloads
        QString text;
    };

    void setInitialWidths();
    void connectModel();
    void rowsCame(int first, int count);
    void rowsWent(int first, int count);
    bool hasSpareSections() const; // of the header: more than there are rows
    void endAtLastRow();
    void beforeReset();
    void afterReset();
    void beforeLayout();
    void afterLayout();
    void scrolled(int value);
    void setFollowing(bool following);
    void updateButton();
    void copyRows(CopyForm form);
    bool copyPiece();
    QString rowText(int row) const;
    void addCopies(QMenu &menu);
    void addMarks(QMenu &menu);
    void addFilters(QMenu &menu, const QModelIndex &index);
    void addColumns(QMenu &menu);
    void sortBy(int column);
    void sortBy(int column, Qt::SortOrder order);
    void annotate(const std::function<void(Annotation &)> &change);
    QString conversation(const MessageView &message) const;

    MessageModel &m_model;
    QPushButton *m_newBelow;
    bool m_following = true;
    bool m_goesToTail = false;                          // with the next layout
    bool m_adjusting = false;                           // the list scrolls itself
    std::uint64_t m_newCount = 0;                       // rows added below since the user left the bottom
    int m_valueBefore = 0;                              // of the scroll bar, before rows go
    std::optional<MessageModel::Index> m_currentBefore; // over a reset
    std::int64_t m_topTimeBefore = 0;
    bool m_goesToCurrent = false;                // when the order has changed: the user asked for it
    std::optional<MessageModel::Index> m_anchor; // else this message stays where it is on the screen
    int m_anchorOffset = 0;                      // rows from the top
    std::function<SendContext(const MessageView &)> m_sendContext;
    Copying m_copying;
    IdleWork m_copyWork;
};

} // namespace ipclens
