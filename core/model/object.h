// Named kernel objects and sections.
#pragma once

#include "core/model/memory.h"

namespace ipclens {

IPCLENS_ENUM(SectionProtection, ReadOnly, ReadWrite, WriteCopy, ExecuteRead, ExecuteReadWrite)

// What is known of a section. Size is rounded up to pages by the system unless a file backs it.
struct SectionInfo {
    std::string name;                    // as it was opened
    std::uint64_t size = 0;              // bytes; 0 when SECTION_QUERY was refused
    std::uint32_t attributes = 0;        // SEC_* flags
    std::vector<std::string> attributeNames; // "SEC_COMMIT", ...

    bool operator==(const SectionInfo &) const = default;
    IPCLENS_FIELDS(name, size, attributes, attributeNames)
};

struct NamedObject {
    std::string type;      // "Section", "Mutant", "Event", "Directory", "SymbolicLink", ...
    std::string name;      // last component
    std::string path;      // full NT path, usable with openSection
    std::string target;    // of a symbolic link
    std::optional<SectionInfo> section; // for sections, when it may be queried
    std::string note;      // why something is unknown; empty when all is well

    bool operator==(const NamedObject &) const = default;
    IPCLENS_FIELDS(type, name, path, target, section, note)
};

} // namespace ipclens
