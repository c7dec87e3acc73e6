#include "ui/region_text.h"

#include "ui/number_text.h"
#include "ui/region_picker.h"

#include <QCoreApplication>

#include <algorithm>

namespace ipclens {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("RegionText", text);
}

Address beginOf(const Region &region)
{
    return region.range.begin;
}

} // namespace

const Region *regionAt(const std::vector<Region> &regions, Address address)
{
    const auto next = std::ranges::upper_bound(regions, address, {}, beginOf);
    if (next == regions.begin())
        return nullptr;
    const Region &before = *std::prev(next);
    return before.range.contains(address) ? &before : nullptr;
}

QString holeText(const std::vector<Region> &regions, const SourceInfo &source, AddressRange visible)
{
    const auto shown = [&](Address address) { return addressText(address + source.base); };
    const bool sees = std::ranges::any_of(regions, [&](const Region &region) {
        return region.isReadable() && intersect(region.range, visible).size != 0;
    });
    if (regions.empty() || visible.size == 0 || sees)
        return {};
    QString text;
    if (const Region *region = regionAt(regions, visible.begin)) {
        const QString mapped = region->mapped.empty() ? QString() : QLatin1Char(' ') + fromUtf8(region->mapped);
        text = tr("Unreadable: %1 to %2 is %3%4.")
                   .arg(shown(region->range.begin), shown(region->range.end() - 1), regionText(*region), mapped);
    } else {
        const auto above = std::ranges::upper_bound(regions, visible.begin, {}, beginOf);
        const Address begin = above == regions.begin() ? source.extent.begin : std::prev(above)->range.end();
        const Address end = above == regions.end() ? source.extent.end() : above->range.begin;
        text = tr("Unreadable: nothing is mapped from %1 to %2.").arg(shown(begin), shown(end - 1));
    }
    const auto next = std::ranges::find_if(
        regions, [&](const Region &region) { return region.isReadable() && region.range.begin >= visible.end(); });
    if (next != regions.end())
        text += tr(" The next readable region begins at %1 (Ctrl+R lists all).").arg(shown(next->range.begin));
    else
        text += tr(" Nothing readable follows (Ctrl+R lists all regions).");
    return text;
}

WriteOutlook writeOutlook(const std::vector<Region> &regions, const SourceInfo &source, AddressRange range)
{
    const auto shown = [&](Address address) { return addressText(address + source.base); };
    WriteOutlook outlook;
    if (source.access == Access::Copy)
        return outlook; // the whole tab says that it is a private copy
    Address next = range.begin;
    for (const Region &region : regions) {
        const AddressRange met = intersect(region.range, range);
        if (met.size == 0)
            continue;
        if (met.begin > next)
            break;
        next = met.end();
        const Protection &protection = region.protection;
        if (region.state != RegionState::Committed) {
            outlook.refusal = tr("%1 is %2: there is no memory to write to.").arg(shown(met.begin), regionText(region));
        } else if (protection.guard) {
            outlook.refusal = tr("%1 is a guard page: touching it would disarm it.").arg(shown(met.begin));
        } else if (!protection.write && !protection.copyOnWrite) {
            outlook.refusal = tr("The page at %1 is not writable (%2), and ipclens never changes a page's protection.")
                                  .arg(shown(met.begin), regionText(region));
        } else if (protection.copyOnWrite && source.spec.kind != SourceKind::SharedSection &&
                   outlook.warning.isEmpty()) {
            // Wine lists SHARED sections of modules as copy-on-write, which they are not.
            outlook.warning =
                tr("The page at %1 is copy-on-write (%2): writing gives this process a private copy of it; others "
                   "that map the same memory keep seeing the old bytes.")
                    .arg(shown(met.begin), regionText(region));
        }
        if (!outlook.refusal.isEmpty())
            return outlook;
    }
    if (!regions.empty() && next < range.end())
        outlook.refusal = tr("Nothing is mapped at %1.").arg(shown(next));
    return outlook;
}

} // namespace ipclens
