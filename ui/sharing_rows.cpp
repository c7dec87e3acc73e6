#include "ui/sharing_rows.h"

#include "ui/number_text.h"
#include "ui/sharing_tab.h"

#include <QCoreApplication>
#include <QSet>

namespace ipclens {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SharingRows", text);
}

std::string keyOf(const ProcessKey &process)
{
    return std::to_string(process.pid) + ":" + std::to_string(process.created);
}

QString ourMark(bool isOurs)
{
    return isOurs ? tr("this session's own, not counted") : QString();
}

QString joined(const QString &one, const QString &other)
{
    return one.isEmpty() || other.isEmpty() ? one + other : one + QStringLiteral("; ") + other;
}

QString handleNote(const ObjectHandle &row)
{
    auto note = joined(ourMark(row.isOurs), fromUtf8(row.note));
    return row.isProtected ? joined(tr("protected from being closed"), note) : note;
}

QString accessTip(const ObjectHandle &row)
{
    return QStringLiteral("%1\n0x%2")
        .arg(rightsText(row.rights).replace(QLatin1Char(' '), QLatin1Char('\n')))
        .arg(row.access, 8, 16, QLatin1Char('0'));
}

QString wordOf(RegionType type)
{
    switch (type) {
    case RegionType::None:
        return tr("free");
    case RegionType::Private:
        return tr("private");
    case RegionType::Mapped:
        return tr("mapped");
    case RegionType::Image:
        return tr("image");
    }
    return {};
}

QString wordOf(RegionState state)
{
    switch (state) {
    case RegionState::Free:
        return tr("free");
    case RegionState::Reserved:
        return tr("reserved");
    case RegionState::Committed:
        return tr("committed");
    }
    return {};
}

QString wordOf(PipeState state)
{
    switch (state) {
    case PipeState::Unknown:
        return tr("unknown");
    case PipeState::Disconnected:
        return tr("disconnected");
    case PipeState::Listening:
        return tr("listening");
    case PipeState::Connected:
        return tr("connected");
    case PipeState::Closing:
        return tr("closing");
    }
    return {};
}

QString signedKind(NameFindingKind kind)
{
    switch (kind) {
    case NameFindingKind::Exists:
        return tr("\u2713 exists");
    case NameFindingKind::Denied:
        return tr("\u2298 refused");
    case NameFindingKind::WrongType:
        return tr("\u2260 other kind");
    case NameFindingKind::Elsewhere:
        return tr("\u2192 elsewhere");
    case NameFindingKind::OtherCase:
        return tr("Aa other case");
    case NameFindingKind::Similar:
        return tr("\u2248 similar name");
    case NameFindingKind::MissingDirectory:
        return tr("\u2717 no such directory");
    case NameFindingKind::Malformed:
        return tr("\u2717 not a name");
    case NameFindingKind::Link:
        return tr("\u21aa link");
    }
    return {};
}

// "demo.exe (100), other.exe (200) and 3 more"; every process once, ours left out.
template <class Rows>
QString processesText(const Rows &rows)
{
    constexpr qsizetype most = 4;
    QStringList names;
    for (const auto &row : rows) {
        const auto name = processText(row.processName, row.process);
        if (!row.isOurs && !names.contains(name))
            names << name;
    }
    const auto left = names.size() - most;
    if (left <= 1)
        return names.join(QStringLiteral(", "));
    return tr("%1 and %2 more").arg(names.mid(0, most).join(QStringLiteral(", "))).arg(left);
}

template <class Rows>
qlonglong processCount(const Rows &rows)
{
    QSet<std::uint32_t> pids;
    for (const auto &row : rows) {
        if (!row.isOurs)
            pids << row.process.pid;
    }
    return pids.size();
}

QString pipeClients(const NamedPipe &pipe)
{
    std::vector<PipeEnd> clients;
    std::ranges::copy_if(pipe.ends, std::back_inserter(clients), [](const PipeEnd &end) { return !end.isServer; });
    return processesText(clients);
}

QString guardsText(const SyncObject &object)
{
    QStringList names;
    for (const auto &guarded : object.probablyGuards)
        names << lastPart(toText(guarded.section));
    return names.join(QStringLiteral(", "));
}

QString differText(const SharedData &data)
{
    const auto count = std::ranges::count_if(data.users, &SharedDataUser::differs);
    if (count == 0)
        return data.users.size() > 1 ? tr("= all alike") : QString();
    return count == 1 ? tr("\u2260 1 differs") : tr("\u2260 %1 differ").arg(count);
}

} // namespace

