#include "tests/ui/shell_fixture.h"
#include "ui/attach_dialog.h"
#include "ui/connect_dialog.h"
#include "ui/create_mapping_dialog.h"
#include "ui/error_bar.h"
#include "ui/listen_dialog.h"
#include "ui/modules_dialog.h"
#include "ui/open_mapping_dialog.h"
#include "ui/recent.h"

#include <QComboBox>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>
#include <QTreeWidget>

namespace ipclens {
namespace {


QPushButton *buttonOf(QDialog &dialog, const QString &text)
{
    for (auto *button : dialog.findChildren<QPushButton *>()) {
        if (button->text().remove(QLatin1Char('&')) == text)
            return button;
    }
    return nullptr;
}

struct DialogTest : shell::Shell {
    std::unique_ptr<Client> client = std::make_unique<Client>(QStringLiteral("test"), opener());
    std::optional<SourceInfo> opened;

    void SetUp() override
    {
        client->connectNow();
        ASSERT_TRUE(waitUntil([this] { return client->state() == Client::State::Connected; }));
    }
    void TearDown() override
    {
        client.reset();
        Client::finishClosing();
    }
};

TEST_F(DialogTest, OpensAMappingByName)
{
    OpenMappingDialog dialog(*client, QStringLiteral("MySharedMem"));
    QObject::connect(&dialog, &OpenMappingDialog::opened, &dialog,
                     [this](const SourceInfo &source) { opened = source; });
    dialog.show();
    buttonOf(dialog, QStringLiteral("Open"))->click();
    ASSERT_TRUE(waitUntil([this] { return opened.has_value(); }));
    EXPECT_EQ(opened->spec.name, "MySharedMem");
    EXPECT_EQ(opened->access, Access::Read);
    EXPECT_EQ(dialog.result(), QDialog::Accepted);
    EXPECT_EQ(recent::items(recent::Kind::Sections), QStringList{QStringLiteral("MySharedMem")});
}

TEST_F(DialogTest, OpensAMappingForWritingOrAsACopyWhenAsked)
{
    for (const auto &[start, access] : {std::pair{QStringLiteral("Read and"), Access::ReadWrite},
                                        std::pair{QStringLiteral("Private"), Access::Copy}}) {
        opened.reset();
        OpenMappingDialog dialog(*client, QStringLiteral("MySharedMem"));
        QObject::connect(&dialog, &OpenMappingDialog::opened, &dialog,
                         [this](const SourceInfo &source) { opened = source; });
        for (auto *radio : dialog.findChildren<QRadioButton *>()) {
            if (radio->text().remove(QLatin1Char('&')).startsWith(start))
                radio->setChecked(true);
        }
        buttonOf(dialog, QStringLiteral("Open"))->click();
        ASSERT_TRUE(waitUntil([this] { return opened.has_value(); }));
        EXPECT_EQ(opened->access, access);
    }
}

TEST_F(DialogTest, AMissingMappingIsToldInTheDialog)
{
    OpenMappingDialog dialog(*client, QStringLiteral("Nothing"));
    dialog.show();
    buttonOf(dialog, QStringLiteral("Open"))->click();
    auto *bar = dialog.findChild<ErrorBar *>();
    ASSERT_TRUE(waitUntil([&] { return bar->isVisible(); }));
    EXPECT_TRUE(bar->text().contains(QStringLiteral("Nothing"))) << bar->text().toStdString();
    EXPECT_TRUE(dialog.isVisible()) << "to be corrected";
    EXPECT_TRUE(recent::items(recent::Kind::Sections).isEmpty());
}

TEST_F(DialogTest, NamesAreCompletedFromTheObjects)
{
    OpenMappingDialog dialog(*client, {});
    auto *completer = dialog.findChild<QComboBox *>()->completer();
    EXPECT_TRUE(waitUntil([&] { return completer->model()->rowCount() == 2; }));
    EXPECT_FALSE(buttonOf(dialog, QStringLiteral("Open"))->isEnabled()) << "nothing to open yet";
}

TEST(OpenMapping, ExplainsWhereANameLies)
{
    EXPECT_EQ(OpenMappingDialog::fullPath(QStringLiteral("X"), 0), "\\BaseNamedObjects\\X");
    EXPECT_EQ(OpenMappingDialog::fullPath(QStringLiteral("X"), 2), "\\Sessions\\2\\BaseNamedObjects\\X");
    EXPECT_EQ(OpenMappingDialog::fullPath(QStringLiteral("Local\\X"), 2), "\\Sessions\\2\\BaseNamedObjects\\X");
    EXPECT_EQ(OpenMappingDialog::fullPath(QStringLiteral("Global\\X"), 2), "\\BaseNamedObjects\\X");
    EXPECT_EQ(OpenMappingDialog::fullPath(QStringLiteral("\\A\\X"), 2), "\\A\\X");
}

TEST_F(DialogTest, CreatesAMapping)
{
    CreateMappingDialog dialog(*client);
    QObject::connect(&dialog, &CreateMappingDialog::created, &dialog,
                     [this](const SourceInfo &source) { opened = source; });
    auto *create = buttonOf(dialog, QStringLiteral("Create"));
    EXPECT_FALSE(create->isEnabled());
    dialog.findChild<QLineEdit *>(QStringLiteral("name"))->setText(QStringLiteral("New"));
    dialog.findChild<QLineEdit *>(QStringLiteral("size"))->setText(QStringLiteral("64K"));
    ASSERT_TRUE(create->isEnabled());
    create->click();
    ASSERT_TRUE(waitUntil([this] { return opened.has_value(); }));
    EXPECT_EQ(opened->extent.size, 0x10000u);
}

TEST_F(DialogTest, AWrongSizeIsToldBesideIt)
{
    CreateMappingDialog dialog(*client);
    dialog.findChild<QLineEdit *>(QStringLiteral("name"))->setText(QStringLiteral("New"));
    auto *size = dialog.findChild<QLineEdit *>(QStringLiteral("size"));
    auto *note = dialog.findChild<QLabel *>(QStringLiteral("sizeNote"));
    for (const auto *text : {"12x", "-1", "0", "99999999999999999999", ""}) {
        size->setText(QLatin1String(text));
        EXPECT_FALSE(buttonOf(dialog, QStringLiteral("Create"))->isEnabled()) << text;
        EXPECT_FALSE(note->text().isEmpty()) << text;
    }
    size->setText(QStringLiteral("5G"));
    EXPECT_TRUE(buttonOf(dialog, QStringLiteral("Create"))->isEnabled());
    EXPECT_TRUE(note->text().contains(QStringLiteral("5,368,709,120"))) << note->text().toStdString();
}

TEST_F(DialogTest, ATakenNameIsToldInTheDialog)
{
    CreateMappingDialog dialog(*client);
    dialog.show();
    dialog.findChild<QLineEdit *>(QStringLiteral("name"))->setText(QStringLiteral("MySharedMem"));
    buttonOf(dialog, QStringLiteral("Create"))->click();
    ASSERT_TRUE(waitUntil([&] { return dialog.findChild<ErrorBar *>()->isVisible(); }));
    EXPECT_TRUE(dialog.isVisible());
}

TEST_F(DialogTest, AttachesByNumber)
{
    AttachDialog dialog(*client);
    QObject::connect(&dialog, &AttachDialog::opened, &dialog, [this](const SourceInfo &source) { opened = source; });
    dialog.show();
    auto *pid = dialog.findChild<QLineEdit *>(QStringLiteral("pid"));
    pid->setText(QStringLiteral("0xC8"));
    buttonOf(dialog, QStringLiteral("Attach"))->click();
    ASSERT_TRUE(waitUntil([this] { return opened.has_value(); }));
    EXPECT_EQ(opened->spec.process.pid, 200u);
    EXPECT_EQ(opened->access, Access::Read);
}

TEST_F(DialogTest, AWrongNumberIsToldInTheDialog)
{
    AttachDialog dialog(*client);
    dialog.show();
    auto *bar = dialog.findChildren<ErrorBar *>().last();
    for (auto *candidate : dialog.findChildren<ErrorBar *>(QString(), Qt::FindDirectChildrenOnly))
        bar = candidate;
    auto *pid = dialog.findChild<QLineEdit *>(QStringLiteral("pid"));
    for (const auto *text : {"abc", "99999999999", "12345"}) {
        pid->setText(QLatin1String(text));
        buttonOf(dialog, QStringLiteral("Attach"))->click();
        EXPECT_TRUE(waitUntil([&] { return bar->text().contains(QLatin1String(text)); }))
            << text << ": " << bar->text().toStdString();
    }
}

TEST_F(DialogTest, ASourceThatComesTooLateIsClosedAgain)
{
    auto dialog = std::make_unique<OpenMappingDialog>(*client, QStringLiteral("MySharedMem"));
    buttonOf(*dialog, QStringLiteral("Open"))->click();
    dialog.reset();
    // Ids count up and are not reused: the next one tells that the lost one was opened; reading from it, that it was
    // closed.
    std::optional<Result<SourceInfo>> next;
    client->call(OpenSource{{.kind = SourceKind::Section, .name = "MySharedMem"}}, client.get(),
                 [&](Result<SourceInfo> reply) { next = std::move(reply); });
    ASSERT_TRUE(waitUntil([&] { return next.has_value(); }));
    ASSERT_TRUE(*next);
    ASSERT_GT((*next)->source, 1u);
    std::optional<Result<MemoryImages>> read;
    client->call(ReadMemory{(*next)->source - 1, {{0, 1}}}, client.get(),
                 [&](Result<MemoryImages> reply) { read = std::move(reply); });
    ASSERT_TRUE(waitUntil([&] { return read.has_value(); }));
    EXPECT_FALSE(*read);
}

TEST(ListenDialog, RefusesWhatCannotBe)
{
    QSettings().clear();
    ListenDialog dialog({}, {});
    ASSERT_TRUE(dialog.request());
    EXPECT_EQ(dialog.request()->className, "IpclensInbox");
    EXPECT_EQ(dialog.request()->title, "Receive");
    EXPECT_EQ(dialog.request()->maxPayload, std::uint64_t{64} << 20);
    EXPECT_EQ(dialog.request()->queueBytes, std::uint64_t{256} << 20);
    auto lines = dialog.findChildren<QLineEdit *>(QString(), Qt::FindDirectChildrenOnly);
    for (auto *line : lines) {
        const auto before = line->text();
        if (before == QLatin1String("64M") || before == QLatin1String("256M")) {
            line->setText(QStringLiteral("many"));
            EXPECT_FALSE(dialog.request());
            EXPECT_FALSE(buttonOf(dialog, QStringLiteral("Listen"))->isEnabled());
            line->setText(before);
        }
    }
    EXPECT_TRUE(buttonOf(dialog, QStringLiteral("Listen"))->isEnabled());
}

TEST(ListenDialog, TakesClassAndTitleOfAWindow)
{
    QSettings().clear();
    ListenDialog dialog(QStringLiteral("Peer"), QStringLiteral("Receive it"));
    ASSERT_TRUE(dialog.request());
    EXPECT_EQ(dialog.request()->className, "Peer");
    dialog.accept();
    EXPECT_EQ(ListenDialog::defaultRequest().title, "Receive it") << "is the default the next time";
    QSettings().clear();
}

TEST(ConnectDialog, NamesASessionAfterItsCommand)
{
    EXPECT_EQ(sessionThrough(QStringLiteral("wine /a/ipclens-cli.exe serve")).name, "wine");
    EXPECT_EQ(sessionThrough(QStringLiteral("env -u DISPLAY WINEPREFIX=/x wine '/a b/ipclens-cli.exe' serve")).name,
              "wine");
    EXPECT_EQ(sessionThrough(QStringLiteral("WINEPREFIX=/x /usr/bin/wine64 cli serve")).name, "wine64");
    EXPECT_EQ(sessionThrough(QStringLiteral("ssh -C box ipclens-cli serve")).name, "ssh box");
    EXPECT_EQ(sessionThrough(QString()).name, "");
    EXPECT_EQ(sessionThrough(QStringLiteral("elevated")).name, "this machine, elevated");
}

QRadioButton *choiceOf(const ConnectDialog &dialog, const QString &start)
{
    for (auto *choice : dialog.findChildren<QRadioButton *>()) {
        if (choice->text().remove(QLatin1Char('&')).startsWith(start))
            return choice;
    }
    return nullptr;
}

TEST(ConnectDialog, OffersHereAnotherMachineElevatedAndAnyCommand)
{
    QSettings().clear();
    ConnectDialog dialog(nullptr, Elevation::Possible);
    dialog.show();
    auto *go = buttonOf(dialog, QStringLiteral("Connect"));
    EXPECT_FALSE(go->isEnabled()) << "no command yet";

    choiceOf(dialog, QStringLiteral("This machine, in"))->click();
    EXPECT_TRUE(go->isEnabled());
    EXPECT_EQ(dialog.choice(), localSession());
    choiceOf(dialog, QStringLiteral("This machine, elevated"))->click();
    EXPECT_EQ(dialog.choice(), sessionThrough(QStringLiteral("elevated")));

    auto *host = choiceOf(dialog, QStringLiteral("Another machine"));
    host->click();
    EXPECT_FALSE(go->isEnabled()) << "no host yet";
    choiceOf(dialog, QStringLiteral("What a command"))->click();
    for (auto *line : dialog.findChildren<QLineEdit *>()) {
        if (line->accessibleName() == QLatin1String("Host"))
            QTest::keyClicks(line, QStringLiteral("me@box"));
    }
    EXPECT_TRUE(host->isChecked()) << "typing chooses it";
    EXPECT_EQ(dialog.choice().command, "ssh me@box ipclens-cli serve");
    EXPECT_EQ(dialog.choice().name, "ssh me@box");

    auto *command = dialog.findChild<QComboBox *>();
    QTest::keyClicks(command->lineEdit(), QStringLiteral("wine x.exe serve"));
    EXPECT_EQ(dialog.choice(), sessionThrough(QStringLiteral("wine x.exe serve")));
}

TEST(ConnectDialog, OffersElevationOnlyWhereItIsToBeHad)
{
    ConnectDialog elsewhere(nullptr, Elevation::Unknown);
    elsewhere.show();
    EXPECT_FALSE(choiceOf(elsewhere, QStringLiteral("This machine, elevated"))->isVisible());
    ConnectDialog already(nullptr, Elevation::Present);
    already.show();
    EXPECT_FALSE(choiceOf(already, QStringLiteral("This machine, elevated"))->isEnabled());
}

TEST_F(DialogTest, ModulesShowSharedSectionsAndOpenThemAtAnExport)
{
    world->modules[100] = {{.name = "demo.exe", .path = "C:\\demo.exe", .range = {0x400000, 0x10000}}};
    world->sharedSections[100] = {{.module = "shared.dll",
                                   .section = ".MYSEC",
                                   .range = {0x700000, 0x1000},
                                   .exports = {{.name = "MySharedData", .ordinal = 1, .offset = 0x40, .size = 0xfc0}}}};
    auto *dialog = new ModulesDialog(*client, world->processes[0]);
    std::optional<std::pair<SourceSpec, Address>> wanted;
    QObject::connect(dialog, &ModulesDialog::openRequested, dialog,
                     [&](const SourceSpec &spec, Address at) { wanted = {spec, at}; });
    dialog->show();
    const auto lists = dialog->findChildren<QTreeWidget *>();
    QTreeWidgetItem *exported = nullptr, *module = nullptr;
    ASSERT_TRUE(waitUntil([&] {
        for (auto *list : lists) {
            auto *top = list->topLevelItem(0);
            if (top && top->childCount() == 1)
                exported = top->child(0);
            else if (top && top->text(0) == QLatin1String("demo.exe"))
                module = top;
        }
        return exported && module;
    }));
    emit exported->treeWidget()->itemActivated(exported, 0);
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->first.kind, SourceKind::SharedSection);
    EXPECT_EQ(wanted->first.section, ".MYSEC");
    EXPECT_EQ(wanted->second, 0x40u);
    emit module->treeWidget()->itemActivated(module, 0);
    EXPECT_EQ(wanted->first.kind, SourceKind::Process);
    EXPECT_EQ(wanted->second, 0x400000u);
    delete dialog;
}

} // namespace
} // namespace ipclens
