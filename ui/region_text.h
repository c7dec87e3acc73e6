// What is said about the regions of a source: under the cursor, where nothing can be read, and before a write.
#pragma once

#include "core/session/command_types.h"

#include <QString>

namespace ipclens {

// The region that holds `address`; nullptr: none does. `regions` are ascending, here and below.
const Region *regionAt(const std::vector<Region> &regions, Address address);

// "Unreadable: nothing is mapped from .. to ..."; empty where something in `visible` can be read, or nothing is known.
QString holeText(const std::vector<Region> &regions, const SourceInfo &source, AddressRange visible);

// What a write to `range` would do beyond changing the bytes.
struct WriteOutlook {
    QString refusal; // why it cannot be; empty: it can
    QString warning; // what else will happen; empty: nothing
};
WriteOutlook writeOutlook(const std::vector<Region> &regions, const SourceInfo &source, AddressRange range);

} // namespace ipclens
