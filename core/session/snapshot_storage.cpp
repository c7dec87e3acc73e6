// Where snapshots keep their bytes.
#include "core/session/file_path.h"
#include "core/session/snapshot_file.h"

#include <cerrno>
#include <fstream>
#include <mutex>

#include <fmt/format.h>

namespace ipclens {
namespace {

class NamedStorage final : public SnapshotStorage {
public:
    NamedStorage(std::string path, std::fstream file) : m_path(std::move(path)), m_file(std::move(file)) {}

    std::string name() const override { return "file " + m_path; }

    Result<std::uint64_t> size() override
    {
        const std::scoped_lock lock(m_mutex);
        errno = 0;
        m_file.clear();
        m_file.seekg(0, std::ios::end);
        const auto end = m_file.tellg();
        if (end < 0)
            return fileFailure("read snapshot", m_path, errno != 0 ? errno : EIO);
        return static_cast<std::uint64_t>(static_cast<std::streamoff>(end));
    }

    Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        const std::scoped_lock lock(m_mutex);
        errno = 0;
        m_file.clear();
        m_file.seekp(static_cast<std::streamoff>(offset));
        m_file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        m_file.flush();
        if (!m_file)
            return fileFailure("write snapshot", m_path, errno != 0 ? errno : EIO);
        return {};
    }

    Result<void> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        const std::scoped_lock lock(m_mutex);
        errno = 0;
        m_file.clear();
        m_file.seekg(static_cast<std::streamoff>(offset));
        m_file.read(reinterpret_cast<char *>(into.data()), static_cast<std::streamsize>(into.size()));
        if (static_cast<std::size_t>(m_file.gcount()) == into.size())
            return {};
        if (errno != 0)
            return fileFailure("read snapshot", m_path, errno);
        return Failure(Error{.kind = ErrorKind::Invalid, .operation = "read snapshot", .object = name(),
                             .meaning = fmt::format("it is cut: it ends before 0x{:x}", offset + into.size())});
    }

private:
    const std::string m_path;
    std::mutex m_mutex; // a file has one position
    std::fstream m_file;
};

class TemporaryStorage final : public SnapshotStorage {
public:
    explicit TemporaryStorage(std::unique_ptr<TemporaryFile> file) : m_file(std::move(file)) {}

    std::string name() const override { return "temporary file"; }

    Result<std::uint64_t> size() override
    {
        const std::scoped_lock lock(m_mutex);
        return m_size;
    }

    Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) override
    {
        const std::scoped_lock lock(m_mutex);
        m_size = std::max(m_size, offset + bytes.size());
        return m_file->write(offset, bytes);
    }

    Result<void> read(std::uint64_t offset, std::span<std::byte> into) override
    {
        const std::scoped_lock lock(m_mutex);
        return m_file->read(offset, into);
    }

private:
    std::mutex m_mutex; // guards what follows
    const std::unique_ptr<TemporaryFile> m_file;
    std::uint64_t m_size = 0;
};

Result<std::unique_ptr<SnapshotStorage>> openStorage(const char *operation, const std::filesystem::path &path,
                                                     std::ios::openmode mode)
{
    std::fstream file;
    file.rdbuf()->pubsetbuf(nullptr, 0); // what is read and written is large
    errno = 0;
    file.open(path, mode | std::ios::in | std::ios::binary);
    if (!file)
        return fileFailure(operation, toUtf8(path), errno != 0 ? errno : EIO);
    return std::make_unique<NamedStorage>(toUtf8(path), std::move(file));
}

} // namespace

Result<std::unique_ptr<SnapshotStorage>> openSnapshotStorage(const std::filesystem::path &path)
{
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return Failure(Error{.kind = ErrorKind::WrongType,
                             .operation = "open snapshot",
                             .object = "file " + toUtf8(path),
                             .meaning = "is not a regular file"});
    return openStorage("open snapshot", path, {});
}

Result<std::unique_ptr<SnapshotStorage>> createSnapshotStorage(const std::filesystem::path &path)
{
    std::error_code code;
    if (std::filesystem::exists(path, code))
        return fileFailure("create snapshot", toUtf8(path), EEXIST);
    return openStorage("create snapshot", path, std::ios::out | std::ios::trunc);
}

std::unique_ptr<SnapshotStorage> temporarySnapshotStorage(std::unique_ptr<TemporaryFile> file)
{
    return std::make_unique<TemporaryStorage>(std::move(file));
}

} // namespace ipclens
