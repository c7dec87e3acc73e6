// Testing thousands of values: SSE 4.2 chosen at run time, and a plain way for everything else.
//
// 128 bits are enough: the values come from memory, which is slower than this. And with 256 GCC's code for Windows is
// unsafe: it spills such registers to a stack that is aligned to 16 bytes only (GCC's bug 54412).
#include "core/session/value_criterion.h"

#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

#if defined(__GNUC__) && defined(__x86_64__)
#define IPCLENS_SSE42 1
#include <immintrin.h>
#endif

namespace ipclens {
namespace {

template <std::size_t size>
using UnsignedOf = std::conditional_t<
    size == 1, std::uint8_t,
    std::conditional_t<size == 2, std::uint16_t, std::conditional_t<size == 4, std::uint32_t, std::uint64_t>>>;

// The plain way. ------------------------------------------------------------------------------------------------------

template <class T>
T load(const std::byte *from, ByteOrder order)
{
    UnsignedOf<sizeof(T)> bits;
    std::memcpy(&bits, from, sizeof bits);
    if (order == ByteOrder::Big) {
        UnsignedOf<sizeof(T)> turned = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            turned = static_cast<decltype(turned)>(turned << 7 << 1 | (bits >> 8 * i & 0xFF));
        bits = turned;
    }
    return std::bit_cast<T>(bits);
}

template <class T, ValueOperation operation>
bool isWanted(const ValueCriterion &criterion, T now, T before)
{
    if constexpr (std::is_floating_point_v<T>) {
        if constexpr (operation == ValueOperation::InRange)
            return now >= static_cast<T>(criterion.lowReal) && now <= static_cast<T>(criterion.highReal);
        else if constexpr (operation == ValueOperation::Equal)
            return now == static_cast<T>(criterion.lowReal);
        else if constexpr (operation == ValueOperation::Same)
            return std::bit_cast<UnsignedOf<sizeof(T)>>(now) == std::bit_cast<UnsignedOf<sizeof(T)>>(before) ||
                   std::abs(now - before) <= static_cast<T>(criterion.tolerance);
        else if constexpr (operation == ValueOperation::Greater)
            return now - before > static_cast<T>(criterion.tolerance);
        else
            return std::abs(now - (before + static_cast<T>(criterion.lowReal))) <= static_cast<T>(criterion.tolerance);
    } else {
        using Bits = UnsignedOf<sizeof(T)>;
        if constexpr (operation == ValueOperation::InRange)
            return static_cast<Bits>(static_cast<Bits>(now) - static_cast<Bits>(criterion.low)) <=
                   static_cast<Bits>(criterion.span);
        else if constexpr (operation == ValueOperation::Equal)
            return static_cast<Bits>(now) == static_cast<Bits>(criterion.low);
        else if constexpr (operation == ValueOperation::Same)
            return now == before;
        else if constexpr (operation == ValueOperation::Greater)
            return now > before;
        else
            return static_cast<Bits>(static_cast<Bits>(now) - static_cast<Bits>(before)) ==
                       static_cast<Bits>(criterion.low) &&
                   now >= before;
    }
}

template <class T, ValueOperation operation>
bool checkOne(const ValueCriterion &criterion, const std::byte *now, const std::byte *before)
{
    T first = load<T>(now, criterion.order);
    T second{};
    if constexpr (needsBefore(operation)) {
        second = load<T>(before, criterion.order);
        if (criterion.swapped)
            std::swap(first, second);
    }
    return isWanted<T, operation>(criterion, first, second) != criterion.inverted;
}

// SSE 4.2. ------------------------------------------------------------------------------------------------------------

#if IPCLENS_SSE42

#define IPCLENS_INLINE __attribute__((target("sse4.2"), always_inline)) inline

// Operations on a register full of T. A mask has all bits of a value set or none.
template <class T>
struct Lanes;

#define IPCLENS_INTEGER_LANES(T, bits, flip)                                                                           \
    template <>                                                                                                        \
    struct Lanes<T> {                                                                                                  \
        IPCLENS_INLINE static __m128i all(T value) { return IPCLENS_SET##bits(value); }                                \
        IPCLENS_INLINE static __m128i equal(__m128i a, __m128i b) { return _mm_cmpeq_epi##bits(a, b); }                \
        IPCLENS_INLINE static __m128i minus(__m128i a, __m128i b) { return _mm_sub_epi##bits(a, b); }                  \
        IPCLENS_INLINE static __m128i greater(__m128i a, __m128i b)                                                    \
        {                                                                                                              \
            const __m128i turn = all(static_cast<T>(flip));                                                            \
            return _mm_cmpgt_epi##bits(_mm_xor_si128(a, turn), _mm_xor_si128(b, turn));                                \
        }                                                                                                              \
    };
#define IPCLENS_SET8(value) _mm_set1_epi8(static_cast<char>(value))
#define IPCLENS_SET16(value) _mm_set1_epi16(static_cast<short>(value))
#define IPCLENS_SET32(value) _mm_set1_epi32(static_cast<int>(value))
#define IPCLENS_SET64(value) _mm_set1_epi64x(static_cast<long long>(value))
IPCLENS_INTEGER_LANES(std::int8_t, 8, 0)
IPCLENS_INTEGER_LANES(std::int16_t, 16, 0)
IPCLENS_INTEGER_LANES(std::int32_t, 32, 0)
IPCLENS_INTEGER_LANES(std::int64_t, 64, 0)
IPCLENS_INTEGER_LANES(std::uint8_t, 8, 0x80)
IPCLENS_INTEGER_LANES(std::uint16_t, 16, 0x8000)
IPCLENS_INTEGER_LANES(std::uint32_t, 32, 0x8000'0000)
IPCLENS_INTEGER_LANES(std::uint64_t, 64, 0x8000'0000'0000'0000)

template <>
struct Lanes<float> {
    IPCLENS_INLINE static __m128 in(__m128i a) { return _mm_castsi128_ps(a); }
    IPCLENS_INLINE static __m128i out(__m128 a) { return _mm_castps_si128(a); }
    IPCLENS_INLINE static __m128i all(float value) { return out(_mm_set1_ps(value)); }
    IPCLENS_INLINE static __m128i minus(__m128i a, __m128i b) { return out(_mm_sub_ps(in(a), in(b))); }
    IPCLENS_INLINE static __m128i plus(__m128i a, __m128i b) { return out(_mm_add_ps(in(a), in(b))); }
    IPCLENS_INLINE static __m128i greater(__m128i a, __m128i b) { return out(_mm_cmpgt_ps(in(a), in(b))); }
    IPCLENS_INLINE static __m128i atMost(__m128i a, __m128i b) { return out(_mm_cmple_ps(in(a), in(b))); }
    IPCLENS_INLINE static __m128i size(__m128i a) { return out(_mm_andnot_ps(_mm_set1_ps(-0.0f), in(a))); }
};
template <>
struct Lanes<double> {
    IPCLENS_INLINE static __m128d in(__m128i a) { return _mm_castsi128_pd(a); }
    IPCLENS_INLINE static __m128i out(__m128d a) { return _mm_castpd_si128(a); }
    IPCLENS_INLINE static __m128i all(double value) { return out(_mm_set1_pd(value)); }
    IPCLENS_INLINE static __m128i minus(__m128i a, __m128i b) { return out(_mm_sub_pd(in(a), in(b))); }
    IPCLENS_INLINE static __m128i plus(__m128i a, __m128i b) { return out(_mm_add_pd(in(a), in(b))); }
    IPCLENS_INLINE static __m128i greater(__m128i a, __m128i b) { return out(_mm_cmpgt_pd(in(a), in(b))); }
    IPCLENS_INLINE static __m128i atMost(__m128i a, __m128i b) { return out(_mm_cmple_pd(in(a), in(b))); }
    IPCLENS_INLINE static __m128i size(__m128i a) { return out(_mm_andnot_pd(_mm_set1_pd(-0.0), in(a))); }
};

template <class T, ValueOperation operation>
IPCLENS_INLINE __m128i masks(const ValueCriterion &criterion, __m128i now, __m128i before)
{
    using Bits = Lanes<UnsignedOf<sizeof(T)>>;
    using Lane = Lanes<T>;
    if constexpr (std::is_floating_point_v<T>) {
        const __m128i tolerance = Lane::all(static_cast<T>(criterion.tolerance));
        const __m128i low = Lane::all(static_cast<T>(criterion.lowReal));
        if constexpr (operation == ValueOperation::InRange)
            return _mm_and_si128(Lane::atMost(low, now),
                                 Lane::atMost(now, Lane::all(static_cast<T>(criterion.highReal))));
        else if constexpr (operation == ValueOperation::Equal)
            return _mm_and_si128(Lane::atMost(low, now), Lane::atMost(now, low));
        else if constexpr (operation == ValueOperation::Same)
            return _mm_or_si128(Bits::equal(now, before),
                                Lane::atMost(Lane::size(Lane::minus(now, before)), tolerance));
        else if constexpr (operation == ValueOperation::Greater)
            return Lane::greater(Lane::minus(now, before), tolerance);
        else
            return Lane::atMost(Lane::size(Lane::minus(now, Lane::plus(before, low))), tolerance);
    } else {
        const __m128i low = Lane::all(static_cast<T>(criterion.low));
        if constexpr (operation == ValueOperation::InRange)
            return _mm_xor_si128(Bits::greater(Bits::minus(now, low), Lane::all(static_cast<T>(criterion.span))),
                                 _mm_set1_epi8(-1));
        else if constexpr (operation == ValueOperation::Equal)
            return Bits::equal(now, low);
        else if constexpr (operation == ValueOperation::Same)
            return Bits::equal(now, before);
        else if constexpr (operation == ValueOperation::Greater)
            return Lane::greater(now, before);
        else
            return _mm_andnot_si128(Lane::greater(before, now), Bits::equal(Bits::minus(now, before), low));
    }
}

// Reverses the bytes of each value.
template <std::size_t size>
IPCLENS_INLINE __m128i turned(__m128i values)
{
    if constexpr (size == 2)
        return _mm_shuffle_epi8(values, _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
    else if constexpr (size == 4)
        return _mm_shuffle_epi8(values, _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
    else if constexpr (size == 8)
        return _mm_shuffle_epi8(values, _mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
    else
        return values;
}

// The masks of the 16 / sizeof(T) values at `now`.
template <class T, ValueOperation operation, bool isTurned>
IPCLENS_INLINE __m128i masksAt(const ValueCriterion &criterion, const std::byte *now, const std::byte *before)
{
    __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i *>(now));
    if constexpr (isTurned)
        first = turned<sizeof(T)>(first);
    if constexpr (!needsBefore(operation)) {
        return masks<T, operation>(criterion, first, first);
    } else {
        __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i *>(before));
        if constexpr (isTurned)
            second = turned<sizeof(T)>(second);
        return criterion.swapped ? masks<T, operation>(criterion, second, first)
                                 : masks<T, operation>(criterion, first, second);
    }
}

// One bit a value: bit i of a word is the value at i * sizeof(T).
template <class T, ValueOperation operation, bool isTurned>
__attribute__((target("sse4.2"))) void packedWords(const ValueCriterion &shared, const std::byte *now,
                                                   const std::byte *before, std::size_t words, std::uint64_t *bits)
{
    const ValueCriterion criterion = shared; // that nothing written through `bits` can change
    constexpr std::size_t size = sizeof(T);
    const std::uint64_t turn = criterion.inverted ? ~std::uint64_t{0} : 0;
    // Most values of a memory are the same as before, and pass no other test: then a look at all 64 together is enough.
    constexpr bool isUsual = operation == ValueOperation::Same;
    for (std::size_t word = 0; word < words; ++word) {
        const std::byte *const values = now + word * 64 * size;
        const std::byte *const others = needsBefore(operation) ? before + word * 64 * size : values;
        const auto at = [&](std::size_t index) __attribute__((target("sse4.2"), always_inline)) {
            return masksAt<T, operation, isTurned>(criterion, values + index * 16, others + index * 16);
        };
        __m128i together = at(0);
        for (std::size_t index = 1; index < 4 * size; ++index)
            together = isUsual ? _mm_and_si128(together, at(index)) : _mm_or_si128(together, at(index));
        if (isUsual ? _mm_test_all_ones(together) : _mm_testz_si128(together, together)) {
            bits[word] = isUsual ? ~turn : turn;
            continue;
        }
        std::uint64_t all = 0;
        for (std::size_t part = 0; part < 4; ++part) { // of 16 values, which are `size` registers
            const std::size_t first = part * size;
            __m128i bytes; // one a value
            if constexpr (size == 1) {
                bytes = at(first);
            } else if constexpr (size == 2) {
                bytes = _mm_packs_epi16(at(first), at(first + 1));
            } else if constexpr (size == 4) {
                bytes = _mm_packs_epi16(_mm_packs_epi32(at(first), at(first + 1)),
                                        _mm_packs_epi32(at(first + 2), at(first + 3)));
            } else {
                const auto halves = [&](std::size_t index) __attribute__((target("sse4.2"), always_inline)) {
                    return _mm_castps_si128(
                        _mm_shuffle_ps(_mm_castsi128_ps(at(index)), _mm_castsi128_ps(at(index + 1)), 0x88));
                };
                bytes = _mm_packs_epi16(_mm_packs_epi32(halves(first), halves(first + 2)),
                                        _mm_packs_epi32(halves(first + 4), halves(first + 6)));
            }
            all |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(bytes))) << 16 * part;
        }
        bits[word] = all ^ turn;
    }
}

// One bit a byte: bit i of a word is the value that begins at byte i.
template <class T, ValueOperation operation, bool isTurned>
__attribute__((target("sse4.2"))) void everyByteWords(const ValueCriterion &shared, const std::byte *now,
                                                      const std::byte *before, std::size_t words, std::uint64_t *bits)
{
    const ValueCriterion criterion = shared;
    const std::uint64_t turn = criterion.inverted ? ~std::uint64_t{0} : 0;
    const __m128i firstBytes = Lanes<UnsignedOf<sizeof(T)>>::all(0xFF);
    for (std::size_t word = 0; word < words; ++word) {
        std::uint64_t all = 0;
        for (int part = 0; part < 4; ++part) {
            const std::byte *const values = now + word * 64 + static_cast<std::size_t>(part) * 16;
            const std::byte *const others = needsBefore(operation) ? before + (values - now) : values;
            __m128i bytes = _mm_setzero_si128();
            __m128i wanted = firstBytes; // the byte of each value's mask that is the place of its first byte
            for (std::size_t shift = 0; shift < sizeof(T); ++shift) {
                bytes = _mm_or_si128(
                    bytes,
                    _mm_and_si128(wanted, masksAt<T, operation, isTurned>(criterion, values + shift, others + shift)));
                wanted = _mm_slli_epi64(wanted, 8);
            }
            all |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(bytes))) << 16 * part;
        }
        bits[word] = all ^ turn;
    }
}

#endif

// One of each for every type, operation and byte order. ---------------------------------------------------------------

using WordsCheck = void (*)(const ValueCriterion &, const std::byte *, const std::byte *, std::size_t, std::uint64_t *);

struct Kernels {
    OneValueCheck one = nullptr;
    std::array<WordsCheck, 2> packed{};    // by byte order
    std::array<WordsCheck, 2> everyByte{}; // null: the plain way
};

template <class T, ValueOperation operation>
constexpr Kernels kernelsOf()
{
    Kernels kernels{.one = checkOne<T, operation>};
#if IPCLENS_SSE42
    kernels.packed = {packedWords<T, operation, false>, packedWords<T, operation, true>};
    kernels.everyByte = {everyByteWords<T, operation, false>, everyByteWords<T, operation, true>};
#endif
    return kernels;
}

template <class T>
constexpr std::array<Kernels, 5> kernelsOf()
{
    return {kernelsOf<T, ValueOperation::InRange>(), kernelsOf<T, ValueOperation::Equal>(),
            kernelsOf<T, ValueOperation::Same>(), kernelsOf<T, ValueOperation::Greater>(),
            kernelsOf<T, ValueOperation::AddedBy>()};
}

// In the orders of ValueType and ValueOperation.
constexpr std::array<std::array<Kernels, 5>, 10> allKernels{
    kernelsOf<std::uint8_t>(),  kernelsOf<std::int8_t>(),   kernelsOf<std::uint16_t>(), kernelsOf<std::int16_t>(),
    kernelsOf<std::uint32_t>(), kernelsOf<std::int32_t>(),  kernelsOf<std::uint64_t>(), kernelsOf<std::int64_t>(),
    kernelsOf<float>(),         kernelsOf<double>()};

const Kernels &kernelsFor(const ValueCriterion &criterion)
{
    return allKernels[static_cast<std::size_t>(criterion.type)][static_cast<std::size_t>(criterion.operation)];
}

bool processorHasSimd()
{
#if IPCLENS_SSE42
    return __builtin_cpu_supports("sse4.2");
#else
    return false;
#endif
}

std::atomic<bool> simd = processorHasSimd();

// Every `step`-th bit of the `step` words, together.
std::uint64_t everyNth(const std::uint64_t *words, std::size_t step)
{
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < step; ++i) {
        std::uint64_t word = words[i];
        if (step == 2) {
            word &= 0x5555'5555'5555'5555;
            word = (word | word >> 1) & 0x3333'3333'3333'3333;
            word = (word | word >> 2) & 0x0F0F'0F0F'0F0F'0F0F;
        } else if (step == 4) {
            word &= 0x1111'1111'1111'1111;
            word = (word | word >> 3) & 0x0303'0303'0303'0303;
            word = (word | word >> 6) & 0x000F'000F'000F'000F;
            word = (word | word >> 12) & 0x0000'00FF'0000'00FF;
            word = (word | word >> 24) & 0xFFFF;
            result |= word << 16 * i;
            continue;
        } else {
            word &= 0x0101'0101'0101'0101;
            word = (word | word >> 7) & 0x0003'0003'0003'0003;
            word = (word | word >> 14) & 0x0000'000F'0000'000F;
            word = (word | word >> 28) & 0xFF;
            result |= word << 8 * i;
            continue;
        }
        word = (word | word >> 4) & 0x00FF'00FF'00FF'00FF;
        word = (word | word >> 8) & 0x0000'FFFF'0000'FFFF;
        word = (word | word >> 16) & 0xFFFF'FFFF;
        result |= word << 32 * i;
    }
    return result;
}

// As many whole words as SIMD can do; how many.
std::size_t checkWords(const ValueCriterion &criterion, const std::byte *now, const std::byte *before,
                       std::size_t slots, std::size_t stride, std::uint64_t *bits)
{
    const std::size_t size = sizeOf(criterion.type);
    const bool isEveryByte = stride < size;
    const Kernels &kernels = kernelsFor(criterion);
    const WordsCheck kernel =
        (isEveryByte ? kernels.everyByte : kernels.packed)[static_cast<std::size_t>(criterion.order)];
    if (!kernel || !usesSimd() || slots == 0)
        return 0;
    const std::size_t step = isEveryByte ? stride : stride / size;
    const std::size_t available = (slots - 1) * stride + size;
    const std::size_t needed = 64 * stride + (isEveryByte ? size - 1 : 0);
    if (available < needed)
        return 0;
    const std::size_t words = (available - needed) / (64 * stride) + 1;
    if (step == 1) {
        kernel(criterion, now, before, words, bits);
        return words;
    }
    std::array<std::uint64_t, 8> fine;
    for (std::size_t word = 0; word < words; ++word) {
        const std::size_t offset = word * 64 * stride;
        kernel(criterion, now + offset, before ? before + offset : nullptr, step, fine.data());
        bits[word] = everyNth(fine.data(), step);
    }
    return words;
}

} // namespace

bool usesSimd()
{
    return simd.load(std::memory_order_relaxed);
}

void useSimd(bool on)
{
    simd = on && processorHasSimd();
}

OneValueCheck oneValueCheck(const ValueCriterion &criterion)
{
    return kernelsFor(criterion).one;
}

void checkValues(const ValueCriterion &criterion, const std::byte *now, const std::byte *before, std::size_t slots,
                std::size_t stride, std::uint64_t *bits)
{
    const OneValueCheck passes = oneValueCheck(criterion);
    for (std::size_t word = checkWords(criterion, now, before, slots, stride, bits); word * 64 < slots; ++word) {
        std::uint64_t all = 0;
        for (std::size_t slot = word * 64; slot < std::min(slots, word * 64 + 64); ++slot) {
            const std::size_t offset = slot * stride;
            if (passes(criterion, now + offset, before ? before + offset : nullptr))
                all |= std::uint64_t{1} << slot % 64;
        }
        bits[word] = all;
    }
}

} // namespace ipclens
