// The windows of all processes of the session as a table.
#pragma once

#include "core/model/window.h"
#include "ui/row_model.h"

namespace ipclens {

// GUI thread. A row's identity is the window's handle and thread: handles are reused.
class WindowModel : public RowModel<Window> {
    Q_OBJECT
public:
    enum Column { Title, Class, Process, Pid, Handle, Thread, State };

    explicit WindowModel(QObject *parent = nullptr);

protected:
    std::string key(const Window &window) const override;
    QString text(const Window &window, int column) const override;
    QVariant sortKey(const Window &window, int column) const override;
};

} // namespace ipclens
