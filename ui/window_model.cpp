#include "ui/window_model.h"

#include "ui/number_text.h"

namespace ipclens {

WindowModel::WindowModel(QObject *parent)
    : RowModel({{tr("Title"), tr("Text of the window, which FindWindow looks for")},
                {tr("Class"), tr("Window class")},
                {tr("Process"), tr("Program that owns the window")},
                {tr("PID"), tr("Process that owns the window"), true},
                {tr("Handle"), tr("HWND"), true, false},
                {tr("Thread"), tr("Thread whose message loop serves the window"), true, false},
                {tr("State"), tr("Visible, hidden, or a message-only window that broadcasts do not reach")}},
               parent)
{
}

std::string WindowModel::key(const Window &window) const
{
    return std::to_string(window.handle) + ":" + std::to_string(window.thread);
}

QString WindowModel::text(const Window &window, int column) const
{
    switch (column) {
    case Title: return window.title.empty() ? tr("(untitled)") : fromUtf8(window.title);
    case Class: return fromUtf8(window.className);
    case Process: return fromUtf8(window.processName);
    case Pid: return QString::number(window.process.pid);
    case Handle: return addressText(window.handle);
    case Thread: return QString::number(window.thread);
    case State: return window.messageOnly ? tr("message-only") : window.visible ? tr("visible") : tr("hidden");
    default: return {};
    }
}

QVariant WindowModel::sortKey(const Window &window, int column) const
{
    switch (column) {
    case Title: return fromUtf8(window.title);
    case Pid: return window.process.pid;
    case Handle: return static_cast<qulonglong>(window.handle);
    case Thread: return window.thread;
    default: return text(window, column);
    }
}

} // namespace ipclens
