// Tables of plain rows that may be long: what a refresh changes, the sorting and the filtering are worked out on
// another thread, so that the window goes on with a hundred thousand rows on their way. Selection and scroll position
// survive.
#pragma once

#include "ui/row_model.h"

#include <QMetaObject>
#include <QThreadPool>

#include <algorithm>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>

namespace ipclens {

// How a kind of row reads. Asked from several threads at once: keeps nothing.
template <class Row>
class RowTexts {
public:
    virtual ~RowTexts() = default;
    virtual std::vector<ColumnInfo> columns() const = 0;
    virtual std::string key(const Row &row) const = 0; // what makes it the same row after a refresh
    virtual QString text(const Row &row, int column) const = 0;
    virtual QVariant sortKey(const Row &row, int column) const { return text(row, column); } // text, or a number
    virtual QString toolTip(const Row &row, int column) const { return text(row, column); }
    virtual bool isMuted(const Row &) const { return false; } // shown paler: not counted
};

// GUI thread. What can be done with a list whatever its rows are.
class RowListModel : public QAbstractTableModel {
    Q_OBJECT
public:
    const ColumnInfo &column(int index) const { return m_columns[static_cast<std::size_t>(index)]; }
    // Only rows in which every word occurs, in whichever columns, in any case.
    void setWords(const QString &text);
    void sort(int column, Qt::SortOrder order) override;
    virtual int total() const = 0;        // rows without the filter
    virtual bool isArranging() const = 0; // what is shown will soon be replaced

    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void arranged(); // what was asked for is shown

protected:
    RowListModel(std::vector<ColumnInfo> columns, QObject *parent);
    virtual void arrange() = 0;
    QVariant alignment(int section) const;
    QVariant mutedInk() const;

    // Where the other thread leaves what it worked out; outlives the model if it must.
    struct Return {
        std::mutex mutex;
        RowListModel *model;
    };
    const std::shared_ptr<Return> m_return = std::make_shared<Return>();
    QStringList m_words;
    int m_sortColumn = -1;
    Qt::SortOrder m_sortOrder = Qt::AscendingOrder;

private:
    const std::vector<ColumnInfo> m_columns;
};

template <class Row>
class RowList : public RowListModel {
public:
    explicit RowList(std::shared_ptr<const RowTexts<Row>> texts, QObject *parent = nullptr)
        : RowListModel(texts->columns(), parent), m_texts(std::move(texts))
    {
    }
    ~RowList() override
    {
        const std::scoped_lock lock(m_return->mutex);
        m_return->model = nullptr;
    }

    // Makes the rows those of `next`, soon. A row that is there already stays, with its index.
    void merge(std::vector<Row> next)
    {
        if (m_next)
            dispose(std::move(*m_next));
        m_next = std::move(next);
        arrange();
    }
    const std::vector<Row> &rows() const { return m_now->rows; } // all, in the order given
    const Row &row(int shown) const { return *m_shown[static_cast<std::size_t>(shown)]; }
    int total() const override { return static_cast<int>(m_now->rows.size()); }
    bool isArranging() const override { return m_isBusy; }

    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
            return {};
        const Row &shown = row(index.row());
        switch (role) {
        case Qt::DisplayRole:
            return m_texts->text(shown, index.column());
        case Qt::ToolTipRole:
            return m_texts->toolTip(shown, index.column());
        case Qt::TextAlignmentRole:
            return alignment(index.column());
        case Qt::ForegroundRole:
            return m_texts->isMuted(shown) ? mutedInk() : QVariant();
        case sortRole:
            return m_texts->sortKey(shown, index.column());
        default:
            return {};
        }
    }

private:
    using Place = std::uint32_t;
    struct Rows {
        std::vector<Row> rows;
        std::vector<std::string> keys; // beside them, distinct
    };
    struct Question {
        std::shared_ptr<const RowTexts<Row>> texts;
        std::shared_ptr<const Rows> before;
        std::shared_ptr<const std::vector<Place>> shownBefore;
        std::optional<std::vector<Row>> next;
        QStringList words;
        int column;
        Qt::SortOrder order;
    };
    // The way from what is shown to what is to be shown, in steps that views understand: those that stay in their new
    // order and those that go at the end; the end cut off; those that come at the end; all in their order.
    struct Answer {
        std::shared_ptr<const Rows> now;
        std::shared_ptr<const std::vector<Place>> places;
        std::vector<const Row *> staying;
        std::vector<const Row *> going;
        std::vector<const Row *> coming;
        std::vector<const Row *> shown;
        std::vector<int> toMiddle; // row before -> row with those that go at the end; empty: all stay where they are
        std::vector<int> toEnd;    // row with those that come at the end -> row afterwards; empty: the same
        bool hasChanged = false;   // some row that stays
    };

