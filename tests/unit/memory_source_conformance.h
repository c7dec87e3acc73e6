// One body of tests that every MemorySource must pass. A program that instantiates it compiles memory_source_conformance.cpp.
#pragma once

#include "tests/unit/memory_source_buffer.h"

#include <gtest/gtest.h>

namespace ipclens::test {

// A source over memory of which the test knows everything: how it is laid out, and what its owner sees in it. Every readable
// byte holds patternAt() of its offset from the layout's start.
class ConformanceSubject {
public:
    virtual ~ConformanceSubject() = default;

    virtual std::shared_ptr<MemorySource> open(Access access) = 0; // Read or ReadWrite; null when it could not be opened

    // Ascending, without gaps, beginning with a piece that is read-write and has at least 4 KiB.
    virtual std::vector<Piece> layout() const = 0;

    // The bytes as the memory's owner sees them, not through the source. Only for readable ranges.
    virtual Bytes ownerSees(AddressRange range) = 0;

    // False when something touched a guard page.
    virtual bool guardsAreArmed() { return true; }
};

struct ConformanceCase {
    std::string name;
    std::function<std::unique_ptr<ConformanceSubject>()> make;
};

inline std::string caseName(const testing::TestParamInfo<ConformanceCase> &info) { return info.param.name; }
inline void PrintTo(const ConformanceCase &subject, std::ostream *out) { *out << subject.name; }

// Instantiate with INSTANTIATE_TEST_SUITE_P(Name, MemorySourceConformance, testing::Values(...), caseName).
class MemorySourceConformance : public testing::TestWithParam<ConformanceCase> {
protected:
    void SetUp() override;
    void TearDown() override;

    std::shared_ptr<MemorySource> open(Access access);
    AddressRange whole() const; // all of the layout
    bool isReadable(Address address) const;
    // All of `range` as it must be read while nobody wrote: pattern bytes, zero where unreadable.
    Bytes expected(AddressRange range) const;
    std::vector<AddressRange> expectedUnreadable(AddressRange range) const;
    void expectImage(MemorySource &source, AddressRange range);
    void expectUnchanged();

    std::unique_ptr<ConformanceSubject> m_subject;
    std::vector<Piece> m_layout;
};

} // namespace ipclens::test
