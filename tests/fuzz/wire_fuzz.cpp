// For libFuzzer, with a compiler that has both it and std::expected (clang 16 or newer):
//   clang++ -std=c++23 -fsanitize=fuzzer,address -DMSGPACK_NO_BOOST -DFMT_HEADER_ONLY -DIPCLENS_VERSION='"fuzz"' -I.
//       tests/fuzz/wire_fuzz.cpp core/wire/{codec,frame_reader,token}.cpp core/model/*.cpp
// tests/unit/wire_fuzz_test.cpp feeds the same function with mutated frames in every test run.
#include "tests/fuzz/wire_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    ipclens::decodeFrames(bytes, size % 2 == 0 ? 4096 : 3);
    return 0;
}