QString rightsText(const std::vector<std::string> &rights)
{
    QStringList names;
    for (const auto &right : rights)
        names << fromUtf8(right);
    return names.join(QLatin1Char(' '));
}

QString lastPart(const std::string &path)
{
    return fromUtf8(std::string_view(path).substr(path.find_last_of('\\') + 1)); // npos + 1 is 0
}

QString sectionText(const SectionInfo &section)
{
    QStringList parts;
    if (section.size > 0)
        parts << sizeText(section.size);
    for (const auto &name : section.attributeNames)
        parts << fromUtf8(name);
    return parts.join(QStringLiteral(", "));
}

// Holders of an object. -----------------------------------------------------------------------------------------------

std::vector<ColumnInfo> HolderTexts::columns() const
{
    return {{tr("Process"), tr("Who holds it")},
            {tr("Handle"), tr("Value of the handle in that process"), true},
            {tr("Granted access"), tr("What may be done through this handle")},
            {tr("Inherited"), tr("Whether child processes get this handle")},
            {tr("Note"), tr("What else is known of it")}};
}

std::string HolderTexts::key(const ObjectHandle &row) const
{
    return keyOf(row.process) + "/" + std::to_string(row.handle);
}

QString HolderTexts::text(const ObjectHandle &row, int column) const
{
    switch (column) {
    case Process:
        return processText(row.processName, row.process);
    case Handle:
        return addressText(row.handle);
    case Access:
        return rightsText(row.rights);
    case Inherited:
        return row.inherited ? tr("by children") : tr("no");
    case Note:
        return handleNote(row);
    default:
        return {};
    }
}

QVariant HolderTexts::sortKey(const ObjectHandle &row, int column) const
{
    return column == Handle ? QVariant(static_cast<qulonglong>(row.handle)) : QVariant(text(row, column));
}

QString HolderTexts::toolTip(const ObjectHandle &row, int column) const
{
    return column == Access ? accessTip(row) : text(row, column);
}

// Handles of a process. -----------------------------------------------------------------------------------------------

std::vector<ColumnInfo> HandleTexts::columns() const
{
    return {{tr("Type"), tr("Kind of kernel object")},
            {tr("Name"), tr("Name of the object or file, where it has one")},
            {tr("Handle"), tr("Value of the handle in that process"), true},
            {tr("Granted access"), tr("What may be done through this handle")},
            {tr("Inherited"), tr("Whether child processes get this handle"), false, false},
            {tr("Note"), tr("Why something is unknown")}};
}

std::string HandleTexts::key(const ObjectHandle &row) const
{
    return std::to_string(row.handle) + row.type; // a number is used again for another object
}

QString HandleTexts::text(const ObjectHandle &row, int column) const
{
    switch (column) {
    case Type:
        return fromUtf8(row.type);
    case Name:
        return fromUtf8(row.path);
    case Handle:
        return addressText(row.handle);
    case Access:
        return rightsText(row.rights);
    case Inherited:
        return row.inherited ? tr("by children") : tr("no");
    case Note:
        return handleNote(row);
    default:
        return {};
    }
}

QVariant HandleTexts::sortKey(const ObjectHandle &row, int column) const
{
    return column == Handle ? QVariant(static_cast<qulonglong>(row.handle)) : QVariant(text(row, column));
}

QString HandleTexts::toolTip(const ObjectHandle &row, int column) const
{
    return column == Access ? accessTip(row) : text(row, column);
}

// Views. --------------------------------------------------------------------------------------------------------------

std::vector<ColumnInfo> ViewTexts::columns() const
{
    return {{tr("Process"), tr("Where it is mapped")},
            {tr("Address"), tr("Of the view's first byte in that process"), true},
            {tr("Size"), tr("Of the view"), true},
            {tr("Offset"), tr("Of the view's first byte in the section"), true},
            {tr("Protection"), tr("Of the view's first committed page")},
            {tr("Certainty"),
             tr("Exact: the system says so. Probable: size and contents agree. Possible: only the size does.")},
            {tr("Why"), tr("What the certainty rests on")}};
}

std::string ViewTexts::key(const SectionView &row) const
{
    return keyOf(row.process) + "@" + std::to_string(row.range.begin);
}

