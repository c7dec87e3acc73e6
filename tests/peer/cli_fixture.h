// What tests of ipclens-cli.exe share.
#pragma once

#include "core/text/hex.h"
#include "tests/peer/windows_peer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ipclens::test {

// Every run keeps its journal in a folder of the test.
class Cli : public testing::Test {
protected:
    ProgramRun run(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), {"--journal", journal.path().string()});
        return runCli(arguments);
    }
    // Runs it with --json; what it printed. The test fails when it did not succeed.
    nlohmann::json runJson(std::vector<std::string> arguments)
    {
        arguments.insert(arguments.begin(), "--json");
        const ProgramRun result = run(std::move(arguments));
        EXPECT_EQ(result.exitCode, 0u) << result.err;
        return parse(result.out);
    }
    // Runs it with --json; the error it printed, behind notes if there are any.
    nlohmann::json runRefused(std::vector<std::string> arguments, DWORD exitCode = 1)
    {
        arguments.insert(arguments.begin(), "--json");
        const ProgramRun result = run(std::move(arguments));
        EXPECT_EQ(result.exitCode, exitCode) << result.out << result.err;
        const auto begin = result.err.rfind('{', result.err.find("\"kind\":"));
        const nlohmann::json error = parse(begin == std::string::npos ? result.err : result.err.substr(begin));
        EXPECT_FALSE(error.value("operation", "").empty()) << result.err;
        EXPECT_FALSE(error.value("meaning", "").empty()) << result.err;
        return error;
    }
    static nlohmann::json parse(const std::string &text)
    {
        nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
        EXPECT_FALSE(parsed.is_discarded()) << "not JSON: " << text;
        return parsed;
    }
    static std::string hex(std::string_view text) { return toHex(std::as_bytes(std::span(text.data(), text.size()))); }

    TemporaryFolder journal;
    Peer peer;
    const std::string name = uniqueName("section");
};

} // namespace ipclens::test
