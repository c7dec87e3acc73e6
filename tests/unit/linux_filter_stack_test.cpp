// Filters on a stack as small as Windows gives to threads.
#include "core/traffic/filter_scan.h"

#include <gtest/gtest.h>

#include <pthread.h>

namespace ipclens {
namespace {

std::size_t found(const std::string &text)
{
    MessageStore store;
    for (std::uint64_t i = 0; i < 3; ++i)
        store.append(Message{.size = i});
    const auto filter = MessageFilter::parse(text);
    if (!filter) {
        ADD_FAILURE() << filter.error().meaning;
        return 0;
    }
    for (auto at = store.begin(); at < store.end(); ++at)
        static_cast<void>(filter->matches(store.at(at)));
    FilterScan scan(*filter);
    std::vector<std::uint32_t> rows;
    for (auto at = store.begin(); at < store.end();)
        at = scan.find(store, at, store.end(), rows);
    return rows.size();
}

std::string repeated(std::string_view part, std::size_t bytes)
{
    std::string text;
    while (text.size() + part.size() <= bytes)
        text += part;
    return text;
}

void *readAll(void *)
{
    constexpr std::size_t longest = 64 << 10;
    EXPECT_EQ(found("0" + repeated("||1", longest - 1)), 3u) << "21,000 terms";
    EXPECT_EQ(found("size" + repeated("&&size", longest - 4)), 3u);
    EXPECT_EQ(found("null" + repeated("^^size", 6 * 10'001)), 3u);
    EXPECT_EQ(found(std::string(98, '(') + "size > 1" + std::string(98, ')')), 1u);
    EXPECT_EQ(found(std::string(98, '!') + "size > 1"), 1u);
    EXPECT_EQ(found("size > " + std::string(98, '(') + "1" + std::string(98, ')')), 1u);
    EXPECT_EQ(found("size" + repeated(" + 0", 400) + " > 1"), 1u);
    EXPECT_EQ(found(std::string(98, '(') + "size" + repeated(" + 0)", 98 * 5) + " > 1"), 1u);
    EXPECT_EQ(found("len(" + repeated("lower(", 90 * 6) + "payload" + std::string(91, ')') + " == 0"), 3u);
    return nullptr;
}

#ifdef __SANITIZE_THREAD__
constexpr std::size_t stackSize = 8 << 20; // ThreadSanitizer keeps most of a megabyte for itself
#else
constexpr std::size_t stackSize = 1 << 20;
#endif

TEST(FilterStack, TheLongestAndTheDeepestFilters)
{
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, stackSize), 0);
    pthread_t thread{};
    ASSERT_EQ(pthread_create(&thread, &attributes, readAll, nullptr), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

} // namespace
} // namespace ipclens
