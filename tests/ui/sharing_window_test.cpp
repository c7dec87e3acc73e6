#include "tests/ui/shell_fixture.h"
#include "ui/attach_dialog.h"
#include "ui/documents.h"
#include "ui/error_bar.h"
#include "ui/explanation_dialog.h"
#include "ui/explorer.h"
#include "ui/main_window.h"
#include "ui/memory_tab.h"
#include "ui/name_doctor_dialog.h"
#include "ui/object_tab.h"
#include "ui/process_tab.h"
#include "ui/why.h"

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

TEST_F(SharingWindowTest, EveryRefusalOffersToSayWhy)
{
    const auto pressed = [this](QWidget &where) {
        const auto why = [&]() -> QToolButton * {
            for (auto *button : where.findChildren<QToolButton *>())
                if (button->text() == QStringLiteral("Why?") && button->isVisible())
                    return button;
            return nullptr;
        };
        if (!waitUntil([&] { return why() != nullptr; }))
            return QString();
        why()->click();
        if (!waitUntil([this] { return window->findChild<ExplanationDialog *>() != nullptr; }))
            return QStringLiteral("nothing is explained");
        auto *dialog = window->findChild<ExplanationDialog *>();
        const auto title = dialog->windowTitle();
        delete dialog;
        return title;
    };
    // Of a memory tab: to be allowed to write.
    documents().open({.kind = SourceKind::Process, .process = {100, 1'000'100}});
    ASSERT_TRUE(waitUntil([this] { return documents().currentMemory() != nullptr; }));
    world->openErrors[100] = Error{.kind = ErrorKind::Refused, .code = 5, .operation = "OpenProcess"};
    documents().currentMemory()->setWritable(true);
    EXPECT_TRUE(pressed(*documents().currentMemory()).contains(QStringLiteral("process:100")));
    // Of a dialog.
    AttachDialog attach(window->client(), window.get());
    attach.show();
    emit attach.findChild<ProcessPage *>()->attachRequested(world->processes.front());
    EXPECT_TRUE(pressed(attach).contains(QStringLiteral("process:100")));
}

TEST_F(SharingWindowTest, OnlyWhatCanBeExplainedIsOffered)
{
    ErrorBar bar;
    const auto offers = [&](ErrorKind kind, const std::optional<ExplainTarget> &target) {
        showRefusal(bar, {.kind = kind, .operation = "try"}, target);
        for (auto *button : bar.findChildren<QToolButton *>())
            if (button->text() == QStringLiteral("Why?") && !button->isHidden())
                return true;
        return false;
    };
    EXPECT_TRUE(offers(ErrorKind::Refused, explainWindow(0x20)));
    EXPECT_FALSE(offers(ErrorKind::Invalid, explainWindow(0x20)));
    EXPECT_FALSE(offers(ErrorKind::Refused, explainWindow(0)));
    EXPECT_FALSE(offers(ErrorKind::Refused, explainTarget(SourceSpec{.kind = SourceKind::File, .name = "C:\\x"})));
}

TEST_F(SharingWindowTest, PagesAreShownAgainWhenWhatTheyShowIsStillThere)
{
    const ProcessKey kept{100, 1'000'100}, gone{200, 1'000'200};
    const ObjectTarget object{.name = "MySharedMem", .type = "Section"};
    window->showMap();
    window->showProcess(kept);
    window->showProcess(gone);
    window->showObject(object);
    window->showProcess(kept); // in front
    ASSERT_EQ(documents().count(), 5) << "and the start page";
    QSettings settings;
    documents().save(settings);
    window.reset();
    Client::finishClosing();
    std::erase_if(world->processes, [&](const ProcessInfo &process) { return process.key == gone; });

    window = std::make_unique<MainWindow>(SessionChoice{QStringLiteral("test"), {}},
                                          [this](const SessionChoice &) { return opener(); });
    window->keepSettings(false);
    window->show();
    ASSERT_TRUE(waitUntil([this] { return window->client().state() == Client::State::Connected; }));
    documents().restore(settings);
    auto *bar = window->findChild<ErrorBar *>(QStringLiteral("errorBar"));
    ASSERT_TRUE(waitUntil([&] { return bar->isVisible(); }));
    EXPECT_TRUE(bar->text().contains(QStringLiteral("Process 200 has ended"))) << bar->text().toStdString();
    std::vector<PageSpec> pages;
    for (int i = 0; i < documents().count(); ++i)
        if (auto *page = qobject_cast<SharingTab *>(documents().widget(i)))
            pages.push_back(page->spec());
    EXPECT_EQ(pages.size(), 3u);
    for (const PageSpec &page : {PageSpec{.kind = PageSpec::Kind::Map, .process = {}, .object = {}},
                                 PageSpec{.kind = PageSpec::Kind::Process, .process = kept, .object = {}},
                                 PageSpec{.kind = PageSpec::Kind::Object, .process = {}, .object = object}})
        EXPECT_NE(std::ranges::find(pages, page), pages.end()) << static_cast<int>(page.kind);
    ASSERT_NE(documents().currentSharing(), nullptr);
    EXPECT_EQ(documents().currentSharing()->spec().process, kept) << "it was in front";
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