QString ViewTexts::text(const SectionView &row, int column) const
{
    switch (column) {
    case Process:
        return processText(row.processName, row.process);
    case Address:
        return addressText(row.range.begin);
    case Size:
        return sizeText(row.range.size);
    case Offset:
        return addressText(row.offset);
    case Protection:
        return fromUtf8(toText(row.protection));
    case Certainty:
        return row.certainty == Certainty::Exact      ? tr("= exact")
               : row.certainty == Certainty::Probable ? tr("\u2248 probable")
                                                      : tr("? possible");
    case Why:
        return row.holdsHandle ? fromUtf8(row.why) : joined(fromUtf8(row.why), tr("it holds no handle to it"));
    default:
        return {};
    }
}

QVariant ViewTexts::sortKey(const SectionView &row, int column) const
{
    switch (column) {
    case Address:
        return static_cast<qulonglong>(row.range.begin);
    case Size:
        return static_cast<qulonglong>(row.range.size);
    case Offset:
        return static_cast<qulonglong>(row.offset);
    case Certainty:
        return static_cast<int>(row.certainty);
    default:
        return text(row, column);
    }
}

// Modules. ------------------------------------------------------------------------------------------------------------

std::vector<ColumnInfo> ModuleTexts::columns() const
{
    return {{tr("Module"), tr("File name")},
            {tr("Shared"), tr("Sections that all processes share which load it")},
            {tr("Address"), tr("Where it is loaded"), true},
            {tr("Size"), tr("In memory"), true},
            {tr("Version"), tr("Of the file")},
            {tr("Sections"), tr("Names of its sections"), false, false},
            {tr("Path"), tr("Of the file")}};
}

std::string ModuleTexts::key(const ModuleDescription &row) const
{
    return std::to_string(row.module.range.begin) + row.module.path;
}

QString ModuleTexts::text(const ModuleDescription &row, int column) const
{
    switch (column) {
    case Name:
        return fromUtf8(row.module.name);
    case Shared: {
        QStringList names;
        for (const auto &section : row.sections) {
            if (section.isShared)
                names << fromUtf8(section.name);
        }
        return names.isEmpty() ? QString() : tr("SHARED %1").arg(names.join(QLatin1Char(' ')));
    }
    case Address:
        return addressText(row.module.range.begin);
    case Size:
        return sizeText(row.module.range.size);
    case Version:
        return fromUtf8(row.version);
    case Sections: {
        QStringList names;
        for (const auto &section : row.sections)
            names << fromUtf8(section.name);
        return names.isEmpty() ? fromUtf8(row.note) : names.join(QLatin1Char(' '));
    }
    case Path:
        return fromUtf8(row.module.path);
    default:
        return {};
    }
}

QVariant ModuleTexts::sortKey(const ModuleDescription &row, int column) const
{
    if (column == Address)
        return static_cast<qulonglong>(row.module.range.begin);
    return column == Size ? QVariant(static_cast<qulonglong>(row.module.range.size)) : QVariant(text(row, column));
}

QString ModuleTexts::toolTip(const ModuleDescription &row, int column) const
{
    if (column != Name && column != Shared && column != Sections)
        return text(row, column);
    QStringList lines{fromUtf8(row.module.path)};
    for (const auto &section : row.sections)
        lines << QStringLiteral("%1  %2  %3  0x%4%5")
                     .arg(fromUtf8(section.name), addressText(section.range.begin), sizeText(section.range.size))
                     .arg(section.characteristics, 8, 16, QLatin1Char('0'))
                     .arg(section.isShared ? tr("  SHARED") : QString());
    if (!row.note.empty())
        lines << fromUtf8(row.note);
    return lines.join(QLatin1Char('\n'));
}

// Regions by type. ----------------------------------------------------------------------------------------------------

std::vector<ColumnInfo> RegionSummaryTexts::columns() const
{
    return {{tr("Memory"), tr("What the pages are for")},
            {tr("State"), tr("Committed, or only reserved")},
            {tr("Regions"), tr("Runs of pages that are alike"), true},
            {tr("Size"), tr("Of all of them"), true},
            {tr("Writable"), tr("Of them"), true},
            {tr("Executable"), tr("Of them"), true}};
}

std::string RegionSummaryTexts::key(const RegionSummary &row) const
{
    return std::to_string(static_cast<int>(row.type)) + "/" + std::to_string(static_cast<int>(row.state));
}

