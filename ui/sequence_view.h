// Messages as arrows between the processes that exchange them.
#pragma once

#include "ui/message_feed.h"

#include <QAbstractScrollArea>

#include <unordered_map>

namespace ipclens {

// A sequence diagram of the rows of a model: a lifeline for each process, from left to right as they appeared, and for
// each message an arrow to its receiver and a dashed one back with the result and the time that the handler took.
// Paints only what is visible, so that a million messages cost what a page of them costs. GUI thread.
class SequenceView : public QAbstractScrollArea {
    Q_OBJECT
public:
    using Index = MessageModel::Index;
    static constexpr int mostImageRows = 500;
    static constexpr std::size_t mostLifelines = 200; // those after them share one

    // `model` must outlive the view.
    explicit SequenceView(const MessageModel &model, QWidget *parent = nullptr);

    // What is shown as selected; scrolls to it when it is not in view. Emits nothing.
    void setCurrent(std::optional<Index> index);
    std::optional<Index> current() const;

    std::size_t lifelines() const { return m_lifelines.size(); }
    int rowHeight() const;
    int firstRow() const;
    int rowAt(const QPoint &at) const; // -1: none there
    // From the first visible row on, at most so many rows, and as many lifelines as a picture has room for.
    QImage toImage(int mostRows = mostImageRows) const;
    int rowsOfImage(int mostRows = mostImageRows) const; // in that picture

signals:
    void currentChanged(quint64 index);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    struct Lifeline {
        QString name;
        bool isUnknown = false;
    };

    void note(const MessageView &message);
    std::size_t lifelineOf(const ProcessKey &process, std::string_view name, bool isSender);
    std::optional<std::size_t> known(const ProcessKey &process, std::string_view name, bool isSender) const;
    static std::string keyOf(const ProcessKey &process, std::string_view name, bool isSender);
    void updateScrollBars();
    void goToRow(int row);
    int visibleRows() const;
    int headerHeight() const;
    int gutterWidth() const;
    int spacing() const;
    int xOf(std::size_t lifeline) const; // without scrolling
    int contentWidth() const;
    int widthOfImage() const;
    void paintPage(QPainter &painter, const QRect &area, int firstRow, int left) const;
    void paintHeader(QPainter &painter, const QRect &area, int left) const;
    void paintRow(QPainter &painter, const QRect &row, int number, int left) const;
    void paintArrow(QPainter &painter, int from, int to, int y, bool isAnswer) const;
    void paintLabel(QPainter &painter, int from, int to, int y, const QString &text, const QColor &ink) const;

    const MessageModel &m_model;
    MessageFeed *m_feed;
    std::vector<Lifeline> m_lifelines;
    std::unordered_map<std::string, std::size_t> m_places;
    std::optional<Index> m_current;
    bool m_followsTail = true;
};

} // namespace ipclens
