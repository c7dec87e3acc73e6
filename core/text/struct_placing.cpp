#include "core/text/struct_placing.h"

#include <algorithm>
#include <utility>

namespace ipclens::structs {
namespace {

using Kind = LayoutType::Kind;

std::uint64_t roundedUp(std::uint64_t value, std::uint64_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

} // namespace

bool isStruct(const LayoutType &type)
{
    return type.kind == Kind::Struct || type.kind == Kind::Union;
}

bool isInteger(const LayoutType &type)
{
    switch (type.kind) {
    case Kind::Signed:
    case Kind::Unsigned:
    case Kind::Truth:
    case Kind::Character:
    case Kind::WideCharacter:
    case Kind::Enum:
        return true;
    default:
        return false;
    }
}

bool isIncomplete(const LayoutType &type)
{
    return isStruct(type) && type.size == 0 && type.fields.empty();
}

bool endsOpen(const LayoutType &type)
{
    if (type.kind == Kind::Array)
        return type.isOpen && type.count == 0;
    return type.kind == Kind::Struct && !type.fields.empty() && endsOpen(*type.fields.back().type);
}

void Placing::add(LayoutField field, std::uint64_t pack)
{
    const auto alignment = std::min(field.type->alignment, pack);
    field.offset = made.kind == Kind::Union ? 0 : roundedUp(made.size, alignment);
    grow(field, alignment);
    m_unit = 0;
    made.fields.push_back(std::move(field));
}

// They share an integer as long as its size stays the same and they fit.
void Placing::addBits(LayoutField field, std::uint64_t pack)
{
    const auto alignment = std::min(field.type->alignment, pack);
    const auto bits = static_cast<unsigned>(8 * field.type->size);
    if (field.bitCount == 0) {
        // Only behind others: then what follows is aligned as one of this type.
        if (std::exchange(m_unit, 0) != 0 && made.kind == Kind::Struct) {
            made.size = roundedUp(made.size, alignment);
            made.alignment = std::max(made.alignment, alignment);
        }
        return;
    }
    if (m_unit != field.type->size || m_bitsLeft < field.bitCount || made.kind == Kind::Union) {
        field.offset = made.kind == Kind::Union ? 0 : roundedUp(made.size, alignment);
        grow(field, alignment);
        m_unit = field.type->size;
        m_unitOffset = field.offset;
        m_bitsLeft = bits;
    }
    field.offset = m_unitOffset;
    field.bitOffset = bits - m_bitsLeft;
    m_bitsLeft -= field.bitCount;
    if (!field.name.empty())
        made.fields.push_back(std::move(field));
}

LayoutType Placing::finish()
{
    made.size = roundedUp(made.size, made.alignment);
    return std::move(made);
}

void Placing::grow(const LayoutField &field, std::uint64_t alignment)
{
    made.size = std::max(made.size, field.offset + field.type->size);
    made.alignment = std::max(made.alignment, alignment);
    made.depth = std::max(made.depth, field.type->depth + 1);
}

} // namespace ipclens::structs