QString RegionSummaryTexts::text(const RegionSummary &row, int column) const
{
    switch (column) {
    case Type:
        return wordOf(row.type);
    case State:
        return wordOf(row.state);
    case Regions:
        return countText(row.regions);
    case Bytes:
        return sizeText(row.bytes);
    case Writable:
        return row.writable == 0 ? QString() : sizeText(row.writable);
    case Executable:
        return row.executable == 0 ? QString() : sizeText(row.executable);
    default:
        return {};
    }
}

QVariant RegionSummaryTexts::sortKey(const RegionSummary &row, int column) const
{
    switch (column) {
    case Regions:
        return static_cast<qulonglong>(row.regions);
    case Bytes:
        return static_cast<qulonglong>(row.bytes);
    case Writable:
        return static_cast<qulonglong>(row.writable);
    case Executable:
        return static_cast<qulonglong>(row.executable);
    default:
        return text(row, column);
    }
}

// Windows. ------------------------------------------------------------------------------------------------------------

std::vector<ColumnInfo> WindowTexts::columns() const
{
    return {{tr("Title"), tr("Text of the window")},
            {tr("Class"), tr("Window class")},
            {tr("Handle"), tr("Window handle"), true},
            {tr("State"), tr("Whether it can be seen")},
            {tr("Thread"), tr("Thread that handles its messages"), true}};
}

std::string WindowTexts::key(const Window &row) const
{
    return std::to_string(row.handle);
}

QString WindowTexts::text(const Window &row, int column) const
{
    switch (column) {
    case Title:
        return row.title.empty() ? tr("(untitled)") : fromUtf8(row.title);
    case Class:
        return fromUtf8(row.className);
    case Handle:
        return addressText(row.handle);
    case State:
        return row.messageOnly ? tr("message-only") : row.visible ? tr("visible") : tr("hidden");
    case Thread:
        return QString::number(row.thread);
    default:
        return {};
    }
}

QVariant WindowTexts::sortKey(const Window &row, int column) const
{
    if (column == Handle)
        return static_cast<qulonglong>(row.handle);
    return column == Thread ? QVariant(row.thread) : QVariant(text(row, column));
}

// What a process shares. ----------------------------------------------------------------------------------------------

std::vector<ColumnInfo> SharedThingTexts::columns() const
{
    return {{tr("Kind"), tr("What is shared")},
            {tr("Name"), tr("Its name; without one, the handle that leads to it")},
            {tr("Details"), tr("Size, place or access")},
            {tr("Shared with"), tr("The other processes")}};
}

std::string SharedThingTexts::key(const SharedThing &row) const
{
    return (row.kind + QLatin1Char('\n') + row.name + QLatin1Char('\n')).toStdString() +
           (row.at ? std::to_string(row.at->begin) : std::string());
}

QString SharedThingTexts::text(const SharedThing &row, int column) const
{
    switch (column) {
    case Kind:
        return row.kind;
    case Name:
        return row.name;
    case Detail:
        return row.detail;
    case With:
        return row.with;
    default:
        return {};
    }
}

// Synchronisation objects. --------------------------------------------------------------------------------------------

std::vector<ColumnInfo> SyncTexts::columns() const
{
    return {{tr("Name"), tr("Last part of the name")},
            {tr("Type"), tr("Mutexes are called Mutant in the system")},
            {tr("State"), tr("As it is now; reading it changes nothing")},
            {tr("Holders"), tr("Processes that have a handle to it")},
            {tr("Probably guards"), tr("Sections whose name begins alike, or that the same processes hold: a guess")},
            {tr("Path"), tr("Full path in the object namespace"), false, false},
            {tr("Note"), tr("Why something is unknown")}};
}

std::string SyncTexts::key(const SyncObject &row) const
{
    return row.type + "\n" + row.path;
}

QString SyncTexts::text(const SyncObject &row, int column) const
{
    switch (column) {
    case Name:
        return lastPart(row.path);
    case Type:
        return fromUtf8(row.type);
    case State:
        return row.state ? fromUtf8(toText(*row.state)) : tr("unknown");
    case Holders:
        return processesText(row.holders);
    case Guards:
        return guardsText(row);
    case Path:
        return fromUtf8(row.path);
    case Note:
        return joined(fromUtf8(row.note), row.state ? fromUtf8(row.state->note) : QString());
    default:
        return {};
    }
}

QVariant SyncTexts::sortKey(const SyncObject &row, int column) const
{
    return column == Holders ? QVariant(processCount(row.holders)) : QVariant(text(row, column));
}

