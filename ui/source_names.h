// What sources are called, in titles and in the settings.
#pragma once

#include "core/session/command_types.h"

#include <QString>

namespace ipclens {

// "section X", "process 1234 demo.exe".
QString titleOf(const SourceInfo &source);

// The part of a path behind its last slash of either kind.
QString fileName(const std::string &path);

// The same for the same thing in another run: a process is known by its program, not by its number. Fit for a settings
// key.
QString settingsKey(const SourceInfo &source);

// A process that was named by its number alone is the same as the one opened for it.
bool sameSource(const SourceSpec &one, const SourceSpec &other);

} // namespace ipclens
