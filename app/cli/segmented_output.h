// A running capture written to one file, or to several of which the oldest go.
#pragma once

#include "app/cli/capture_output.h"
#include "core/traffic/capture_segments.h"

#include <map>

namespace ipclens {

// Without limits it is one file of that name, or standard output for "-". With limits the files are numbered as
// segmentPath() does.
class SegmentedOutput {
public:
    // Existing files are refused unless `replace`; then numbered ones of an earlier capture of that name go.
    static Result<SegmentedOutput> open(const std::string &path, bool replace, const std::string &system,
                                        const MessageStore::Limits &limits);

    void nameInbox(std::uint64_t inbox, const std::string &name) { m_names[inbox] = name; }
    Result<void> write(const MessageView &message);
    Result<void> write(const LateAnswer &answer);
    // What an inbox has received and lost by now; stands in each file.
    void count(std::uint64_t inbox, const InboxCounts &counts);
    // Makes what was written last over a crash of this program.
    Result<void> flush();
    Result<void> close();

    const CaptureSegments::Segment &letGo() const { return m_segments.letGo(); }

private:
    SegmentedOutput(std::string path, bool replace, std::string system, const MessageStore::Limits &limits);
    Result<void> begin();
    Result<void> writeCounts();

    std::string m_path;
    bool m_replace = false;
    std::string m_system;
    CaptureSegments m_segments;
    std::map<std::uint64_t, std::string> m_names;
    std::map<std::uint64_t, InboxCounts> m_counts; // `written` is counted here
    std::uint64_t m_droppedWritten = 0;            // of all inboxes, as the file says
    std::unique_ptr<CaptureOutput> m_output;
};

} // namespace ipclens
