// The named kernel objects of the session's machine as a table.
#pragma once

#include "core/model/object.h"
#include "ui/row_model.h"

namespace ipclens {

// GUI thread. A row's identity is its full path and type.
class ObjectModel : public RowModel<NamedObject> {
    Q_OBJECT
public:
    enum Column { Name, Size, Type, Attributes, Path, Note };

    explicit ObjectModel(QObject *parent = nullptr);

protected:
    std::string key(const NamedObject &object) const override;
    QString text(const NamedObject &object, int column) const override;
    QVariant sortKey(const NamedObject &object, int column) const override;
    QString toolTip(const NamedObject &object, int column) const override;
};

} // namespace ipclens
