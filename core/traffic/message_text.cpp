#include "core/traffic/message_text.h"

#include "core/text/hex.h"
#include "core/text/input_text.h"
#include "core/text/unicode.h"
#include "core/traffic/payload_fields.h"

#include <algorithm>
#include <fmt/format.h>

namespace ipclens {
namespace {

bool isTextCharacter(char32_t c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r';
    return c != 0x7F && !(c >= 0x80 && c < 0xA0) && c != 0xFFFE && c != 0xFFFF;
}

// The length of `text` that is valid UTF-8 text; `ascii` becomes false when it has other characters.
std::size_t validUtf8(std::string_view text, bool &ascii)
{
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = utf8Length(text, at);
        if (length == 0 || !isTextCharacter(utf8Character(text, at, length)))
            break;
        ascii = ascii && length == 1;
        at += length;
    }
    return at;
}

// A sequence that only lacks its last bytes.
bool isBeginningOfCharacter(std::string_view rest)
{
    if (rest.empty())
        return true;
    const auto lead = static_cast<unsigned char>(rest[0]);
    const std::size_t length = lead < 0xC2 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 1;
    return length > rest.size() &&
           std::ranges::all_of(rest.substr(1), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; });
}

std::string_view asText(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

PayloadText readUtf8(std::span<const std::byte> payload, bool whole)
{
    auto text = asText(payload);
    const auto used = text.find_last_not_of('\0') + 1; // npos + 1 is 0
    const auto terminators = text.size() - used;
    text = text.substr(0, used);
    // A short text before many zeros is more likely a number or a struct.
    if (text.empty() || (terminators > 2 && text.size() < 4))
        return {};
    const bool marked = text.starts_with("\xEF\xBB\xBF");
    if (marked)
        text.remove_prefix(3);
    bool ascii = !marked;
    const auto valid = validUtf8(text, ascii);
    if (valid < text.size() && (whole || !isBeginningOfCharacter(text.substr(valid))))
        return {};
    return {ascii ? Encoding::Ascii : Encoding::Utf8, false, std::string(text.substr(0, valid))};
}

std::uint32_t unitAt(std::span<const std::byte> payload, std::size_t unit)
{
    return std::to_integer<std::uint32_t>(payload[2 * unit]) | std::to_integer<std::uint32_t>(payload[2 * unit + 1])
                                                                   << 8;
}

// Decodes units [begin, end); the number of units that are no text. `ascii` counts those below U+0080.
std::size_t decodeUtf16(std::span<const std::byte> payload, std::size_t begin, std::size_t end, std::string &text,
                        std::size_t &ascii)
{
    std::size_t wrong = 0;
    for (auto rest = payload.subspan(2 * begin, 2 * (end - begin)); !rest.empty();) {
        const auto next = firstCharacter(rest, TextEncoding::Utf16, ByteOrder::Little);
        rest = rest.subspan(next.size);
        const char32_t c = next.character.value_or(replacementCharacter);
        wrong += !next.character || !isTextCharacter(c) ? 1 : 0;
        ascii += c < 0x80 ? 1 : 0;
        appendUtf8(text, c);
    }
    return wrong;
}

PayloadText readUtf16(std::span<const std::byte> payload, bool whole)
{
    if (payload.size() % 2 != 0) {
        // Senders count a terminator's bytes wrong: an odd last zero is forgiven.
        if (whole && payload.back() != std::byte{0})
            return {};
        payload = payload.first(payload.size() - 1);
    }
    const std::size_t begin = payload.size() >= 2 && unitAt(payload, 0) == 0xFEFF ? 1 : 0;
    std::size_t end = payload.size() / 2;
    const auto all = end;
    while (end > begin && unitAt(payload, end - 1) == 0)
        --end;
    if (!whole && end > begin && isSurrogate(unitAt(payload, end - 1)) && unitAt(payload, end - 1) < 0xDC00)
        --end;
    if (end == begin || (begin == 0 && end < 2)) // one unit alone is more likely a number
        return {};

    PayloadText result{.encoding = Encoding::Utf16};
    std::size_t ascii = 0;
    if (decodeUtf16(payload, begin, end, result.text, ascii) != 0)
        return {};
    // Without a byte order mark any even number of bytes could be UTF-16: ask for a sign that it is.
    const bool marked = begin == 1;
    const bool mostlyAscii = ascii * 2 >= end - begin;
    const bool terminatedAndMixed = end < all && ascii > 0;
    return marked || mostlyAscii || terminatedAndMixed ? result : PayloadText{};
}

// Walks the structure of JSON without checking its values. Calls `visit` with each character and whether it is inside a
// string; false when brackets do not match or something follows the document.
template <class Visit>
bool walkJson(std::string_view json, bool whole, Visit visit)
{
    std::string open;
    bool inString = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        visit(c, inString);
        if (inString) {
            if (c == '\\' && i + 1 < json.size())
                visit(json[++i], true);
            else if (c == '"')
                inString = false;
            continue;
        }
        if (c == '"')
            inString = true;
        else if (c == '{' || c == '[')
            open += c == '{' ? '}' : ']';
        else if (c == '}' || c == ']') {
            if (open.empty() || open.back() != c)
                return false;
            open.pop_back();
            if (open.empty())
                return i + 1 == json.size();
        }
    }
    return !whole;
}

