// What may be typed at a scan that has begun.
#pragma once

#include "core/session/search_commands.h"

#include <string_view>

namespace ipclens {

struct ScanInstruction {
    enum class Kind { Nothing, Narrow, Undo, List, Pause, Quit } kind = Kind::Nothing;
    ScanTerms terms;         // Narrow
    std::uint64_t count = 0; // List
    double seconds = 0;      // Pause
};

// "changed", "increased 5", "= 42", "> 7", "5 .. 9", "undo", "list 100", "pause 1.5", "quit"; an empty line is Nothing.
Result<ScanInstruction> parseScanInstruction(std::string_view line);

} // namespace ipclens
