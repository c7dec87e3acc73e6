// Why something is refused: what the system tells of who may, and what follows from it in words.
#pragma once

#include "core/model/sharing.h"

namespace ipclens {

IPCLENS_ENUM(ExplainKind, Process, Object, Window)

// What is to be explained. Its text form is process:PID, section:NAME, object:NAME, handle:PID/HANDLE or window:HANDLE.
struct ExplainTarget {
    ExplainKind kind = ExplainKind::Process;
    ProcessKey process;
    ObjectTarget object;
    std::uint64_t window = 0;

    bool operator==(const ExplainTarget &) const = default;
    IPCLENS_FIELDS(kind, process, object, window)
};

std::string toText(const ExplainTarget &target);

// A right that ipclens can use, and whether it is given.
struct RightAnswer {
    std::string right;   // "PROCESS_VM_READ"
    std::string purpose; // "read its memory"
    bool granted = false;
    bool operator==(const RightAnswer &) const = default;
    IPCLENS_FIELDS(right, purpose, granted)
};

// One line of an access list.
struct AccessEntry {
    std::string who;                 // "MACHINE\name", or the bare SID
    bool allows = true;              // false: denies
    std::uint32_t access = 0;
    std::vector<std::string> rights; // the same in words
    bool operator==(const AccessEntry &) const = default;
    IPCLENS_FIELDS(who, allows, access, rights)
};

// Missing: the object has none, everybody may do everything. Listed with no entries: nobody may do anything.
IPCLENS_ENUM(AccessListKind, Unknown, Missing, Listed)

// Who somebody is: the target's process, or this session.
struct Standing {
    std::string user;
    std::string integrity;
    bool isElevated = false;
    std::string architecture;
    std::uint32_t session = 0;
    bool operator==(const Standing &) const = default;
    IPCLENS_FIELDS(user, integrity, isElevated, architecture, session)
};

// What the system tells, without conclusions.
struct AccessFacts {
    std::string object;              // "process 1234 (demo.exe)"
    std::string type;                // "Process", "Section", ...
    std::vector<RightAnswer> rights; // each tried alone
    std::optional<Error> refusal;    // of the first that was refused, or of the whole
    std::string owner;
    AccessListKind listKind = AccessListKind::Unknown;
    std::vector<AccessEntry> list;
    std::optional<Error> listFailure; // why it is unknown
    bool isProtected = false;
    bool isHung = false;              // a window's thread does not answer
    bool isMessageOnly = false;
    std::optional<Standing> theirs;   // of the process, or of a window's; none: not told, or there is none
    Standing ours;

    bool operator==(const AccessFacts &) const = default;
    IPCLENS_FIELDS(object, type, rights, refusal, owner, listKind, list, listFailure, isProtected, isHung, isMessageOnly, theirs,
                   ours)
};

// The same text in the window, on the console and in JSON.
struct Explanation {
    AccessFacts facts;
    std::string verdict;              // one sentence: "It can be read, but not written."
    std::vector<std::string> reasons; // most telling first
    std::vector<std::string> waysOut; // what the user can do; may be empty
    bool operator==(const Explanation &) const = default;
    IPCLENS_FIELDS(facts, verdict, reasons, waysOut)
};

// Lines of text, without the last newline.
std::string toText(const Explanation &explanation);

} // namespace ipclens
