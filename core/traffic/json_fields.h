// JSON as a tree.
#pragma once

#include "core/traffic/payload_fields.h"

namespace ipclens {

// The fields of a document, in its order and with those that are there twice. Numbers stand as they are written.
struct JsonFields {
    std::vector<DecodedField> fields;   // of the outermost object or array
    std::optional<TextProblem> problem; // where it stops being JSON; the fields are those before
};

// At most `most` fields; what is left out is said by a last one, and what is deeper than 100 is left out as well.
JsonFields readJson(std::string_view text, std::size_t most);

// A filter (see core/traffic/filter_expression.h) for messages whose payload has this name with this value, or this
// value without a name. Empty for what has fields of its own.
std::string jsonFilter(const DecodedField &field);

} // namespace ipclens
