// Sorting the rows of a capture without keeping the window waiting.
#pragma once

#include "ui/idle_work.h"
#include "ui/message_order.h"

#include <memory>
#include <vector>

namespace ipclens {

// Takes what the rows are sorted by from the store, in pieces between events, then sorts on another thread. Destroying
// it abandons the work; nobody waits for the thread. The store may be added to meanwhile, but lets no message go. GUI
// thread.
class MessageSort : public QObject {
    Q_OBJECT
public:
    // `rows`: the messages to be sorted, in order of arrival, and `before`: those that are shown now, which may be
    // others as well; both by the low 32 bits of their index. `column` is one of MessageModel's.
    MessageSort(const MessageStore &store, std::vector<std::uint32_t> rows, std::vector<std::uint32_t> before,
                int column, bool descending, QObject *parent);
    ~MessageSort() override;

    // First the rows that were to be sorted, then those of `before` that were not among them.
    struct Sorted {
        MessageOrder order;
        std::size_t sorted = 0; // so many of the first
    };
    Sorted take(); // once, after finished()

signals:
    void finished();

private:
    struct Work;

    bool takeKeys();
    void noteKey(std::size_t place);
    void rankContexts();
    void sortOnThread();

    const MessageStore &m_store;
    const int m_column;
    std::vector<std::uint64_t> m_ranks; // of contexts, by the text that the column shows of them
    std::shared_ptr<Work> m_work;       // shared with the thread
    IdleWork m_keys;
};

} // namespace ipclens
