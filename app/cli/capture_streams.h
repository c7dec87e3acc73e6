// Captures read from and written to files and pipes.
#pragma once

#include "core/traffic/capture_file.h"

#include <cstdio>
#include <functional>
#include <memory>

namespace ipclens {

// Gives the messages of a capture in a file, or in standard input for "-"; those before damage, too. Each comes with its answer, also
// when that stands behind it: a file is read twice then, a pipe's messages are held back until it comes, up to 64 MiB of them. The view
// is good during the call; `take` ends the reading with an error. `unmatched`: answers without a message they belong to.
using TakeMessage = std::function<Result<void>(const MessageView &message, const std::string &inboxName)>;
Result<void> readCapture(const std::string &path, const TakeMessage &take, std::uint64_t *unmatched = nullptr);

// A capture being written to a file, or to standard output for "-".
class CaptureOutput {
public:
    // An existing file is refused unless `replace`. `system`: where the messages come from.
    static Result<CaptureOutput> open(const std::string &path, bool replace, const std::string &system);

    // Before the first message of that inbox.
    void nameInbox(std::uint64_t inbox, const std::string &name) { m_writer->nameInbox(inbox, name); }
    Result<void> write(const MessageView &message);
    // What came of a message that was written without it.
    Result<void> write(std::uint64_t inbox, std::int64_t time, const MessageOutcome &outcome);
    // Makes what was written last over a crash of this program.
    Result<void> flush();
    Result<void> close();

private:
    struct Closer {
        void operator()(std::FILE *file) const { std::fclose(file); }
    };

    explicit CaptureOutput(std::string path) : m_path(std::move(path)) {}
    Failure failure(int code) const;
    Result<void> put(const Bytes &bytes);

    std::string m_path;
    std::unique_ptr<std::FILE, Closer> m_file; // none: standard output
    Bytes m_buffer;
    std::optional<CaptureWriter> m_writer;
};

} // namespace ipclens
