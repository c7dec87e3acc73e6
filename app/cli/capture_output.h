// Captures written to files and pipes.
#pragma once

#include "core/traffic/capture_file.h"

#include <cstdio>
#include <memory>

namespace ipclens {

// A capture being written to a file, or to standard output for "-".
class CaptureOutput {
public:
    // Growing: the file is there at once and grows. Whole: it takes its place when close() is called, which may be that
    // of the file that is read meanwhile; else it leaves no trace.
    enum class Kind { Growing, Whole };

    // An existing file is refused unless `replace`. `system`: where the messages come from.
    static Result<CaptureOutput> open(const std::string &path, Kind kind, bool replace, const std::string &system);
    CaptureOutput(CaptureOutput &&) = default;
    CaptureOutput &operator=(CaptureOutput &&) = delete;
    ~CaptureOutput();

    // Before the first message of that inbox.
    void nameInbox(std::uint64_t inbox, const std::string &name) { m_writer->nameInbox(inbox, name); }
    Result<void> write(const MessageView &message);
    // What came of a message that was written without it.
    Result<void> write(const LateAnswer &answer);
    Result<void> write(std::uint64_t inbox, std::int64_t time, const InboxCounts &counts);
    std::uint64_t size() const { return m_size; } // bytes so far
    // Makes what was written last over a crash of this program.
    Result<void> flush();
    Result<void> close();

private:
    struct Closer {
        void operator()(std::FILE *file) const { std::fclose(file); }
    };

    explicit CaptureOutput(std::string path) : m_path(std::move(path)) {}
    Failure failure(int code) const;
    Result<void> openBeside();
    Result<void> put(const Bytes &bytes);

    std::string m_path;
    std::string m_beside; // where a whole one is written until it takes its place
    bool m_replace = false;
    std::unique_ptr<std::FILE, Closer> m_file; // none: standard output
    Bytes m_buffer;
    std::uint64_t m_size = 0;
    std::optional<CaptureWriter> m_writer;
};

} // namespace ipclens