QString SyncTexts::toolTip(const SyncObject &row, int column) const
{
    if (column == Name)
        return fromUtf8(row.path);
    if (column != Guards)
        return text(row, column);
    QStringList lines;
    for (const auto &guarded : row.probablyGuards)
        lines << QStringLiteral("%1: %2").arg(fromUtf8(toText(guarded.section)), fromUtf8(guarded.why));
    return lines.join(QLatin1Char('\n'));
}

// Pipes. --------------------------------------------------------------------------------------------------------------

std::vector<ColumnInfo> PipeTexts::columns() const
{
    return {{tr("Name"), tr("Below \\\\.\\pipe\\ or \\\\.\\mailslot\\")},
            {tr("Kind"), tr("Pipe or mailslot")},
            {tr("Server"), tr("The process that made it, where the system tells")},
            {tr("Instances"), tr("Of how many at most"), true},
            {tr("Clients"), tr("Processes that handles show at its other end")}};
}

std::string PipeTexts::key(const NamedPipe &row) const
{
    return std::to_string(static_cast<int>(row.kind)) + row.name;
}

QString PipeTexts::text(const NamedPipe &row, int column) const
{
    switch (column) {
    case Name:
        return fromUtf8(row.name);
    case Kind:
        return row.kind == PipeKind::Pipe ? tr("pipe") : tr("mailslot");
    case Server:
        return row.server.pid == 0 ? tr("not told") : processText(row.serverName, row.server);
    case Instances:
        if (row.instances == 0)
            return {};
        return row.maximum == 0 ? countText(row.instances)
                                : tr("%1 of %2").arg(countText(row.instances), countText(row.maximum));
    case Clients:
        return pipeClients(row);
    default:
        return {};
    }
}

QVariant PipeTexts::sortKey(const NamedPipe &row, int column) const
{
    return column == Instances ? QVariant(row.instances) : QVariant(text(row, column));
}

QString PipeTexts::toolTip(const NamedPipe &row, int column) const
{
    if (column != Name)
        return text(row, column);
    return (row.kind == PipeKind::Pipe ? QStringLiteral("\\\\.\\pipe\\") : QStringLiteral("\\\\.\\mailslot\\")) +
           fromUtf8(row.name);
}

std::vector<ColumnInfo> PipeEndTexts::columns() const
{
    return {{tr("Process"), tr("Who has this end")},
            {tr("End"), tr("Server or client")},
            {tr("State"), tr("Of the connection")},
            {tr("Handle"), tr("Value of the handle in that process"), true}};
}

std::string PipeEndTexts::key(const PipeEnd &row) const
{
    return keyOf(row.process) + "/" + std::to_string(row.handle);
}

QString PipeEndTexts::text(const PipeEnd &row, int column) const
{
    switch (column) {
    case Process:
        return processText(row.processName, row.process);
    case Role:
        return joined(row.isServer ? tr("server") : tr("client"), ourMark(row.isOurs));
    case State:
        return wordOf(row.state);
    case Handle:
        return addressText(row.handle);
    default:
        return {};
    }
}

QVariant PipeEndTexts::sortKey(const PipeEnd &row, int column) const
{
    return column == Handle ? QVariant(static_cast<qulonglong>(row.handle)) : QVariant(text(row, column));
}

// Data of DLLs. -------------------------------------------------------------------------------------------------------

std::vector<ColumnInfo> SharedDataTexts::columns() const
{
    return {{tr("DLL"), tr("File name of the library")},
            {tr("Section"), tr("A section marked SHARED")},
            {tr("Size"), tr("Of the section"), true},
            {tr("Processes"), tr("That have loaded it"), true},
            {tr("Contents"), tr("Whether all processes see the same bytes")},
            {tr("Path"), tr("Of the library")}};
}

std::string SharedDataTexts::key(const SharedData &row) const
{
    return row.path + "\n" + row.section;
}

QString SharedDataTexts::text(const SharedData &row, int column) const
{
    switch (column) {
    case Module:
        return fromUtf8(row.module);
    case Section:
        return fromUtf8(row.section);
    case Size:
        return sizeText(row.size);
    case Users:
        return countText(row.users.size());
    case Differ:
        return differText(row);
    case Path:
        return fromUtf8(row.path);
    default:
        return {};
    }
}

QVariant SharedDataTexts::sortKey(const SharedData &row, int column) const
{
    if (column == Size)
        return static_cast<qulonglong>(row.size);
    return column == Users ? QVariant(static_cast<qulonglong>(row.users.size())) : QVariant(text(row, column));
}

