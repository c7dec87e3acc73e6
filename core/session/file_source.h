// A file as a memory source.
#pragma once

#include "core/os/system.h"

#include <filesystem>
#include <fstream>
#include <mutex>

namespace ipclens {

// Address 0 is the file's first byte. Writing never makes it longer.
class FileSource : public MemorySource {
public:
    // `path` is UTF-8. Copy is Unsupported.
    static Result<std::shared_ptr<FileSource>> open(const std::string &path, Access access);

    FileSource(std::string path, std::fstream file, Access access);

    std::string name() const override { return "file:" + m_path; }
    AddressRange extent() const override;
    Result<std::vector<Region>> regions(AddressRange range, std::stop_token stop) override;
    ReadOutcome read(Address address, std::span<std::byte> into) override;
    Result<void> write(Address address, std::span<const std::byte> bytes) override;

private:
    std::uint64_t size() const; // now; m_mutex is held

    const std::string m_path;
    const Access m_access;
    mutable std::mutex m_mutex; // a file has one position
    mutable std::fstream m_file;
};

} // namespace ipclens
