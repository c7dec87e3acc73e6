#include "tests/unit/peer_process.h"

#include "core/text/hex.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <iostream>
#include <map>
#include <sstream>

namespace ipclens::test {
namespace {

constexpr std::chrono::seconds deadline{180}; // far beyond what anything here takes

std::filesystem::path &program()
{
    static std::filesystem::path path;
    return path;
}

std::map<std::string, PeerVerb::Handler> &verbs()
{
    static std::map<std::string, PeerVerb::Handler> all;
    return all;
}

Words split(const std::string &line)
{
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), {}};
}

std::string handle(const std::string &line)
{
    Words words = split(line);
    if (words.empty() || !verbs().contains(words.front()))
        return "failed no such verb: " + line;
    const auto handler = verbs().at(words.front());
    words.erase(words.begin());
    try {
        return "ok " + handler(words);
    } catch (const std::exception &problem) {
        return std::string("failed ") + problem.what();
    }
}

// The memory verbs touch this process's own memory; volatile, because a test's parent writes to it behind their back.
const PeerVerb readVerb("read", [](const Words &words) {
    Bytes bytes(toNumber(words.at(1)));
    const auto *from = reinterpret_cast<const volatile std::byte *>(toNumber(words.at(0)));
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = from[i];
    return toHex(bytes);
});

const PeerVerb writeVerb("write", [](const Words &words) {
    const auto bytes = fromHex(words.at(1)).value();
    auto *to = reinterpret_cast<volatile std::byte *>(toNumber(words.at(0)));
    for (std::size_t i = 0; i < bytes.size(); ++i)
        to[i] = bytes[i];
    return std::string();
});

// Counts a number of 8 bytes up, without end, as fast as it can.
const PeerVerb churnVerb("churn", [](const Words &words) {
    auto *counter = reinterpret_cast<std::atomic<std::uint64_t> *>(toNumber(words.at(0)));
    std::thread([counter] {
        for (;;)
            counter->fetch_add(1, std::memory_order_relaxed);
    }).detach();
    return std::string();
});

const PeerVerb dieVerb("die", [](const Words &) -> std::string { std::_Exit(3); });

} // namespace

PeerVerb::PeerVerb(std::string name, Handler handler)
{
    verbs().emplace(std::move(name), handler);
}

std::optional<int> runAsPeer(int argc, char **argv)
{
    program() = std::filesystem::absolute(argv[0]);
    if (argc < 2 || std::string_view(argv[1]) != "--child")
        return std::nullopt;
    std::cout << handle("pid").replace(0, 2, "READY") << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        if (line.ends_with('\r'))
            line.pop_back();
        std::cout << handle(line) << std::endl;
    }
    std::cout.flush();
    std::_Exit(0); // threads of verbs may still be running
}

std::string selfCommand(const std::string &arguments)
{
    return fmt::format("\"{}\" {}", program().string(), arguments);
}

std::filesystem::path selfFolder()
{
    return program().parent_path();
}

Peer::Peer()
{
    auto stream = startChild(selfCommand("--child"));
    // Wine's word for a process that was gone before its first instruction, whatever that was: seen once in many thousand
    // starts, on a machine where no other test failed. Only this start has not begun anything yet.
    constexpr std::uint32_t internalError = 1359; // ERROR_INTERNAL_ERROR
    if (!stream && stream.error().code == internalError) {
        std::cerr << "started a second time: " << toText(stream.error()) << std::endl;
        stream = startChild(selfCommand("--child"));
    }
    if (!stream)
        throw std::runtime_error("cannot start a child: " + toText(stream.error()));
    m_stream = std::move(*stream);
    m_reader = std::jthread([this] { readLines(); });
    try {
        const Words words = split(nextLine());
        if (words.size() != 2 || words[0] != "READY")
            throw std::runtime_error("the child is not ready");
        m_pid = static_cast<std::uint32_t>(toNumber(words[1]));
    } catch (...) {
        m_stream->shutdown(); // or the reader would never end
        throw;
    }
}

Peer::~Peer()
{
    m_stream->shutdown();
    m_reader.join();
}

void Peer::readLines()
{
    std::string line;
    std::array<std::byte, 64 * 1024> piece;
    for (;;) {
        const auto count = m_stream->read(piece);
        const std::scoped_lock lock(m_mutex);
        if (!count || *count == 0) {
            m_ended = true;
            m_changed.notify_all();
            return;
        }
        for (const std::byte byte : std::span(piece).first(*count)) {
            const char letter = static_cast<char>(byte);
            if (letter == '\n')
                m_lines.push_back(std::exchange(line, {}));
            else if (letter != '\r')
                line += letter;
        }
        m_changed.notify_all();
    }
}

std::string Peer::nextLine()
{
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait_for(lock, deadline, [this] { return m_ended || !m_lines.empty(); }))
        throw std::runtime_error("the child does not answer");
    if (m_lines.empty())
        throw std::runtime_error("the child has ended: " + m_stream->describe());
    std::string line = std::move(m_lines.front());
    m_lines.pop_front();
    return line;
}

void Peer::tell(const std::string &line)
{
    const std::string text = line + "\n";
    const std::array pieces{std::as_bytes(std::span(text))};
    if (const auto written = m_stream->write(pieces); !written)
        throw std::runtime_error("cannot tell the child: " + toText(written.error()));
}

std::string Peer::answer()
{
    const std::string line = nextLine();
    if (!line.starts_with("ok "))
        throw std::runtime_error("the child answers: " + line);
    return line.substr(3);
}

std::string Peer::ask(const std::string &line)
{
    tell(line);
    return answer();
}

std::uint64_t Peer::askNumber(const std::string &line)
{
    return toNumber(ask(line));
}

Bytes Peer::read(AddressRange range)
{
    return fromHex(ask(fmt::format("read {} {}", range.begin, range.size))).value();
}

void Peer::write(Address address, std::span<const std::byte> bytes)
{
    ask(fmt::format("write {} {}", address, toHex(bytes)));
}

void Peer::die()
{
    tell("die");
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait_for(lock, deadline, [this] { return m_ended; }))
        throw std::runtime_error("the child does not end");
}

std::string toWord(std::string_view text)
{
    return text.empty() ? "-" : toHex(std::as_bytes(std::span(text.data(), text.size())));
}

std::string fromWord(const std::string &word)
{
    const auto bytes = fromHex(word == "-" ? std::string() : word);
    if (!bytes)
        throw std::runtime_error(toText(bytes.error()));
    return {reinterpret_cast<const char *>(bytes->data()), bytes->size()};
}

std::uint64_t toNumber(const std::string &word)
{
    std::size_t used = 0;
    const std::uint64_t number = std::stoull(word, &used, 0);
    if (used != word.size())
        throw std::runtime_error("not a number: " + word);
    return number;
}

} // namespace ipclens::test
