// The steps of the tour through what can be done with messages.
#include "ui/tour.h"

#include "ui/documents.h"
#include "ui/graph_panel.h"
#include "ui/main_window.h"
#include "ui/message_list.h"
#include "ui/send_dialog.h"
#include "ui/traffic_tab.h"

#include <QDialog>

namespace ipclens {
namespace {

constexpr qint64 enoughMessages = 80;
constexpr std::uint64_t enoughRelayed = 10;
constexpr int settleTime = 300;      // milliseconds
constexpr int windowListTime = 1000; // until a dialog has its list of windows
constexpr int countTime = 800;       // until statistics show what they have counted
constexpr InboxId relayNumber = 2;   // the second that this session opens

// A message in the middle of what is shown: the tail may be cut by the frame.
bool goToMessage(MessageList *list)
{
    if (!list || list->model()->rowCount() < 9)
        return false;
    list->goToRow(list->model()->rowCount() - 8);
    return true;
}

} // namespace

void Tour::addTraffic()
{
    const auto tab = [this] { return m_window.documents()->traffic(); };
    const auto list = [tab] { return tab() ? tab()->findChild<MessageList *>() : nullptr; };
    const auto settled = [this] { return m_sinceBegin.elapsed() > settleTime; };
    m_steps.push_back({{},
                       tr("%1 messages from the demo").arg(enoughMessages),
                       [this] { m_window.documents()->showTraffic(); },
                       [this] { return m_received >= enoughMessages; }});
    m_steps.push_back({QStringLiteral("traffic"), tr("message whose payload could be shown"),
                       [list] { goToMessage(list()); },
                       [this, list, settled] { return list() && list()->current() && settled(); }});
    m_steps.push_back(
        {QStringLiteral("traffic-filter"), tr("message that passes a filter"),
         [tab] {
             if (!tab())
                 return;
             tab()->showFilter(QStringLiteral("size > 100 && !(data.id == 1) && sender.exe matches \"demo\""));
             tab()->findChild<GraphPanel *>()->plot({.value = PlottedValue::Size, .split = CurveSplit::Id});
         },
         [list, settled] { return list() && goToMessage(list()) && settled(); }});
    m_steps.push_back({{},
                       tr("%1 messages through a relay").arg(enoughRelayed),
                       [tab] {
                           if (!tab())
                               return;
                           tab()->showFilter({});
                           tab()->listen(RelayRequest{.receiver = {.className = "Receive"}});
                       },
                       [tab] {
                           if (!tab())
                               return false;
                           std::uint64_t relayed = 0;
                           const auto &store = tab()->messages().store();
                           for (auto index = store.begin(); index < store.end(); ++index)
                               relayed += store.at(index).inbox == relayNumber;
                           return relayed >= enoughRelayed;
                       }});
    addTrafficDialogs();
}

void Tour::addTrafficDialogs()
{
    const auto tab = [this] { return m_window.documents()->traffic(); };
    // Opens a window and takes its picture; the one before is closed.
    const auto add = [this, tab](const char *name, const char *dialog, int time,
                                 std::function<void(TrafficTab &)> open) {
        m_steps.push_back({QLatin1String(name), tr("dialog \"%1\"").arg(QLatin1String(dialog)),
                           [this, tab, open = std::move(open)] {
                               if (m_dialog)
                                   m_dialog->close();
                               m_dialog = nullptr;
                               if (tab())
                                   open(*tab());
                           },
                           [this, dialog, time] {
                               if (!m_dialog)
                                   m_dialog = m_window.findChild<QDialog *>(QLatin1String(dialog));
                               return m_dialog && m_dialog->isVisible() && m_sinceBegin.elapsed() > time;
                           }});
    };
    add("sequence", "sequence", settleTime, [](TrafficTab &traffic) {
        traffic.showFilter(QStringLiteral("inbox == %1").arg(relayNumber));
        traffic.showSequence();
    });
    add("statistics", "statistics", countTime, [](TrafficTab &traffic) {
        traffic.showFilter({});
        traffic.showStatistics();
    });
    add("listen-dialog", "listen", settleTime, [](TrafficTab &traffic) { traffic.askWhatToListenTo(); });
    add("relay-dialog", "relay", windowListTime, [](TrafficTab &traffic) { traffic.askForRelay(); });
    add("tap-dialog", "tap", windowListTime, [](TrafficTab &traffic) { traffic.askForTap(); });
    add("replay-dialog", "replay", windowListTime, [](TrafficTab &traffic) { traffic.replay(); });
    add("colours-dialog", "colours", settleTime, [](TrafficTab &traffic) { traffic.editColours(); });
    add("send-dialog", "send", windowListTime, [this](TrafficTab &) { m_window.sendTo(0); });
}

} // namespace ipclens