    void arrange() override
    {
        m_isStale = true;
        if (m_isBusy)
            return;
        m_isBusy = true;
        m_isStale = false;
        auto question = std::make_shared<Question>(
            Question{m_texts, m_now, m_places, std::exchange(m_next, {}), m_words, m_sortColumn, m_sortOrder});
        QThreadPool::globalInstance()->start([question, back = m_return, list = this] {
            auto answer = std::make_shared<Answer>(workOut(*question));
            *question = {};
            const std::scoped_lock lock(back->mutex);
            if (back->model) // then `list` is there, too
                QMetaObject::invokeMethod(
                    back->model, [list, answer] { list->apply(*answer); }, Qt::QueuedConnection);
        });
    }

    void apply(Answer &answer)
    {
        auto before = std::exchange(m_now, std::move(answer.now)); // rows that go are still shown for a moment
        m_places = std::move(answer.places);
        const int staying = static_cast<int>(answer.staying.size());
        const int going = static_cast<int>(answer.going.size());
        const int coming = static_cast<int>(answer.coming.size());
        std::vector<const Row *> middle = std::move(answer.staying);
        middle.insert(middle.end(), answer.going.begin(), answer.going.end());
        move(answer.toMiddle, std::move(middle));
        if (going > 0) {
            beginRemoveRows({}, staying, staying + going - 1);
            m_shown.resize(static_cast<std::size_t>(staying));
            endRemoveRows();
        }
        if (coming > 0) {
            beginInsertRows({}, staying, staying + coming - 1);
            m_shown.insert(m_shown.end(), answer.coming.begin(), answer.coming.end());
            endInsertRows();
        }
        move(answer.toEnd, std::move(answer.shown));
        if (answer.hasChanged && !m_shown.empty())
            emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
        dispose(std::move(before));
        m_isBusy = false;
        if (m_isStale)
            arrange();
        else
            emit arranged();
    }

    void move(const std::vector<int> &to, std::vector<const Row *> next)
    {
        if (to.empty()) {
            m_shown = std::move(next);
            return;
        }
        emit layoutAboutToBeChanged({}, VerticalSortHint);
        m_shown = std::move(next);
        const auto from = persistentIndexList();
        QModelIndexList moved;
        for (const auto &each : from)
            moved << createIndex(to[static_cast<std::size_t>(each.row())], each.column());
        changePersistentIndexList(from, moved);
        emit layoutChanged({}, VerticalSortHint);
    }

    // Freeing a hundred thousand rows takes longer than a frame.
    template <class Large>
    static void dispose(Large large)
    {
        QThreadPool::globalInstance()->start([kept = std::make_shared<Large>(std::move(large))] {});
    }

    // On the other thread. --------------------------------------------------------------------------------------------

    static Answer workOut(Question &question)
    {
        Answer answer;
        std::vector<int> placeNow(question.before->rows.size(), -1); // of a row of `before`
        if (question.next) {
            auto now = std::make_shared<Rows>();
            now->rows = std::move(*question.next);
            now->keys = distinctKeys(*question.texts, now->rows);
            std::unordered_map<std::string_view, int> places;
            places.reserve(now->keys.size());
            for (std::size_t i = 0; i < now->keys.size(); ++i)
                places.emplace(now->keys[i], static_cast<int>(i));
            for (std::size_t i = 0; i < placeNow.size(); ++i) {
                if (const auto found = places.find(question.before->keys[i]); found != places.end())
                    placeNow[i] = found->second;
            }
            answer.now = std::move(now);
        } else {
            std::iota(placeNow.begin(), placeNow.end(), 0);
            answer.now = question.before;
        }
        answer.places = std::make_shared<const std::vector<Place>>(placesInOrder(question, answer.now->rows));
        findWay(question, placeNow, answer);
        return answer;
    }

