// What the smoke tests of WindowsSystem share: one system, and this very process as its target.
#pragma once

#include "core/os/system.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <windows.h>

namespace ipclens {

inline constexpr std::size_t page = 4096;

inline std::string unique(const std::string &name)
{
    return fmt::format("ipclens-smoke-{}-{}", name, GetCurrentProcessId());
}

inline bool runsUnderWine()
{
    return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
}

inline Address addressOf(const void *pointer)
{
    return reinterpret_cast<std::uintptr_t>(pointer);
}

class WindowsSmoke : public testing::Test {
protected:
    std::shared_ptr<Process> openSelf(Access access)
    {
        auto opened = system->openProcess({.pid = GetCurrentProcessId()}, access);
        EXPECT_TRUE(opened) << toText(opened.error());
        return opened ? *opened : nullptr;
    }
    std::shared_ptr<Section> create(SectionRequest request)
    {
        auto created = system->createSection(request);
        EXPECT_TRUE(created) << toText(created.error());
        return created ? *created : nullptr;
    }
    ErrorKind openKind(const std::string &name)
    {
        const auto opened = system->openSection(name, Access::Read);
        if (opened) {
            ADD_FAILURE() << "opened " << name;
            return ErrorKind::Failed;
        }
        EXPECT_FALSE(opened.error().meaning.empty());
        EXPECT_FALSE(opened.error().operation.empty());
        return opened.error().kind;
    }

    std::unique_ptr<System> system = makeSystem();
};

} // namespace ipclens
