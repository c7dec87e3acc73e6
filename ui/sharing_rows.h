// How the rows of the tabs read that tell who shares what.
#pragma once

#include "core/session/sharing_commands.h"
#include "ui/row_list.h"

namespace ipclens {

QString rightsText(const std::vector<std::string> &rights);
QString lastPart(const std::string &path);       // behind the last backslash
QString sectionText(const SectionInfo &section); // "64 KiB, SEC_COMMIT"

// Who holds one object.
class HolderTexts : public RowTexts<ObjectHandle> {
public:
    enum Column { Process, Handle, Access, Inherited, Note };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const ObjectHandle &row) const override;
    QString text(const ObjectHandle &row, int column) const override;
    QVariant sortKey(const ObjectHandle &row, int column) const override;
    QString toolTip(const ObjectHandle &row, int column) const override;
    bool isMuted(const ObjectHandle &row) const override { return row.isOurs; }
};

// All handles of one process.
class HandleTexts : public RowTexts<ObjectHandle> {
public:
    enum Column { Type, Name, Handle, Access, Inherited, Note };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const ObjectHandle &row) const override;
    QString text(const ObjectHandle &row, int column) const override;
    QVariant sortKey(const ObjectHandle &row, int column) const override;
    QString toolTip(const ObjectHandle &row, int column) const override;
};

class ViewTexts : public RowTexts<SectionView> {
public:
    enum Column { Process, Address, Size, Offset, Protection, Certainty, Why };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const SectionView &row) const override;
    QString text(const SectionView &row, int column) const override;
    QVariant sortKey(const SectionView &row, int column) const override;
};

class ModuleTexts : public RowTexts<ModuleDescription> {
public:
    enum Column { Name, Shared, Address, Size, Version, Sections, Path };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const ModuleDescription &row) const override;
    QString text(const ModuleDescription &row, int column) const override;
    QVariant sortKey(const ModuleDescription &row, int column) const override;
    QString toolTip(const ModuleDescription &row, int column) const override;
};

class RegionSummaryTexts : public RowTexts<RegionSummary> {
public:
    enum Column { Type, State, Regions, Bytes, Writable, Executable };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const RegionSummary &row) const override;
    QString text(const RegionSummary &row, int column) const override;
    QVariant sortKey(const RegionSummary &row, int column) const override;
};

class WindowTexts : public RowTexts<Window> {
public:
    enum Column { Title, Class, Handle, State, Thread };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const Window &row) const override;
    QString text(const Window &row, int column) const override;
    QVariant sortKey(const Window &row, int column) const override;
};

// One thing that a process shares with others: an object, data of a DLL, a mapped file.
struct SharedThing {
    QString kind; // "Section", "Mutant", "DLL data", "Mapped file"
    QString name;
    QString detail; // size, address, state
    QString with;   // the other processes
    std::optional<ObjectTarget> object;
    std::string module; // DLL data
    std::string section;
    std::optional<AddressRange> at; // DLL data, file: in the process itself
    bool operator==(const SharedThing &) const = default;
};
class SharedThingTexts : public RowTexts<SharedThing> {
public:
    enum Column { Kind, Name, Detail, With };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const SharedThing &row) const override;
    QString text(const SharedThing &row, int column) const override;
};

class SyncTexts : public RowTexts<SyncObject> {
public:
    enum Column { Name, Type, State, Holders, Guards, Path, Note };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const SyncObject &row) const override;
    QString text(const SyncObject &row, int column) const override;
    QVariant sortKey(const SyncObject &row, int column) const override;
    QString toolTip(const SyncObject &row, int column) const override;
};

class PipeTexts : public RowTexts<NamedPipe> {
public:
    enum Column { Name, Kind, Server, Instances, Clients };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const NamedPipe &row) const override;
    QString text(const NamedPipe &row, int column) const override;
    QVariant sortKey(const NamedPipe &row, int column) const override;
    QString toolTip(const NamedPipe &row, int column) const override;
};

class PipeEndTexts : public RowTexts<PipeEnd> {
public:
    enum Column { Process, Role, State, Handle };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const PipeEnd &row) const override;
    QString text(const PipeEnd &row, int column) const override;
    QVariant sortKey(const PipeEnd &row, int column) const override;
    bool isMuted(const PipeEnd &row) const override { return row.isOurs; }
};

class SharedDataTexts : public RowTexts<SharedData> {
public:
    enum Column { Module, Section, Size, Users, Differ, Path };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const SharedData &row) const override;
    QString text(const SharedData &row, int column) const override;
    QVariant sortKey(const SharedData &row, int column) const override;
};

class SharedVariableTexts : public RowTexts<SharedVariable> {
public:
    enum Column { Name, Value, Type, Offset, Size };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const SharedVariable &row) const override;
    QString text(const SharedVariable &row, int column) const override;
    QVariant sortKey(const SharedVariable &row, int column) const override;
    QString toolTip(const SharedVariable &row, int column) const override;
};

class SharedDataUserTexts : public RowTexts<SharedDataUser> {
public:
    enum Column { Process, Contents, Address, Bytes };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const SharedDataUser &row) const override;
    QString text(const SharedDataUser &row, int column) const override;
    QVariant sortKey(const SharedDataUser &row, int column) const override;
};

class FindingTexts : public RowTexts<NameFinding> {
public:
    enum Column { What, Text, Type, Path };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const NameFinding &row) const override;
    QString text(const NameFinding &row, int column) const override;
};

class ProbeTexts : public RowTexts<NameProbe> {
public:
    enum Column { Where, Found, Path };
    std::vector<ColumnInfo> columns() const override;
    std::string key(const NameProbe &row) const override;
    QString text(const NameProbe &row, int column) const override;
};

} // namespace ipclens
