// Names for the fields of plain structs and for enumerators, so that packing, JSON and tables are written once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

// Inside a struct: names the fields that travel over the wire and appear in JSON, in this order.
#define IPCLENS_FIELDS(...)                                        \
    static constexpr std::string_view fieldNames = #__VA_ARGS__;   \
    auto fields() { return std::tie(__VA_ARGS__); }                \
    auto fields() const { return std::tie(__VA_ARGS__); }

// At namespace scope: an enum whose enumerators travel as their own names.
#define IPCLENS_ENUM(Type, ...)                                                \
    enum class Type : std::uint8_t { __VA_ARGS__ };                            \
    constexpr std::string_view enumeratorNames(Type) { return #__VA_ARGS__; }

namespace ipclens {

// The n-th name of a list written "a, b, c"; empty when there is none.
constexpr std::string_view nthName(std::string_view list, std::size_t n)
{
    while (n-- > 0) {
        const auto comma = list.find(',');
        if (comma == std::string_view::npos)
            return {};
        list.remove_prefix(comma + 1);
    }
    while (!list.empty() && list.front() == ' ')
        list.remove_prefix(1);
    return list.substr(0, list.find(','));
}

template <class T>
concept HasFields = requires(const T &value) {
    T::fieldNames;
    value.fields();
};

template <class E>
concept NamedEnum = requires(E value) { enumeratorNames(value); };

// The enumerator's name; empty when the value is none of them.
template <NamedEnum E>
constexpr std::string_view nameOf(E value)
{
    return nthName(enumeratorNames(value), static_cast<std::size_t>(value));
}

template <NamedEnum E>
constexpr std::optional<E> enumFromName(std::string_view name)
{
    for (std::size_t i = 0;; ++i) {
        const auto candidate = nthName(enumeratorNames(E{}), i);
        if (candidate.empty())
            return std::nullopt;
        if (candidate == name)
            return static_cast<E>(i);
    }
}

} // namespace ipclens
