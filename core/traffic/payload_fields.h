// What bytes mean, as a tree: the fields of a struct, JSON.
#pragma once

#include "core/model/memory.h"
#include "core/text/struct_layout.h"

#include <optional>

namespace ipclens {

struct DecodedField {
    std::string name;                              // "x", "[3]"; empty: it has none
    std::string type;                              // "DWORD", "object"
    std::string value;                             // for people; empty for what has fields of its own
    std::optional<AddressRange> bytes;             // it was read from, where those are known
    std::shared_ptr<const LayoutType> layout = {}; // of a struct's field
    unsigned bitOffset = 0, bitCount = 0;          // LayoutField's
    std::vector<DecodedField> children = {};
};

// What stands in the place of fields that were left out.
DecodedField fieldsLeftOut();

// The fields of a struct in bytes that begin where it does, at most `most` in all; what is left out is said by a last
// one.
std::vector<DecodedField> layoutFields(const LayoutType &layout, std::span<const std::byte> bytes, std::size_t most);

// The same in one line of at most about `most` characters: "id 7, at {x 1.5, y 2}, name \"text\"".
std::string layoutSummary(const LayoutType &layout, std::span<const std::byte> bytes, std::size_t most);

// A filter (see core/traffic/filter_expression.h) for messages in which a struct's field has the value that it has in
// `bytes`, which are what `source` names: "payload". Empty where there is none.
std::string layoutFilter(const DecodedField &field, std::span<const std::byte> bytes, std::string_view source);

// The field's number as filters and graphs name it: "u32(payload, 8)". Empty where it is none, or a part of one.
std::string layoutNumber(const DecodedField &field, std::string_view source);

// layoutFilter() for some bytes of them; empty for none and for more than a line shows.
std::string bytesFilter(AddressRange range, std::span<const std::byte> bytes, std::string_view source);

} // namespace ipclens