std::vector<ColumnInfo> SharedVariableTexts::columns() const
{
    return {{tr("Export"), tr("Name under which the DLL gives it away")},
            {tr("Value"), tr("Where most processes agree")},
            {tr("Type"), tr("Guessed from its size")},
            {tr("Offset"), tr("In the section"), true},
            {tr("Size"), tr("Reaches to the next export or the end of the section: a guess"), true}};
}

std::string SharedVariableTexts::key(const SharedVariable &row) const
{
    return std::to_string(row.symbol.offset) + row.symbol.name + std::to_string(row.symbol.ordinal);
}

QString SharedVariableTexts::text(const SharedVariable &row, int column) const
{
    switch (column) {
    case Name:
        return row.symbol.name.empty() ? tr("ordinal %1").arg(row.symbol.ordinal) : fromUtf8(row.symbol.name);
    case Value:
        return fromUtf8(row.text);
    case Type:
        return row.type ? tr("%1?").arg(fromUtf8(nameOf(*row.type)).toLower()) : tr("bytes");
    case Offset:
        return addressText(row.symbol.offset);
    case Size:
        return sizeText(row.symbol.size);
    default:
        return {};
    }
}

QVariant SharedVariableTexts::sortKey(const SharedVariable &row, int column) const
{
    if (column == Offset)
        return static_cast<qulonglong>(row.symbol.offset);
    return column == Size ? QVariant(static_cast<qulonglong>(row.symbol.size)) : QVariant(text(row, column));
}

QString SharedVariableTexts::toolTip(const SharedVariable &row, int column) const
{
    return column == Type && row.type ? tr("Guessed from its size of %1 bytes").arg(row.symbol.size)
                                      : text(row, column);
}

std::vector<ColumnInfo> SharedDataUserTexts::columns() const
{
    return {{tr("Process"), tr("That has loaded the DLL")},
            {tr("Contents"), tr("Compared with what most processes have: a process can have gone private there")},
            {tr("Address"), tr("Of the section in that process"), true},
            {tr("First bytes"), tr("As they are now")}};
}

std::string SharedDataUserTexts::key(const SharedDataUser &row) const
{
    return keyOf(row.process);
}

QString SharedDataUserTexts::text(const SharedDataUser &row, int column) const
{
    switch (column) {
    case Process:
        return processText(row.processName, row.process);
    case Contents:
        if (!row.note.empty())
            return tr("\u2298 %1").arg(fromUtf8(row.note));
        return row.differs ? tr("\u2260 differs") : tr("= as most");
    case Address:
        return addressText(row.range.begin);
    case Bytes:
        return bytesText(std::span(row.image.bytes).first(std::min<std::size_t>(row.image.bytes.size(), 16)));
    default:
        return {};
    }
}

QVariant SharedDataUserTexts::sortKey(const SharedDataUser &row, int column) const
{
    return column == Address ? QVariant(static_cast<qulonglong>(row.range.begin)) : QVariant(text(row, column));
}

// The name doctor. ----------------------------------------------------------------------------------------------------

std::vector<ColumnInfo> FindingTexts::columns() const
{
    return {{tr("Finding"), tr("What became of the name")},
            {tr("In words"), tr("What it means")},
            {tr("Type"), tr("Of the object there")},
            {tr("Path"), tr("Of the object there")}};
}

std::string FindingTexts::key(const NameFinding &row) const
{
    return std::to_string(static_cast<int>(row.kind)) + row.path + "\n" + row.type;
}

QString FindingTexts::text(const NameFinding &row, int column) const
{
    switch (column) {
    case What:
        return signedKind(row.kind);
    case Text:
        return fromUtf8(row.text);
    case Type:
        return fromUtf8(row.type);
    case Path:
        return fromUtf8(row.path);
    default:
        return {};
    }
}

std::vector<ColumnInfo> ProbeTexts::columns() const
{
    return {{tr("Looked in"), tr("Directory where objects have names")},
            {tr("Found"), tr("Type of the object there")},
            {tr("Path"), tr("That was looked at")}};
}

std::string ProbeTexts::key(const NameProbe &row) const
{
    return row.what + "\n" + row.path;
}

QString ProbeTexts::text(const NameProbe &row, int column) const
{
    switch (column) {
    case Where:
        return fromUtf8(row.what);
    case Found:
        return row.found.empty() ? tr("\u2013 nothing") : tr("\u2713 %1").arg(fromUtf8(row.found));
    case Path:
        return fromUtf8(row.path);
    default:
        return {};
    }
}

} // namespace ipclens
