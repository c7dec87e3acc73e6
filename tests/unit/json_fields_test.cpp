#include "core/traffic/json_fields.h"

#include "core/traffic/filter_expression.h"

#include <gmock/gmock.h>

namespace ipclens {
namespace {

std::string shown(const std::vector<DecodedField> &fields)
{
    std::string text;
    for (const auto &field : fields) {
        text += (text.empty() ? "" : ", ") + field.name + '=' + field.value;
        if (!field.children.empty())
            text += '{' + shown(field.children) + '}';
    }
    return text;
}

TEST(JsonFields, KeepOrderTwinsAndNumbers)
{
    const auto read = readJson(R"({"z":1,"a":[true,null,"x"],"z":2,"big":123456789012345678901234567890,"f":1.50e3,)"
                               R"("u":18446744073709551615,"n":-9223372036854775808,"o":{}})",
                               100);
    EXPECT_FALSE(read.problem);
    EXPECT_EQ(shown(read.fields),
              "z=1, a=3 elements{[0]=true, [1]=null, [2]=x}, z=2, big=123456789012345678901234567890, "
              "f=1.50e3, u=18446744073709551615, n=-9223372036854775808, o=0 fields");
    EXPECT_EQ(read.fields[1].type, "array");
    EXPECT_EQ(read.fields[1].children[2].type, "text");
}

TEST(JsonFields, WhatIsDamagedIsReadUpToThere)
{
    const auto read = readJson(R"({"a": 1, "b": [1, 2}, "c": 3})", 100);
    ASSERT_TRUE(read.problem);
    EXPECT_EQ(read.problem->offset, 19u);
    EXPECT_THAT(read.problem->meaning, testing::HasSubstr("unexpected"));
    EXPECT_EQ(shown(read.fields), "a=1, b=at least 2 elements{[0]=1, [1]=2}");
    EXPECT_TRUE(readJson("", 100).problem);
    EXPECT_TRUE(readJson("\"\xFF\"", 100).problem);
    EXPECT_EQ(shown(readJson("42", 100).fields), "[0]=42");
}

TEST(JsonFields, LeavesOutWhatIsTooMuch)
{
    std::string many = "[";
    for (int i = 0; i < 1000; ++i)
        many += "[1,2],";
    const auto read = readJson(many + "1]", 10);
    EXPECT_FALSE(read.problem);
    EXPECT_EQ(read.fields.back().value, "more is left out");
    EXPECT_EQ(read.fields.size(), 4u);

    const auto deep = readJson(std::string(50'000, '[') + std::string(50'000, ']'), 20'000);
    EXPECT_FALSE(deep.problem);
    EXPECT_EQ(deep.fields.size(), 1u);
    const auto *inner = &deep.fields.front();
    while (!inner->children.empty())
        inner = &inner->children.front();
    EXPECT_EQ(inner->value, "deeper than is shown");
}

TEST(JsonFields, BuildFilters)
{
    const std::string text = R"({"id": 7, "na.me" :"a \"b\"(\\", "f":1.5, "t":true, "list":["x"], "o":{}})";
    const auto read = readJson(text, 100);
    Message message;
    message.payload = toBytes(text);
    Message other;
    other.payload = toBytes(R"({"id": 77, "name": "y", "f":1.55, "t": "true", "list":["X"]})");
    int filters = 0;
    for (const auto &field : read.fields) {
        const auto &asked = field.name == "list" ? field.children.front() : field;
        const auto filter = jsonFilter(asked);
        if (filter.empty())
            continue;
        ++filters;
        const auto parsed = FilterExpression::parse(filter);
        ASSERT_TRUE(parsed) << filter << ": " << parsed.error().meaning;
        EXPECT_TRUE(parsed->matches(message)) << filter;
        EXPECT_FALSE(parsed->matches(other)) << filter;
    }
    EXPECT_EQ(filters, 5);
    EXPECT_EQ(jsonFilter(read.fields[0]), R"(payload matches "(?-i)\"id\"\\s*:\\s*7\\b")");
}

} // namespace
} // namespace ipclens
