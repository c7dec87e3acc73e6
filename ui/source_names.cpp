#include "ui/source_names.h"

#include "core/text/source_spec.h"
#include "ui/number_text.h"

#include <QCoreApplication>
#include <QUrl>

namespace ipclens {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SourceNames", text);
}

} // namespace

QString fileName(const std::string &path)
{
    const auto slash = path.find_last_of("/\\");
    return fromUtf8(slash == std::string::npos ? path : path.substr(slash + 1));
}

QString titleOf(const SourceInfo &source)
{
    const SourceSpec &spec = source.spec;
    const QString program = source.process ? fromUtf8(source.process->name) : QString();
    const QString process = tr("%1 %2").arg(spec.process.pid).arg(program).trimmed();
    switch (spec.kind) {
    case SourceKind::Section: return tr("section %1").arg(fromUtf8(spec.name));
    case SourceKind::Process: return tr("process %1").arg(process);
    case SourceKind::SharedSection:
        return tr("%1 %2 in %3").arg(fromUtf8(spec.module), fromUtf8(spec.section), process);
    case SourceKind::File: return tr("file %1").arg(fileName(spec.name));
    case SourceKind::Snapshot: return tr("snapshot %1").arg(fileName(spec.name));
    case SourceKind::Handle: return tr("section of handle 0x%1 in %2").arg(spec.handle, 0, 16).arg(process);
    }
    return {};
}

QString settingsKey(const SourceInfo &source)
{
    const SourceSpec &spec = source.spec;
    const QString program =
        source.process && !source.process->name.empty() ? fromUtf8(source.process->name) : QString::number(spec.process.pid);
    QString name = fromUtf8(toText(spec));
    if (spec.kind == SourceKind::Process)
        name = QStringLiteral("process:%1").arg(program);
    else if (spec.kind == SourceKind::SharedSection)
        name = QStringLiteral("module:%1/%2/%3").arg(program, fromUtf8(spec.module), fromUtf8(spec.section));
    return QString::fromLatin1(QUrl::toPercentEncoding(name)); // a slash would begin a group
}

bool sameSource(const SourceSpec &one, const SourceSpec &other)
{
    if (one.kind != other.kind || one.process.pid != other.process.pid)
        return false;
    const bool dated = one.process.created != 0 && other.process.created != 0;
    return (!dated || one.process.created == other.process.created) && one.name == other.name &&
           fromUtf8(one.module).compare(fromUtf8(other.module), Qt::CaseInsensitive) == 0 && one.section == other.section &&
           one.handle == other.handle;
}

} // namespace ipclens
