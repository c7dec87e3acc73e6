// Addresses, frozen values and snapshots of real second processes.
#include "core/text/hex.h"
#include "tests/peer/peer_session.h"
#include "tests/unit/memory_source_buffer.h"

#include <atomic>
#include <cstring>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace ipclens::test {
namespace {

template <class T>
Bytes bytesOf(T number)
{
    return toBytes(std::as_bytes(std::span(&number, 1)));
}

class Editing : public PeerSession {
protected:
    Address evaluate(SourceId source, const std::string &text)
    {
        return value(session->wait(EvaluateAddress{.source = source, .text = text})).address;
    }

    // Base of the DLL with shared sections in the peer, and where its PeerBytes are.
    std::pair<Address, Address> loadDll()
    {
        std::istringstream loaded(peer.ask("dll.load"));
        Address base = 0;
        Address shared = 0;
        loaded >> base >> shared;
        return {base, shared};
    }
};

TEST_F(Editing, evaluatesPointerChainsFromModules)
{
    const auto [base, shared] = loadDll();
    const Address block = peer.askNumber("alloc 4096");
    peer.write(shared + 16, bytesOf(block));
    peer.write(block + 8, bytesOf(block + 0x800));
    const SourceInfo process = openPeer();
    EXPECT_EQ(evaluate(process.source, "ipclens-peer-shared.dll"), base);
    EXPECT_EQ(evaluate(process.source, "IPCLENS-PEER-SHARED.DLL!PeerBytes"), shared);
    EXPECT_EQ(evaluate(process.source, fmt::format("[[ipclens-peer-shared.dll+{:x}]+8]+4", shared + 16 - base)),
              block + 0x804);
    EXPECT_EQ(evaluate(process.source, "[ipclens-peer-shared.dll!PeerBytes+10]"), block);
    const Address section = evaluate(process.source, "ipclens-peer-shared.dll/.PEERS");
    EXPECT_GE(shared, section);
    EXPECT_LT(shared, section + 8192);
    EXPECT_NE(evaluate(process.source, "kernel32!GetCurrentProcessId"), 0u) << "an export outside of shared sections";
    EXPECT_EQ(errorOf(session->wait(EvaluateAddress{process.source, "ipclens-peer-shared.dll!Nothing"})).kind,
              ErrorKind::Missing);
    EXPECT_EQ(errorOf(session->wait(EvaluateAddress{process.source, "ipclens-peer-shared.dll/.nothing"})).kind,
              ErrorKind::Missing);

    const auto places = value(session->wait(LocateAddresses{process.source, {shared, base, block + 5, 0x10}})).places;
    EXPECT_EQ(places[0].text, fmt::format("section .PEERS of ipclens-peer-shared.dll+0x{:x}", shared - section));
    EXPECT_EQ(places[1].text, "ipclens-peer-shared.dll+0x0");
    EXPECT_EQ(places[2].text, fmt::format("private 0x{:x}+0x5", block));
    EXPECT_EQ(places[3].text, "");
    EXPECT_TRUE(places[2].isReadable);

    // The same memory as a source of its own: pointers in it are addresses of the process.
    const SourceInfo window = open({.kind = SourceKind::SharedSection,
                                    .process = {peer.pid(), 0},
                                    .module = "ipclens-peer-shared.dll",
                                    .section = ".PEERS"});
    peer.write(shared + 24, bytesOf(shared + 100));
    EXPECT_EQ(evaluate(window.source, fmt::format("[{:x}]", shared + 24)), shared + 100 - window.base);
    EXPECT_EQ(evaluate(window.source, fmt::format("[{:x}]", shared + 24 - window.base)), shared + 100 - window.base);
}

TEST_F(Editing, freezingHoldsAPeersValue)
{
    const Address at = peer.askNumber("alloc 4096");
    peer.write(at, bytesOf(std::uint32_t{100}));
    const SourceInfo process = openPeer(Access::ReadWrite);
    const auto item = value(session->wait(Freeze{{.source = process.source,
                                                  .address = at,
                                                  .bytes = bytesOf(std::uint32_t{42}),
                                                  .type = ValueType::U32,
                                                  .rule = FreezeRule::MayRise,
                                                  .rate = 200}}));
    EXPECT_TRUE(peer.read({at, 4}) == bytesOf(std::uint32_t{100})) << "it may be larger";
    const auto holds = [&](std::uint32_t number) {
        return eventually([&] { return peer.read({at, 4}) == bytesOf(number); });
    };
    peer.write(at, bytesOf(std::uint32_t{7}));
    EXPECT_TRUE(holds(100));
    peer.write(at, bytesOf(std::uint32_t{1000}));
    EXPECT_TRUE(eventually(
        [&] { return value(session->wait(ListFrozen{})).items.at(0).bytes == bytesOf(std::uint32_t{1000}); }));
    peer.write(at, bytesOf(std::uint32_t{8}));
    EXPECT_TRUE(holds(1000));
    EXPECT_EQ(value(session->wait(ListFrozen{})).items.at(0).rewrites, 2u);
    value(session->wait(Unfreeze{item.id}));
    peer.write(at, bytesOf(std::uint32_t{9}));
    EXPECT_TRUE(peer.read({at, 4}) == bytesOf(std::uint32_t{9}));
    EXPECT_EQ(value(session->wait(ReadJournal{})).entries.size(), 1u);
}

TEST_F(Editing, freezingTellsThatItsTargetDied)
{
    const Address at = peer.askNumber("alloc 4096");
    const SourceInfo process = openPeer(Access::ReadWrite);
    value(session->wait(Freeze{{.source = process.source, .address = at, .bytes = toBytes("held"), .rate = 200}}));
    killProcess(peer.pid());
    log.waitUntil([](const auto &events) {
        return std::ranges::any_of(events, [](const Event &event) {
            const auto *const changed = std::get_if<FrozenChanged>(&event);
            return changed && changed->item.failure && changed->item.failure->kind == ErrorKind::Exited;
        });
    });
    EXPECT_FALSE(session->wait(TakeFrame{.source = process.source}));
}

// Another process sees the old value or the new one, never a part of each.
TEST_F(Editing, anEightByteValueIsNeverTorn)
{
    const std::string name = uniqueName("section");
    const HANDLE mapping =
        CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 4096, wide(name).c_str());
    ASSERT_TRUE(mapping);
    auto *const view = static_cast<std::byte *>(MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0));
    ASSERT_TRUE(view);
    const auto *const seen = reinterpret_cast<const std::atomic<std::uint64_t> *>(view + 64);
    std::atomic<std::uint64_t> torn = 0;
    std::atomic<std::uint64_t> looks = 0;
    std::jthread watcher([&](std::stop_token stop) {
        while (!stop.stop_requested()) {
            const std::uint64_t number = seen->load(std::memory_order_relaxed);
            torn += number != 0 && number != ~std::uint64_t{0};
            ++looks;
        }
    });
    const SourceInfo section = open({.kind = SourceKind::Section, .name = name}, Access::ReadWrite);
    for (int i = 0; i < 300; ++i)
        value(session->wait(WriteMemory{.source = section.source,
                                        .address = 64,
                                        .bytes = bytesOf(i % 2 == 0 ? ~std::uint64_t{0} : std::uint64_t{0})}));
    watcher.request_stop();
    watcher.join();
    EXPECT_GT(looks, 0u);
    EXPECT_EQ(torn, 0u);
    UnmapViewOfFile(view);
    CloseHandle(mapping);
}

