#include "ui/message_sort.h"

#include "core/traffic/message_text.h"
#include "ui/message_model.h"

#include <QElapsedTimer>

#include <algorithm>
#include <bit>

namespace ipclens {
namespace {

constexpr qint64 pieceMilliseconds = 6;
constexpr std::uint64_t sign = std::uint64_t{1} << 63;

// The first 16 bytes of a text as numbers that are ordered as the texts are.
std::pair<std::uint64_t, std::uint64_t> textKey(std::string_view text)
{
    std::uint64_t parts[2] = {};
    for (std::size_t i = 0; i < 16; ++i)
        parts[i / 8] = parts[i / 8] << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
    return {parts[0], parts[1]};
}

} // namespace

MessageSort::MessageSort(const MessageStore &store, std::vector<std::uint32_t> rows, int column, bool descending)
    : m_store(store), m_rows(std::move(rows)), m_column(column), m_descending(descending)
{
    rankContexts();
    connect(&m_timer, &QTimer::timeout, this, &MessageSort::takeKeys);
    m_timer.start(0);
}

MessageSort::~MessageSort()
{
    if (m_thread.joinable())
        m_thread.join(); // a sort is over within a second
}

void MessageSort::rankContexts()
{
    if (m_column != MessageModel::Sender && m_column != MessageModel::Receiver && m_column != MessageModel::Id)
        return;
    std::vector<std::pair<QString, std::size_t>> texts;
    for (const auto &context : m_store.contexts()) {
        const auto view = context.view();
        texts.emplace_back(m_column == MessageModel::Sender     ? MessageModel::senderText(view)
                           : m_column == MessageModel::Receiver ? MessageModel::receiverText(view)
                                                                : QString::fromStdString(context.name),
                           texts.size());
    }
    std::ranges::sort(texts);
    m_ranks.resize(texts.size());
    for (std::size_t i = 0, rank = 0; i < texts.size(); ++i) {
        rank += i > 0 && texts[i].first != texts[i - 1].first;
        m_ranks[texts[i].second] = rank;
    }
}

MessageSort::Key MessageSort::keyOf(std::size_t place) const
{
    const auto row = m_rows[place];
    Key key{.first = 0, .second = 0, .row = row, .order = static_cast<std::uint32_t>(place)};
    const auto index = m_store.begin() + static_cast<std::uint32_t>(row - static_cast<std::uint32_t>(m_store.begin()));
    if (index >= m_store.end())
        return key; // let go meanwhile
    if (!m_ranks.empty()) {
        const auto &record = m_store.records(index).front();
        const auto rank = record.context < m_ranks.size() ? m_ranks[record.context] : m_ranks.size();
        const bool named = m_store.contexts()[record.context].kind == MessageKind::Registered;
        key.first = m_column != MessageModel::Id ? rank : named ? rank + 1 : 0;
        key.second = m_column == MessageModel::Id ? record.id : 0;
        return key;
    }
    const auto message = m_store.at(index);
    const auto isSigned = [](std::int64_t number) { return static_cast<std::uint64_t>(number) ^ sign; };
    switch (m_column) {
    case MessageModel::Number:
        key.first = message.sequence;
        break;
    case MessageModel::Time:
        key.first = isSigned(message.time);
        break;
    case MessageModel::Delta: {
        const auto before = place == 0 ? row : m_rows[place - 1];
        const auto earlier =
            m_store.begin() + static_cast<std::uint32_t>(before - static_cast<std::uint32_t>(m_store.begin()));
        key.first = isSigned(earlier < m_store.end() ? message.time - m_store.at(earlier).time : 0);
        break;
    }
    case MessageModel::Kind:
        key.first = static_cast<std::uint64_t>(message.kind);
        break;
    case MessageModel::Size:
        key.first = message.isCopied() ? message.size + 1 : 0;
        break;
    case MessageModel::Result: // those without one come first
        key.first = message.isAnswered;
        key.second = isSigned(message.result);
        break;
    case MessageModel::Duration:
        key.first = message.isAnswered;
        key.second = isSigned(message.duration);
        break;
    case MessageModel::Comment:
        std::tie(key.first, key.second) = textKey(message.comment());
        break;
    default:
        std::tie(key.first, key.second) = textKey(summary(message, 16));
        break;
    }
    return key;
}

void MessageSort::takeKeys()
{
    QElapsedTimer timer;
    timer.start();
    while (m_keys.size() < m_rows.size()) {
        const auto end = std::min(m_rows.size(), m_keys.size() + 256);
        while (m_keys.size() < end)
            m_keys.push_back(keyOf(m_keys.size()));
        if (timer.elapsed() >= pieceMilliseconds)
            return;
    }
    m_timer.stop();
    sortOnThread();
}

void MessageSort::sortOnThread()
{
    m_thread = std::jthread([this] {
        const auto isBefore = [](const Key &a, const Key &b) {
            return std::tie(a.first, a.second, a.order) < std::tie(b.first, b.second, b.order);
        };
        const auto isAfter = [](const Key &a, const Key &b) {
            return std::tie(b.first, b.second, a.order) < std::tie(a.first, a.second, b.order);
        };
        if (m_descending)
            std::ranges::sort(m_keys, isAfter);
        else
            std::ranges::sort(m_keys, isBefore);
        for (std::size_t i = 0; i < m_keys.size(); ++i)
            m_rows[i] = m_keys[i].row;
        QMetaObject::invokeMethod(this, &MessageSort::finished, Qt::QueuedConnection);
    });
}

std::vector<std::uint32_t> MessageSort::takeRows(MessageStore::Index begin)
{
    m_thread.join();
    std::erase_if(m_rows, [from = static_cast<std::uint32_t>(begin), kept = static_cast<std::uint32_t>(m_store.size())](
                              std::uint32_t row) { return row - from >= kept; });
    return std::move(m_rows);
}

} // namespace ipclens
