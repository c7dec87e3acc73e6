// Testing values: what terms mean, and that SIMD, the plain way and a straightforward loop agree.
#include "core/session/value_criterion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace ipclens {
namespace {

constexpr std::array allTypes{ValueType::U8,  ValueType::I8,  ValueType::U16, ValueType::I16, ValueType::U32,
                              ValueType::I32, ValueType::U64, ValueType::I64, ValueType::F32, ValueType::F64};

ValueCriterion make(ValueType type, const ScanTerms &terms, ByteOrder order = ByteOrder::Little)
{
    const auto test = makeValueCriterion(type, order, terms, false);
    EXPECT_TRUE(test) << toText(test.error());
    return test ? **test : ValueCriterion{};
}

template <class T>
bool passes(const ValueCriterion &test, T now, T before = {})
{
    return oneValueCheck(test)(test, reinterpret_cast<const std::byte *>(&now),
                               reinterpret_cast<const std::byte *>(&before));
}

std::string problem(ValueType type, const ScanTerms &terms, bool isFirst = false)
{
    const auto test = makeValueCriterion(type, ByteOrder::Little, terms, isFirst);
    EXPECT_FALSE(test) << "was taken";
    return test ? std::string() : toText(test.error());
}

TEST(ScanValues, IntegersAtTheirLimits)
{
    using enum ScanComparison;
    EXPECT_TRUE(passes<std::int8_t>(make(ValueType::I8, {.value = "-128"}), -128));
    EXPECT_FALSE(passes<std::int8_t>(make(ValueType::I8, {.value = "-128"}), 127));
    EXPECT_TRUE(passes<std::uint64_t>(make(ValueType::U64, {.value = "18446744073709551615"}), ~std::uint64_t{0}));
    EXPECT_TRUE(passes<std::int64_t>(make(ValueType::I64, {.value = "-9223372036854775808"}),
                                     std::numeric_limits<std::int64_t>::min()));
    EXPECT_TRUE(passes<std::int32_t>(make(ValueType::I32, {.value = "0xFFFFFFFF"}), -1));
    const auto all =
        make(ValueType::I64, {.comparison = Between, .value = "-9223372036854775808", .upper = "9223372036854775807"});
    EXPECT_TRUE(passes<std::int64_t>(all, 0));
    EXPECT_TRUE(passes<std::int64_t>(all, -1));
    EXPECT_TRUE(passes<std::int16_t>(make(ValueType::I16, {.comparison = Between, .value = "-1", .upper = "1"}), 0));
    EXPECT_FALSE(passes<std::int16_t>(make(ValueType::I16, {.comparison = Between, .value = "-1", .upper = "1"}), 2));
    EXPECT_FALSE(passes<std::int16_t>(make(ValueType::I16, {.comparison = Between, .value = "-1", .upper = "1"}), -2));
    EXPECT_TRUE(passes<std::uint8_t>(make(ValueType::U8, {.comparison = Greater, .value = "254"}), 255));
    EXPECT_FALSE(passes<std::uint8_t>(make(ValueType::U8, {.comparison = Greater, .value = "254"}), 254));
    EXPECT_TRUE(passes<std::int32_t>(make(ValueType::I32, {.comparison = Less, .value = "0"}),
                                     std::numeric_limits<std::int32_t>::min()));
    EXPECT_FALSE(passes<std::int32_t>(make(ValueType::I32, {.comparison = Less, .value = "0"}), 0));
    // A difference may be larger than a signed value, and never wraps.
    EXPECT_TRUE(passes<std::int8_t>(make(ValueType::I8, {.comparison = IncreasedBy, .value = "200"}), 100, -100));
    EXPECT_FALSE(passes<std::uint8_t>(make(ValueType::U8, {.comparison = IncreasedBy, .value = "10"}), 4, 250));
    EXPECT_TRUE(passes<std::uint8_t>(make(ValueType::U8, {.comparison = DecreasedBy, .value = "10"}), 240, 250));
    EXPECT_FALSE(passes<std::uint8_t>(make(ValueType::U8, {.comparison = DecreasedBy, .value = "10"}), 250, 4));
    EXPECT_TRUE(passes<std::int8_t>(make(ValueType::I8, {.comparison = Increased}), 1, -1));
    EXPECT_FALSE(passes<std::uint8_t>(make(ValueType::U8, {.comparison = Increased}), 1, 255));
    EXPECT_TRUE(passes<std::uint8_t>(make(ValueType::U8, {.comparison = Decreased}), 1, 255));
    EXPECT_TRUE(passes<std::uint16_t>(make(ValueType::U16, {.value = "258"}, ByteOrder::Big), 0x0201));
}

TEST(ScanValues, FloatsNanAndTolerance)
{
    using enum ScanComparison;
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    EXPECT_TRUE(passes(make(ValueType::F32, {.value = "0.1"}), 0.1f)); // as a float has it
    EXPECT_TRUE(passes(make(ValueType::F32, {.value = "0"}), -0.0f));
    EXPECT_FALSE(passes(make(ValueType::F32, {.value = "100"}), 100.4f));
    EXPECT_TRUE(passes(make(ValueType::F32, {.value = "100", .tolerance = 0.5}), 100.4f));
    EXPECT_FALSE(passes(make(ValueType::F32, {.value = "100", .tolerance = 0.5}), 100.6f));
    EXPECT_TRUE(passes(make(ValueType::F64, {.value = "inf"}), std::numeric_limits<double>::infinity()));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Between, .value = "-inf", .upper = "inf"}), nan));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = Between, .value = "-inf", .upper = "inf"}), -infinity));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = NotEqual, .value = "1"}), nan));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Greater, .value = "1"}), 1.0f));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = Greater, .value = "1"}), std::nextafter(1.0f, 2.0f)));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = Greater, .value = "1"}), infinity));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Greater, .value = "1"}), nan));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Less, .value = "1"}), nan));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = Unchanged}), nan, nan)); // its bits are the same
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Changed}), nan, nan));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = Changed}), nan, 1.0f));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Increased}), nan, 1.0f));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Decreased}), nan, 1.0f));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = Unchanged, .tolerance = 0.1}), 1.05f, 1.0f));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = Increased, .tolerance = 0.1}), 1.05f, 1.0f));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = Increased, .tolerance = 0.1}), 1.2f, 1.0f));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = IncreasedBy, .value = "0.1"}), 1.1f + 0.1f, 1.1f));
    EXPECT_TRUE(passes(make(ValueType::F32, {.comparison = DecreasedBy, .value = "0.1"}), 1.1f - 0.1f, 1.1f));
    EXPECT_FALSE(passes(make(ValueType::F32, {.comparison = DecreasedBy, .value = "0.1"}), 1.1f + 0.1f, 1.1f));
}

