// Sorting the rows of a capture without keeping the window waiting.
#pragma once

#include "core/traffic/message_store.h"

#include <QObject>
#include <QTimer>

#include <atomic>
#include <thread>
#include <vector>

namespace ipclens {

// Takes what the rows are sorted by from the store, in pieces between events, then sorts on a thread. Lives on the GUI
// thread; destroying it ends the work.
class MessageSort : public QObject {
    Q_OBJECT
public:
    // `rows`: messages in order of arrival, as the low 32 bits of their index. `column` is one of MessageModel's.
    MessageSort(const MessageStore &store, std::vector<std::uint32_t> rows, int column, bool descending);
    ~MessageSort() override;

    // Messages before this index were let go: their rows are left out.
    std::vector<std::uint32_t> takeRows(MessageStore::Index begin);

signals:
    void finished();

private:
    struct Key {
        std::uint64_t first;
        std::uint64_t second;
        std::uint32_t row;
        std::uint32_t order; // of arrival
    };

    void takeKeys();
    Key keyOf(std::size_t place) const;
    void rankContexts();
    void sortOnThread();

    const MessageStore &m_store;
    std::vector<std::uint32_t> m_rows;
    const int m_column;
    const bool m_descending;
    std::vector<std::uint64_t> m_ranks; // of contexts, by the text that the column shows of them
    std::vector<Key> m_keys;
    QTimer m_timer;
    std::jthread m_thread;
};

} // namespace ipclens
