#include "ui/filter_menu.h"

#include <QCoreApplication>
#include <QMenu>

namespace ipclens {
namespace {

constexpr qsizetype longestShown = 60; // characters of a test in a menu

QString tr(const char *text)
{
    return QCoreApplication::translate("FilterMenu", text);
}

} // namespace

void addFilterMenu(QMenu &menu, const QString &test, const std::function<void(const QString &, const QString &)> &join)
{
    auto shown = test.size() > longestShown ? test.left(longestShown) + QChar(0x2026) : test;
    shown.replace(QLatin1Char('&'), QLatin1String("&&"));
    auto *part = menu.addMenu(tr("&Filter by %1").arg(shown));
    const auto add = [&](const QString &title, const QString &sign, const QString &wanted) {
        part->addAction(title, part, [join, sign, wanted] { join(sign, wanted); });
    };
    add(tr("&Show only"), {}, test);
    add(tr("Show &also only"), QStringLiteral("&&"), test);
    add(tr("&Or show"), QStringLiteral("||"), test);
    add(tr("&Hide"), QStringLiteral("&&"), QStringLiteral("!(%1)").arg(test));
}

} // namespace ipclens
