#include "app/cli/layout_reading.h"

#include "app/cli/arguments.h"
#include "app/cli/byte_input.h"
#include "core/traffic/payload_fields.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace ipclens {
namespace {

constexpr std::size_t mostFields = 4096;
constexpr std::size_t mostOnALine = 400; // characters

void addRows(std::vector<LayoutReading::Row> &rows, const DecodedField &field, const std::string &name)
{
    if (!field.value.empty() || field.children.empty()) {
        rows.push_back(
            {.name = name, .type = field.type, .offset = field.bytes ? field.bytes->begin : 0, .value = field.value});
        return;
    }
    for (const auto &child : field.children) {
        const bool isJoined = name.empty() || child.name.empty() || child.name.front() == '[';
        addRows(rows, child, name + (isJoined ? "" : ".") + child.name);
    }
}

} // namespace

void LayoutReading::addOptions(CLI::App &command)
{
    command.add_option("--layout", m_text, "Reads payloads by a C struct: a file that defines it, or its text")
        ->type_name("STRUCT");
    command.add_option("--bits", m_bits, "Of its pointers: 32 or 64")
        ->check(CLI::IsMember({32, 64}))
        ->capture_default_str();
}

void LayoutReading::settle()
{
    if (m_text.empty())
        return;
    std::string text = m_text;
    if (text.find('{') == text.npos) {
        const auto bytes = ByteInput::readAll(text, "read a struct", 1 << 20);
        if (!bytes)
            refuse("--layout", toText(bytes.error()));
        text.assign(reinterpret_cast<const char *>(bytes->data()), bytes->size());
    }
    if (const auto end = text.find_last_not_of(" \t\r\n"); end != text.npos && text[end] == '}')
        text += ';'; // who writes one on a command line leaves it away
    auto layout = parseStructLayout(text, m_bits == 32 ? PointerSize::Bits32 : PointerSize::Bits64);
    if (!layout)
        refuse("--layout", fmt::format("{}: {}", lineAndColumn(text, layout.error().offset), layout.error().meaning));
    m_layout = std::move(*layout);
}

std::vector<LayoutReading::Row> LayoutReading::rows(std::span<const std::byte> bytes) const
{
    std::vector<Row> rows;
    for (const auto &field : layoutFields(*m_layout, bytes, mostFields))
        addRows(rows, field, field.name);
    return rows;
}

std::string LayoutReading::line(std::span<const std::byte> bytes) const
{
    return layoutSummary(*m_layout, bytes, mostOnALine);
}

} // namespace ipclens
