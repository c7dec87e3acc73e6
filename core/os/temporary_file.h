// A file for what does not fit into memory.
#pragma once

#include "core/model/bytes.h"
#include "core/model/error.h"

#include <cstdint>
#include <memory>

namespace ipclens {

// Gone when it is destroyed, and also when the process ends in any other way: the system removes it. One thread at a
// time.
class TemporaryFile {
public:
    virtual ~TemporaryFile() = default;

    virtual Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
    // All of `into`, or an error.
    virtual Result<void> read(std::uint64_t offset, std::span<std::byte> into) = 0;
};

// In the folder that the system has for large temporary files.
Result<std::unique_ptr<TemporaryFile>> makeTemporaryFile();

} // namespace ipclens
