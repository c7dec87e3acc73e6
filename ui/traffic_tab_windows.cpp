// The windows about a capture: statistics, the sequence diagram, sending and replaying.
#include "ui/traffic_tab.h"

#include "core/traffic/cpp_sender.h"
#include "ui/error_bar.h"
#include "ui/filter_line.h"
#include "ui/message_list.h"
#include "ui/number_text.h"
#include "ui/replay_dialog.h"
#include "ui/send_dialog.h"
#include "ui/sequence_view.h"
#include "ui/statistics_view.h"

#include <QDialog>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

namespace ipclens {

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
                note->setText(m_sequence->toImage().save(path, "PNG") ? tr("Saved %1").arg(path)
                                                                      : tr("Cannot write %1").arg(path));
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

void TrafficTab::exportSender()
{
    std::vector<Message> messages;
    for (const auto index : m_list->selected())
        messages.push_back(m_model.store().at(index).toMessage());
    const auto source = cppSender(messages);
    if (!source)
        return showFailure(source.error());
    auto *dialog = new QFileDialog(this, tr("Save a C++ sender"), QStringLiteral("sender.cpp"), tr("C++ sources (*.cpp)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("cpp"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, text = QByteArray::fromStdString(*source)](const QString &path) {
        QSaveFile file(path);
        if (file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit())
            return;
        showFailure(Error{.operation = "write file", .object = path.toStdString(), .meaning = file.errorString().toStdString()});
    });
    dialog->open();
}

void TrafficTab::addToRowMenu(QMenu *menu)
{
    const bool any = m_list->current().has_value();
    menu->addSeparator();
    menu->addAction(tr("Send a&gain\u2026"), this, &TrafficTab::sendAgain)->setEnabled(any);
    menu->addAction(tr("&Replay\u2026"), this, &TrafficTab::replay)->setEnabled(any);
    menu->addAction(tr("Save as a C+&+ sender\u2026"), this, &TrafficTab::exportSender)->setEnabled(any);
    menu->addAction(tr("In the se&quence diagram"), this, &TrafficTab::showSequence);
}

} // namespace ipclens
