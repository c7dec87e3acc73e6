#include "core/os/windows/section_query.h"

#include "core/os/windows/last_error.h"
#include "core/os/windows/nt.h"

namespace ipclens {
namespace {

struct Attribute {
    std::uint32_t bit;
    const char *name;
};

// The last ones are not in every SDK. [doc, CreateFileMapping and the SDK's winnt.h]
constexpr Attribute attributes[] = {
    {SEC_FILE, "SEC_FILE"},     {SEC_IMAGE, "SEC_IMAGE"},        {SEC_RESERVE, "SEC_RESERVE"},
    {SEC_COMMIT, "SEC_COMMIT"}, {SEC_NOCACHE, "SEC_NOCACHE"},    {SEC_LARGE_PAGES, "SEC_LARGE_PAGES"},
    {0x00200000, "SEC_BASED"},  {0x00400000, "SEC_NO_CHANGE"},   {0x02000000, "SEC_PROTECTED_IMAGE"},
    {0x20000000, "SEC_GLOBAL"}, {0x40000000, "SEC_WRITECOMBINE"}};

} // namespace

Result<SectionInfo> querySection(HANDLE section, std::string name)
{
    nt::SectionBasicInformation basic{};
    const NTSTATUS status = NtQuerySection(section, 0, &basic, sizeof basic, nullptr);
    if (!nt::succeeded(status))
        return nativeFailure(status, "NtQuerySection", "section " + name);
    SectionInfo info{.name = std::move(name),
                     .size = static_cast<std::uint64_t>(basic.size.QuadPart),
                     .attributes = basic.attributes};
    for (const Attribute &attribute : attributes)
        if (info.attributes & attribute.bit)
            info.attributeNames.emplace_back(attribute.name);
    return info;
}

} // namespace ipclens