TEST_F(Editing, aSnapshotKeepsTheBytesOfAProcess)
{
    std::istringstream layout(peer.ask("layout"));
    Address begin = 0;
    layout >> begin;
    const SourceInfo process = openPeer();
    const MemoryImage live = read(process.source, {begin, 0x24000});
    const std::string path = (folder.path() / "peer.ipclens").string();
    const auto saved = value(session->wait(SaveSnapshot{.source = process.source, .path = path, .job = 3}));
    EXPECT_GT(saved.bytes, 0x10000u);
    EXPECT_EQ(peer.ask("armed"), "yes") << "guard pages are not touched";
    peer.write(begin, toBytes("changed since"));

    const SourceInfo snapshot = open({.kind = SourceKind::Snapshot, .name = path});
    const MemoryImage then = read(snapshot.source, {begin, 0x24000});
    EXPECT_TRUE(then.bytes == live.bytes);
    EXPECT_EQ(then.unreadable, live.unreadable);
    EXPECT_EQ(then.bytes[0x20000], patternAt(0x20000)) << "behind the hole, where it was";
    EXPECT_EQ(evaluate(snapshot.source, "ipclens_peer_tests.exe"), evaluate(process.source, "ipclens_peer_tests.exe"));
    const auto difference =
        value(session->wait(FindDifference{.left = process.source, .right = snapshot.source, .from = begin}));
    EXPECT_EQ(difference.range->begin, begin);
    EXPECT_LE(difference.range->size, 13u);
    const auto progress = log.events();
    EXPECT_TRUE(std::ranges::any_of(progress, [](const Event &event) {
        const auto *const one = std::get_if<Progress>(&event);
        return one && one->job == 3 && one->total > 0x10000;
    }));
}

