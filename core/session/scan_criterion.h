// What a scan asks of each candidate, whether it looks for values or for bytes.
#pragma once

#include "core/session/value_criterion.h"
#include "core/text/byte_pattern.h"

namespace ipclens {

// One thread at a time.
class ScanCriterion {
public:
    // `size` is that of the candidates when narrowing a scan for bytes, else 0.
    static Result<ScanCriterion> make(std::optional<ValueType> type, ByteOrder order, const ScanTerms &terms,
                                      bool isFirst, std::size_t size);

    std::size_t size() const { return m_size; } // of a candidate, in bytes
    bool isAll() const { return m_kind == Kind::All; }
    bool needsBefore() const;
    // Whatever passes is the same as before.
    bool keepsValues() const;

    bool passes(const std::byte *now, const std::byte *before) const;
    // As checkValues() does; bits of the last word that stand for nothing are 0.
    void mark(std::span<const std::byte> now, const std::byte *before, std::size_t slots, std::size_t stride,
              std::uint64_t *bits) const;

private:
    enum class Kind { All, Value, Bytes, NotBytes, Changed, Unchanged };

    static Result<ScanCriterion> forBytes(const ScanTerms &terms, bool isFirst, std::size_t size);

    Kind m_kind = Kind::All;
    std::size_t m_size = 0;
    ValueCriterion m_value;
    OneValueCheck m_one = nullptr;
    MaskedBytes m_bytes;
    std::shared_ptr<ByteMatcher> m_matcher;
};

} // namespace ipclens
