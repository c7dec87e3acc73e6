// The processes of the session's machine as a table.
#pragma once

#include "core/model/process.h"
#include "ui/row_model.h"

namespace ipclens {

// GUI thread. A row's identity is pid and creation time.
class ProcessModel : public RowModel<ProcessInfo> {
    Q_OBJECT
public:
    enum Column { Name, Pid, Memory, Windows, Architecture, Session, Parent, Path };

    explicit ProcessModel(QObject *parent = nullptr);

protected:
    std::string key(const ProcessInfo &process) const override;
    QString text(const ProcessInfo &process, int column) const override;
    QVariant sortKey(const ProcessInfo &process, int column) const override;
    QString toolTip(const ProcessInfo &process, int column) const override;
};

} // namespace ipclens
