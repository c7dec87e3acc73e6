// Tables for people: columns as wide as their widest cell.
#pragma once

#include "core/text/input_text.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace ipclens {

// Columns a terminal gives to well-formed UTF-8. East Asian wide characters and emoji take two, combining accents none;
// rarer cases are taken as one.
inline std::size_t displayWidth(std::string_view text)
{
    struct Span {
        std::uint32_t first;
        std::uint32_t last;
        std::size_t width;
    };
    static constexpr Span spans[] = {{0x300, 0x36F, 0},   {0x1100, 0x115F, 2},   {0x200B, 0x200F, 0},
                                     {0x2E80, 0xA4CF, 2}, {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},
                                     {0xFE00, 0xFE0F, 0}, {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},
                                     {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2}};
    std::size_t width = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = std::max<std::size_t>(utf8Length(text, at), 1);
        auto code = static_cast<std::uint32_t>(static_cast<unsigned char>(text[at]));
        if (length > 1)
            code &= 0xFFu >> (length + 1);
        for (std::size_t i = 1; i < length; ++i)
            code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
        const auto *const span =
            std::ranges::find_if(spans, [&](auto &s) { return code >= s.first && code <= s.last; });
        width += span != std::end(spans) ? span->width : 1;
        at += length;
    }
    return width;
}

// Collects rows, then becomes text. Cells are made printable: a control character in somebody's window title must not
// reach the terminal.
class Table {
public:
    struct Column {
        std::string title;
        bool isNumber = false; // aligned to the right
    };

    explicit Table(std::vector<Column> columns) : m_columns(std::move(columns))
    {
        std::vector<std::string> titles;
        for (const auto &column : m_columns)
            titles.push_back(column.title);
        add(std::move(titles));
    }

    // As many cells as there are columns.
    void add(std::vector<std::string> cells)
    {
        for (auto &cell : cells)
            cell = printable(cell, std::string::npos);
        m_rows.push_back(std::move(cells));
    }

    // The titles and all rows, each ending with a newline and without spaces before it.
    std::string text() const
    {
        std::vector<std::size_t> widths(m_columns.size(), 0);
        for (const auto &row : m_rows) {
            for (std::size_t i = 0; i < row.size(); ++i)
                widths[i] = std::max(widths[i], displayWidth(row[i]));
        }
        std::string all;
        for (const auto &row : m_rows) {
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string padding(widths[i] - displayWidth(row[i]), ' ');
                all += i > 0 ? "  " : "";
                all += m_columns[i].isNumber ? padding + row[i] : row[i] + padding;
            }
            all.erase(all.find_last_not_of(' ') + 1);
            all += '\n';
        }
        return all;
    }

private:
    std::vector<Column> m_columns;
    std::vector<std::vector<std::string>> m_rows; // the titles first
};

} // namespace ipclens