bool looksLikeJson(std::string_view text, bool whole)
{
    text = trimmed(text);
    if (text.size() < 2 || (text[0] != '{' && text[0] != '['))
        return false;
    const auto second = text.find_first_not_of(" \t\r\n", 1);
    const char next = second == std::string_view::npos ? '\0' : text[second];
    constexpr std::string_view valueStarts = "{[\"-0123456789tfn]";
    if (text[0] == '{' ? next != '"' && next != '}' : valueStarts.find(next) == std::string_view::npos)
        return false;
    return walkJson(text, whole, [](char, bool) {});
}

// Control characters escaped, cut to `most` characters.
std::string oneLine(std::string_view text, std::size_t most, bool more)
{
    std::string line;
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if ((c & 0xC0) != 0x80 && characters++ == most) {
            more = true;
            break;
        }
        if (c == '\n')
            line += "\\n";
        else if (c == '\r')
            line += "\\r";
        else if (c == '\t')
            line += "\\t";
        else if (c < 0x20 || c == 0x7F)
            line += fmt::format("\\x{:02X}", c);
        else
            line += text[i];
    }
    return more ? line + "..." : line;
}

std::string hexSummary(std::span<const std::byte> bytes, std::size_t most, bool whole)
{
    const auto shown = std::min(bytes.size(), std::max<std::size_t>(most / 3, 1));
    const auto hex = toHex(bytes.first(shown), " ");
    return whole && shown == bytes.size() ? hex : hex + " ...";
}

// Without what the message leads to.
std::string ownSummary(const MessageView &message, std::size_t most)
{
    if (message.kind == MessageKind::Registered)
        return fmt::format("{} wParam 0x{:X} lParam 0x{:X}", oneLine(message.name, most, false), message.wParam,
                           message.lParam);
    if (message.nullData)
        return message.size == 0 ? "NULL data" : fmt::format("NULL data, though the size says {} bytes", message.size);
    if (message.payload.empty())
        return message.size == 0 ? "no data" : "nothing kept";

    // Enough for `most` characters of any encoding.
    const auto given = std::min(message.payload.size(), most * 4);
    const bool whole = given == message.payload.size() && !message.isTruncated();
    const std::span sample(message.payload.data(), given);
    const auto text = guessText(sample, whole);
    return text.encoding != Encoding::None ? oneLine(text.text, most, !whole) : hexSummary(sample, most, whole);
}

} // namespace

PayloadText guessText(std::span<const std::byte> payload, bool whole)
{
    if (payload.empty())
        return {};
    auto result = readUtf8(payload, whole);
    if (result.encoding == Encoding::None)
        result = readUtf16(payload, whole);
    result.looksLikeJson = result.encoding != Encoding::None && looksLikeJson(result.text, whole);
    return result;
}

std::vector<TextReading> textReadings(std::span<const std::byte> payload)
{
    const auto percent = [](std::size_t good, std::size_t all) { return all == 0 ? 0 : static_cast<int>(100 * good / all); };
    while (!payload.empty() && payload.back() == std::byte{})
        payload = payload.first(payload.size() - 1);
    const auto text = asText(payload);

    // Bytes of whole characters that texts have.
    std::size_t utf8 = 0, beyondAscii = 0;
    for (std::size_t at = 0; at < text.size();) {
        bool ascii = true;
        const auto valid = validUtf8(text.substr(at), ascii);
        utf8 += valid;
        beyondAscii += ascii ? 0 : 1;
        at += valid + 1;
    }
    const int asUtf8 = percent(utf8, text.size());

    const auto units = (payload.size() + 1) / 2; // the terminator's zero may have been taken off the last one
    std::string decoded;
    std::size_t ascii = 0, wrong = 0;
    if (payload.size() >= 2) {
        Bytes whole = toBytes(payload);
        whole.resize(2 * units, std::byte{});
        const bool marked = unitAt(whole, 0) == 0xFEFF;
        wrong = decodeUtf16(whole, marked ? 1 : 0, units, decoded, ascii);
        ascii = marked ? units : ascii; // a byte order mark is as good a sign
    }
    // Any bytes make some characters: those that are in most texts count.
    const int asUtf16 = payload.size() < 2 ? 0 : std::max(0, percent(units - std::min(units, wrong), units) * percent(std::min(units, 2 * ascii), units) / 100);

    std::size_t printable = 0, high = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        printable += byte >= 0x20 ? byte != 0x7F : c == '\t' || c == '\n' || c == '\r';
        high += byte >= 0x80;
    }
    int asAnsi = percent(printable, text.size());
    if (high == 0)
        asAnsi = std::max(0, asAnsi - 1); // the same in UTF-8
    else if (asUtf8 == 100 && beyondAscii > 0)
        asAnsi /= 2; // well-formed UTF-8 by chance is rare
    else
        asAnsi = asAnsi * 9 / 10;

    std::vector<TextReading> readings{{TextForm::Utf8, asUtf8}, {TextForm::Utf16, asUtf16}, {TextForm::Ansi, asAnsi}};
    std::ranges::stable_sort(readings, std::ranges::greater(), &TextReading::confidence);
    return readings;
}

