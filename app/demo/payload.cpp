#include "app/demo/payload.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

namespace ipclens::demo {
namespace {

constexpr std::size_t checksumOffset = offsetof(SamplePayload, checksum);
static_assert(checksumOffset == offsetof(BinaryPayload, checksum));
constexpr std::size_t summedOffset = checksumOffset + sizeof(std::uint32_t);

constexpr std::array<std::string_view, 6> words{"pressure",  "valve open", "temperature",
                                                "pump idle", "level",      "door shut"};
constexpr std::array<std::u16string_view, 4> wideWords{u"Grüße aus dem Prüfstand", u"温度は正常です",
                                                       u"Уровень в норме", u"μ = 0,5 · Δt ✓"};

template <class Character>
std::span<const std::byte> bytesOf(std::basic_string_view<Character> text)
{
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::vector<std::byte> copied(std::span<const std::byte> bytes)
{
    return {bytes.begin(), bytes.end()};
}

std::u16string widened(std::string_view ascii)
{
    return {ascii.begin(), ascii.end()};
}

template <class Character>
std::basic_string<Character> withChecksum(std::basic_string<Character> text)
{
    const auto tail = fmt::format(" *{:08X}", crc32(bytesOf(std::basic_string_view<Character>(text))));
    text.append(tail.begin(), tail.end());
    return text;
}

// Sums what lies behind the checksum field and fills it in.
void seal(std::vector<std::byte> &bytes)
{
    const std::uint32_t sum = crc32(std::span(bytes).subspan(summedOffset));
    std::memcpy(bytes.data() + checksumOffset, &sum, sizeof sum);
}

std::vector<std::byte> makeSample(std::uint64_t sequence, std::uint32_t pid, std::int64_t time)
{
    const auto phase = static_cast<float>(sequence) * 0.05f;
    const SamplePayload sample{.magic = SamplePayload::expectedMagic,
                               .checksum = 0,
                               .sequence = sequence,
                               .pid = pid,
                               .flags = std::cos(phase) > 0 ? 1u : 0u,
                               .time = time,
                               .values = {std::sin(phase), std::cos(phase), phase, 0.5f}};
    auto bytes = copied(std::as_bytes(std::span(&sample, 1)));
    seal(bytes);
    return bytes;
}

std::vector<std::byte> makeBinary(std::uint64_t sequence, std::uint32_t pid, std::mt19937_64 &random)
{
    const auto size = static_cast<std::uint32_t>(random() % 1025);
    const BinaryPayload header{
        .magic = BinaryPayload::expectedMagic, .checksum = 0, .sequence = sequence, .pid = pid, .size = size};
    auto bytes = copied(std::as_bytes(std::span(&header, 1)));
    bytes.reserve(bytes.size() + size);
    for (std::uint32_t i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::byte>(random() & 0xFF));
    seal(bytes);
    return bytes;
}

std::string makeJson(std::uint64_t sequence, std::uint32_t pid, std::mt19937_64 &random)
{
    auto text = fmt::format(R"({{"sequence":{},"pid":{},"name":"{}","value":{:.3f},"tags":["demo","json"])", sequence,
                            pid, words[random() % words.size()], static_cast<double>(random() % 100'000) / 1000.0);
    text += fmt::format(R"(,"checksum":"{:08X}"}})", crc32(bytesOf(std::string_view(text))));
    return text;
}

std::optional<std::uint64_t> numberAt(std::string_view text, std::size_t position)
{
    std::uint64_t value = 0;
    const char *const begin = text.data() + std::min(position, text.size());
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
    return error == std::errc{} && end != begin ? std::optional(value) : std::nullopt;
}

// The ASCII digits and signs of a text; '?' stands for everything else.
template <class Character>
std::string narrowed(std::basic_string_view<Character> text)
{
    std::string ascii;
    for (const Character c : text)
        ascii += c < 0x80 ? static_cast<char>(c) : '?';
    return ascii;
}

template <class Character>
std::optional<std::uint64_t> checkText(std::basic_string_view<Character> text)
{
    constexpr std::size_t tailSize = 10; // " *" and eight digits
    if (text.size() < tailSize)
        return std::nullopt;
    const auto body = text.substr(0, text.size() - tailSize);
    const auto tail = narrowed(text.substr(text.size() - tailSize));
    if (tail != fmt::format(" *{:08X}", crc32(bytesOf(body))) || !body.starts_with(static_cast<Character>('#')))
        return std::nullopt;
    return numberAt(narrowed(body), 1);
}

std::optional<std::uint64_t> checkUtf16(std::span<const std::byte> bytes)
{
    if (bytes.size() % sizeof(char16_t) != 0)
        return std::nullopt;
    std::u16string text(bytes.size() / sizeof(char16_t), u'\0');
    std::memcpy(text.data(), bytes.data(), bytes.size());
    if (!text.empty() && text.back() == u'\0')
        text.pop_back();
    return checkText<char16_t>(text);
}

std::optional<std::uint64_t> checkJson(std::string_view text)
{
    const auto body = text.substr(0, text.rfind(R"(,"checksum")"));
    if (text.substr(body.size()) != fmt::format(R"(,"checksum":"{:08X}"}})", crc32(bytesOf(body))))
        return std::nullopt;
    constexpr std::string_view begin = R"({"sequence":)";
    return body.starts_with(begin) ? numberAt(body, begin.size()) : std::nullopt;
}

template <class Layout>
std::optional<Layout> checkSealed(std::span<const std::byte> bytes)
{
    Layout layout;
    if (bytes.size() < sizeof layout)
        return std::nullopt;
    std::memcpy(&layout, bytes.data(), sizeof layout);
    if (layout.magic != Layout::expectedMagic || layout.checksum != crc32(bytes.subspan(summedOffset)))
        return std::nullopt;
    return layout;
}

} // namespace

Payload makePayload(std::uint64_t sequence, std::uint32_t pid, std::int64_t time, std::mt19937_64 &random)
{
    const auto kind = static_cast<PayloadKind>(1 + (sequence - 1) % 5);
    switch (kind) {
    case PayloadKind::Ascii: {
        const auto text = withChecksum(fmt::format("#{} {}", sequence, words[random() % words.size()]));
        return {kind, copied(bytesOf(std::string_view(text)))};
    }
    case PayloadKind::Utf16: {
        auto text = widened(fmt::format("#{} ", sequence));
        text += wideWords[random() % wideWords.size()];
        text = withChecksum(std::move(text)) + u'\0';
        return {kind, copied(bytesOf(std::u16string_view(text)))};
    }
    case PayloadKind::Sample:
        return {kind, makeSample(sequence, pid, time)};
    case PayloadKind::Json:
        return {kind, copied(bytesOf(std::string_view(makeJson(sequence, pid, random))))};
    case PayloadKind::Binary:
        break;
    }
    return {PayloadKind::Binary, makeBinary(sequence, pid, random)};
}

std::optional<std::uint64_t> checkPayload(std::uint64_t kind, std::span<const std::byte> bytes)
{
    const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    switch (static_cast<PayloadKind>(kind)) {
    case PayloadKind::Ascii:
        return checkText(text);
    case PayloadKind::Utf16:
        return checkUtf16(bytes);
    case PayloadKind::Sample: {
        const auto sample = checkSealed<SamplePayload>(bytes);
        return sample && bytes.size() == sizeof *sample ? std::optional(sample->sequence) : std::nullopt;
    }
    case PayloadKind::Json:
        return checkJson(text);
    case PayloadKind::Binary: {
        const auto header = checkSealed<BinaryPayload>(bytes);
        return header && bytes.size() == sizeof *header + header->size ? std::optional(header->sequence) : std::nullopt;
    }
    }
    return std::nullopt;
}

} // namespace ipclens::demo
