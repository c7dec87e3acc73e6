// The steps of the tour through what can be done with memory.
#include "ui/tour.h"

#include "ui/compare_bar.h"
#include "ui/documents.h"
#include "ui/find_bar.h"
#include "ui/hex_view.h"
#include "ui/inspector.h"
#include "ui/main_window.h"
#include "ui/match_list.h"
#include "ui/match_model.h"
#include "ui/memory_tab.h"
#include "ui/scan_dock.h"
#include "ui/scan_model.h"

#include <QComboBox>
#include <QDockWidget>
#include <QLineEdit>
#include <QTableWidget>

namespace ipclens {

namespace {

constexpr int settleTime = 300;       // milliseconds
constexpr Address freeOffset = 0x810; // of the demo's mapping, where "Lens" was written

} // namespace

// With the demo's mapping in front and open for writing.
void Tour::addMemoryTools()
{
    const auto tab = [this] { return m_window.documents()->currentMemory(); };
    const auto settled = [this] { return m_sinceBegin.elapsed() > settleTime; };
    m_steps.push_back({QStringLiteral("inspector-edit"), tr("line over a value in the inspector"),
                       [tab] {
                           if (tab())
                               tab()->goTo(freeOffset);
                       },
                       [this] {
                           auto *table = m_window.inspector()->findChild<QTableWidget *>();
                           const auto found = table->findItems(QStringLiteral("u32"), Qt::MatchExactly);
                           if (found.isEmpty() || m_sinceBegin.elapsed() < settleTime)
                               return false;
                           if (auto *line = table->findChild<QLineEdit *>())
                               return line->text() == QLatin1String("0x4c454e53");
                           m_window.inspector()->edit(found.first()->row(), 1);
                           if (auto *line = table->findChild<QLineEdit *>())
                               line->setText(QStringLiteral("0x4c454e53"));
                           return false;
                       }});
    m_steps.push_back({QStringLiteral("find"), tr("list of what was found"),
                       [this, tab] {
                           if (!tab())
                               return;
                           m_window.inspector()->endEdit();
                           auto *bar = tab()->findChild<FindBar *>();
                           bar->open(QStringLiteral("4c 65 ?? 73"));
                           bar->findAll();
                       },
                       [tab, settled] {
                           auto *bar = tab() ? tab()->findChild<FindBar *>() : nullptr;
                           return bar && bar->list()->isVisible() && bar->list()->model().rowCount() > 0 && settled();
                       }});
    m_steps.push_back({QStringLiteral("layout"), tr("bytes as numbers"),
                       [tab] {
                           if (!tab())
                               return;
                           tab()->findChild<FindBar *>()->close();
                           tab()->goTo(Address{0});
                           HexLayout layout;
                           layout.unit = ValueType::U32;
                           layout.radix = HexRadix::Decimal;
                           tab()->view()->setLayout(layout);
                           tab()->view()->setChangeMarks(HexView::ChangeMarks::Heat);
                       },
                       [this] { return m_sinceBegin.elapsed() > 2 * settleTime; }});
    m_steps.push_back({{}, tr("first scan of the mapping"),
                       [this, tab] {
                           if (!tab())
                               return;
                           tab()->view()->setLayout({});
                           tab()->view()->setChangeMarks(HexView::ChangeMarks::Fading);
                           auto *scan = m_window.showScan();
                           auto *box = scan->findChild<QComboBox *>(QStringLiteral("scanComparison"));
                           box->setCurrentIndex(box->findData(static_cast<int>(ScanComparison::Unknown)));
                           scan->firstScan();
                       },
                       [this, settled] { return m_window.showScan()->status().scan != 0 && settled(); }});
    m_steps.push_back({QStringLiteral("scan"), tr("values that have changed"),
                       [this] {
                           auto *scan = m_window.showScan();
                           auto *box = scan->findChild<QComboBox *>(QStringLiteral("scanComparison"));
                           box->setCurrentIndex(box->findData(static_cast<int>(ScanComparison::Changed)));
                           scan->narrow();
                       },
                       [this, settled] {
                           auto *scan = m_window.showScan();
                           return scan->status().steps == 2 && scan->model().row(0) != nullptr && settled();
                       }});
    m_steps.push_back({{}, tr("frame to compare with"),
                       [this, tab] {
                           m_window.findChild<QDockWidget *>(QStringLiteral("scanDock"))->hide();
                           if (tab())
                               tab()->compare();
                       },
                       [tab, settled] { return tab() && tab()->view()->hasFrame() && settled(); }});
    m_steps.push_back({QStringLiteral("compare"), tr("difference from the frame"),
                       [tab] {
                           if (tab())
                               tab()->goToDifference(false);
                       },
                       [tab, settled] { return tab() && tab()->view()->selection().size != 0 && settled(); }});
    m_steps.push_back({{}, tr("end of comparing"),
                       [tab] {
                           if (!tab())
                               return;
                           tab()->findChild<CompareBar *>()->close();
                           tab()->goTo(Address{0});
                       },
                       [tab] { return tab() && !tab()->view()->hasFrame(); }});
}

} // namespace ipclens
