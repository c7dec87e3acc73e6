#include "core/os/temporary_file.h"

#include "core/os/linux/linux_error.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ipclens {
namespace {

class UnlinkedFile final : public TemporaryFile {
public:
    UnlinkedFile(int file, std::string folder) : m_file(file), m_object("temporary file in " + std::move(folder)) {}
    ~UnlinkedFile() override { ::close(m_file); }

    Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        while (!bytes.empty()) {
            const ssize_t count = ::pwrite(m_file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return linuxFailure(count < 0 ? errno : ENOSPC, "write", m_object,
                                    "Set TMPDIR to a folder with more room");
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        return {};
    }

    Result<void> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        while (!into.empty()) {
            const ssize_t count = ::pread(m_file, into.data(), into.size(), static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return linuxFailure(count < 0 ? errno : EIO, "read", m_object);
            into = into.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
        return {};
    }

private:
    int m_file;
    std::string m_object;
};

} // namespace

Result<std::unique_ptr<TemporaryFile>> makeTemporaryFile()
{
    const char *asked = std::getenv("TMPDIR");
    const std::string folder = asked && *asked ? asked : "/var/tmp"; // /tmp is often memory
    int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) { // not every file system has files without a name
        std::string path = folder + "/ipclens-XXXXXX";
        file = ::mkostemp(path.data(), O_CLOEXEC);
        if (file >= 0)
            ::unlink(path.c_str());
    }
    if (file < 0)
        return linuxFailure(errno, "create", "temporary file in " + folder, "Set TMPDIR to a folder with room");
    return std::make_unique<UnlinkedFile>(file, folder);
}

} // namespace ipclens
