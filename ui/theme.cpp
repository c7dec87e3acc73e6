#include "ui/theme.h"

#include <QApplication>
#include <QCommandLinkButton>
#include <QFontDatabase>
#include <QIcon>
#include <QSettings>
#include <QStyle>

namespace ipclens::theme {

namespace {

QString applied;      // light, dark or system
bool wasDark = false; // Windows, then

struct Pair {
    QRgb light;
    QRgb dark;
};

Pair colours(Role role)
{
    switch (role) {
    case Role::Changed: return {0xff7a2000, 0xffffd596};
    case Role::ChangedFill: return {0xffffe2bf, 0xff5c3c12};
    case Role::Unreadable: return {0xff6a6a6a, 0xff9b9fa6};
    case Role::Address: return {0xff3b5879, 0xff92b6da};
    case Role::Muted: return {0xff5c6066, 0xffa6aab1};
    case Role::WriteFrame: return {0xffb93c0b, 0xffff9b5e};
    case Role::ErrorText: return {0xff8a1015, 0xffffb8b1};
    case Role::ErrorFill: return {0xfffde6e6, 0xff4b171a};
    case Role::WarningText: return {0xff684500, 0xffffe09d};
    case Role::WarningFill: return {0xfffff1cd, 0xff43350b};
    case Role::GoodText: return {0xff1a6a2b, 0xff80d797};
    case Role::FirstCurve: return {0xff1c5bb8, 0xff74b4ff};
    case Role::SecondCurve: return {0xffad4408, 0xffffa860};
    case Role::HeatFill: return {0xffffd9a0, 0xff66410f};
    case Role::DifferentFill: return {0xffe6ddff, 0xff3b2f63};
    case Role::DifferentMark: return {0xff6a3fd0, 0xffb79cff};
    case Role::HitFill: return {0xfffff1a8, 0xff4a4210};
    case Role::CurrentHitFill: return {0xffffd84d, 0xff5f5200};
    case Role::HitMark: return {0xff8a6a00, 0xffe8c84a};
    case Role::BookmarkFill: return {0xffd5ecff, 0xff1d3a57};
    case Role::BookmarkMark: return {0xff1c5bb8, 0xff74b4ff};
    case Role::FrozenFill: return {0xffcdf3ee, 0xff0f4640};
    case Role::FrozenMark: return {0xff00796b, 0xff4fd1c1};
    case Role::HeaderFill: return {0xffe9edf2, 0xff2c3138};
    case Role::PrivateMemory: return {0xff3f7fbf, 0xff5b9bd8};
    case Role::MappedMemory: return {0xff2f8f4e, 0xff5cc27a};
    case Role::ImageMemory: return {0xffa0569a, 0xffd08acb};
    case Role::RuleRed: return {0xfffbdcdc, 0xff512023};
    case Role::RuleYellow: return {0xfffdf0c4, 0xff443808};
    case Role::RuleGreen: return {0xffd9f2dd, 0xff1c4226};
    case Role::RuleBlue: return {0xffd9e8fc, 0xff1b3756};
    case Role::RuleViolet: return {0xffe8def9, 0xff3c2c5c};
    case Role::RuleGrey: return {0xffe2e4e8, 0xff3a3d42};
    }
    return {0xff000000, 0xffffffff};
}

QPalette darkPalette()
{
    QPalette palette;
    const QColor window(0x2b, 0x2d, 0x31), base(0x1e, 0x1f, 0x22), text(0xe4, 0xe6, 0xea), faint(0x8a, 0x8e, 0x96);
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, base);
    palette.setColor(QPalette::AlternateBase, QColor(0x25, 0x27, 0x2a));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, QColor(0x9a, 0x9e, 0xa6));
    palette.setColor(QPalette::Button, QColor(0x36, 0x38, 0x3d));
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(0x3a, 0x3d, 0x42));
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, QColor(0x2f, 0x65, 0xb5));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(0x7f, 0xb6, 0xff));
    palette.setColor(QPalette::LinkVisited, QColor(0xc0, 0xa4, 0xff));
    palette.setColor(QPalette::Light, QColor(0x4a, 0x4d, 0x53));
    palette.setColor(QPalette::Midlight, QColor(0x3e, 0x41, 0x46));
    palette.setColor(QPalette::Mid, QColor(0x24, 0x26, 0x29));
    palette.setColor(QPalette::Dark, QColor(0x1a, 0x1b, 0x1e));
    palette.setColor(QPalette::Shadow, Qt::black);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(0x45, 0x48, 0x4e));
    return palette;
}

