#include "ui/journal_dock.h"

#include "ui/error_bar.h"
#include "ui/icons.h"
#include "ui/number_text.h"
#include "ui/said_label.h"
#include "ui/source_opening.h"
#include "ui/why.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QTreeView>

namespace ipclens {

JournalDock::JournalDock(Client &client, FindSource findSource, QWidget *parent)
    : QWidget(parent), m_client(client), m_findSource(std::move(findSource)), m_model(new JournalModel(this)),
      m_error(new ErrorBar(this)), m_view(new QTreeView(this)), m_empty(addHint(*m_view)),
      m_undo(new QPushButton(icon(Sign::Undo), tr("Undo this write"), this))
{
    setObjectName(QStringLiteral("journal"));
    m_view->setModel(m_model);
    m_view->setRootIsDecorated(false);
    m_view->setUniformRowHeights(true);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setAccessibleName(tr("Journal of writes"));
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(JournalModel::Note, QHeaderView::Stretch);
    const int width = fontMetrics().averageCharWidth();
    const std::pair<int, int> widths[] = {{JournalModel::Time, 16},  {JournalModel::Source, 26},
                                          {JournalModel::Where, 20}, {JournalModel::Change, 34},
                                          {JournalModel::State, 13}, {JournalModel::Undo, 8}};
    for (const auto &[column, letters] : widths)
        m_view->setColumnWidth(column, letters * width);
    m_empty->setText(tr("Nothing has been written. Every byte you change is listed here and can be taken back."));
    m_undo->setToolTip(tr("Write the old bytes back, if the new ones are still there"));

    auto *row = new QHBoxLayout;
    row->setContentsMargins(4, 2, 4, 4);
    row->addWidget(m_undo);
    row->addStretch();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_error);
    column->addWidget(m_view, 1);
    column->addLayout(row);

    connect(m_undo, &QPushButton::clicked, this, [this] {
        if (const auto *entry = current())
            undo(*entry);
    });
    connect(m_view, &QTreeView::clicked, this, [this](const QModelIndex &index) {
        if (index.column() == JournalModel::Undo && m_model->canUndo(m_model->entry(index.row())))
            undo(m_model->entry(index.row()));
    });
    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        const auto &entry = m_model->entry(index.row());
        if (index.column() != JournalModel::Undo)
            emit openRequested(entry.spec, entry.address);
    });
    connect(m_view, &QTreeView::customContextMenuRequested, this, &JournalDock::showMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &JournalDock::updateButtons);
    connect(&m_client, &Client::stateChanged, this, &JournalDock::load);
    connect(&m_client, &Client::journalChanged, this, &JournalDock::put);
    updateButtons();
    load();
}

void JournalDock::load()
{
    updateButtons();
    if (m_client.state() != Client::State::Connected) {
        m_awaited = 0; // what comes now is another run's
        m_undoing = false;
        return;
    }
    m_client.call(ReadJournal{}, this, [this](Result<JournalReply> reply) {
        if (!reply) {
            m_error->showError(reply.error());
            return;
        }
        if (!reply->damaged.empty()) {
            QStringList lines;
            for (const auto &line : reply->damaged)
                lines << fromUtf8(line);
            m_error->showText(tr("Parts of the journal cannot be read: %1").arg(lines.join(QStringLiteral("; "))),
                              ErrorBar::Level::Warning);
        }
        m_model->load(std::move(*reply));
        m_view->scrollToBottom();
        updateButtons();
        emit changed();
    });
}

void JournalDock::put(const JournalEntry &entry)
{
    follow([&] { m_model->put(entry); });
    if (m_awaited != 0 && m_model->isConcluded(m_awaited)) {
        m_awaited = 0;
        m_undoing = false;
    }
    updateButtons();
    emit changed();
}

void JournalDock::follow(const std::function<void()> &change)
{
    const auto *bar = m_view->verticalScrollBar();
    const bool atBottom = bar->value() == bar->maximum();
    change();
    if (atBottom)
        m_view->scrollToBottom();
}

bool JournalDock::canUndoLast(const JournalModel::Filter &filter) const
{
    return !m_undoing && m_client.state() == Client::State::Connected && m_model->lastToUndo(filter) != nullptr;
}

void JournalDock::undoLast(const JournalModel::Filter &filter)
{
    if (const auto *entry = m_model->lastToUndo(filter))
        undo(*entry);
}