std::string fromAnsi(std::span<const std::byte> payload)
{
    std::string text;
    for (const auto byte : payload)
        appendUtf8(text, ansiCharacter(byte));
    return text;
}

std::string fromUtf16(std::span<const std::byte> payload)
{
    std::string text;
    std::size_t ascii = 0;
    const std::size_t begin = payload.size() >= 2 && unitAt(payload, 0) == 0xFEFF ? 1 : 0;
    decodeUtf16(payload, begin, payload.size() / 2, text, ascii);
    if (payload.size() % 2 != 0)
        appendUtf8(text, replacementCharacter);
    return text;
}

std::vector<Bytes> encodingsOf(std::string_view utf8)
{
    std::vector<Bytes> forms{toBytes(utf8)};
    Bytes wide, ansi;
    bool isAnsi = true;
    for (std::size_t at = 0; at < utf8.size();) {
        const std::size_t length = utf8Length(utf8, at);
        if (length == 0)
            return forms;
        const char32_t c = utf8Character(utf8, at, length);
        appendEncoded(wide, c, TextEncoding::Utf16, ByteOrder::Little);
        if (const auto byte = ansiByte(c))
            ansi.push_back(*byte);
        else
            isAnsi = false;
        at += length;
    }
    if (utf8.empty())
        return forms;
    forms.push_back(std::move(wide));
    if (isAnsi && ansi != forms.front())
        forms.push_back(std::move(ansi));
    return forms;
}

std::string describe(const PayloadText &text)
{
    std::string name;
    switch (text.encoding) {
    case Encoding::None:
        return "not text";
    case Encoding::Ascii:
        name = "ASCII text";
        break;
    case Encoding::Utf8:
        name = "UTF-8 text";
        break;
    case Encoding::Utf16:
        name = "UTF-16 text";
        break;
    }
    return text.looksLikeJson ? name + ", looks like JSON" : name;
}

std::string summary(const MessageView &message, std::size_t most, const LayoutType *layout)
{
    const auto structure = [&](std::span<const std::byte> bytes) {
        return oneLine(layoutSummary(*layout, bytes, most), most, false);
    };
    std::string line;
    const bool isOfPayload = layout && message.isCopied() && !message.payload.empty();
    if (isOfPayload)
        line = structure(message.payload);
    else
        line = ownSummary(message, most);
    for (const auto &reference : message.references) {
        if (reference.kind == ReferenceKind::Section) {
            if (line.find(reference.section) == line.npos) // mostly it is the text itself
                line += " -> " + oneLine(reference.section, most, false);
        } else if (!reference.bytes.empty()) {
            line += " -> " +
                    (layout && !isOfPayload ? structure(reference.bytes) : hexSummary(reference.bytes, most, true));
        }
    }
    return line;
}

std::string indentJson(std::string_view json)
{
    json = trimmed(json);
    std::string text;
    std::size_t depth = 0;
    bool justOpened = false;
    const auto newLine = [&] { text += '\n' + std::string(2 * std::min<std::size_t>(depth, 64), ' '); };
    walkJson(json, false, [&](char c, bool inString) {
        if (inString) {
            text += c;
            return;
        }
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            return;
        const bool closes = c == '}' || c == ']';
        if (closes && depth > 0)
            --depth;
        if (justOpened != closes && (justOpened || closes))
            newLine();
        justOpened = c == '{' || c == '[';
        text += c;
        if (justOpened)
            ++depth;
        else if (c == ',')
            newLine();
        else if (c == ':')
            text += ' ';
    });
    return text;
}

} // namespace ipclens
