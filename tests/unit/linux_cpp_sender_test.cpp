// The source that messages are exported as, read by the compiler for Windows.
#include "core/traffic/cpp_sender.h"
#include "tests/unit/session_fixture.h"

#include <cstdlib>
#include <fstream>

namespace ipclens {
namespace {

TEST(CppSenderSource, Compiles)
{
    if (std::system("x86_64-w64-mingw32-g++-posix --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "there is no compiler for Windows here";
    Bytes every(256, std::byte{});
    for (std::size_t i = 0; i < every.size(); ++i)
        every[i] = static_cast<std::byte>(i);
    const std::vector<Message> messages{
        {.sequence = 1, .id = ~std::uint64_t{0}, .size = every.size(), .payload = every,
         .outcome = MessageOutcome{.sequence = 1, .result = INT64_MIN}},
        {.sequence = 2, .kind = MessageKind::Registered, .name = "\"\\?\x01\xC3\xB6\xF0\x9F\x98\x80\xC2\x80", .wParam = ~std::uint64_t{0}},
        {.sequence = 3, .nullData = true},
        {.sequence = 4},
    };
    const auto source = cppSender(messages, "Gr\xC3\xB6\xC3\x9F" "e", "A \"title\"");
    ASSERT_TRUE(source) << toText(source.error());
    const TemporaryFolder folder;
    const auto path = folder.path() / "sender.cpp";
    std::ofstream(path) << *source;
    const std::string command = "x86_64-w64-mingw32-g++-posix -std=c++11 -Wall -Wextra -Werror -fsyntax-only '" + path.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << *source;
}

} // namespace
} // namespace ipclens
