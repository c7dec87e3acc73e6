#include "core/text/text_problem.h"

#include "core/text/input_text.h"

#include <fmt/format.h>

namespace ipclens {

Error toError(const TextProblem &problem, std::string_view operation, std::string_view text)
{
    return wrongText(operation, text, fmt::format("{}: {}", position(text, problem.offset), problem.meaning)).error();
}

} // namespace ipclens
