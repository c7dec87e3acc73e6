// A message as a line of output for people. core/traffic/message_export.h has those for programs.
#pragma once

#include "core/traffic/message_export.h"

#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace ipclens {

enum class RowColumn {
    Number,
    Time,
    Delta,
    Inbox,
    Sender,
    Receiver,
    Kind,
    Id,
    Size,
    Result,
    Duration,
    Depth,
    Mark,
    Comment,
    Content
};
enum class RowTime { Local, Utc, SinceFirst, SincePrevious, Epoch };

// What rows show.
struct RowFormat {
    std::vector<RowColumn> columns{RowColumn::Number, RowColumn::Time,     RowColumn::Sender,
                                   RowColumn::Kind,   RowColumn::Id,       RowColumn::Size,
                                   RowColumn::Result, RowColumn::Duration, RowColumn::Content};
    RowTime time = RowTime::Local;
};
// --columns and --time.
void addRowOptions(CLI::App &command, RowFormat &format);

// Rows under their titles; both end with a newline. Remembers when the first and the last of them were.
class MessageRows {
public:
    explicit MessageRows(RowFormat format) : m_format(std::move(format)) {}

    std::string titles() const;
    std::string row(const MessageView &message);
    // What came of a message that has its row already.
    std::string row(const LateAnswer &answer) const;

private:
    std::string cell(const MessageView &message, RowColumn column) const;
    std::string timeCell(std::int64_t time) const;

    RowFormat m_format;
    std::optional<std::int64_t> m_first;
    std::optional<std::int64_t> m_previous;
};

} // namespace ipclens