TEST_F(Editing, aFrameShowsWhatAPeerChanged)
{
    const std::string name = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 65536 rw commit", toWord(name)));
    const SourceInfo section = open({.kind = SourceKind::Section, .name = name});
    const SourceInfo frame = value(session->wait(TakeFrame{.source = section.source}));
    EXPECT_FALSE(value(session->wait(FindDifference{.left = section.source, .right = frame.source})).range);
    peer.write(view + 0x8ffe, toBytes("abcd"));
    const auto difference = value(session->wait(FindDifference{.left = section.source, .right = frame.source}));
    EXPECT_EQ(difference.range, std::optional(AddressRange{0x8ffe, 4}));
    EXPECT_TRUE(read(frame.source, {0x8ffe, 4}).bytes == zeros(4));
}

TEST_F(Editing, theConsoleDoesTheSame)
{
    using nlohmann::json;
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"--json", "--journal", (folder.path() / "cli").string()});
        const ProgramRun result = runCli(arguments);
        EXPECT_EQ(result.exitCode, 0u) << result.err;
        return json::parse(result.out, nullptr, false);
    };
    const auto [base, shared] = loadDll();
    const Address block = peer.askNumber("alloc 4096");
    peer.write(shared + 16, bytesOf(block));
    peer.write(block, toBytes("here"));
    const std::string source = fmt::format("process:{}", peer.pid());
    const std::string chain = "[ipclens-peer-shared.dll!PeerBytes+10]";
    EXPECT_EQ(run({"eval", source, chain})["address"], block);
    EXPECT_EQ(run({"locate", source, chain})[0]["text"], fmt::format("private 0x{:x}+0x0", block));
    EXPECT_EQ(run({"read", source, chain, "4"})["bytes"], toHex(toBytes("here")));
    EXPECT_EQ(run({"write", source, chain + "+1", toHex(toBytes("ERE")), "--expect", toHex(toBytes("ere"))})["outcome"],
              "Verified");
    EXPECT_TRUE(peer.read({block, 4}) == toBytes("hERE"));
    EXPECT_EQ(runCli({"read", source, "[1", "4"}).exitCode, 2u);
    EXPECT_EQ(runCli({"eval", source, "nothing.dll"}).exitCode, 1u);

    const std::string name = uniqueName("section");
    const Address view = peer.askNumber(fmt::format("section.create {} 4096 rw commit", toWord(name)));
    const std::string file = (folder.path() / "section.ipclens").string();
    EXPECT_EQ(run({"snapshot", "section:" + name, file})["bytes"], 4096);
    EXPECT_EQ(runCli({"snapshot", "section:" + name, file}).exitCode, 1u) << "never over a file";
    EXPECT_EQ(run({"snapshot", "section:" + name, file, "--replace"})["bytes"], 4096);
    EXPECT_EQ(run({"diff", "section:" + name, "snapshot:" + file}), json::array());
    peer.write(view + 8, toBytes("xyz"));
    peer.write(view + 99, toBytes("q"));
    EXPECT_EQ(run({"diff", "section:" + name, "snapshot:" + file}),
              json::parse(R"([{"begin":8,"size":3},{"begin":99,"size":1}])"));
    EXPECT_EQ(run({"diff", "section:" + name, "snapshot:" + file, "--limit", "1"}).size(), 1u);
    EXPECT_THAT(runCli({"diff", "section:" + name, "snapshot:" + file}).out, testing::HasSubstr("78 79 7a"));

    const json held =
        run({"freeze", "section:" + name, "10", "-5", "--type", "i32", "--hz", "100", "--duration", "0.2"});
    EXPECT_EQ(held["bytes"], "fbffffff");
    EXPECT_TRUE(peer.read({view + 16, 4}) == bytesOf(std::int32_t{-5}));
    EXPECT_EQ(runCli({"freeze", "section:" + name, "10", "300", "--type", "u8"}).exitCode, 2u);
}

} // namespace
} // namespace ipclens::test
