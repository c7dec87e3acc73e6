// The reader of C structs as a libFuzzer target: whatever is pasted is laid out or refused, and what was laid out reads
// any payload; the filters made of its fields find that payload.
#include "core/traffic/filter_expression.h"
#include "core/traffic/payload_fields.h"

#include <cstdlib>

using namespace ipclens;

namespace {

void check(bool holds)
{
    if (!holds)
        std::abort();
}

void checkField(const LayoutField &field, std::uint64_t size)
{
    check(field.type && field.offset <= size && field.type->size <= size - field.offset);
    check(field.bitOffset + field.bitCount <= 8 * field.type->size || field.bitCount == 0);
}

void checkFilters(const std::vector<DecodedField> &fields, const Message &message, int &left)
{
    for (const auto &field : fields) {
        if (left-- <= 0)
            return;
        const auto filter = layoutFilter(field, message.payload, "payload");
        if (!filter.empty()) {
            const auto parsed = FilterExpression::parse(filter);
            check(parsed && parsed->matches(message));
        }
        checkFilters(field.children, message, left);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char *>(data), size);
    for (const auto pointers : {PointerSize::Bits32, PointerSize::Bits64}) {
        const auto parsed = parseStructLayout(text, pointers);
        if (!parsed) {
            const auto &problem = parsed.error();
            check(problem.offset <= size && problem.length <= size - problem.offset && !problem.meaning.empty());
            continue;
        }
        const LayoutType &layout = **parsed;
        check(!layout.fields.empty() && layout.size <= 16 << 20 && layout.size % layout.alignment == 0);
        for (const auto &field : layout.fields)
            checkField(field, layout.size);
        // The text itself is as good a payload as any.
        Message message;
        message.payload = toBytes(std::as_bytes(std::span(data, size)));
        const auto fields = layoutFields(layout, message.payload, 300);
        check(layoutSummary(layout, message.payload, 100).size() < 10'000);
        int left = 30;
        checkFilters(fields, message, left);
    }
    return 0;
}
