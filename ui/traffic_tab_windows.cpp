// The windows about a capture: statistics, the sequence diagram, sending and replaying.
#include "ui/traffic_tab.h"

#include "ui/capture_saver.h"
#include "ui/error_bar.h"
#include "ui/filter_line.h"
#include "ui/message_list.h"
#include "ui/number_text.h"
#include "ui/replay_dialog.h"
#include "ui/send_dialog.h"
#include "ui/sequence_view.h"
#include "ui/statistics_view.h"

#include <QApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QImage>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QPushButton>
#include <QThreadPool>
#include <QVBoxLayout>

namespace ipclens {
namespace {

// On another thread: writing a large one takes seconds. What came of it is said in `note`.
void savePicture(const QImage &picture, const QString &path, QLabel *note, const QString &saved)
{
    note->setText(TrafficTab::tr("Saving %1\u2026").arg(path));
    QThreadPool::globalInstance()->start([picture, path, said = QPointer(note), saved] {
        const bool isWritten = picture.save(path, "PNG");
        QMetaObject::invokeMethod(qApp, [said, text = isWritten ? saved : TrafficTab::tr("Cannot write %1").arg(path)] {
            if (said)
                said->setText(text);
        });
    });
}

} // namespace

void TrafficTab::showFilter(const QString &filter)
{
    m_filter->setText(filter);
}

void TrafficTab::showStatistics()
{
    if (!m_statistics) {
        m_statistics = new StatisticsView(m_model, this);
        connect(m_statistics, &StatisticsView::filterRequested, this, &TrafficTab::showFilter);
    }
    m_statistics->show();
    m_statistics->raise();
    m_statistics->activateWindow();
}

void TrafficTab::showSequence()
{
    if (!m_sequence) {
        auto *window = new QDialog(this);
        window->setObjectName(QStringLiteral("sequence"));
        window->setWindowTitle(tr("Sequence diagram"));
        m_sequence = new SequenceView(m_model, window);
        auto *note = new QLabel(window);
        note->setTextFormat(Qt::PlainText);
        auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, window);
        auto *save = buttons->addButton(tr("&Save as a picture\u2026"), QDialogButtonBox::ActionRole);
        save->setToolTip(tr("Up to 500 messages from the first one in view on"));
        connect(save, &QPushButton::clicked, window, [this, window, note] {
            auto *dialog =
                new QFileDialog(window, tr("Save the diagram"), QStringLiteral("sequence.png"), tr("Pictures (*.png)"));
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            dialog->setAcceptMode(QFileDialog::AcceptSave);
            dialog->setDefaultSuffix(QStringLiteral("png"));
            connect(dialog, &QFileDialog::fileSelected, note, [this, note](const QString &path) {
                savePicture(m_sequence->toImage(), path, note,
                            tr("Saved %1 messages in %2")
                                .arg(countText(static_cast<std::uint64_t>(m_sequence->rowsOfImage())), path));
            });
            dialog->open();
        });
        connect(buttons, &QDialogButtonBox::rejected, window, &QDialog::close);
        auto *bottom = new QHBoxLayout;
        bottom->addWidget(note, 1);
        bottom->addWidget(buttons);
        auto *column = new QVBoxLayout(window);
        column->addWidget(m_sequence, 1);
        column->addLayout(bottom);
        window->resize(860, 520);
        connect(m_sequence, &SequenceView::currentChanged, this, [this](quint64 index) {
            if (const int row = m_model.rowOfIndex(index); row >= 0)
                m_list->goToRow(row);
        });
        connect(m_list, &MessageList::currentMessageChanged, m_sequence,
                [this] { m_sequence->setCurrent(m_list->current()); });
        m_sequence->setCurrent(m_list->current());
    }
    m_sequence->window()->show();
    m_sequence->window()->raise();
    m_sequence->window()->activateWindow();
    m_sequence->setFocus();
}

void TrafficTab::replay()
{
    auto *dialog = new ReplayDialog(m_client, m_model, m_list->selected(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();
}

void TrafficTab::sendAgain()
{
    const auto current = m_list->current();
    auto *dialog = new SendDialog(m_client, 0, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (current)
        dialog->showMessage(m_model.store().at(*current));
    dialog->show();
}

void TrafficTab::addToRowMenu(QMenu *menu)
{
    const bool any = m_list->current().has_value();
    menu->addSeparator();
    menu->addAction(tr("Send a&gain\u2026"), this, &TrafficTab::sendAgain)->setEnabled(any);
    menu->addAction(tr("&Replay\u2026"), this, &TrafficTab::replay)->setEnabled(any);
    menu->addAction(tr("Save as a C+&+ sender\u2026"), this,
                    [this] { askWhereToSave(Which::Selected, SaveFormat::Sender); })
        ->setEnabled(any && !isBusy());
    menu->addAction(tr("In the se&quence diagram"), this, &TrafficTab::showSequence);
}

} // namespace ipclens
