// The source that messages are exported as, read by the compiler for Windows.
#include "core/traffic/cpp_sender.h"
#include "core/traffic/message_export.h"
#include "tests/unit/session_fixture.h"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>

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
        {.sequence = 1,
         .id = ~std::uint64_t{0},
         .size = every.size(),
         .payload = every,
         .outcome = MessageOutcome{.sequence = 1, .result = INT64_MIN}},
        {.sequence = 2,
         .kind = MessageKind::Registered,
         .name = "\"\\?\x01\xC3\xB6\xF0\x9F\x98\x80\xC2\x80",
         .wParam = ~std::uint64_t{0}},
        {.sequence = 2,
         .kind = MessageKind::Registered,
         .name = "\xED\xA0\x80 surrogate, \xF4\x90\x80\x80 too large, \xC3 cut, \xFF none, ?\?="},
        {.sequence = 3, .nullData = true},
        {.sequence = 4},
    };
    const auto source = cppSender(messages, {{0, "Gr\xC3\xB6\xC3\x9F"
                                                 "e / A \"title\""}});
    ASSERT_TRUE(source) << toText(source.error());
    const TemporaryFolder folder;
    const auto path = folder.path() / "sender.cpp";
    std::ofstream(path) << *source;
    const std::string command = "x86_64-w64-mingw32-g++-posix -std=c++11 -Wall -Wextra -Werror -fsyntax-only '" + path.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << *source;
}

TEST(CStructSource, CompilesWithAllMessagesInOneFile)
{
    if (std::system("x86_64-w64-mingw32-g++-posix --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "there is no compiler for Windows here";
    const std::vector<Message> messages{
        {.sequence = 1,
         .senderName = "a\\\nb?"
                       "?/",
         .id = ~std::uint64_t{0},
         .size = 3,
         .payload = toBytes("abc")},
        {.sequence = 1, .id = 7, .size = 3, .payload = toBytes("xyz"), .inbox = 2}, // of another inbox
        {.sequence = 2,
         .kind = MessageKind::Registered,
         .name = "Gr\xC3\xB6\xC3\x9F"
                 "e\"\\",
         .wParam = ~std::uint64_t{0},
         .lParam = ~std::uint64_t{0}},
        {.sequence = 3, .kind = MessageKind::Registered, .name = ""},
        {.sequence = 4, .size = 5, .nullData = true},
        {.sequence = 5, .size = 9, .payload = toBytes("cut")},
        {.sequence = 6},
    };
    std::string source = "#include <windows.h>\n";
    std::string uses;
    for (std::uint64_t number = 1; const auto &message : messages) {
        source += cStructOf(message, number);
        uses += message.kind == MessageKind::Registered
                    ? fmt::format("+ (name{0}[0] == wParam{0}) + (int)lParam{0}", number)
                    : fmt::format("+ (int)message{}.cbData", number);
        ++number;
    }
    source += "int main(void) { return 0 " + uses + "; }\n";
    const TemporaryFolder folder;
    const auto path = folder.path() / "messages";
    std::ofstream(path) << source;
    for (const char *language : {"c -std=c99", "c++ -std=c++11"}) {
        const auto command = fmt::format("x86_64-w64-mingw32-g++-posix -x {} -Wall -Wextra -Werror -fsyntax-only '{}'",
                                         language, path.string());
        EXPECT_EQ(std::system(command.c_str()), 0) << source;
    }
}

} // namespace
} // namespace ipclens