TEST(ScanValues, ErrorsNameTheTerm)
{
    using enum ScanComparison;
    EXPECT_THAT(problem(ValueType::U8, {.value = "256"}),
                testing::AllOf(testing::HasSubstr("\"256\""), testing::HasSubstr("u8")));
    EXPECT_THAT(problem(ValueType::U8, {.value = "-1"}), testing::HasSubstr("\"-1\""));
    EXPECT_THAT(problem(ValueType::U32, {.value = "12z"}), testing::HasSubstr("'z'"));
    EXPECT_THAT(problem(ValueType::U32, {.value = ""}), testing::HasSubstr("u32"));
    EXPECT_THAT(problem(ValueType::F32, {.value = "nan"}), testing::HasSubstr("NaN"));
    EXPECT_THAT(problem(ValueType::U32, {.comparison = Between, .value = "5", .upper = "4"}),
                testing::HasSubstr("upper end"));
    EXPECT_THAT(problem(ValueType::U32, {.comparison = Between, .value = "5", .upper = "x"}),
                testing::HasSubstr("\"x\""));
    EXPECT_THAT(problem(ValueType::U8, {.comparison = Greater, .value = "255"}),
                testing::HasSubstr("no u8 is greater"));
    EXPECT_THAT(problem(ValueType::I8, {.comparison = Less, .value = "-128"}), testing::HasSubstr("no i8 is less"));
    EXPECT_THAT(problem(ValueType::F32, {.comparison = IncreasedBy, .value = "-1"}),
                testing::HasSubstr("not negative"));
    EXPECT_THAT(problem(ValueType::F32, {.value = "1", .tolerance = -0.5}), testing::HasSubstr("tolerance"));
    EXPECT_THAT(problem(ValueType::F32, {.value = "1", .tolerance = std::nan("")}), testing::HasSubstr("tolerance"));
    EXPECT_THAT(problem(ValueType::U32, {.comparison = Changed, .tolerance = 1}), testing::HasSubstr("only floats"));
    EXPECT_THAT(problem(ValueType::U32, {.comparison = Changed}, true), testing::HasSubstr("nothing to compare with"));
    EXPECT_THAT(problem(ValueType::U32, {.comparison = Unknown}), testing::HasSubstr("first scan"));
}

