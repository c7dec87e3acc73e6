// What the window's program needs of a command line and a console before it has a window: implemented once per system.
#pragma once

#include <QStringList>

namespace ipclens {

// The program's arguments with its name first, whatever characters they hold.
QStringList commandLine(int argc, char **argv);

// Prints text where a person sees it: on the console or the file the program was started with, or else in a box.
void print(const QString &text);
// The same on standard error.
void complain(const QString &text);

} // namespace ipclens
