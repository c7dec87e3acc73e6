#include "core/session/scan_criterion.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace ipclens {
namespace {

Failure refuse(std::string object, std::string meaning, std::string hint = {})
{
    return Failure(Error{.kind = ErrorKind::Invalid,
                         .operation = "scan",
                         .object = std::move(object),
                         .meaning = std::move(meaning),
                         .hint = std::move(hint)});
}

} // namespace

Result<ScanCriterion> ScanCriterion::make(std::optional<ValueType> type, ByteOrder order, const ScanTerms &terms,
                                          bool isFirst, std::size_t size)
{
    if (!type)
        return forBytes(terms, isFirst, size);
    const auto value = makeValueCriterion(*type, order, terms, isFirst);
    if (!value)
        return Failure(value.error());
    ScanCriterion criterion;
    criterion.m_size = sizeOf(*type);
    if (*value) {
        criterion.m_kind = Kind::Value;
        criterion.m_value = **value;
        criterion.m_one = oneValueCheck(criterion.m_value);
    }
    return criterion;
}

Result<ScanCriterion> ScanCriterion::forBytes(const ScanTerms &terms, bool isFirst, std::size_t size)
{
    const std::string comparison = fmt::format("\"{}\"", nameOf(terms.comparison));
    ScanCriterion criterion;
    criterion.m_size = size;
    switch (terms.comparison) {
    case ScanComparison::Changed:
    case ScanComparison::Unchanged:
        if (isFirst)
            return refuse(comparison, "a first scan has nothing to compare with", "Begin with the bytes");
        criterion.m_kind = terms.comparison == ScanComparison::Changed ? Kind::Changed : Kind::Unchanged;
        return criterion;
    case ScanComparison::Exact:
    case ScanComparison::NotEqual:
        break;
    case ScanComparison::Unknown:
        return refuse(comparison, "bytes that are not known have no number either", "Scan for a type, U8 for bytes");
    default:
        return refuse(comparison, "bytes have no order: they are equal or not, changed or not", "Scan for a type");
    }
    auto bytes = parseMaskedBytes(terms.value);
    if (!bytes)
        return Failure(std::move(bytes.error()));
    if (!isFirst && bytes->size() != size)
        return refuse(fmt::format("\"{}\"", terms.value),
                      fmt::format("these are {} bytes, the scan is for {}", bytes->size(), size));
    criterion.m_kind = terms.comparison == ScanComparison::Exact ? Kind::Bytes : Kind::NotBytes;
    criterion.m_size = bytes->size();
    criterion.m_bytes = *bytes;
    criterion.m_matcher = makeMatcher(std::move(*bytes));
    return criterion;
}

bool ScanCriterion::needsBefore() const
{
    return m_kind == Kind::Value ? m_value.needsBefore() : m_kind == Kind::Changed || m_kind == Kind::Unchanged;
}

bool ScanCriterion::keepsValues() const
{
    if (m_kind == Kind::Value)
        return m_value.operation == ValueOperation::Same && !m_value.inverted && m_value.tolerance == 0;
    return m_kind == Kind::Unchanged;
}

bool ScanCriterion::passes(const std::byte *now, const std::byte *before) const
{
    switch (m_kind) {
    case Kind::All: return true;
    case Kind::Value: return m_one(m_value, now, before);
    case Kind::Bytes: return m_bytes.isAt(now);
    case Kind::NotBytes: return !m_bytes.isAt(now);
    case Kind::Changed: return std::memcmp(now, before, m_size) != 0;
    case Kind::Unchanged: return std::memcmp(now, before, m_size) == 0;
    }
    return false;
}

void ScanCriterion::mark(std::span<const std::byte> now, const std::byte *before, std::size_t slots, std::size_t stride,
                    std::uint64_t *bits) const
{
    if (m_kind == Kind::Value) {
        checkValues(m_value, now.data(), before, slots, stride, bits);
        return;
    }
    std::fill_n(bits, (slots + 63) / 64, m_kind == Kind::All ? ~std::uint64_t{0} : 0);
    const auto set = [bits](std::size_t slot) { bits[slot / 64] |= std::uint64_t{1} << slot % 64; };
    if (m_kind == Kind::All) {
        if (slots % 64 != 0)
            bits[slots / 64] &= (std::uint64_t{1} << slots % 64) - 1;
    } else if (m_kind == Kind::Bytes) {
        m_matcher->search(now, 0, (slots - 1) * stride + 1, {}, [&](std::size_t at, std::size_t) {
            if (at % stride == 0)
                set(at / stride);
            return true;
        });
    } else {
        for (std::size_t slot = 0; slot < slots; ++slot)
            if (passes(now.data() + slot * stride, before ? before + slot * stride : nullptr))
                set(slot);
    }
}

} // namespace ipclens
