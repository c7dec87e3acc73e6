#include "core/text/value_format.h"

#include <gtest/gtest.h>

#include <limits>

namespace ipclens {
namespace {

MemoryImage imageOf(std::string_view bytes, Address address = 0)
{
    return {.address = address, .bytes = toBytes(bytes)};
}

DecodedValue valueOf(const MemoryImage &image, Address at, std::string_view type)
{
    for (const auto &value : decodeValues(image, at)) {
        if (value.type == type)
            return value;
    }
    ADD_FAILURE() << "no row " << type;
    return {};
}

using namespace std::string_view_literals;

TEST(ValueFormat, ReadsNumbersInBothByteOrders)
{
    const auto image = imageOf("\x2a\x00\x00\x80\xff\xff\xff\xff"sv, 0x1000);
    EXPECT_EQ(valueOf(image, 0x1000, "u8").little, "42");
    EXPECT_EQ(valueOf(image, 0x1000, "u8").big, "");
    EXPECT_EQ(valueOf(image, 0x1003, "i8").little, "-128");
    EXPECT_EQ(valueOf(image, 0x1000, "binary").little, "0010 1010");
    EXPECT_EQ(valueOf(image, 0x1000, "bool").little, "true (42)");
    EXPECT_EQ(valueOf(image, 0x1001, "bool").little, "false");
    EXPECT_EQ(valueOf(image, 0x1000, "u16").little, "42");
    EXPECT_EQ(valueOf(image, 0x1000, "u16").big, "10752");
    EXPECT_EQ(valueOf(image, 0x1000, "u32").little, "2147483690");
    EXPECT_EQ(valueOf(image, 0x1000, "i32").little, "-2147483606");
    EXPECT_EQ(valueOf(image, 0x1000, "i32").big, "704643200");
    EXPECT_EQ(valueOf(image, 0x1000, "u64").little, "18446744071562068010");
    EXPECT_EQ(valueOf(image, 0x1000, "i64").little, "-2147483606");
    EXPECT_EQ(valueOf(image, 0x1000, "pointer").little, "0xffffffff8000002a");
    EXPECT_EQ(valueOf(image, 0x1000, "pointer").big, "0x2a000080ffffffff");
}

TEST(ValueFormat, ReadsFloats)
{
    EXPECT_EQ(valueOf(imageOf("\x00\x00\xc0\x3f"sv), 0, "f32").little, "1.5");
    EXPECT_EQ(valueOf(imageOf("\x3f\xc0\x00\x00"sv), 0, "f32").big, "1.5");
    EXPECT_EQ(valueOf(imageOf("\x00\x00\x80\x7f"sv), 0, "f32").little, "inf");
    EXPECT_EQ(valueOf(imageOf("\x00\x00\xc0\x7f"sv), 0, "f32").little, "nan");
    EXPECT_EQ(valueOf(imageOf("\x00\x00\x00\x00\x00\x00\xf8\xbf"sv), 0, "f64").little, "-1.5");
}

TEST(ValueFormat, SaysWhereBytesAreMissing)
{
    auto image = imageOf("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"sv, 0x10);
    image.unreadable = {{0x14, 2}};
    EXPECT_EQ(valueOf(image, 0x10, "u32").little, "67305985");
    EXPECT_EQ(valueOf(image, 0x11, "u32").little, "unreadable");
    EXPECT_EQ(valueOf(image, 0x11, "u32").big, "unreadable");
    EXPECT_EQ(valueOf(image, 0x14, "u8").little, "unreadable");
    EXPECT_EQ(valueOf(image, 0x14, "UTF-8").little, "unreadable");
    EXPECT_EQ(valueOf(image, 0x16, "u32").little, "168364039");
    EXPECT_EQ(valueOf(image, 0x17, "u32").little, "-");
    for (const auto &value : decodeValues(image, 0x1a))
        EXPECT_EQ(value.little, "-") << value.type;
    for (const auto &value : decodeValues(image, 0x0f))
        EXPECT_EQ(value.little, "-") << value.type;
    EXPECT_EQ(decodeValues({}, 0).size(), decodeValues(image, 0x10).size());
}

TEST(ValueFormat, QuotesText)
{
    EXPECT_EQ(valueOf(imageOf("MyShared\0rest"sv), 0, "UTF-8").little, "\"MyShared\"");
    EXPECT_EQ(valueOf(imageOf("a\n\xff\xc3\xa4\xe2\x80\xae"sv), 0, "UTF-8").little, "\"a\\x0a\\xff\xc3\xa4\\u202e\"");
    EXPECT_EQ(valueOf(imageOf(std::string(100, 'x')), 0, "UTF-8").little, '"' + std::string(32, 'x') + "\"...");
    EXPECT_EQ(valueOf(imageOf("M\0y\0\0\0"sv), 0, "UTF-16").little, "\"My\"");
    EXPECT_EQ(valueOf(imageOf("\0M\0y\0\0"sv), 0, "UTF-16").big, "\"My\"");
    EXPECT_EQ(valueOf(imageOf("\x3d\xd8\x00\xde"sv), 0, "UTF-16").little, "\"\xf0\x9f\x98\x80\"");
    EXPECT_EQ(valueOf(imageOf("\x3d\xd8\x41\x00"sv), 0, "UTF-16").little, "\"\\ud83dA\"");
    EXPECT_EQ(valueOf(imageOf("A"sv), 0, "UTF-16").little, "-");
    EXPECT_EQ(valueOf(imageOf("\0"sv), 0, "UTF-8").little, "\"\"");
}

TEST(ValueFormat, WritesTimes)
{
    EXPECT_EQ(formatUnixTime(0), "1970-01-01 00:00:00");
    EXPECT_EQ(formatUnixTime(1'700'735'221), "2023-11-23 10:27:01");
    EXPECT_EQ(formatUnixTime(-1), "1969-12-31 23:59:59");
    EXPECT_EQ(formatUnixTime(std::numeric_limits<std::int32_t>::min()), "1901-12-13 20:45:52");
    EXPECT_EQ(formatUnixTime(253'402'300'799), "9999-12-31 23:59:59");
    EXPECT_EQ(formatUnixTime(253'402'300'800), "no date");
    EXPECT_EQ(formatUnixTime(std::numeric_limits<std::int64_t>::min()), "no date");
    EXPECT_EQ(formatFileTime(0), "1601-01-01 00:00:00.0000000");
    EXPECT_EQ(formatFileTime(116'444'736'000'000'001), "1970-01-01 00:00:00.0000001");
    EXPECT_EQ(formatFileTime(std::numeric_limits<std::uint64_t>::max()), "no date");
}

} // namespace
} // namespace ipclens