// Qt 6.4 does not follow Windows' choice of dark colours for programs by itself.
bool windowsIsDark()
{
    return QGuiApplication::platformName() == QLatin1String("windows") &&
           QSettings(
               QStringLiteral("HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Themes\\Personalize"),
               QSettings::NativeFormat)
                   .value(QStringLiteral("AppsUseLightTheme"), 1)
                   .toInt() == 0;
}

QPalette lightPalette()
{
    QPalette palette;
    const QColor text(0x1c, 0x1d, 0x1f), faint(0x8b, 0x8d, 0x91);
    palette.setColor(QPalette::Window, QColor(0xf2, 0xf2, 0xf3));
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, Qt::white);
    palette.setColor(QPalette::AlternateBase, QColor(0xf7, 0xf8, 0xf9));
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, QColor(0x6c, 0x6f, 0x75));
    palette.setColor(QPalette::Button, QColor(0xf2, 0xf2, 0xf3));
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, Qt::white);
    palette.setColor(QPalette::ToolTipBase, QColor(0xff, 0xff, 0xe1));
    palette.setColor(QPalette::ToolTipText, text);
    palette.setColor(QPalette::Highlight, QColor(0x22, 0x63, 0xb8));
    palette.setColor(QPalette::HighlightedText, Qt::white);
    palette.setColor(QPalette::Link, QColor(0x17, 0x55, 0xa8));
    palette.setColor(QPalette::LinkVisited, QColor(0x5b, 0x35, 0x9c));
    palette.setColor(QPalette::Light, Qt::white);
    palette.setColor(QPalette::Midlight, QColor(0xe6, 0xe6, 0xe8));
    palette.setColor(QPalette::Mid, QColor(0xbc, 0xbd, 0xc0));
    palette.setColor(QPalette::Dark, QColor(0x9c, 0x9d, 0xa1));
    palette.setColor(QPalette::Shadow, QColor(0x70, 0x70, 0x70));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(0xc4, 0xc6, 0xca));
    return palette;
}

} // namespace

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < 128;
}

QColor color(Role role, const QPalette &palette)
{
    const auto pair = colours(role);
    return QColor::fromRgb(isDark(palette) ? pair.dark : pair.light);
}

QFont fixedFont(qreal pointSize)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    // Windows still answers with the font it had before there was a better one.
    if (font.family() == QLatin1String("Courier New")) {
        font.setFamilies({QStringLiteral("Consolas"), font.family()});
        font.setPointSizeF(QApplication::font().pointSizeF());
    }
    if (pointSize > 0)
        font.setPointSizeF(pointSize);
    return font;
}

void apply(const QString &wanted)
{
    static const QString systemStyle = QApplication::style()->name();
    applied = wanted;
    wasDark = windowsIsDark();
    const auto variant = wanted == QLatin1String("system") && wasDark ? QStringLiteral("dark") : wanted;
    const bool forced = variant == QLatin1String("light") || variant == QLatin1String("dark");
    // Only Fusion takes all its colours from the palette.
    const QString style = forced ? QStringLiteral("fusion") : systemStyle;
    if (QApplication::style()->name() != style) {
        QApplication::setStyle(style);
        // The style of Windows gives these a blue of its own, which they would keep.
        for (auto *widget : QApplication::allWidgets()) {
            if (forced && qobject_cast<QCommandLinkButton *>(widget))
                widget->setPalette({});
        }
    }
    if (!forced)
        QApplication::setPalette(QPalette());
    else
        QApplication::setPalette(variant == QLatin1String("dark") ? darkPalette() : lightPalette());
}

void followSystem()
{
    if (applied == QLatin1String("system") && windowsIsDark() != wasDark)
        apply(applied);
}

QPalette paperPalette()
{
    return lightPalette();
}

void useOwnIcons()
{
    const QStringList resources{QStringLiteral(":/icons")};
    QIcon::setThemeSearchPaths(resources);
    QIcon::setFallbackSearchPaths(resources);
}

} // namespace ipclens::theme
