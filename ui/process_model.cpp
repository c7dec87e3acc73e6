#include "ui/process_model.h"

#include "ui/number_text.h"

namespace ipclens {

ProcessModel::ProcessModel(QObject *parent)
    : RowModel({{tr("Name"), tr("File name of the program")},
                {tr("PID"), tr("Process id"), true},
                {tr("Memory"), tr("Working set"), true},
                {tr("Windows"), tr("Top-level windows"), true, false},
                {tr("Type"), tr("Architecture the process runs as"), false, false},
                {tr("Session"), tr("Logon session"), true, false},
                {tr("Parent"), tr("Process id of the parent"), true, false},
                {tr("Path"), tr("Full path of the program"), false, false}},
               parent)
{
}

std::string ProcessModel::key(const ProcessInfo &process) const
{
    return std::to_string(process.key.pid) + ":" + std::to_string(process.key.created);
}

QString ProcessModel::text(const ProcessInfo &process, int column) const
{
    switch (column) {
    case Name: return process.isSelf ? tr("%1 (this session)").arg(fromUtf8(process.name)) : fromUtf8(process.name);
    case Pid: return QString::number(process.key.pid);
    case Memory: return process.memory == 0 ? QString() : sizeText(process.memory);
    case Windows: return process.windows == 0 ? QString() : QString::number(process.windows);
    case Architecture: return fromUtf8(process.architecture);
    case Session: return QString::number(process.session);
    case Parent: return QString::number(process.parent);
    case Path: return fromUtf8(process.path);
    default: return {};
    }
}

QVariant ProcessModel::sortKey(const ProcessInfo &process, int column) const
{
    switch (column) {
    case Pid: return process.key.pid;
    case Memory: return static_cast<qulonglong>(process.memory);
    case Windows: return process.windows;
    case Session: return process.session;
    case Parent: return process.parent;
    default: return text(process, column);
    }
}

QString ProcessModel::toolTip(const ProcessInfo &process, int column) const
{
    if (column != Name)
        return text(process, column);
    return process.path.empty() ? tr("%1: the system refuses its path").arg(fromUtf8(process.name))
                                : fromUtf8(process.path);
}

} // namespace ipclens
