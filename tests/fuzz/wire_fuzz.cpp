// A libFuzzer target; run.sh builds and runs it.
// tests/unit/wire_fuzz_test.cpp feeds the same function with mutated frames in every test run.
#include "tests/fuzz/wire_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    ipclens::decodeFrames(bytes, size % 2 == 0 ? 4096 : 3);
    return 0;
}
