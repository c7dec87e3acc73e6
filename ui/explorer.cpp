#include "ui/explorer.h"

#include "ui/icons.h"

#include <QSettings>
#include <QTabBar>
#include <QTreeView>

namespace ipclens {

Explorer::Explorer(Client &client, QWidget *parent)
    : QTabWidget(parent), m_processes(new ProcessPage(client, this)), m_objects(new ObjectPage(client, this)),
      m_windows(new WindowPage(client, this))
{
    setDocumentMode(true);
    setObjectName(QStringLiteral("explorer"));
    addTab(m_processes, tr("&Processes"));
    addTab(m_objects, tr("&Objects"));
    addTab(m_windows, tr("&Windows"));
    setMinimumWidth(tabBar()->sizeHint().width() + 8); // all three lists stay in reach
    connect(m_processes, &ProcessPage::windowsRequested, this, [this](const ProcessInfo &process) {
        m_windows->setFilter(QString::number(process.key.pid));
        setCurrentWidget(m_windows);
    });
    connect(m_windows, &WindowPage::processRequested, this, [this](const ProcessKey &process) {
        m_processes->setFilter({});
        setCurrentWidget(m_processes);
        if (!m_processes->select(process)) // it may not have been listed yet
            connect(
                m_processes, &ExplorerPage::refreshed, this, [this, process] { m_processes->select(process); },
                Qt::SingleShotConnection);
    });
}

ExplorerPage *Explorer::currentPage() const
{
    return static_cast<ExplorerPage *>(currentWidget());
}

void Explorer::save(QSettings &settings) const
{
    settings.beginGroup(objectName());
    settings.setValue(QStringLiteral("page"), currentIndex());
    for (const ExplorerPage *page : {static_cast<ExplorerPage *>(m_processes), static_cast<ExplorerPage *>(m_objects),
                                     static_cast<ExplorerPage *>(m_windows)})
        page->save(settings);
    settings.endGroup();
}

void Explorer::restore(QSettings &settings)
{
    settings.beginGroup(objectName());
    setCurrentIndex(settings.value(QStringLiteral("page"), 0).toInt());
    for (ExplorerPage *page : {static_cast<ExplorerPage *>(m_processes), static_cast<ExplorerPage *>(m_objects),
                               static_cast<ExplorerPage *>(m_windows)})
        page->restore(settings);
    settings.endGroup();
}

} // namespace ipclens
