#include "ui/capture_autosave.h"
#include "ui/client.h"

#include <gtest/gtest.h>

#include <QApplication>
#include <QDir>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

int main(int argc, char **argv)
{
    testing::InitGoogleTest(&argc, argv);
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QStandardPaths::setTestModeEnabled(true); // captures that tests leave are not the user's
    // Settings of the tests must neither read nor change those of the user.
    const QTemporaryDir folder;
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder.path());
    QApplication::setOrganizationName(QStringLiteral("ipclens"));
    QApplication::setApplicationName(QStringLiteral("ipclens"));
    QDir(ipclens::CaptureAutosave::folder()).removeRecursively(); // of a run that was killed
    const int result = RUN_ALL_TESTS();
    ipclens::Client::finishClosing();
    return result;
}
