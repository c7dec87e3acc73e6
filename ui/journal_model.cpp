#include "ui/journal_model.h"

#include "ui/number_text.h"
#include "ui/plain_tip.h"
#include "ui/theme.h"

#include <QGuiApplication>

namespace ipclens {

JournalModel::JournalModel(QObject *parent, std::size_t limit) : QAbstractTableModel(parent), m_limit(limit)
{
}

int JournalModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

int JournalModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : Undo + 1;
}

QVariant JournalModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time: return tr("Time");
    case Source: return tr("Source");
    case Where: return tr("Address");
    case Change: return tr("Before \u2192 after");
    case State: return tr("State");
    case Note: return tr("Note");
    case Undo: return tr("Undo");
    default: return {};
    }
}

QVariant JournalModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto &shown = entry(index.row());
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole: return text(shown, column);
    case Qt::ToolTipRole:
        if (column == Undo && canUndo(shown))
            return tr("Write the old bytes back, if the new ones are still there");
        return plainTip(text(shown, column));
    case Qt::FontRole:
        if (column == Change)
            return theme::fixedFont();
        break;
    case Qt::ForegroundRole:
        if (column == Undo && canUndo(shown))
            return QGuiApplication::palette().color(QPalette::Link);
        if (column == State && shown.state != JournalState::Intended) {
            const bool good = shown.state == JournalState::Verified;
            return theme::color(good ? theme::Role::GoodText : theme::Role::ErrorText, QGuiApplication::palette());
        }
        break;
    default: break;
    }
    return {};
}

QString JournalModel::text(const JournalEntry &shown, int column) const
{
    switch (column) {
    case Time: return clockText(shown.time);
    case Source: return fromUtf8(shown.source);
    case Where: return addressText(shown.address);
    case Change: return QStringLiteral("%1 \u2192 %2").arg(bytesText(shown.before, 8), bytesText(shown.bytes, 8));
    case State: return stateText(shown);
    case Note: {
        if (shown.undoes == 0)
            return fromUtf8(shown.note);
        const auto undoes = tr("undoes entry %1").arg(shown.undoes);
        return shown.note.empty() ? undoes : QStringLiteral("%1; %2").arg(undoes, fromUtf8(shown.note));
    }
    case Undo: return canUndo(shown) ? tr("undo") : QString();
    default: return {};
    }
}

QString JournalModel::stateText(const JournalEntry &shown) const
{
    if (isUndone(shown))
        return tr("undone");
    switch (shown.state) {
    case JournalState::Intended: return tr("intended");
    case JournalState::Verified: return tr("verified");
    case JournalState::Overwritten: return tr("overwritten");
    case JournalState::Failed: return tr("failed");
    }
    return {};
}

void JournalModel::load(JournalReply journal)
{
    beginResetModel();
    auto newer = std::exchange(m_entries, {});
    const bool sameRun = m_run.empty() || m_run == journal.run;
    m_run = std::move(journal.run);
    for (auto &entry : journal.entries)
        m_entries.push_back(std::move(entry));
    if (sameRun) {
        for (auto &entry : newer) {
            if (entry.run != m_run)
                continue;
            if (const int row = find(entry); row >= 0)
                m_entries[static_cast<std::size_t>(row)] = std::move(entry);
            else
                m_entries.push_back(std::move(entry));
        }
    }
    while (m_entries.size() > m_limit)
        m_entries.pop_front();
    endResetModel();
}

void JournalModel::put(const JournalEntry &entry)
{
    if (const int row = find(entry); row >= 0) {
        m_entries[static_cast<std::size_t>(row)] = entry;
        emit dataChanged(index(row, 0), index(row, columnCount() - 1));
    } else {
        if (m_entries.size() >= m_limit) {
            beginRemoveRows({}, 0, 0);
            m_entries.pop_front();
            endRemoveRows();
        }
        beginInsertRows({}, rowCount(), rowCount());
        m_entries.push_back(entry);
        endInsertRows();
    }
    if (entry.undoes == 0)
        return;
    JournalEntry undone;
    undone.run = entry.run;
    undone.entry = entry.undoes;
    if (const int row = find(undone); row >= 0)
        emit dataChanged(index(row, 0), index(row, columnCount() - 1));
}

int JournalModel::find(const JournalEntry &entry) const
{
    // What is looked for is nearly always among the newest.
    for (auto row = static_cast<int>(m_entries.size()) - 1; row >= 0; --row) {
        const auto &candidate = m_entries[static_cast<std::size_t>(row)];
        if (candidate.entry == entry.entry && candidate.run == entry.run)
            return row;
    }
    return -1;
}

bool JournalModel::isUndone(const JournalEntry &entry) const
{
    // An undo that was itself undone does not count.
    return std::any_of(m_entries.rbegin(), m_entries.rend(), [&](const JournalEntry &other) {
        return other.undoes == entry.entry && other.run == entry.run && other.state == JournalState::Verified &&
               !isUndone(other);
    });
}

bool JournalModel::canUndo(const JournalEntry &entry) const
{
    return entry.state != JournalState::Failed && !isUndone(entry);
}

bool JournalModel::isConcluded(std::uint64_t number) const
{
    JournalEntry wanted;
    wanted.run = m_run;
    wanted.entry = number;
    const int row = find(wanted);
    return row >= 0 && entry(row).state != JournalState::Intended;
}

std::unordered_set<std::uint64_t> JournalModel::undoneEntries() const
{
    // Undos are newer than what they undo: from the newest on, it is known of each whether it holds.
    std::unordered_set<std::uint64_t> undone;
    for (auto it = m_entries.rbegin(); it != m_entries.rend(); ++it) {
        if (it->run == m_run && it->undoes != 0 && it->state == JournalState::Verified && !undone.contains(it->entry))
            undone.insert(it->undoes);
    }
    return undone;
}

const JournalEntry *JournalModel::lastToUndo(const Filter &filter) const
{
    const auto undone = undoneEntries();
    for (auto it = m_entries.rbegin(); it != m_entries.rend(); ++it) {
        if (it->run == m_run && it->undoes == 0 && it->state == JournalState::Verified && !undone.contains(it->entry) &&
            (!filter || filter(*it)))
            return &*it;
    }
    return nullptr;
}

const JournalEntry *JournalModel::lastToRedo(const Filter &filter) const
{
    const auto undone = undoneEntries();
    const auto isWrite = [this](std::uint64_t number) {
        JournalEntry wanted;
        wanted.run = m_run;
        wanted.entry = number;
        const int row = find(wanted);
        return row >= 0 && entry(row).undoes == 0;
    };
    for (auto it = m_entries.rbegin(); it != m_entries.rend(); ++it) {
        if (it->run != m_run || it->state != JournalState::Verified || (filter && !filter(*it)))
            continue;
        if (it->undoes == 0)
            return nullptr; // something new was written since
        if (!undone.contains(it->entry) && isWrite(it->undoes))
            return &*it;
    }
    return nullptr;
}

} // namespace ipclens
