// What a child process says on its standard error, for the text of an error.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

namespace ipclens {

// The last 4 KiB of it. One thread adds, any other asks.
class LastWords {
public:
    void add(std::string_view words);
    // Nothing more will come.
    void finish();
    // `command "x" (ended with exit status 1), which said: no such file`; waits a moment for what is still to come.
    std::string describe(const std::string &command, const std::string &state) const;

private:
    mutable std::mutex m_mutex; // guards what follows
    mutable std::condition_variable m_finished;
    std::string m_words;
    bool m_isFinished = false;
};

} // namespace ipclens
