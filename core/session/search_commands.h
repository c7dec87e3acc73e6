// Commands that look through memory: finding bytes, and scanning for values and narrowing what was found.
#pragma once

#include "core/model/value_type.h"
#include "core/session/command_types.h"

namespace ipclens {

using ScanId = std::uint64_t;

IPCLENS_ENUM(PatternKind, Hex, Text, Number, Regex)
IPCLENS_ENUM(TextEncoding, Ascii, Latin1, Utf8, Utf16, Utf32)

// What to look for, as typed.
struct BytePattern {
    PatternKind kind = PatternKind::Hex;
    std::string text; // hex: "4d ?? 79", half bytes "4?"; number: "42", "0x2a", "1.5"; regex: over bytes, \xNN allowed
    TextEncoding encoding = TextEncoding::Utf8; // text
    bool foldCase = false;                      // text and regex
    ValueType type = ValueType::U32;            // number
    ByteOrder order = ByteOrder::Little;        // number, and text in UTF-16 and UTF-32
    double tolerance = 0;                       // number: up to this much away matches too
    IPCLENS_FIELDS(kind, text, encoding, foldCase, type, order, tolerance)
};

// Which regions are looked through. Only readable ones ever are; mapped ones are by default.
struct RegionChoice {
    bool privateMemory = true;
    bool mapped = true;
    bool image = true;
    bool writableOnly = false;
    IPCLENS_FIELDS(privateMemory, mapped, image, writableOnly)
};

struct FindReply {
    std::vector<AddressRange> matches; // in the order found
    bool more = false;                 // there was at least one more than asked for
    std::uint64_t searched = 0;        // bytes
    std::uint64_t unreadable = 0;      // bytes of committed memory that could not be read
    IPCLENS_FIELDS(matches, more, searched, unreadable)
};
// Matches may overlap and may span regions that touch, never holes. They begin at or after `from` (backwards: before).
// `range` of size 0: the whole source. Cancellable.
struct FindBytes {
    using Reply = FindReply;
    static constexpr std::string_view name = "find.bytes";
    SourceId source = 0;
    BytePattern pattern;
    Address from = 0;
    bool backwards = false;
    AddressRange range;
    std::uint32_t limit = 1; // matches, at most 100,000
    std::uint32_t alignment = 1; // of a match's address: 1, 2, 4 or 8
    RegionChoice regions;
    std::uint64_t job = 0; // of Progress events; 0: none
    IPCLENS_FIELDS(source, pattern, from, backwards, range, limit, alignment, regions, job)
};

IPCLENS_ENUM(ScanComparison, Exact, NotEqual, Between, Greater, Less, Unknown, // the last only in a first scan
    Changed, Unchanged, Increased, Decreased, IncreasedBy, DecreasedBy)       // these only when narrowing

// What a value must be like. Values are text as typed: a number of the scan's type, or hex bytes.
struct ScanTerms {
    ScanComparison comparison = ScanComparison::Exact;
    std::string value;
    std::string upper;    // Between: `value` to `upper`, both included
    double tolerance = 0; // F32, F64: this far away is still equal
    IPCLENS_FIELDS(comparison, value, upper, tolerance)
};

struct ScanStatus {
    ScanId scan = 0;
    std::uint64_t matches = 0;
    std::uint64_t scanned = 0;    // bytes that were looked through
    std::uint64_t unreadable = 0; // bytes that should have been, but could not be read
    std::uint64_t memory = 0;     // bytes the session holds for it, in memory
    std::uint64_t disk = 0;       // and in files
    std::uint32_t steps = 0;      // 1 after the first scan; UndoScan takes back down to 1
    IPCLENS_FIELDS(scan, matches, scanned, unreadable, memory, disk, steps)
};
// Runs where the memory is. Cancellable: then nothing is left of it.
struct StartScan {
    using Reply = ScanStatus;
    static constexpr std::string_view name = "scan.start";
    SourceId source = 0;
    std::optional<ValueType> type; // none: bytes
    ByteOrder order = ByteOrder::Little;
    std::uint32_t alignment = 0; // 0: the type's size
    ScanTerms terms;
    AddressRange range; // size 0: the whole source
    RegionChoice regions;
    std::uint64_t job = 0;
    IPCLENS_FIELDS(source, type, order, alignment, terms, range, regions, job)
};
// Keeps of the matches those that satisfy the terms now. Cancellable: then the scan is as before.
struct NarrowScan {
    using Reply = ScanStatus;
    static constexpr std::string_view name = "scan.narrow";
    ScanId scan = 0;
    ScanTerms terms;
    std::uint64_t job = 0;
    IPCLENS_FIELDS(scan, terms, job)
};
struct UndoScan {
    using Reply = ScanStatus;
    static constexpr std::string_view name = "scan.undo";
    ScanId scan = 0;
    IPCLENS_FIELDS(scan)
};
struct ScanRow {
    Address address = 0;
    Bytes before;             // at the last scan
    std::optional<Bytes> now; // none: cannot be read now
    IPCLENS_FIELDS(address, before, now)
};
struct ScanRows {
    std::uint64_t first = 0;
    std::vector<ScanRow> rows;
    IPCLENS_FIELDS(first, rows)
};
// Matches in ascending order of address, from number `first` on, with what they hold now. At most 10,000 at once.
struct ReadScan {
    using Reply = ScanRows;
    static constexpr std::string_view name = "scan.read";
    ScanId scan = 0;
    std::uint64_t first = 0;
    std::uint32_t count = 100;
    IPCLENS_FIELDS(scan, first, count)
};
// Scans end with their source, too.
struct CloseScan {
    using Reply = Done;
    static constexpr std::string_view name = "scan.close";
    ScanId scan = 0;
    IPCLENS_FIELDS(scan)
};

} // namespace ipclens
