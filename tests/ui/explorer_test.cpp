#include "ui/explorer.h"

#include "tests/ui/shell_fixture.h"
#include "ui/object_model.h"
#include "ui/process_model.h"
#include "ui/window_model.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTreeView>

#include <atomic>

namespace ipclens {
namespace {


struct ExplorerTest : shell::Shell {
    std::unique_ptr<Client> client = std::make_unique<Client>(QStringLiteral("test"), opener());
    std::unique_ptr<Explorer> explorer = std::make_unique<Explorer>(*client);
    std::atomic<int> asked = 0;

    ExplorerTest()
    {
        world->duringProcesses = [this](std::stop_token) { ++asked; };
        explorer->resize(400, 600);
    }
    void show()
    {
        explorer->show();
        client->connectNow();
        ASSERT_TRUE(waitUntil([this] { return explorer->processes()->model().rowCount() == 2; }));
    }
    void TearDown() override
    {
        explorer.reset();
        client.reset();
        Client::finishClosing();
    }
    QString emptyText(ExplorerPage *page)
    {
        for (auto *label : page->view()->findChildren<QLabel *>()) {
            if (!label->isHidden())
                return label->text();
        }
        return {};
    }
};

TEST_F(ExplorerTest, ListsProcessesOnceConnected)
{
    show();
    EXPECT_EQ(explorer->processes()->filter()->rowCount(), 2);
    EXPECT_EQ(emptyText(explorer->processes()), "");
}

TEST_F(ExplorerTest, SaysThatItIsNotConnected)
{
    explorer->show();
    EXPECT_TRUE(emptyText(explorer->processes()).contains(QStringLiteral("Not connected")));
}

TEST_F(ExplorerTest, AsksAgainByItselfAndKeepsTheSelection)
{
    show();
    auto *page = explorer->processes();
    page->view()->setCurrentIndex(page->filter()->index(1, 0));
    const auto name = page->view()->currentIndex().data().toString();
    const int before = asked;
    EXPECT_TRUE(waitUntil([&] { return asked > before; }));
    EXPECT_EQ(page->view()->currentIndex().data().toString(), name);
}

TEST_F(ExplorerTest, AHiddenListAsksNothing)
{
    show();
    explorer->setCurrentWidget(explorer->windows());
    ASSERT_TRUE(waitUntil([this] { return explorer->windows()->model().rowCount() == 1; }));
    const int before = asked;
    // Long enough for the other list to have been asked for again: its refreshes count the time.
    QSignalSpy refreshes(explorer->windows(), &ExplorerPage::refreshed);
    ASSERT_TRUE(waitUntil([&] { return refreshes.count() >= 2; }));
    EXPECT_EQ(asked, before);
    explorer->setCurrentWidget(explorer->processes());
    EXPECT_TRUE(waitUntil([&] { return asked > before; })) << "shown again, it asks at once";
}

TEST_F(ExplorerTest, ObjectsAreOfTheChosenType)
{
    show();
    auto *page = explorer->objects();
    explorer->setCurrentWidget(page);
    ASSERT_TRUE(waitUntil([&] { return page->model().rowCount() == 1; }));
    EXPECT_EQ(page->model().row(0).name, "MySharedMem");
    auto *type = page->findChild<QComboBox *>();
    type->setCurrentIndex(type->findData(QStringLiteral("Event")));
    ASSERT_TRUE(waitUntil([&] { return page->model().rowCount() == 1 && page->model().row(0).name == "Ready"; }));
    type->setCurrentIndex(type->findData(QStringLiteral("Job")));
    ASSERT_TRUE(waitUntil([&] { return emptyText(page).contains(QStringLiteral("type Job")); })) << emptyText(page).toStdString();
    type->setCurrentIndex(type->findData(QString()));
    EXPECT_TRUE(waitUntil([&] { return page->model().rowCount() == 2; }));
}

TEST_F(ExplorerTest, AnEmptyListSaysWhyAndWhatToDo)
{
    world->objects.clear();
    show();
    explorer->setCurrentWidget(explorer->objects());
    EXPECT_TRUE(waitUntil([&] { return emptyText(explorer->objects()).contains(QStringLiteral("CreateFileMapping")); }));
}

TEST_F(ExplorerTest, AFilterThatHidesEverythingSaysSo)
{
    show();
    explorer->processes()->setFilter(QStringLiteral("nothing like it"));
    EXPECT_TRUE(emptyText(explorer->processes()).contains(QStringLiteral("filter")));
    explorer->processes()->setFilter({});
    EXPECT_EQ(emptyText(explorer->processes()), "");
}

TEST_F(ExplorerTest, ActivatingDoesTheObviousThing)
{
    show();
    std::optional<ProcessInfo> attached;
    std::optional<SourceSpec> opened;
    std::optional<quint64> sent;
    QObject::connect(explorer->processes(), &ProcessPage::attachRequested, explorer.get(),
                     [&](const ProcessInfo &process) { attached = process; });
    QObject::connect(explorer->objects(), &ObjectPage::openRequested, explorer.get(),
                     [&](const SourceSpec &spec) { opened = spec; });
    QObject::connect(explorer->windows(), &WindowPage::sendRequested, explorer.get(), [&](quint64 window) { sent = window; });
    const auto activateFirst = [](ExplorerPage *page) { emit page->view()->activated(page->filter()->index(0, 0)); };
    activateFirst(explorer->processes());
    explorer->setCurrentWidget(explorer->objects());
    ASSERT_TRUE(waitUntil([this] { return explorer->objects()->model().rowCount() == 1; }));
    activateFirst(explorer->objects());
    explorer->setCurrentWidget(explorer->windows());
    ASSERT_TRUE(waitUntil([this] { return explorer->windows()->model().rowCount() == 1; }));
    activateFirst(explorer->windows());
    ASSERT_TRUE(attached && opened && sent);
    EXPECT_EQ(attached->key.pid, 100u);
    EXPECT_EQ(opened->kind, SourceKind::Section);
    EXPECT_EQ(opened->name, "\\BaseNamedObjects\\MySharedMem");
    EXPECT_EQ(*sent, 0x20u);
}

TEST_F(ExplorerTest, TheProcessOfAWindowIsShown)
{
    show();
    explorer->setCurrentWidget(explorer->windows());
    explorer->processes()->setFilter(QStringLiteral("other"));
    emit explorer->windows()->processRequested({100, 1'000'100});
    EXPECT_EQ(explorer->currentPage(), explorer->processes());
    EXPECT_TRUE(waitUntil([this] {
        const int row = explorer->processes()->currentRow();
        return row >= 0 && explorer->processes()->model().row(row).key.pid == 100;
    }));
}

TEST_F(ExplorerTest, FilterColumnsAndPageSurviveARestart)
{
    show();
    explorer->processes()->setFilter(QStringLiteral("demo"));
    explorer->processes()->view()->setColumnHidden(ProcessModel::Path, false);
    explorer->setCurrentWidget(explorer->windows());
    QSettings settings;
    explorer->save(settings);
    Explorer restarted(*client);
    restarted.restore(settings);
    EXPECT_EQ(restarted.currentPage(), restarted.windows());
    EXPECT_EQ(restarted.processes()->findChild<QLineEdit *>(QStringLiteral("filter"))->text(), "demo");
    EXPECT_FALSE(restarted.processes()->view()->isColumnHidden(ProcessModel::Path));
    EXPECT_TRUE(restarted.processes()->view()->isColumnHidden(ProcessModel::Session));
}

} // namespace
} // namespace ipclens
