// Medians of repeated runs, and ratios to a baseline measured in the same run.
#pragma once

#include <algorithm>
#include <chrono>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace ipclens::bench {

template <class Work>
double seconds(Work work)
{
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

struct Pair {
    double ours = 0;
    double baseline = 0;
};

// Runs both alternately, each first every other time, so that drift of the machine hits both; the medians, in whatever
// unit the two return.
template <class Ours, class Baseline>
Pair alternate(int runs, Ours ours, Baseline baseline)
{
    std::vector<double> first, second;
    for (int i = 0; i < runs; ++i) {
        if (i % 2 == 0)
            second.push_back(baseline());
        first.push_back(ours());
        if (i % 2 != 0)
            second.push_back(baseline());
    }
    return {median(first), median(second)};
}

// One line: what, both figures, the ratio, and the ratio asked for ("at least 0.6", "at most 2.5").
inline void report(std::string_view what, Pair pair, std::string_view unit, std::string_view asked)
{
    fmt::print("{:<58} {:>10.1f} {:<6} baseline {:>10.1f} {:<6} ratio {:>6.3f}   asked {}\n", what, pair.ours, unit,
               pair.baseline, unit, pair.ours / pair.baseline, asked);
    std::fflush(stdout);
}

} // namespace ipclens::bench
