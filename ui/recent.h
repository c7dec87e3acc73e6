// What the user opened lately, kept in the settings, newest first.
#pragma once

#include <QStringList>

namespace ipclens::recent {

enum class Kind { Sections, Commands, Inboxes, Filters };

QStringList items(Kind kind);
void remember(Kind kind, const QString &item);
void forgetAll();

} // namespace ipclens::recent
