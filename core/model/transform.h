// What std::expected::transform does, for compilers whose library does not have it yet (GCC 12).
#pragma once

#include "core/model/error.h"

#include <type_traits>
#include <utility>

namespace ipclens {

// `change` applied to the value, or the error as it is.
template <class T, class Change>
auto transform(Result<T> result, Change &&change)
{
    if constexpr (std::is_void_v<T>) {
        using Changed = Result<std::invoke_result_t<Change>>;
        return result ? Changed(std::forward<Change>(change)()) : Changed(Failure(std::move(result.error())));
    } else {
        using Changed = Result<std::invoke_result_t<Change, T>>;
        return result ? Changed(std::forward<Change>(change)(std::move(*result)))
                      : Changed(Failure(std::move(result.error())));
    }
}

} // namespace ipclens
