#include "tests/ui/shell_fixture.h"
#include "ui/documents.h"
#include "ui/error_bar.h"
#include "ui/explanation_dialog.h"
#include "ui/explorer.h"
#include "ui/main_window.h"
#include "ui/memory_tab.h"
#include "ui/name_doctor_dialog.h"
#include "ui/object_tab.h"
#include "ui/process_tab.h"

#include <QAction>
#include <QLineEdit>
#include <QToolButton>

namespace ipclens {
namespace {

struct SharingWindowTest : shell::Shell {
    std::unique_ptr<MainWindow> window;

    void SetUp() override
    {
        const std::string path = "\\BaseNamedObjects\\MySharedMem";
        const ObjectHandle holder{
            .process = {100, 1'000'100}, .processName = "demo.exe", .handle = 0x50, .type = "Section", .path = path};
        for (const auto &name : {path, std::string("MySharedMem")})
            world->objectDetails.emplace(
                name, ObjectDetails{.type = "Section", .path = path, .section = SectionInfo{.size = 0x1000}});
        world->sharedObjects = {
            {.type = "Section", .path = path, .section = SectionInfo{.size = 0x1000}, .holders = {holder}}};
        window = std::make_unique<MainWindow>(SessionChoice{QStringLiteral("test"), {}},
                                              [this](const SessionChoice &) { return opener(); });
        window->show();
        ASSERT_TRUE(waitUntil([this] { return window->client().state() == Client::State::Connected; }));
    }
    void TearDown() override
    {
        window.reset();
        Client::finishClosing();
    }
    Documents &documents() { return *window->documents(); }
    QAction *action(const QString &text)
    {
        for (auto *candidate : window->findChildren<QAction *>()) {
            if (QString(candidate->text()).remove(QLatin1Char('&')) == text)
                return candidate;
        }
        return nullptr;
    }
    QToolButton *offer(const QString &text)
    {
        for (auto *button : window->findChild<ErrorBar *>(QStringLiteral("errorBar"))->findChildren<QToolButton *>()) {
            if (button->text() == text && button->isVisible())
                return button;
        }
        return nullptr;
    }
};

TEST_F(SharingWindowTest, AMappingLeadsToWhoSharesIt)
{
    EXPECT_FALSE(action(QStringLiteral("Who shares this"))->isEnabled());
    documents().open({.kind = SourceKind::Section, .name = "MySharedMem"});
    ASSERT_TRUE(waitUntil([this] { return documents().currentMemory() != nullptr; }));
    ASSERT_TRUE(action(QStringLiteral("Who shares this"))->isEnabled());
    action(QStringLiteral("Who shares this"))->trigger();
    auto *tab = qobject_cast<ObjectTab *>(documents().currentSharing());
    ASSERT_NE(tab, nullptr);
    ASSERT_TRUE(waitUntil([&] { return tab->holders().rowCount() == 1; }));
    EXPECT_EQ(tab->holders().row(0).processName, "demo.exe");
    EXPECT_FALSE(action(QStringLiteral("Who shares this"))->isEnabled()) << "it is in front";
}

TEST_F(SharingWindowTest, OneThingHasOnePage)
{
    const ProcessKey process{100, 1'000'100};
    emit window->explorer()->processes()->pageRequested(process);
    const int count = documents().count();
    documents().showStart();
    window->showProcess(process);
    EXPECT_EQ(documents().count(), count);
    EXPECT_NE(qobject_cast<ProcessTab *>(documents().currentSharing()), nullptr);
    documents().closeTab(documents().currentIndex());
    EXPECT_EQ(documents().count(), count - 1);
}

TEST_F(SharingWindowTest, EveryPageOpensFromTheMenuAndRefreshes)
{
    for (const auto *text : {"Map of who talks to whom", "Data shared by DLLs", "Synchronisation and pipes"}) {
        ASSERT_NE(action(QLatin1String(text)), nullptr) << text;
        action(QLatin1String(text))->trigger();
        ASSERT_NE(documents().currentSharing(), nullptr) << text;
        action(QStringLiteral("Refresh"))->trigger();
        action(QString::fromUtf8("Find…"))->trigger();
        EXPECT_TRUE(qobject_cast<QLineEdit *>(documents().currentSharing()->focusWidget())) << text;
    }
    EXPECT_EQ(documents().count(), 4) << "and the start page";
}

TEST_F(SharingWindowTest, WhatCannotBeOpenedSaysWhyAndWhereTheNameIs)
{
    documents().open({.kind = SourceKind::Section, .name = "Missing"});
    ASSERT_TRUE(waitUntil([this] { return offer(QStringLiteral("Why?")) != nullptr; }));
    offer(QStringLiteral("Why?"))->click();
    ASSERT_TRUE(waitUntil([this] { return window->findChild<ExplanationDialog *>() != nullptr; }));
    ASSERT_NE(offer(QString::fromUtf8("Name doctor…")), nullptr);
    offer(QString::fromUtf8("Name doctor…"))->click();
    ASSERT_TRUE(waitUntil([this] { return window->findChild<NameDoctorDialog *>() != nullptr; }));
    EXPECT_EQ(window->findChild<NameDoctorDialog *>()->findChild<QLineEdit *>(QStringLiteral("name"))->text(),
              "Missing");
}

TEST_F(SharingWindowTest, PagesGoWithTheirSession)
{
    action(QStringLiteral("Map of who talks to whom"))->trigger();
    window->showProcess({100, 1'000'100});
    window->useSession({QStringLiteral("other"), QStringLiteral("somewhere else")});
    EXPECT_EQ(documents().currentSharing(), nullptr);
    EXPECT_EQ(documents().count(), 1);
}

} // namespace
} // namespace ipclens
