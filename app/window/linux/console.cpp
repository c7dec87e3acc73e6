#include "app/window/console.h"

#include <cstdio>

namespace ipclens {

QStringList commandLine(int argc, char **argv)
{
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments << QString::fromLocal8Bit(argv[i]);
    return arguments;
}

void print(const QString &text)
{
    std::fputs(qUtf8Printable(text), stdout);
}

void complain(const QString &text)
{
    std::fputs(qUtf8Printable(text), stderr);
}

} // namespace ipclens
