#include "ui/listen_dialog.h"
#include "ui/reference_choice.h"
#include "ui/relay_dialog.h"
#include "ui/reply_rules.h"
#include "ui/tap_dialog.h"

#include "tests/ui/traffic_fake_connection.h"

#include <gtest/gtest.h>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

namespace ipclens {
namespace {

QPushButton *button(const QDialog &dialog, const QString &text)
{
    for (auto *candidate : dialog.findChildren<QPushButton *>())
        if (candidate->text() == text)
            return candidate;
    return nullptr;
}

TEST(ListenDialog, RulesAndSwitchesReachTheRequest)
{
    ListenDialog dialog("Class", "Title");
    dialog.show();
    ASSERT_TRUE(dialog.request());
    EXPECT_FALSE(dialog.request()->acceptLowerIntegrity) << "off unless the user says otherwise";
    EXPECT_TRUE(dialog.request()->replies.empty());
    EXPECT_GT(dialog.request()->referenceBytes, 0u);
    dialog.findChild<QCheckBox *>("lowerIntegrity")->setChecked(true);
    auto *references = dialog.findChild<ReferenceChoice *>();
    references->setCurrentIndex(1);
    EXPECT_FALSE(dialog.request()) << "of which messages?";
    dialog.findChild<QLineEdit *>("messages")->setText(" Handle, ,Mapped ");
    ASSERT_TRUE(dialog.request());
    EXPECT_EQ(dialog.request()->messages, (std::vector<std::string>{"Handle", "Mapped"}));
    EXPECT_EQ(dialog.request()->pointers,
              (std::vector<PointerRule>{{"Handle", PointerPlace::PidInLParam}, {"Mapped", PointerPlace::PidInLParam}}));
    references->setCurrentIndex(2);
    EXPECT_EQ(dialog.request()->pointers[1].place, PointerPlace::None);
    references->setCurrentIndex(3);
    EXPECT_TRUE(dialog.request()->pointers.empty());
    dialog.findChild<QPushButton *>("addRule")->click();
    auto *rules = dialog.findChild<ReplyRules *>();
    auto lines = rules->findChildren<QLineEdit *>(QString(), Qt::FindChildrenRecursively);
    lines.removeIf([](QLineEdit *line) { return line->objectName() == "qt_spinbox_lineedit"; });
    ASSERT_EQ(lines.size(), 2);
    lines[0]->setText("0x10");
    lines[1]->setText("-3");
    rules->findChild<QSpinBox *>()->setValue(250);
    auto request = dialog.request();
    ASSERT_TRUE(request) << toText(request.error());
    EXPECT_TRUE(request->acceptLowerIntegrity);
    EXPECT_EQ(request->referenceBytes, 0u);
    EXPECT_EQ(request->replies, (std::vector{ReplyRule{.id = 16, .result = -3, .delay = 250}}));

    lines[1]->setText("three");
    request = dialog.request();
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().operation, "answer 1");
    EXPECT_FALSE(button(dialog, "Listen")->isEnabled());
    lines[1]->setText("3");
    rules->findChild<QComboBox *>()->setCurrentIndex(1);
    lines[0]->setText("Mapped");
    EXPECT_EQ(dialog.request()->replies[0].message, "Mapped");
}

TEST(RelayDialog, NeedsAReceiver)
{
    test::PlayedClient played;
    RelayDialog dialog(played.client);
    dialog.show();
    EXPECT_FALSE(button(dialog, "Relay")->isEnabled());
    dialog.findChild<QLineEdit *>("targetClass")->setText("Real");
    ASSERT_TRUE(dialog.request());
    EXPECT_TRUE(button(dialog, "Relay")->isEnabled());
    EXPECT_EQ(dialog.request()->receiver, (WindowTarget{.className = "Real"}));
    EXPECT_FALSE(dialog.request()->acceptLowerIntegrity);
}

TEST(TapDialog, LoadsNoCodeWithoutTheUsersAgreement)
{
    test::PlayedClient played;
    TapDialog dialog(played.client);
    dialog.show();
    auto *agree = dialog.findChild<QCheckBox *>("agree");
    EXPECT_FALSE(agree->isChecked());
    dialog.findChild<QLineEdit *>("window")->setText("0x100");
    ASSERT_FALSE(dialog.request());
    EXPECT_TRUE(QString::fromStdString(dialog.request().error().meaning).contains("not agreed"));
    EXPECT_FALSE(button(dialog, "Tap")->isEnabled());
    agree->setChecked(true);
    ASSERT_TRUE(dialog.request());
    EXPECT_TRUE(dialog.request()->loadCode);
    EXPECT_TRUE(button(dialog, "Tap")->isEnabled());
    dialog.findChild<QLineEdit *>("window")->setText("0x200");
    EXPECT_FALSE(agree->isChecked()) << "that was about another window";
}

TEST(TapDialog, SaysWhatThatMeans)
{
    test::PlayedClient played;
    TapDialog dialog(played.client);
    bool warned = false;
    for (const auto *label : dialog.findChildren<QLabel *>())
        warned = warned || label->text().contains("loads code into another program");
    EXPECT_TRUE(warned);
}

} // namespace
} // namespace ipclens
