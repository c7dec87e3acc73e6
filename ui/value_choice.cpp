#include "ui/value_choice.h"

#include "core/text/hex.h"
#include "core/text/paste.h"
#include "core/text/typed_value.h"
#include "ui/number_text.h"

namespace ipclens {

namespace {

constexpr int bytesType = -1;
constexpr ValueType allTypes[] = {ValueType::U8,  ValueType::I8,  ValueType::U16, ValueType::I16, ValueType::U32,
                                  ValueType::I32, ValueType::U64, ValueType::I64, ValueType::F32, ValueType::F64};

} // namespace

QString typeName(const ChosenType &type)
{
    return type ? fromUtf8(typedType(kindOf(*type)).name) : QObject::tr("bytes");
}

QString valueText(const ChosenType &type, ByteOrder order, std::span<const std::byte> bytes)
{
    return type ? fromUtf8(formatTyped(kindOf(*type), order, bytes)) : bytesText(bytes);
}

Parsed<Bytes> parseValue(const ChosenType &type, ByteOrder order, const QString &text)
{
    const std::string typed = text.trimmed().toStdString();
    auto parsed = type ? parseTyped(kindOf(*type), order, typed) : parsePasted(PasteForm::Hex, typed);
    if (!parsed) // counts in the text without its margin
        parsed.error().offset += static_cast<std::size_t>(text.indexOf(text.trimmed()));
    else if (parsed->empty())
        return std::unexpected(TextProblem{0, typed.size(), QObject::tr("nothing is typed").toStdString()});
    return parsed;
}

ValueTypeBox::ValueTypeBox(bool withBytes, QWidget *parent) : QComboBox(parent)
{
    setAccessibleName(tr("Type"));
    for (const auto type : allTypes)
        addItem(typeName(type), static_cast<int>(type));
    if (withBytes)
        addItem(typeName({}), bytesType);
    setType(ValueType::U32);
}

ChosenType ValueTypeBox::type() const
{
    const int chosen = currentData().toInt();
    return chosen == bytesType ? ChosenType() : static_cast<ValueType>(chosen);
}

void ValueTypeBox::setType(const ChosenType &type)
{
    setCurrentIndex(findData(type ? static_cast<int>(*type) : bytesType));
}

ByteOrderBox::ByteOrderBox(QWidget *parent) : QComboBox(parent)
{
    setAccessibleName(tr("Byte order"));
    setToolTip(tr("Which byte of a value comes first: the least significant (LE) or the most significant (BE)"));
    addItem(tr("LE"), static_cast<int>(ByteOrder::Little));
    addItem(tr("BE"), static_cast<int>(ByteOrder::Big));
}

ByteOrder ByteOrderBox::order() const
{
    return static_cast<ByteOrder>(currentData().toInt());
}

void ByteOrderBox::setOrder(ByteOrder order)
{
    setCurrentIndex(findData(static_cast<int>(order)));
}

} // namespace ipclens