// Values near each other and at the limits, so that every comparison says yes and no often.
template <class T>
T randomValue(std::mt19937 &random)
{
    const auto pick = random() % 16;
    if constexpr (std::is_floating_point_v<T>) {
        constexpr std::array special{T(0),
                                     T(-0.0),
                                     std::numeric_limits<T>::quiet_NaN(),
                                     std::numeric_limits<T>::infinity(),
                                     -std::numeric_limits<T>::infinity(),
                                     std::numeric_limits<T>::denorm_min()};
        return pick < special.size() ? special[pick] : static_cast<T>(static_cast<int>(random() % 9) - 4) / 2;
    } else {
        constexpr std::array special{T(0), std::numeric_limits<T>::max(), std::numeric_limits<T>::min(), T(-1)};
        return pick < special.size() ? special[pick] : static_cast<T>(static_cast<int>(random() % 9) - 4);
    }
}

void fill(std::vector<std::byte> &bytes, ValueType type, ByteOrder order, std::mt19937 &random)
{
    const auto put = [&]<class T>(T) {
        for (std::size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
            const T value = randomValue<T>(random);
            std::memcpy(bytes.data() + at, &value, sizeof value);
            if (order == ByteOrder::Big)
                std::reverse(bytes.data() + at, bytes.data() + at + sizeof(T));
        }
    };
    switch (type) {
    case ValueType::U8: put(std::uint8_t{}); break;
    case ValueType::I8: put(std::int8_t{}); break;
    case ValueType::U16: put(std::uint16_t{}); break;
    case ValueType::I16: put(std::int16_t{}); break;
    case ValueType::U32: put(std::uint32_t{}); break;
    case ValueType::I32: put(std::int32_t{}); break;
    case ValueType::U64: put(std::uint64_t{}); break;
    case ValueType::I64: put(std::int64_t{}); break;
    case ValueType::F32: put(float{}); break;
    case ValueType::F64: put(double{}); break;
    }
}

// The plain and the fast way agree for every type, comparison, byte order, distance and number of candidates.
TEST(ScanValues, AllWaysAgree)
{
    using enum ScanComparison;
    std::mt19937 random(11);
    std::vector<std::byte> now(64 * 8 * 5 + 40), before(now.size());
    for (const ValueType type : allTypes) {
        const bool isFloat = type == ValueType::F32 || type == ValueType::F64;
        for (const ScanComparison comparison : {Exact, NotEqual, Between, Greater, Less, Changed, Unchanged, Increased,
                                                Decreased, IncreasedBy, DecreasedBy}) {
            for (const ByteOrder order : {ByteOrder::Little, ByteOrder::Big}) {
                const ValueCriterion test = make(type,
                                            {.comparison = comparison,
                                             .value = isFloat ? "0.5" : "1",
                                             .upper = "3",
                                             .tolerance = isFloat && random() % 2 ? 0.5 : 0},
                                            order);
                fill(now, type, order, random);
                fill(before, type, order, random);
                for (std::size_t i = 0; i < now.size(); i += sizeOf(type)) // half stay as they are
                    if (random() % 2)
                        std::copy_n(now.begin() + static_cast<std::ptrdiff_t>(i),
                                    std::min(sizeOf(type), now.size() - i),
                                    before.begin() + static_cast<std::ptrdiff_t>(i));
                // Where all 64 that are looked at together are alike: one stretch in both.
                const auto alike = static_cast<std::ptrdiff_t>(random() % (now.size() / sizeOf(type)) * sizeOf(type));
                std::fill(now.begin() + alike, now.end(), std::byte{0});
                std::fill(before.begin() + alike, before.end(), std::byte{0});
                for (const std::size_t stride : {1u, 2u, 4u, 8u}) {
                    const std::size_t shift = random() % 8;
                    const std::size_t most = (now.size() - shift - sizeOf(type)) / stride + 1;
                    const std::size_t slots = 1 + random() % std::min<std::size_t>(most, 320);
                    std::vector<std::uint64_t> fast((slots + 63) / 64 + 1, 0x5555), plain = fast;
                    checkValues(test, now.data() + shift, before.data() + shift, slots, stride, fast.data());
                    useSimd(false);
                    checkValues(test, now.data() + shift, before.data() + shift, slots, stride, plain.data());
                    useSimd(true);
                    ASSERT_EQ(fast, plain)
                        << nameOf(type) << ' ' << nameOf(comparison) << ' ' << nameOf(order) << ' ' << stride;
                    EXPECT_EQ(fast.back(), 0x5555u); // nothing behind is written
                    for (std::size_t slot = 0; slot < slots; ++slot) {
                        const bool expected = oneValueCheck(test)(test, now.data() + shift + slot * stride,
                                                                 before.data() + shift + slot * stride);
                        ASSERT_EQ((fast[slot / 64] >> slot % 64 & 1) != 0, expected);
                    }
                    if (slots % 64 != 0) {
                        EXPECT_EQ(fast[slots / 64] >> slots % 64, 0u);
                    }
                }
            }
        }
    }
}

} // namespace
} // namespace ipclens
