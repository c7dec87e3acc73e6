#include "tests/ui/sharing_world.h"
#include "ui/error_bar.h"
#include "ui/explanation_dialog.h"
#include "ui/facts.h"
#include "ui/name_doctor_dialog.h"
#include "ui/object_tab.h"
#include "ui/process_tab.h"
#include "ui/row_table.h"
#include "ui/shared_data_tab.h"
#include "ui/sync_tab.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>

namespace ipclens {
namespace {

using test::key;

struct SharingTabsTest : testing::Test, test::SharingClient {
    template <class Tab>
    Tab *show(Tab *tab)
    {
        m_tab.reset(tab);
        tab->resize(800, 600);
        tab->QWidget::show();
        return tab;
    }
    void TearDown() override { m_tab.reset(); }
    template <class Widget>
    Widget *child(const char *name)
    {
        return m_tab->findChild<Widget *>(QLatin1String(name));
    }
    static QAbstractItemModel *modelOf(const QWidget *tab, const char *table)
    {
        return tab->findChild<RowTable *>(QLatin1String(table))->view()->model();
    }
    QString cell(const char *table, int row, int column)
    {
        return child<RowTable>(table)->view()->model()->index(row, column).data().toString();
    }
    ErrorBar *shownBar()
    {
        for (auto *bar : m_tab->findChildren<ErrorBar *>()) {
            if (bar->isVisible())
                return bar;
        }
        return nullptr;
    }
    static QToolButton *button(QWidget *in, const QString &text)
    {
        for (auto *candidate : in->findChildren<QToolButton *>()) {
            if (candidate->text() == text && !candidate->isHidden())
                return candidate;
        }
        return nullptr;
    }
    std::unique_ptr<QWidget> m_tab;
};

// An object. ----------------------------------------------------------------------------------------------------------

struct ObjectTabTest : SharingTabsTest {
    ObjectTab *tab = nullptr;
    void SetUp() override
    {
        tab = new ObjectTab(client, {.name = "MySharedMem", .type = "Section"});
        m_testers.push_back(std::make_unique<QAbstractItemModelTester>(
            modelOf(tab, "holders"), QAbstractItemModelTester::FailureReportingMode::Fatal));
        m_testers.push_back(std::make_unique<QAbstractItemModelTester>(
            modelOf(tab, "views"), QAbstractItemModelTester::FailureReportingMode::Fatal));
        show(tab);
    }
    void waitForRows()
    {
        ASSERT_TRUE(waitUntil([this] { return tab->holders().rowCount() == 5 && tab->views().rowCount() == 3; }));
    }
    int rowOf(const QString &process)
    {
        for (int row = 0; row < tab->holders().rowCount(); ++row) {
            if (cell("holders", row, 0).startsWith(process))
                return row;
        }
        return -1;
    }
    void TearDown() override
    {
        m_testers.clear();
        SharingTabsTest::TearDown();
    }
    std::vector<std::unique_ptr<QAbstractItemModelTester>> m_testers;
};

TEST_F(ObjectTabTest, ShowsHoldersViewsAndFacts)
{
    waitForRows();
    const int feed = rowOf(QStringLiteral("feed.exe"));
    EXPECT_EQ(cell("holders", feed, HolderTexts::Process), "feed.exe (1004)");
    EXPECT_EQ(cell("holders", feed, HolderTexts::Handle), "0x1a4");
    EXPECT_TRUE(
        cell("holders", feed, HolderTexts::Access).startsWith(QStringLiteral("SECTION_MAP_READ SECTION_MAP_WRITE")));
    EXPECT_EQ(cell("holders", feed, HolderTexts::Inherited), "by children");
    const auto *facts = tab->findChild<Facts *>();
    EXPECT_EQ(facts->text(QStringLiteral("Full name")), "\\Sessions\\1\\BaseNamedObjects\\MySharedMem");
    EXPECT_EQ(facts->text(QStringLiteral("Kind")), "64 KiB, SEC_COMMIT, PAGE_READWRITE");
    EXPECT_EQ(tab->title(), "Section MySharedMem");
}

TEST_F(ObjectTabTest, OurHandlesAreMarkedAndNotCounted)
{
    waitForRows();
    EXPECT_EQ(child<RowTable>("holders")->findChild<QLabel *>()->text(), "Holders (4 and 1 of ours)");
    EXPECT_TRUE(cell("holders", rowOf(QStringLiteral("ipclens-cli")), HolderTexts::Note)
                    .contains(QStringLiteral("not counted")));
}

TEST_F(ObjectTabTest, SaysHowSureItIsOfAViewAndWhy)
{
    waitForRows();
    QStringList words;
    for (int row = 0; row < 3; ++row)
        words << cell("views", row, ViewTexts::Certainty);
    EXPECT_TRUE(words.contains(QString::fromUtf8("≈ probable"))) << words.join(",").toStdString();
    EXPECT_TRUE(words.contains(QStringLiteral("? possible")));
    EXPECT_TRUE(
        cell("views", words.indexOf(QStringLiteral("? possible")), ViewTexts::Why).contains(QStringLiteral("zeros")));
}

TEST_F(ObjectTabTest, SaysWhatProbablyGuardsIt)
{
    waitForRows();
    auto *facts = tab->findChild<Facts *>();
    ASSERT_TRUE(waitUntil([&] { return !facts->text(QStringLiteral("Probably guarded by")).isEmpty(); }));
    EXPECT_TRUE(facts->text(QStringLiteral("Probably guarded by")).contains(QStringLiteral("MySharedMemLock")));
    EXPECT_TRUE(facts->text(QStringLiteral("Probably guarded by")).contains(QStringLiteral("begin alike")));
    QSignalSpy wanted(tab, &SharingTab::objectRequested);
    emit facts->linkActivated(QStringLiteral("0"));
    ASSERT_EQ(wanted.count(), 1);
    EXPECT_EQ(wanted[0][0].value<ObjectTarget>().type, "Mutant");
}

TEST_F(ObjectTabTest, SaysWhoCouldNotBeLookedInto)
{
    waitForRows();
    EXPECT_TRUE(child<QLabel>("unseen")->text().contains(QStringLiteral("System (4)")));
    EXPECT_TRUE(child<QLabel>("unseen")->text().contains(QStringLiteral("Access is denied")));
}

TEST_F(ObjectTabTest, ClosingAHandleIsAskedForAndNamesWhatBreaks)
{
    waitForRows();
    auto *close = child<QToolButton>("closeHandle");
    EXPECT_FALSE(close->isEnabled()) << "nothing is chosen";
    child<RowTable>("holders")->select(rowOf(QStringLiteral("ipclens-cli")));
    EXPECT_FALSE(close->isEnabled()) << "ours is not closed here";
    child<RowTable>("holders")->select(rowOf(QStringLiteral("feed.exe")));
    ASSERT_TRUE(close->isEnabled());
    close->click();
    auto *box = tab->findChild<QMessageBox *>(QStringLiteral("confirmClose"));
    ASSERT_NE(box, nullptr);
    EXPECT_TRUE(box->text().contains(QStringLiteral("feed.exe (1004)")));
    EXPECT_TRUE(box->informativeText().contains(QStringLiteral("crash")));
    EXPECT_TRUE(box->informativeText().contains(QStringLiteral("inherited")));
    EXPECT_EQ(box->defaultButton(), box->button(QMessageBox::Cancel));
    box->button(QMessageBox::Cancel)->click();
    EXPECT_TRUE(world->questions<CloseHolderHandle>().empty());

    close->click();
    ASSERT_TRUE(waitUntil([&] { return tab->findChildren<QMessageBox *>().size() == 1; }));
    box = tab->findChild<QMessageBox *>(QStringLiteral("confirmClose"));
    const auto before = world->questions<DescribeObject>().size();
    for (auto *each : box->buttons()) {
        if (box->buttonRole(each) == QMessageBox::DestructiveRole)
            each->click();
    }
    ASSERT_TRUE(waitUntil([&] { return world->questions<DescribeObject>().size() > before; })) << "it is read again";
    const auto asked = world->questions<CloseHolderHandle>();
    ASSERT_EQ(asked.size(), 1u);
    EXPECT_EQ(asked[0].process, key(1004));
    EXPECT_EQ(asked[0].handle, 0x1a4u);
    EXPECT_EQ(asked[0].type, "Section");
}

TEST_F(ObjectTabTest, ARefreshMergesAndKeepsTheChosenRow)
{
    waitForRows();
    child<RowTable>("holders")->select(rowOf(QStringLiteral("feed.exe")));
    world->change([&] {
        std::erase_if(world->object.holders.handles, [](const ObjectHandle &each) { return each.process.pid == 1000; });
        world->object.holders.handles.push_back(test::holder(2000, "alpha.exe", 0x10, {"SECTION_MAP_READ"}));
    });
    tab->refresh();
    ASSERT_TRUE(waitUntil([&] { return rowOf(QStringLiteral("alpha.exe")) >= 0; }));
    EXPECT_EQ(child<RowTable>("holders")->currentRow(), rowOf(QStringLiteral("feed.exe")));
    EXPECT_EQ(rowOf(QStringLiteral("trader.exe")), -1);
}

TEST_F(ObjectTabTest, AViewOpensInItsProcessAndTheSectionByItsName)
{
    waitForRows();
    QSignalSpy wanted(tab, &SharingTab::openRequested);
    emit child<RowTable>("views")->activated(0);
    child<QToolButton>("openSection")->click();
    ASSERT_EQ(wanted.count(), 2);
    EXPECT_EQ(wanted[0][0].value<SourceSpec>().kind, SourceKind::Process);
    EXPECT_EQ(wanted[1][0].value<SourceSpec>().name, "MySharedMem");
}

TEST_F(ObjectTabTest, AnUnnamedSectionOpensThroughItsHolder)
{
    auto *other = show(new ObjectTab(client, {.type = "Section", .process = key(1008), .handle = 0x44}));
    QSignalSpy wanted(other, &SharingTab::openRequested);
    child<QToolButton>("openSection")->click();
    ASSERT_EQ(wanted.count(), 1);
    const auto spec = wanted[0][0].value<SourceSpec>();
    EXPECT_EQ(spec.kind, SourceKind::Handle);
    EXPECT_EQ(spec.process, key(1008));
    EXPECT_EQ(spec.handle, 0x44u);
    m_testers.clear();
}

TEST_F(SharingTabsTest, ARefusalOffersToSayWhy)
{
    world->change([&] {
        world->refusals["object.describe"] = {.kind = ErrorKind::Refused,
                                              .code = 5,
                                              .operation = "open section",
                                              .object = "MySharedMem",
                                              .meaning = "Access is denied"};
    });
    auto *tab = show(new ObjectTab(client, {.name = "MySharedMem", .type = "Section"}));
    QSignalSpy wanted(tab, &SharingTab::explainRequested);
    ASSERT_TRUE(waitUntil([&] { return shownBar() != nullptr; }));
    EXPECT_TRUE(shownBar()->text().contains(QStringLiteral("Access is denied")));
    button(shownBar(), QStringLiteral("Why?"))->click();
    ASSERT_TRUE(waitUntil([&] { return wanted.count() == 1; }));
    EXPECT_EQ(wanted[0][0].value<ExplainTarget>().object.name, "MySharedMem");
}

TEST_F(SharingTabsTest, AWalkCanBeCancelledAndStartedAgain)
{
    world->change([&] { world->holdsBack = true; });
    show(new ObjectTab(client, {.name = "MySharedMem", .type = "Section"}));
    QToolButton *cancel = nullptr;
    ASSERT_TRUE(waitUntil([&] {
        cancel = child<QToolButton>("cancelJob");
        return cancel && cancel->isVisible();
    }));
    cancel->click();
    ASSERT_NE(shownBar(), nullptr);
    EXPECT_TRUE(shownBar()->text().startsWith(QStringLiteral("Cancelled")));
    EXPECT_FALSE(cancel->isVisible());
    world->change([&] { world->holdsBack = false; });
    button(shownBar(), QStringLiteral("Read again"))->click();
    ASSERT_TRUE(waitUntil([&] { return cell("holders", 0, 0).startsWith(QStringLiteral("bridge.exe")); }));
    ASSERT_TRUE(waitUntil([&] { return shownBar() == nullptr; }));
}

TEST_F(SharingTabsTest, ATabThatIsNotSeenAsksNothing)
{
    ObjectTab hidden(client, {.name = "MySharedMem", .type = "Section"});
    auto *tab = show(new SyncTab(client));
    ASSERT_TRUE(waitUntil([&] { return tab->objects().rowCount() > 0; }));
    EXPECT_TRUE(world->questions<DescribeObject>().empty());
}

// A process. ----------------------------------------------------------------------------------------------------------

struct ProcessTabTest : SharingTabsTest {
    ProcessTab *tab = nullptr;
    std::unique_ptr<QAbstractItemModelTester> tester;
    void SetUp() override
    {
        tab = new ProcessTab(client, key(1000));
        tester = std::make_unique<QAbstractItemModelTester>(modelOf(tab, "handles"),
                                                            QAbstractItemModelTester::FailureReportingMode::Fatal);
        show(tab);
        ASSERT_TRUE(waitUntil([this] { return tab->handles().rowCount() == 40; }));
    }
    void TearDown() override
    {
        tester.reset();
        SharingTabsTest::TearDown();
    }
};

TEST_F(ProcessTabTest, ShowsWhatItIs)
{
    const auto *facts = tab->findChild<Facts *>();
    EXPECT_EQ(tab->title(), "trader.exe (1000)");
    EXPECT_TRUE(facts->text(QStringLiteral("Command line")).contains(QStringLiteral("--account 7")));
    EXPECT_EQ(facts->text(QStringLiteral("User")), "DESK\\lena, Medium integrity");
    ASSERT_TRUE(waitUntil([this] { return tab->pages()->tabText(2) == QStringLiteral("Handles 40"); }))
        << tab->pages()->tabText(2).toStdString();
}

TEST_F(ProcessTabTest, MarksSharedModulesAndLeadsToThem)
{
    ASSERT_TRUE(waitUntil([this] { return cell("modules", 2, 0) == QStringLiteral("trader.exe"); }));
    EXPECT_EQ(cell("modules", 0, ModuleTexts::Name), "hooks.dll");
    EXPECT_EQ(cell("modules", 0, ModuleTexts::Shared), "SHARED .SHARED");
    EXPECT_EQ(cell("modules", 1, ModuleTexts::Shared), "");
}

TEST_F(ProcessTabTest, ListsWhatItSharesWithWhom)
{
    ASSERT_TRUE(waitUntil([this] { return child<RowTable>("shared")->view()->model()->rowCount() == 5; }));
    QStringList kinds;
    for (int row = 0; row < 5; ++row)
        kinds << cell("shared", row, SharedThingTexts::Kind);
    kinds.sort();
    EXPECT_EQ(kinds, (QStringList{"DLL data", "Mapped file", "Mutant", "Section", "Section"}));
    QSignalSpy objects(tab, &SharingTab::objectRequested);
    QSignalSpy data(tab, &SharingTab::sharedDataRequested);
    for (int row = 0; row < 5; ++row)
        emit child<RowTable>("shared")->activated(row);
    EXPECT_EQ(objects.count(), 3);
    ASSERT_EQ(data.count(), 1);
    EXPECT_EQ(data[0][1].toString(), ".SHARED");
}

TEST_F(ProcessTabTest, NoticesThatItExitsAndOffersItsNewInstance)
{
    world->change([&] {
        world->processes.processes = {};
        world->process.hasExited = true;
        world->process.exited = 1'790'000'600'000'000'000;
    });
    auto *end = child<ErrorBar>("end");
    ASSERT_TRUE(waitUntil([&] { return end->isVisible(); }));
    EXPECT_TRUE(end->text().startsWith(QStringLiteral("The process exited at "))) << end->text().toStdString();
    EXPECT_EQ(tab->title(), "trader.exe (1000), exited");
    EXPECT_EQ(button(end, QStringLiteral("Show its new instance (2000)")), nullptr);

    auto again = world->process.process;
    again.key = key(2000);
    world->change([&] {
        world->processes.processes = {again};
        world->process.successor = again;
    });
    QToolButton *next = nullptr;
    ASSERT_TRUE(
        waitUntil([&] { return (next = button(end, QStringLiteral("Show its new instance (2000)"))) != nullptr; }));
    QSignalSpy wanted(tab, &SharingTab::processRequested);
    next->click();
    ASSERT_TRUE(waitUntil([&] { return wanted.count() == 1; }));
    EXPECT_EQ(wanted[0][0].value<ProcessKey>(), key(2000));
}

TEST_F(ProcessTabTest, PartsThatCouldNotBeHadAreSaid)
{
    world->change([&] {
        world->process.failures = {{.kind = ErrorKind::Refused,
                                    .code = 5,
                                    .operation = "list modules",
                                    .object = "process 1000",
                                    .meaning = "Access is denied"}};
    });
    tab->refresh();
    auto *bar = child<ErrorBar>("failures");
    ASSERT_TRUE(waitUntil([&] { return bar->isVisible(); }));
    EXPECT_TRUE(bar->text().contains(QStringLiteral("list modules")));
    EXPECT_NE(button(bar, QStringLiteral("Why?")), nullptr);
}

// Data of DLLs. -------------------------------------------------------------------------------------------------------

TEST_F(SharingTabsTest, SharedDataMarksWhoSeesOtherBytes)
{
    auto *tab = show(new SharedDataTab(client));
    ASSERT_TRUE(waitUntil([&] { return tab->users().rowCount() == 4 && tab->variables().rowCount() == 3; }));
    EXPECT_EQ(cell("sections", 0, SharedDataTexts::Differ), QString::fromUtf8("≠ 1 differs"));
    QStringList contents;
    for (int row = 0; row < 4; ++row)
        contents << cell("users", row, SharedDataUserTexts::Contents);
    EXPECT_EQ(contents.count(QString::fromUtf8("≠ differs")), 1);
    EXPECT_EQ(contents.count(QString::fromUtf8("= as most")), 2);
    EXPECT_TRUE(tab->contentsText().startsWith(QStringLiteral("00000000  "))) << tab->contentsText().toStdString();
    child<RowTable>("users")->select(static_cast<int>(contents.indexOf(QString::fromUtf8("≠ differs"))));
    auto *bytes = child<QPlainTextEdit>("contents");
    EXPECT_EQ(bytes->extraSelections().size(), 2);
    EXPECT_EQ(bytes->extraSelections()[0].cursor.selectedText(), "09");
    EXPECT_EQ(bytes->extraSelections()[1].cursor.selectedText(), "ff");
}

TEST_F(SharingTabsTest, SharedDataIsReadAgainForTheChosenDllAlone)
{
    auto *tab = show(new SharedDataTab(client));
    ASSERT_TRUE(waitUntil([&] { return tab->users().rowCount() == 4; }));
    world->change([&] { world->data.sections[0].variables[0].text = "4 (0x4)"; });
    ASSERT_TRUE(
        waitUntil([&] { return cell("variables", 0, SharedVariableTexts::Value) == QStringLiteral("4 (0x4)"); }));
    const auto asked = world->questions<ListSharedData>();
    EXPECT_EQ(asked.front().module, "");
    EXPECT_TRUE(std::ranges::any_of(asked, [](const ListSharedData &one) { return one.module == "hooks.dll"; }));
}

// Synchronisation. ----------------------------------------------------------------------------------------------------

TEST_F(SharingTabsTest, SyncStatesFollowWhileTheyAreSeen)
{
    auto *tab = show(new SyncTab(client));
    QAbstractItemModelTester tester(modelOf(tab, "objects"), QAbstractItemModelTester::FailureReportingMode::Fatal);
    ASSERT_TRUE(waitUntil([&] { return tab->objects().rowCount() == 5; }));
    QStringList states;
    for (int row = 0; row < 5; ++row)
        states << cell("objects", row, SyncTexts::Name) + QStringLiteral(": ") + cell("objects", row, SyncTexts::State);
    EXPECT_TRUE(states.filter(QStringLiteral("MySharedMemLock")).value(0).contains(QStringLiteral("1032")))
        << states.join("\n").toStdString();
    EXPECT_TRUE(states.contains(QStringLiteral("Workers: unknown")));
    world->change([&] { world->sync.objects[3].state->count = 0; });
    const auto semaphore = [&] {
        for (int row = 0; row < tab->objects().rowCount(); ++row) {
            if (cell("objects", row, SyncTexts::Name) == QStringLiteral("OrderSlots"))
                return cell("objects", row, SyncTexts::State);
        }
        return QString();
    };
    const auto before = semaphore();
    ASSERT_TRUE(waitUntil([&] { return semaphore() != before; })) << "without a refresh by the user";
}

TEST_F(SharingTabsTest, SyncTellsHoldersAndWhatIsProbablyGuarded)
{
    auto *tab = show(new SyncTab(client));
    ASSERT_TRUE(waitUntil([&] { return tab->objects().rowCount() == 5; }));
    int lock = 0;
    while (cell("objects", lock, SyncTexts::Name) != QStringLiteral("MySharedMemLock"))
        ASSERT_LT(++lock, 5);
    EXPECT_EQ(cell("objects", lock, SyncTexts::Guards), "MySharedMem");
    child<RowTable>("objects")->select(lock);
    ASSERT_TRUE(waitUntil([&] { return child<RowTable>("holders")->view()->model()->rowCount() == 2; }));
}

TEST_F(SharingTabsTest, PipesSayWhyOthersAreMissing)
{
    auto *tab = show(new SyncTab(client));
    tab->pages()->setCurrentIndex(1);
    ASSERT_TRUE(waitUntil([&] { return tab->pipes().rowCount() == 1; }));
    EXPECT_TRUE(child<QLabel>("pipeNote")->text().contains(QStringLiteral("Wine does not list them")));
    EXPECT_TRUE(child<QLabel>("pipeNote")->text().contains(QStringLiteral("did not answer")));
    for (const auto &line : child<QLabel>("pipeNote")->text().split(QLatin1Char('\n')))
        EXPECT_TRUE(line.endsWith(QLatin1Char('.')) || !line.contains(QStringLiteral("did not answer")))
            << line.toStdString();
    EXPECT_GE(child<QLabel>("pipeNote")->text().count(QLatin1Char('\n')), 1) << "each of them on a line of its own";
    EXPECT_EQ(cell("pipes", 0, PipeTexts::Instances), "2 of 4");
    EXPECT_EQ(cell("pipes", 0, PipeTexts::Clients), "bridge.exe (1012)");
}

// Dialogs. ------------------------------------------------------------------------------------------------------------

TEST_F(SharingTabsTest, TheNameDoctorShowsFindingsAndTheWayOut)
{
    auto *dialog = new NameDoctorDialog(client, QStringLiteral("Global\\MySharedMem"));
    dialog->setAttribute(Qt::WA_DeleteOnClose, false);
    show(dialog);
    ASSERT_TRUE(waitUntil([&] { return dialog->findings().rowCount() == 3; }));
    EXPECT_TRUE(dialog->verdict().startsWith(QStringLiteral("Nothing of that name is in Global")));
    EXPECT_EQ(cell("findings", 0, FindingTexts::What), QString::fromUtf8("→ elsewhere")) << "in the session's order";
    ASSERT_TRUE(waitUntil([&] { return child<QPushButton>("openReadOnly")->isEnabled(); }))
        << "the first finding is chosen";
    EXPECT_FALSE(child<QPushButton>("open")->isEnabled()) << "writing is not granted";
    QSignalSpy wanted(dialog, &NameDoctorDialog::openRequested);
    child<QPushButton>("openReadOnly")->click();
    ASSERT_EQ(wanted.count(), 1);
    EXPECT_EQ(wanted[0][0].toString(), "\\Sessions\\1\\BaseNamedObjects\\MySharedMem");
    EXPECT_EQ(wanted[0][1].value<Access>(), Access::Read);
    child<RowTable>("findings")->select(2);
    EXPECT_FALSE(child<QPushButton>("openReadOnly")->isEnabled()) << "a mutex has no bytes";
    EXPECT_TRUE(child<QPushButton>("sharers")->isEnabled());
}

TEST_F(SharingTabsTest, TheNameDoctorAsksForWhatWasTyped)
{
    auto *dialog = new NameDoctorDialog(client, {});
    dialog->setAttribute(Qt::WA_DeleteOnClose, false);
    show(dialog);
    EXPECT_TRUE(world->questions<DiagnoseName>().empty());
    child<QLineEdit>("name")->setText(QStringLiteral("Local\\X"));
    QKeyEvent enter(QEvent::KeyPress, Qt::Key_Return, Qt::NoModifier);
    QApplication::sendEvent(dialog, &enter);
    ASSERT_TRUE(waitUntil([&] { return world->questions<DiagnoseName>().size() == 1; }));
    EXPECT_EQ(world->questions<DiagnoseName>()[0].text, "Local\\X");
    EXPECT_EQ(world->questions<DiagnoseName>()[0].type, "Section");
}

TEST_F(SharingTabsTest, AnExplanationReadsAsOnTheConsole)
{
    auto *dialog = new ExplanationDialog(
        client, {.kind = ExplainKind::Object, .object = {.name = "MySharedMem", .type = "Section"}});
    dialog->setAttribute(Qt::WA_DeleteOnClose, false);
    show(dialog);
    ASSERT_TRUE(waitUntil([&] { return !dialog->text().isEmpty(); }));
    EXPECT_EQ(dialog->text().toStdString(), toText(world->explanation));
}

} // namespace
} // namespace ipclens
