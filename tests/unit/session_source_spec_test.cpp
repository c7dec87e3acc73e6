#include "core/text/source_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ipclens {
namespace {

TEST(SourceSpecText, GoesBothWays)
{
    const std::vector<SourceSpec> specs = {
        {.kind = SourceKind::Section, .name = "Local\\My:Shared/Mem x"},
        {.kind = SourceKind::Process, .process = {.pid = 4294967295}},
        {.kind = SourceKind::SharedSection, .process = {.pid = 12}, .module = "a.dll", .section = "/4"},
        {.kind = SourceKind::File, .name = "C:\\x\\y.bin"},
    };
    for (const SourceSpec &spec : specs)
        EXPECT_EQ(parseSourceSpec(toText(spec)), spec) << toText(spec);
}

TEST(SourceSpecText, SaysWhatIsWrong)
{
    for (const char *bad : {"", "X", "section:", "process:", "process:abc", "process:-1", "process:4294967296", "process:1 ",
                            "module:1", "module:1/a.dll", "module:1//.s", "module:1/a.dll/", "module:x/a.dll/.s", "file:",
                            "Section:X", ":X"}) {
        const auto spec = parseSourceSpec(bad);
        ASSERT_FALSE(spec) << bad;
        EXPECT_EQ(spec.error().kind, ErrorKind::Invalid);
        EXPECT_EQ(spec.error().object, "\"" + std::string(bad) + "\"");
        EXPECT_FALSE(spec.error().meaning.empty());
    }
}

} // namespace
} // namespace ipclens
