#include "ui/error_bar.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QPalette>

namespace ipclens {
namespace {

TEST(ErrorBarTest, FollowsTheThemeThoughItsParentHasAnotherPalette)
{
    const QPalette before = QApplication::palette();
    QWidget parent;
    ErrorBar bar(&parent);
    bar.showText(QStringLiteral("a warning"), ErrorBar::Level::Warning);
    const auto lightness = [&] { return bar.palette().color(QPalette::Window).lightness(); };
    const int light = lightness();
    EXPECT_GT(light, 128);
    parent.setPalette(before); // its own from here on: it does not follow
    QPalette dark = before;
    dark.setColor(QPalette::Window, Qt::black);
    dark.setColor(QPalette::WindowText, Qt::white);
    dark.setColor(QPalette::Base, Qt::black);
    dark.setColor(QPalette::Text, Qt::white);
    QApplication::setPalette(dark);
    QEvent changed(QEvent::ApplicationPaletteChange); // which only an application that runs sends
    QApplication::sendEvent(&bar, &changed);
    EXPECT_LT(lightness(), 128);
    QApplication::setPalette(before);
}

} // namespace
} // namespace ipclens
