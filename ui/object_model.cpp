#include "ui/object_model.h"

#include "ui/number_text.h"

namespace ipclens {

ObjectModel::ObjectModel(QObject *parent)
    : RowModel({{tr("Name"), tr("Last component of the name")},
                {tr("Size"), tr("Size of a section, rounded up to pages unless a file backs it"), true},
                {tr("Type"), tr("Kind of kernel object")},
                {tr("Attributes"), tr("SEC_ flags of a section"), false, false},
                {tr("Path"), tr("Full path in the object namespace")},
                {tr("Note"), tr("Target of a symbolic link, or why something is unknown")}},
               parent)
{
}

std::string ObjectModel::key(const NamedObject &object) const
{
    return object.type + "\n" + object.path;
}

QString ObjectModel::text(const NamedObject &object, int column) const
{
    switch (column) {
    case Name: return fromUtf8(object.name);
    case Size: return object.section ? sizeText(object.section->size) : QString();
    case Type: return fromUtf8(object.type);
    case Attributes: {
        QStringList names;
        if (object.section) {
            for (const auto &name : object.section->attributeNames)
                names << fromUtf8(name);
        }
        return names.join(QLatin1Char(' '));
    }
    case Path: return fromUtf8(object.path);
    case Note:
        return object.target.empty() ? fromUtf8(object.note) : QStringLiteral("\u2192 %1").arg(fromUtf8(object.target));
    default: return {};
    }
}

QVariant ObjectModel::sortKey(const NamedObject &object, int column) const
{
    if (column == Size)
        return static_cast<qulonglong>(object.section ? object.section->size : 0);
    return text(object, column);
}

QString ObjectModel::toolTip(const NamedObject &object, int column) const
{
    if (column == Name)
        return object.note.empty() ? fromUtf8(object.path)
                                   : QStringLiteral("%1\n%2").arg(fromUtf8(object.path), fromUtf8(object.note));
    if (column == Size && object.section)
        return tr("%1 bytes").arg(countText(object.section->size));
    return text(object, column);
}

} // namespace ipclens