bool JournalDock::canRedoLast(const JournalModel::Filter &filter) const
{
    return !m_undoing && m_client.state() == Client::State::Connected && m_model->lastToRedo(filter) != nullptr;
}

void JournalDock::redoLast(const JournalModel::Filter &filter)
{
    if (const auto *entry = m_model->lastToRedo(filter)) // to undo an undo is to write again
        undo(*entry);
}

void JournalDock::undo(const JournalEntry &entry, bool anyway)
{
    if (m_undoing)
        return;
    m_undoing = true;
    const JournalEntry undone = entry; // the model may change meanwhile
    m_error->clear();
    updateButtons();
    emit changed();
    if (const auto source = m_findSource(undone.spec); source != 0) {
        writeBack(undone, source, false, anyway);
        return;
    }
    openFor(m_client, OpenSource{undone.spec, Access::ReadWrite}, this,
            [this, undone, anyway](Result<SourceInfo> reply) {
                if (reply)
                    writeBack(undone, reply->source, true, anyway);
                else
                    this->undone(undone, Failure(std::move(reply.error())));
            });
}

void JournalDock::writeBack(const JournalEntry &entry, SourceId source, bool closeAfter, bool anyway)
{
    const bool thisRun = entry.run == m_model->run();
    WriteMemory write{.source = source,
                      .address = entry.address,
                      .expected = entry.bytes,
                      .bytes = entry.before,
                      .undoes = thisRun ? entry.entry : 0};
    if (anyway)
        write.expected.reset();
    m_client.call(
        std::move(write), &m_client,
        [guard = QPointer(this), &client = m_client, entry, source, closeAfter](const Result<WriteReply> &reply) {
            if (closeAfter) // nothing can be done about a source that does not close
                client.call(CloseSource{source}, &client, [](const Result<Done> &) {});
            if (guard)
                guard->undone(entry, reply);
        });
}

void JournalDock::undone(const JournalEntry &entry, const Result<WriteReply> &reply)
{
    m_awaited = reply && !m_model->isConcluded(reply->entry) ? reply->entry : 0;
    m_undoing = m_awaited != 0;
    const auto where = tr("%1 at %2").arg(fromUtf8(entry.source), addressText(entry.address));
    if (!reply) {
        showRefusal(*m_error, reply.error(), explainTarget(entry.spec));
    } else if (reply->outcome == WriteOutcome::Changed) {
        m_error->showText(tr("Not undone: %1 holds %2 now, not the %3 that were written. Nothing was changed.")
                              .arg(where, bytesText(reply->before), bytesText(entry.bytes)),
                          ErrorBar::Level::Error);
        m_error->offer(tr("Undo anyway"), [this, entry] { undo(entry, true); });
    } else if (reply->outcome == WriteOutcome::Overwritten) {
        m_error->showText(tr("The old bytes were written to %1, but its owner wrote %2 at once.")
                              .arg(where, bytesText(reply->after)),
                          ErrorBar::Level::Warning);
    }
    updateButtons();
    emit changed();
}

const JournalEntry *JournalDock::current() const
{
    const auto index = m_view->currentIndex();
    return index.isValid() ? &m_model->entry(index.row()) : nullptr;
}

void JournalDock::updateButtons()
{
    const auto *entry = current();
    const bool connected = m_client.state() == Client::State::Connected;
    m_undo->setEnabled(connected && !m_undoing && entry && m_model->canUndo(*entry));
    m_empty->setVisible(m_model->rowCount() == 0);
}

void JournalDock::showMenu(const QPoint &position)
{
    const auto index = m_view->indexAt(position);
    if (!index.isValid())
        return;
    const auto entry = m_model->entry(index.row());
    QMenu menu(this);
    menu.addAction(icon(Sign::Undo), tr("Undo this write"), this, [this, entry] { undo(entry); })
        ->setEnabled(m_undo->isEnabled());
    menu.addAction(icon(Sign::Section), tr("Show the place"), this,
                   [this, entry] { emit openRequested(entry.spec, entry.address); });
    menu.addSeparator();
    const auto line = tr("%1  %2 %3  %4 -> %5")
                          .arg(clockText(entry.time), fromUtf8(entry.source), addressText(entry.address),
                               bytesText(entry.before, 4096), bytesText(entry.bytes, 4096));
    menu.addAction(tr("Copy as text"), this, [line] { QGuiApplication::clipboard()->setText(line); });
    menu.exec(m_view->viewport()->mapToGlobal(position));
}

} // namespace ipclens
