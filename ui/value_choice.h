// Choosing the type of a value, and values of such a type as text.
#pragma once

#include "core/model/value_type.h"
#include "core/text/text_problem.h"
#include "core/model/bytes.h"

#include <QComboBox>

#include <optional>

namespace ipclens {

// No type stands for plain bytes, here and below.
using ChosenType = std::optional<ValueType>;

QString typeName(const ChosenType &type);
// Numbers as decimals, bytes as hex.
QString valueText(const ChosenType &type, ByteOrder order, std::span<const std::byte> bytes);
Parsed<Bytes> parseValue(const ChosenType &type, ByteOrder order, const QString &text);

// "u8" to "f64", and "bytes" when they are to be had.
class ValueTypeBox : public QComboBox {
    Q_OBJECT
public:
    explicit ValueTypeBox(bool withBytes, QWidget *parent = nullptr);
    ChosenType type() const;
    void setType(const ChosenType &type);
};

class ByteOrderBox : public QComboBox {
    Q_OBJECT
public:
    explicit ByteOrderBox(QWidget *parent = nullptr);
    ByteOrder order() const;
    void setOrder(ByteOrder order);
};

} // namespace ipclens
