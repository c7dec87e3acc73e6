// Payloads read by a C struct that the user gives.
#pragma once

#include "core/model/bytes.h"
#include "core/text/struct_layout.h"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace ipclens {

// One thread.
class LayoutReading {
public:
    struct Row {
        std::string name; // "point.x", "list[2].id"
        std::string type;
        std::uint64_t offset = 0;
        std::string value;
    };

    // --layout and --bits.
    void addOptions(CLI::App &command);
    // After the command line was read; wrong usage where the struct is none.
    void settle();

    bool isGiven() const { return m_layout != nullptr; }
    // The fields that have values, in order; not more than a screen takes.
    std::vector<Row> rows(std::span<const std::byte> bytes) const;
    // "x 1, y 2" of the same.
    std::string line(std::span<const std::byte> bytes) const;

private:
    std::string m_text; // a file, or the struct itself
    unsigned m_bits = 64;
    std::shared_ptr<const LayoutType> m_layout;
};

} // namespace ipclens
