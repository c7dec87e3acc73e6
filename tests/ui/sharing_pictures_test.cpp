// Every page that tells who shares what, grabbed in several sizes and colours. With IPCLENS_PICTURES=FOLDER the
// pictures are kept, to be looked at; without it the test still finds a page that does not fit into a small window.
#include "tests/ui/sharing_world.h"
#include "ui/explanation_dialog.h"
#include "ui/map_tab.h"
#include "ui/map_view.h"
#include "ui/message_counts.h"
#include "ui/name_doctor_dialog.h"
#include "ui/object_tab.h"
#include "ui/process_tab.h"
#include "ui/row_table.h"
#include "ui/shared_data_tab.h"
#include "ui/sync_tab.h"
#include "ui/theme.h"

#include <QAction>
#include <QDir>
#include <QTabWidget>

namespace ipclens {
namespace {

struct SharingPictures : testing::Test, test::SharingClient {
    const QString folder = qEnvironmentVariable("IPCLENS_PICTURES");

    // `isReady` is asked after the widget was shown; then its pictures are taken.
    template <class Widget, class Ready>
    void take(const QString &name, Widget *widget, Ready isReady)
    {
        widget->setAttribute(Qt::WA_DeleteOnClose, false);
        const std::unique_ptr<QWidget> owner(widget);
        const bool isPage = !widget->isWindow() || qobject_cast<SharingTab *>(widget);
        // What is left of a window of 900 by 600 for a page, and of 1440 by 900.
        for (const auto size : {QSize(560, 440), QSize(900, 760)}) {
            for (const auto *variant : {"light", "dark"}) {
                theme::apply(QLatin1String(variant));
                if (isPage)
                    widget->resize(size);
                owner->show();
                ASSERT_TRUE(waitUntil([&] { return isReady(widget); })) << name.toStdString();
                waitUntil([] { return false; }, 60); // what was put off until the next turn is done
                if (isPage) {
                    EXPECT_LE(widget->minimumSizeHint().width(), size.width()) << name.toStdString();
                }
                if (!folder.isEmpty()) {
                    QDir().mkpath(folder);
                    const auto file = QStringLiteral("%1/%2-%3-%4.png")
                                          .arg(folder, name, QLatin1String(variant))
                                          .arg(widget->width());
                    EXPECT_TRUE(owner->grab().save(file));
                }
            }
            if (!isPage)
                break;
        }
        theme::apply(QStringLiteral("system"));
    }
};

TEST_F(SharingPictures, Object)
{
    take(QStringLiteral("object"), new ObjectTab(client, {.name = "MySharedMem", .type = "Section"}),
         [](ObjectTab *tab) {
             if (tab->holders().rowCount() > 1)
                 tab->findChild<RowTable *>(QStringLiteral("holders"))->select(1);
             return tab->holders().rowCount() > 1 && tab->views().rowCount() > 0;
         });
}

TEST_F(SharingPictures, Process)
{
    world->process.hasExited = true;
    world->process.exited = 1'790'000'600'000'000'000;
    world->process.successor = world->process.process;
    world->process.successor->key.pid = 2044;
    for (int page = 0; page < 6; ++page)
        take(QStringLiteral("process%1").arg(page), new ProcessTab(client, test::key(1000)), [page](ProcessTab *tab) {
            tab->pages()->setCurrentIndex(page);
            return tab->handles().rowCount() > 0;
        });
}

TEST_F(SharingPictures, SharedData)
{
    take(QStringLiteral("data"), new SharedDataTab(client), [](SharedDataTab *tab) {
        if (tab->users().rowCount() > 1)
            tab->findChild<RowTable *>(QStringLiteral("users"))->select(1);
        return tab->users().rowCount() > 1 && tab->variables().rowCount() > 0;
    });
}

TEST_F(SharingPictures, Sync)
{
    for (int page = 0; page < 2; ++page)
        take(QStringLiteral("sync%1").arg(page), new SyncTab(client), [page](SyncTab *tab) {
            tab->pages()->setCurrentIndex(page);
            const int rows = page == 0 ? tab->objects().rowCount() : tab->pipes().rowCount();
            if (rows > 0)
                tab->findChild<RowTable *>(page == 0 ? QStringLiteral("objects") : QStringLiteral("pipes"))->select(0);
            return rows > 0;
        });
}

TEST_F(SharingPictures, Dialogs)
{
    take(QStringLiteral("doctor"), new NameDoctorDialog(client, QStringLiteral("Global\\MySharedMem")),
         [](NameDoctorDialog *dialog) { return dialog->findings().rowCount() > 0; });
    take(QStringLiteral("why"),
         new ExplanationDialog(client, {.kind = ExplainKind::Object, .object = {.name = "MySharedMem"}}),
         [](ExplanationDialog *dialog) { return !dialog->text().isEmpty(); });
}

TEST_F(SharingPictures, Map)
{
    const MessageCounts counts(client);
    for (const auto &[processes, things] : {std::pair(3, 2), std::pair(16, 34), std::pair(120, 380)}) {
        world->map = test::mapOf(processes, things);
        take(QStringLiteral("map%1").arg(processes + things), new MapTab(client, counts),
             [](MapTab *tab) { return !tab->view()->picture().map().nodes.empty(); });
    }
    world->map = test::mapOf(16, 34);
    take(QStringLiteral("map50chosen"), new MapTab(client, counts), [](MapTab *tab) {
        if (tab->view()->picture().map().nodes.empty())
            return false;
        tab->view()->choose(tab->view()->picture().first());
        return true;
    });
    take(QStringLiteral("map500all"), new MapTab(client, counts), [this](MapTab *tab) {
        world->change([&] { world->map = test::mapOf(120, 380); });
        const auto nodes = tab->view()->picture().map().nodes.size();
        if (nodes > 0 && nodes < 60)
            tab->refresh();
        tab->findChild<QAction *>(QStringLiteral("group"))->setChecked(false);
        return nodes > 300;
    });
}

} // namespace
} // namespace ipclens
