// The part of a memory tab that goes places: to what is typed, where pointers lead, back and forth.
#include "ui/memory_tab.h"

#include "ui/address_line.h"
#include "ui/error_bar.h"
#include "ui/find_bar.h"
#include "ui/hex_view.h"
#include "ui/memory_header.h"
#include "ui/number_text.h"
#include "ui/region_picker.h"
#include "ui/source_names.h"

#include <QToolButton>

#include <algorithm>
#include <set>

namespace ipclens {
namespace {

// Numbers and arithmetic alone: nobody has to be asked what it comes to.
bool isPlain(const AddressExpression &expression)
{
    using Kind = AddressExpression::Kind;
    return std::ranges::none_of(expression.nodes, [](const AddressExpression::Node &node) {
        return node.kind == Kind::Name || node.kind == Kind::Export || node.kind == Kind::Section ||
               node.kind == Kind::Pointer;
    });
}

} // namespace

void MemoryTab::leave()
{
    if (m_wasSent) // before, nobody was anywhere
        m_visited.leave(m_view->cursor());
    m_wasSent = true;
    showJumps();
}

void MemoryTab::showJumps()
{
    m_header->setJumps(m_visited.canGoBack(), m_visited.canGoForward());
    emit jumpsChanged(m_visited.canGoBack(), m_visited.canGoForward());
}

void MemoryTab::goTo(Address address)
{
    if (address != m_view->cursor() || !m_wasSent)
        leave();
    m_view->goTo(address);
    if (!m_find->isAncestorOf(focusWidget()))
        m_view->setFocus();
}

void MemoryTab::goTo(AddressRange range)
{
    goTo(range.begin);
    m_view->select(range);
}

void MemoryTab::goBack()
{
    if (m_visited.canGoBack())
        m_view->goTo(m_visited.back(m_view->cursor()));
    showJumps();
}

void MemoryTab::goForward()
{
    if (m_visited.canGoForward())
        m_view->goTo(m_visited.forward(m_view->cursor()));
    showJumps();
}

void MemoryTab::follow(Address pointer)
{
    arrive({}, pointer - m_link->source().base);
}

void MemoryTab::focusAddressLine()
{
    loadNames();
    m_header->line()->setFocus(Qt::ShortcutFocusReason);
    m_header->line()->selectAll();
}

// Names for completion: modules of the process, and what is mapped.
void MemoryTab::loadNames()
{
    const auto offer = [this] {
        std::set<std::string> names;
        for (const auto &module : m_modules)
            names.insert(module.name);
        for (const auto &region : m_link->regions()) {
            if (!region.mapped.empty())
                names.insert(fileName(region.mapped).toStdString());
        }
        m_header->line()->setNames({names.begin(), names.end()});
    };
    offer();
    const SourceInfo &source = m_link->source();
    if (source.spec.process.pid == 0 || m_client.state() != Client::State::Connected)
        return;
    m_client.call(ListModules{source.process ? source.process->key : source.spec.process}, this,
                  [this, offer](Result<ModuleList> reply) {
                      if (!reply)
                          return; // names can be typed without being offered
                      m_modules = std::move(reply->modules);
                      offer();
                  });
}

void MemoryTab::goToTyped(const QString &text)
{
    const auto expression = m_header->line()->expression();
    const SourceInfo &source = m_link->source();
    if (!expression) {
        m_answer->showError(toError(expression.error(), "go to", text.toStdString()));
        return;
    }
    if (isPlain(*expression)) {
        AddressResolver resolver;
        resolver.here = m_view->cursor() + source.base;
        const auto value = evaluateAddress(*expression, resolver);
        if (!value) {
            m_answer->showError(value.error());
            return;
        }
        // Addresses are typed as they are shown; offsets from the start of a shared section are understood too.
        const bool isShown = value->address >= source.base && source.extent.contains(value->address - source.base);
        const bool isOffset = !isShown && source.extent.contains(value->address);
        arrive(text, isOffset ? value->address : value->address - source.base);
        return;
    }
    m_client.call(EvaluateAddress{source.source, text.toStdString(), m_view->cursor()}, this,
                  [this, text, id = source.source](const Result<EvaluatedAddress> &reply) {
                      if (id != m_link->source().source)
                          return;
                      if (!reply) {
                          m_answer->showError(reply.error());
                          return;
                      }
                      arrive(text, reply->address);
                      QStringList steps;
                      for (const auto &step : reply->steps)
                          steps << fromUtf8(step);
                      if (!steps.isEmpty())
                          setMessage(steps.join(QStringLiteral(", ")));
                  });
}

void MemoryTab::arrive(const QString &text, Address address)
{
    const AddressRange extent = m_link->source().extent;
    if (!extent.contains(address)) {
        m_answer->showError({.kind = ErrorKind::OutOfRange,
                             .code = 0,
                             .operation = {},
                             .object = shownAddress(address).toStdString(),
                             .meaning = extent.size == 0
                                            ? tr("there are no bytes here").toStdString()
                                            : tr("it is not in this source, which reaches from %1 to %2")
                                                  .arg(shownAddress(extent.begin), shownAddress(extent.end() - 1))
                                                  .toStdString(),
                             .hint = {}});
        return;
    }
    m_answer->clear();
    if (!text.isEmpty())
        m_header->line()->remember(text);
    goTo(address);
}

void MemoryTab::chooseRegion()
{
    m_picker->setRegions(m_link->regions(), m_link->source().base);
    m_picker->popUp(*m_header->regionsButton(), m_view->cursor());
}

// A process begins with a page that is never there: start with its own program, or else with anything readable.
void MemoryTab::goToStart()
{
    const SourceInfo &source = m_link->source();
    const auto &regions = m_link->regions();
    const QString program = source.process ? fromUtf8(source.process->name) : QString();
    const auto isReadable = [](const Region &region) { return region.isReadable(); };
    const auto isProgram = [&](const Region &region) {
        return region.isReadable() && !program.isEmpty() &&
               fileName(region.mapped).compare(program, Qt::CaseInsensitive) == 0;
    };
    const auto isImage = [](const Region &region) { return region.isReadable() && region.type == RegionType::Image; };

    const bool isThere = m_view->cursor() != source.extent.begin; // the user was faster
    const bool hasHoles = source.spec.kind == SourceKind::Process || source.spec.kind == SourceKind::Snapshot;
    if (regions.empty() || !hasHoles || isThere)
        return;
    auto found = std::ranges::find_if(regions, isProgram);
    if (found == regions.end())
        found = std::ranges::find_if(regions, isImage);
    if (found == regions.end())
        found = std::ranges::find_if(regions, isReadable);
    if (found != regions.end())
        m_view->goTo(found->range.begin);
}

} // namespace ipclens
