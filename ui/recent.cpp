#include "ui/recent.h"

#include <QSettings>

namespace ipclens::recent {

namespace {

constexpr int limit = 10;

QString keyOf(Kind kind)
{
    switch (kind) {
    case Kind::Sections: return QStringLiteral("recent/sections");
    case Kind::Commands: return QStringLiteral("recent/commands");
    case Kind::Inboxes: return QStringLiteral("recent/inboxes");
    case Kind::Filters: return QStringLiteral("recent/filters");
    }
    return {};
}

} // namespace

QStringList items(Kind kind)
{
    return QSettings().value(keyOf(kind)).toStringList();
}

void remember(Kind kind, const QString &item)
{
    if (item.isEmpty())
        return;
    auto list = items(kind);
    list.removeAll(item);
    list.prepend(item);
    QSettings().setValue(keyOf(kind), list.mid(0, limit));
}

void forgetAll()
{
    QSettings().remove(QStringLiteral("recent"));
}

} // namespace ipclens::recent
