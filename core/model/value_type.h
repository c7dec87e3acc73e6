// The number types that values in memory have.
#pragma once

#include "core/model/fields.h"

namespace ipclens {

IPCLENS_ENUM(ValueType, U8, I8, U16, I16, U32, I32, U64, I64, F32, F64)
IPCLENS_ENUM(ByteOrder, Little, Big)

// Bytes that a value takes: 1, 2, 4 or 8.
constexpr std::size_t sizeOf(ValueType type)
{
    switch (type) {
    case ValueType::U8:
    case ValueType::I8:
        return 1;
    case ValueType::U16:
    case ValueType::I16:
        return 2;
    case ValueType::U32:
    case ValueType::I32:
    case ValueType::F32:
        return 4;
    case ValueType::U64:
    case ValueType::I64:
    case ValueType::F64:
        return 8;
    }
    return 1;
}

} // namespace ipclens
