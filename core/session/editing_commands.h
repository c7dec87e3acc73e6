// Commands around looking at and editing memory: addresses as expressions, frozen values, snapshots, differences.
#pragma once

#include "core/model/value_type.h"
#include "core/session/command_types.h"

namespace ipclens {

struct EvaluatedAddress {
    Address address = 0; // of the source
    std::vector<std::string> steps; // how it came about: "demo.exe = 0x140000000", "[0x140000010] = 0x7f0000"
    IPCLENS_FIELDS(address, steps)
};
// The language is in core/text/address_expression.h. Pointers are as wide as in the source's process; sections: 8.
struct EvaluateAddress {
    using Reply = EvaluatedAddress;
    static constexpr std::string_view name = "address.evaluate";
    SourceId source = 0;
    std::string text;
    Address here = 0; // what "+0x10" at the beginning adds to
    IPCLENS_FIELDS(source, text, here)
};

// Where an address lies. `text` is "demo.exe+0x10", "section .data of demo.dll+0x8", "\...\MyShared+0x20" or "private
// 0x7f0000+0x20"; empty where nothing is.
struct AddressPlace {
    Address address = 0;
    std::string text;
    bool isReadable = false;
    IPCLENS_FIELDS(address, text, isReadable)
};
struct AddressPlaces {
    std::vector<AddressPlace> places; // in the order asked
    IPCLENS_FIELDS(places)
};
struct LocateAddresses {
    using Reply = AddressPlaces;
    static constexpr std::string_view name = "address.locate";
    SourceId source = 0;
    std::vector<Address> addresses; // at most 10,000
    IPCLENS_FIELDS(source, addresses)
};

using FreezeId = std::uint64_t;

IPCLENS_ENUM(FreezeRule, Hold, MayRise, MayFall)

// A value that is written again and again. With MayRise (MayFall) a larger (smaller) value of the target is held then.
struct FrozenItem {
    FreezeId id = 0;
    SourceId source = 0;
    std::string name; // of the source
    Address address = 0;
    Bytes bytes;                   // what is held
    std::optional<ValueType> type; // none: bytes, which can only be held
    ByteOrder order = ByteOrder::Little;
    FreezeRule rule = FreezeRule::Hold;
    double rate = 10; // Hz, 0.1 to 1,000
    std::uint64_t rewrites = 0; // times the target had changed it and it was written again
    std::optional<Error> failure; // since when writing fails: it is tried again at the same rate
    IPCLENS_FIELDS(id, source, name, address, bytes, type, order, rule, rate, rewrites, failure)
};
// Needs a source that is open for writing. Journalled once, when it begins.
struct Freeze {
    using Reply = FrozenItem;
    static constexpr std::string_view name = "freeze.add";
    FrozenItem item; // id, name, rewrites and failure do not count
    IPCLENS_FIELDS(item)
};
struct Unfreeze {
    using Reply = Done;
    static constexpr std::string_view name = "freeze.remove";
    FreezeId id = 0; // 0: all
    IPCLENS_FIELDS(id)
};
// One switch for all: off, nothing is rewritten, but the list stays. A rewrite under way ends before the reply comes.
struct SetFreezing {
    using Reply = Done;
    static constexpr std::string_view name = "freeze.set";
    bool on = true;
    IPCLENS_FIELDS(on)
};
struct FrozenList {
    bool on = true;
    std::vector<FrozenItem> items;
    IPCLENS_FIELDS(on, items)
};
struct ListFrozen {
    using Reply = FrozenList;
    static constexpr std::string_view name = "freeze.list";
    IPCLENS_FIELDS()
};
// An item began or ended to fail, or was removed because its source was closed (`isGone`).
struct FrozenChanged {
    static constexpr std::string_view name = "freeze.changed";
    FrozenItem item;
    bool isGone = false;
    IPCLENS_FIELDS(item, isGone)
};

// A file with the readable memory of a source and its table of regions; SourceKind::Snapshot opens it again.
struct SnapshotSaved {
    std::string path; // on the session's side
    std::uint64_t regions = 0;
    std::uint64_t bytes = 0;              // that were saved
    std::vector<AddressRange> unreadable; // committed, but could not be read: marked so in the file
    IPCLENS_FIELDS(path, regions, bytes, unreadable)
};
// Never over an existing file unless `replace`; a file begun is removed when the command fails or is cancelled.
struct SaveSnapshot {
    using Reply = SnapshotSaved;
    static constexpr std::string_view name = "snapshot.save";
    SourceId source = 0;
    std::string path;
    bool replace = false;
    std::vector<AddressRange> ranges; // none: all
    std::uint64_t job = 0;
    IPCLENS_FIELDS(source, path, replace, ranges, job)
};
// A snapshot in a file of the session's own, gone when the source is closed: for comparing the live source with it.
struct TakeFrame {
    using Reply = SourceInfo;
    static constexpr std::string_view name = "snapshot.frame";
    SourceId source = 0;
    std::vector<AddressRange> ranges; // none: all
    std::uint64_t job = 0;
    IPCLENS_FIELDS(source, ranges, job)
};
struct Difference {
    std::optional<AddressRange> range; // of bytes that differ, or only one can read; at most 4,096; none: no more
    std::uint64_t compared = 0;        // bytes
    IPCLENS_FIELDS(range, compared)
};
// The next run of different bytes from `from` on (backwards: ending there or before). What neither has is equal; what a
// snapshot of some ranges leaves out (SourceInfo::parts) is not compared. Cancellable.
struct FindDifference {
    using Reply = Difference;
    static constexpr std::string_view name = "memory.difference";
    SourceId left = 0;
    SourceId right = 0;
    Address from = 0;
    bool backwards = false;
    std::uint64_t job = 0;
    IPCLENS_FIELDS(left, right, from, backwards, job)
};

} // namespace ipclens
