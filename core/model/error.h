// What went wrong, in the words a user needs: which operation, on what, the system's code, and what would fix it.
#pragma once

#include "core/model/fields.h"

#include <expected>
#include <string>

namespace ipclens {

IPCLENS_ENUM(ErrorKind,
    Failed,       // the system refused for a reason that has no kind of its own; see `code`
    Missing,      // no object, process, file or window of that name
    Refused,      // access denied; `hint` names the missing right
    WrongType,    // the name belongs to another kind of object
    Exists,       // create found the name taken
    Invalid,      // the caller's input is malformed; `object` quotes it and `hint` says where
    OutOfRange,   // an address, offset or size outside the source
    Unreadable,   // memory that cannot be read: a hole, guard or no-access page
    Changed,      // compare-and-write found other bytes than expected; nothing was written
    Exited,       // the target process is gone
    TimedOut,     // the system's own time-out passed
    Cancelled,    // the caller cancelled
    Unsupported,  // this system has no such thing
    Disconnected, // the session at the far end is gone
    Protocol)     // the far end does not speak our protocol, or another version of it

// `code` is the system's own number (GetLastError, NTSTATUS or errno), 0 when there is none.
// Thread-free plain value. Made at the failing call, on the line after it.
struct Error {
    ErrorKind kind = ErrorKind::Failed;
    std::uint32_t code = 0;
    std::string operation; // "OpenProcess", "read memory"
    std::string object;    // "process 1234", "section Local\\X"
    std::string meaning;   // the system's text for `code`, or our own sentence
    std::string hint;      // what would fix it; may be empty

    bool operator==(const Error &) const = default;
    IPCLENS_FIELDS(kind, code, operation, object, meaning, hint)
};

// One line: "OpenProcess of process 4: The parameter is incorrect (87). Hint."
std::string toText(const Error &error);

template <class T>
using Result = std::expected<T, Error>;

using Failure = std::unexpected<Error>;

// An error about the caller's input: `what` was being read, `text` is the input, `problem` says what and where.
Failure invalidInput(std::string what, std::string text, std::string problem);

} // namespace ipclens
