// What is wrong with a typed text, and where, so that it can be marked there.
#pragma once

#include "core/model/error.h"

#include <cstddef>
#include <string_view>

namespace ipclens {

// `offset` and `length` count bytes of the UTF-8 text; at its end the length may be 0.
struct TextProblem {
    std::size_t offset = 0;
    std::size_t length = 0;
    std::string meaning; // "'g' is not a hex digit"

    bool operator==(const TextProblem &) const = default;
};

template <class T>
using Parsed = std::expected<T, TextProblem>;

// The problem as an Invalid error that quotes the text and says the place: for where nothing can be marked.
Error toError(const TextProblem &problem, std::string_view operation, std::string_view text);

} // namespace ipclens
