// What became of a name: where objects of that name, or nearly, are.
#pragma once

#include "core/model/explanation.h"

namespace ipclens {

IPCLENS_ENUM(NameFindingKind,
    Exists,           // an object that the name leads to, of the kind asked for
    Denied,           // it exists, but not all is granted
    WrongType,        // the name belongs to another kind of object
    Elsewhere,        // exists under another directory: another session, Global, an app container
    OtherCase,        // exists with other upper and lower case
    Similar,          // exists with a name that differs in a character or two
    MissingDirectory, // a directory of the path does not exist
    Malformed,        // the name itself cannot be: too long, a backslash in the middle, ...
    Link)             // the name is a symbolic link to another one

struct NameFinding {
    NameFindingKind kind = NameFindingKind::Exists;
    std::string path;              // of what was found
    std::string type;              // of what was found
    std::string text;              // "exists in session 1 as a Section; you asked session 0"
    std::string openAs;            // what to type to reach it; empty: it cannot be opened by name
    std::vector<RightAnswer> rights; // of Exists and Denied
    bool operator==(const NameFinding &) const = default;
    IPCLENS_FIELDS(kind, path, type, text, openAs, rights)
};

// A path that was looked at.
struct NameProbe {
    std::string what; // "as typed", "Global\", "session 2", "app container S-1-15-2-..."
    std::string path;
    std::string found; // type of the object there; empty: nothing
    bool operator==(const NameProbe &) const = default;
    IPCLENS_FIELDS(what, path, found)
};

struct NameReport {
    std::string name;    // as asked
    std::string path;    // where that leads
    std::string verdict; // one sentence
    std::vector<NameFinding> findings; // most telling first
    std::vector<NameProbe> probes;
    std::string note;    // what could not be looked at
    bool operator==(const NameReport &) const = default;
    IPCLENS_FIELDS(name, path, verdict, findings, probes, note)
};

} // namespace ipclens