    static void findWay(const Question &question, const std::vector<int> &placeNow, Answer &answer)
    {
        const auto &rows = answer.now->rows;
        const auto &shownBefore = *question.shownBefore;
        std::vector<int> rowBefore(rows.size(), -1);
        for (std::size_t i = 0; i < shownBefore.size(); ++i) {
            if (const int place = placeNow[shownBefore[i]]; place >= 0)
                rowBefore[static_cast<std::size_t>(place)] = static_cast<int>(i);
        }
        answer.toMiddle.assign(shownBefore.size(), -1);
        std::vector<int> ends, newEnds;
        for (const auto place : *answer.places) {
            const Row &row = rows[place];
            const int end = static_cast<int>(answer.shown.size());
            answer.shown.push_back(&row);
            const int before = rowBefore[place];
            if (before < 0) {
                answer.coming.push_back(&row);
                newEnds.push_back(end);
                continue;
            }
            const Row &old = question.before->rows[shownBefore[static_cast<std::size_t>(before)]];
            answer.hasChanged = answer.hasChanged || (question.next && old != row);
            answer.toMiddle[static_cast<std::size_t>(before)] = static_cast<int>(answer.staying.size());
            answer.staying.push_back(&row);
            ends.push_back(end);
        }
        for (std::size_t i = 0; i < shownBefore.size(); ++i) {
            if (answer.toMiddle[i] >= 0)
                continue;
            answer.toMiddle[i] = static_cast<int>(answer.staying.size() + answer.going.size());
            answer.going.push_back(&question.before->rows[shownBefore[i]]);
        }
        answer.toEnd = std::move(ends);
        answer.toEnd.insert(answer.toEnd.end(), newEnds.begin(), newEnds.end());
        for (auto *way : {&answer.toMiddle, &answer.toEnd}) {
            if (std::ranges::is_sorted(*way))
                way->clear();
        }
    }

    // A list may name the same thing twice: the second is then another row.
    static std::vector<std::string> distinctKeys(const RowTexts<Row> &texts, const std::vector<Row> &rows)
    {
        std::vector<std::string> keys;
        keys.reserve(rows.size());
        std::unordered_map<std::string, int> seen;
        seen.reserve(rows.size());
        for (const auto &row : rows) {
            auto own = texts.key(row);
            if (const int before = seen[own]++; before > 0)
                own += "\n" + std::to_string(before);
            keys.push_back(std::move(own));
        }
        return keys;
    }

    static bool isWanted(const Question &question, const Row &row, int columns)
    {
        return std::ranges::all_of(question.words, [&](const QString &word) {
            for (int column = 0; column < columns; ++column) {
                if (question.texts->text(row, column).contains(word, Qt::CaseInsensitive))
                    return true;
            }
            return false;
        });
    }

    static std::vector<Place> placesInOrder(const Question &question, const std::vector<Row> &rows)
    {
        std::vector<Place> places;
        places.reserve(rows.size());
        const int columns = question.words.isEmpty() ? 0 : static_cast<int>(question.texts->columns().size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (question.words.isEmpty() || isWanted(question, rows[i], columns))
                places.push_back(static_cast<Place>(i));
        }
        if (question.column < 0)
            return places;
        std::vector<QString> texts(rows.size());
        std::vector<double> numbers(rows.size());
        bool areNumbers = false;
        for (const auto place : places) {
            const auto key = question.texts->sortKey(rows[place], question.column);
            areNumbers = key.typeId() != QMetaType::QString;
            if (areNumbers)
                numbers[place] = key.toDouble();
            else
                texts[place] = key.toString();
        }
        const bool descending = question.order == Qt::DescendingOrder;
        std::ranges::stable_sort(places, [&](Place one, Place other) {
            if (descending)
                std::swap(one, other);
            return areNumbers ? numbers[one] < numbers[other]
                              : texts[one].compare(texts[other], Qt::CaseInsensitive) < 0;
        });
        return places;
    }

    const std::shared_ptr<const RowTexts<Row>> m_texts;
    std::shared_ptr<const Rows> m_now = std::make_shared<const Rows>();
    std::shared_ptr<const std::vector<Place>> m_places =
        std::make_shared<const std::vector<Place>>(); // of what is shown
    std::vector<const Row *> m_shown;                 // in m_now
    std::optional<std::vector<Row>> m_next;
    bool m_isBusy = false;
    bool m_isStale = false; // something was asked for since the other thread began
};

} // namespace ipclens
