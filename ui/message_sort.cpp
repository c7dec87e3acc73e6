#include "ui/message_sort.h"

#include "core/traffic/message_text.h"
#include "ui/message_model.h"

#include <QElapsedTimer>
#include <QThreadPool>

#include <algorithm>
#include <mutex>

namespace ipclens {
namespace {

constexpr std::uint64_t sign = std::uint64_t{1} << 63;

struct Key {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint32_t row = 0;
    std::uint32_t order = 0; // of arrival
};

// The first 16 bytes of a text as numbers that are ordered as the texts are.
std::pair<std::uint64_t, std::uint64_t> textKey(std::string_view text)
{
    std::uint64_t parts[2] = {};
    for (std::size_t i = 0; i < 16; ++i)
        parts[i / 8] = parts[i / 8] << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    return {parts[0], parts[1]};
}

std::uint64_t ordered(std::int64_t number)
{
    return static_cast<std::uint64_t>(number) ^ sign;
}

} // namespace

struct MessageSort::Work {
    MessageOrder::Index first = 0; // of the store when it began
    MessageOrder::Index end = 0;
    std::vector<std::uint32_t> rows;
    std::vector<std::uint32_t> before;
    std::vector<Key> keys;
    bool descending = false;
    Sorted result;

    std::mutex mutex;
    MessageSort *asker = nullptr; // none: nobody wants it any more

    void sort();
};

// On the other thread.
void MessageSort::Work::sort()
{
    const auto isBefore = [](const Key &a, const Key &b) {
        return std::tie(a.first, a.second, a.order) < std::tie(b.first, b.second, b.order);
    };
    const auto isAfter = [](const Key &a, const Key &b) {
        return std::tie(b.first, b.second, a.order) < std::tie(a.first, a.second, b.order);
    };
    if (descending)
        std::ranges::sort(keys, isAfter);
    else
        std::ranges::sort(keys, isBefore);
    const auto offsetOf = [from = static_cast<std::uint32_t>(first)](std::uint32_t row) { return row - from; };
    std::vector<char> isSorted(static_cast<std::size_t>(end - first));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        rows[i] = keys[i].row;
        isSorted[offsetOf(rows[i])] = 1;
    }
    result.sorted = rows.size();
    std::ranges::copy_if(before, std::back_inserter(rows), [&](std::uint32_t row) { return !isSorted[offsetOf(row)]; });
    result.order = MessageOrder(std::move(rows), first, end);
}

MessageSort::MessageSort(const MessageStore &store, std::vector<std::uint32_t> rows, std::vector<std::uint32_t> before,
                         int column, bool descending, QObject *parent)
    : QObject(parent), m_store(store), m_column(column), m_work(std::make_shared<Work>()),
      m_keys([this] { return takeKeys(); }, this)
{
    m_work->first = store.begin();
    m_work->end = store.end();
    m_work->rows = std::move(rows);
    m_work->before = std::move(before);
    m_work->keys.reserve(m_work->rows.size());
    m_work->descending = descending;
    m_work->asker = this;
    rankContexts();
    m_keys.start();
}

MessageSort::~MessageSort()
{
    const std::scoped_lock lock(m_work->mutex);
    m_work->asker = nullptr;
}

void MessageSort::rankContexts()
{
    if (m_column != MessageModel::Sender && m_column != MessageModel::Receiver && m_column != MessageModel::Id)
        return;
    std::vector<std::pair<QString, std::size_t>> texts;
    const auto &contexts = m_store.contexts();
    for (auto number = contexts.size() - contexts.kept(); number < contexts.size(); ++number) {
        const auto view = contexts[number].view();
        texts.emplace_back(m_column == MessageModel::Sender     ? MessageModel::senderText(view)
                           : m_column == MessageModel::Receiver ? MessageModel::receiverText(view)
                                                                : QString::fromStdString(contexts[number].name),
                           number);
    }
    std::ranges::sort(texts);
    m_ranks.resize(contexts.size());
    for (std::size_t i = 0, rank = 0; i < texts.size(); ++i) {
        rank += i > 0 && texts[i].first != texts[i - 1].first;
        m_ranks[texts[i].second] = rank;
    }
}

void MessageSort::noteKey(std::size_t place)
{
    const auto row = m_work->rows[place];
    const auto indexOf = [begin = m_store.begin()](std::uint32_t message) {
        return begin + static_cast<std::uint32_t>(message - static_cast<std::uint32_t>(begin));
    };
    Key &key = m_work->keys.emplace_back(Key{.row = row, .order = static_cast<std::uint32_t>(place)});
    if (!m_ranks.empty()) {
        const auto &record = m_store.records(indexOf(row)).front();
        const auto rank = record.context < m_ranks.size() ? m_ranks[record.context] : m_ranks.size();
        const bool named = m_store.contexts()[record.context].kind == MessageKind::Registered;
        key.first = m_column != MessageModel::Id ? rank : named ? rank + 1 : 0;
        key.second = m_column == MessageModel::Id ? record.id : 0;
        return;
    }
    const auto message = m_store.at(indexOf(row));
    switch (m_column) {
    case MessageModel::Number:
        key.first = message.sequence;
        break;
    case MessageModel::Time:
        key.first = ordered(message.time);
        break;
    case MessageModel::Delta:
        key.first = place > 0; // the first has none
        key.second = place == 0 ? 0 : ordered(message.time - m_store.at(indexOf(m_work->rows[place - 1])).time);
        break;
    case MessageModel::Kind:
        key.first = static_cast<std::uint64_t>(message.kind);
        break;
    case MessageModel::Size:
        key.first = message.isCopied() ? message.size + 1 : 0;
        break;
    case MessageModel::Result: // those without one come first
        key.first = message.isAnswered;
        key.second = ordered(message.result);
        break;
    case MessageModel::Duration:
        key.first = message.isAnswered;
        key.second = ordered(message.duration);
        break;
    case MessageModel::Comment:
        std::tie(key.first, key.second) = textKey(message.comment());
        break;
    default:
        std::tie(key.first, key.second) = textKey(summary(message, 16));
        break;
    }
}

bool MessageSort::takeKeys()
{
    QElapsedTimer timer;
    timer.start();
    const auto count = m_work->rows.size();
    while (m_work->keys.size() < count) {
        const auto end = std::min(count, m_work->keys.size() + 256);
        while (m_work->keys.size() < end)
            noteKey(m_work->keys.size());
        if (timer.elapsed() >= IdleWork::pieceMilliseconds)
            return true;
    }
    sortOnThread();
    return false;
}

void MessageSort::sortOnThread()
{
    QThreadPool::globalInstance()->start([work = m_work] {
        work->sort();
        const std::scoped_lock lock(work->mutex);
        if (work->asker)
            QMetaObject::invokeMethod(work->asker, &MessageSort::finished, Qt::QueuedConnection);
    });
}

MessageSort::Sorted MessageSort::take()
{
    return std::move(m_work->result);
}

} // namespace ipclens
