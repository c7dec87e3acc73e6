// The types that every Windows program knows.
#pragma once

#include "core/text/struct_layout.h"

#include <optional>

namespace ipclens::structs {

// One that is no struct; none where there is no such. Without a name of its own.
std::optional<LayoutType> basicType(std::string_view name, PointerSize pointers);

// The definition of one that is a struct, in C; empty where there is no such.
std::string_view knownStruct(std::string_view name);

LayoutType pointerType(PointerSize pointers);

} // namespace ipclens::structs
