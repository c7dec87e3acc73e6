#include "core/session/file_source.h"

#include "core/session/file_path.h"

#include <cerrno>

#include <fmt/format.h>

namespace ipclens {

Result<std::shared_ptr<FileSource>> FileSource::open(const std::string &path, Access access)
{
    if (access == Access::Copy)
        return Failure(Error{.kind = ErrorKind::Unsupported,
                             .operation = "open file",
                             .object = "file " + path,
                             .meaning = "only sections can be opened copy-on-write"});
    const auto name = pathOf(path, "open file");
    if (!name)
        return Failure(name.error());
    std::error_code code;
    const auto status = std::filesystem::status(*name, code);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return Failure(Error{.kind = ErrorKind::WrongType,
                             .operation = "open file",
                             .object = "file " + path,
                             .meaning = "is not a regular file"});
    auto mode = std::ios::binary | std::ios::in;
    if (access == Access::ReadWrite)
        mode |= std::ios::out;
    std::fstream file;
    file.rdbuf()->pubsetbuf(nullptr, 0); // others change the file: nothing is kept from one read to the next
    errno = 0;
    file.open(*name, mode);
    if (!file)
        return fileFailure("open file", path, errno != 0 ? errno : ENOENT);
    return std::make_shared<FileSource>(path, std::move(file), access);
}

FileSource::FileSource(std::string path, std::fstream file, Access access)
    : m_path(std::move(path)), m_access(access), m_file(std::move(file))
{
}

std::uint64_t FileSource::size() const
{
    m_file.clear();
    m_file.seekg(0, std::ios::end);
    const auto end = m_file.tellg();
    return end < 0 ? 0 : static_cast<std::uint64_t>(static_cast<std::streamoff>(end));
}

AddressRange FileSource::extent() const
{
    const std::scoped_lock lock(m_mutex);
    return {0, size()};
}

Result<std::vector<Region>> FileSource::regions(AddressRange range, std::stop_token)
{
    const AddressRange whole = extent();
    if (intersect(range, whole).size == 0)
        return std::vector<Region>{};
    const Protection protection{.read = true, .write = m_access == Access::ReadWrite};
    return std::vector{Region{.range = whole,
                              .state = RegionState::Committed,
                              .protection = protection,
                              .type = RegionType::Mapped,
                              .mapped = m_path}};
}

ReadOutcome FileSource::read(Address address, std::span<std::byte> into)
{
    const std::scoped_lock lock(m_mutex);
    const auto end = size();
    ReadOutcome outcome;
    if (address < end) {
        const auto wanted = std::min<std::uint64_t>(into.size(), end - address);
        m_file.seekg(static_cast<std::streamoff>(address));
        errno = 0;
        m_file.read(reinterpret_cast<char *>(into.data()), static_cast<std::streamsize>(wanted));
        outcome.count = static_cast<std::uint64_t>(m_file.gcount());
        if (outcome.count < wanted) {
            outcome.unreadable = std::min<std::uint64_t>(pageSize(), into.size() - outcome.count);
            outcome.why = fileFailure("read file", m_path, errno != 0 ? errno : EIO).error();
            return outcome;
        }
    }
    if (outcome.count < into.size()) {
        outcome.unreadable = into.size() - outcome.count;
        outcome.why = Error{.kind = ErrorKind::OutOfRange,
                            .operation = "read file",
                            .object = "file " + m_path,
                            .meaning = fmt::format("the file ends at 0x{:x}", end)};
    }
    return outcome;
}

Result<void> FileSource::write(Address address, std::span<const std::byte> bytes)
{
    const std::scoped_lock lock(m_mutex);
    const auto end = size();
    if (address > end || bytes.size() > end - address)
        return Failure(Error{.kind = ErrorKind::OutOfRange,
                             .operation = "write file",
                             .object = "file " + m_path,
                             .meaning = fmt::format("the file ends at 0x{:x}", end)});
    if (m_access != Access::ReadWrite)
        return Failure(Error{.kind = ErrorKind::Refused,
                             .operation = "write file",
                             .object = "file " + m_path,
                             .meaning = "it was opened read-only"});
    m_file.seekp(static_cast<std::streamoff>(address));
    errno = 0;
    m_file.write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    m_file.flush();
    if (!m_file)
        return fileFailure("write file", m_path, errno != 0 ? errno : EIO);
    return {};
}

} // namespace ipclens
