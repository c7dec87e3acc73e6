#include "ui/replay_dialog.h"

#include "core/traffic/message_text.h"
#include "core/traffic/replay_item.h"
#include "ui/error_bar.h"
#include "ui/number_text.h"
#include "ui/replay_model.h"
#include "ui/why.h"
#include "ui/window_picker.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>
#include <utility>

namespace ipclens {
namespace {

constexpr std::size_t mostItems = 2000; // of one piece
constexpr std::size_t mostBytes = 4 << 20;

} // namespace

ReplayDialog::ReplayDialog(Client &client, const MessageModel &model, std::vector<MessageModel::Index> selected,
                           QWidget *parent)
    : QDialog(parent), m_client(client), m_model(model), m_selected(std::move(selected)), m_series(client)
{
    setWindowTitle(tr("Replay messages"));
    setObjectName(QStringLiteral("replay"));
    auto *to = new QGroupBox(tr("To"), this);
    m_picker = new WindowPicker(client, to);
    auto *toLayout = new QVBoxLayout(to);
    toLayout->addWidget(m_picker);
    auto *top = new QSplitter(Qt::Horizontal, this);
    top->addWidget(to);
    top->addWidget(makeOptions());
    top->setChildrenCollapsible(false);
    top->setSizes({440, 400});

    m_error = new ErrorBar(this);
    m_result = new QLabel(tr("Results that differ from the recorded ones, and failures, are listed here."), this);
    m_result->setObjectName(QStringLiteral("result"));
    m_result->setWordWrap(true);
    m_result->setTextFormat(Qt::PlainText);
    m_progress = new QProgressBar(this);
    m_progress->hide();
    m_differences = new ReplayModel(this);
    auto *list = new QTableView(this);
    list->setModel(m_differences);
    list->setAccessibleName(tr("Differences"));
    list->setSelectionBehavior(QAbstractItemView::SelectRows);
    list->setAlternatingRowColors(true);
    list->setShowGrid(false);
    list->setWordWrap(false);
    list->setTabKeyNavigation(false);
    list->verticalHeader()->hide();
    list->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    list->verticalHeader()->setMinimumSectionSize(0);
    list->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
    list->horizontalHeader()->setHighlightSections(false);
    list->horizontalHeader()->setStretchLastSection(true);
    const int letter = fontMetrics().averageCharWidth();
    for (const auto &[column, letters] : {std::pair{ReplayModel::Number, 11},
                                          {ReplayModel::Message, 44},
                                          {ReplayModel::Recorded, 14},
                                          {ReplayModel::Now, 14},
                                          {ReplayModel::Took, 11}})
        list->setColumnWidth(column, letters * letter);
    list->setMinimumHeight(fontMetrics().height() * 5);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_start = buttons->addButton(tr("&Replay"), QDialogButtonBox::ActionRole);
    m_start->setObjectName(QStringLiteral("startButton"));
    m_start->setDefault(true);
    m_stop = buttons->addButton(tr("S&top"), QDialogButtonBox::ActionRole);
    m_stop->setObjectName(QStringLiteral("stopButton"));
    m_stop->setAutoDefault(false);
    connect(m_start, &QPushButton::clicked, this, &ReplayDialog::start);
    connect(m_stop, &QPushButton::clicked, this, [this] {
        m_series.stop();
        updateButtons();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(&m_series, &SeriesRun::updated, this, &ReplayDialog::updated);
    connect(&m_series, &SeriesRun::failed, this, [this](const Error &error) {
        m_progress->hide();
        showRefusal(*m_error, error, targetToExplain());
        updateButtons();
    });

    auto *layout = new QVBoxLayout(this);
    layout->addWidget(top, 3);
    layout->addWidget(m_error);
    layout->addWidget(m_result);
    layout->addWidget(m_progress);
    layout->addWidget(list, 2);
    layout->addWidget(buttons);
    resize(880, 560);
    updateButtons();
}

QWidget *ReplayDialog::makeOptions()
{
    auto *group = new QGroupBox(tr("Messages"), this);
    m_which = new QComboBox(group);
    m_which->setObjectName(QStringLiteral("which"));
    if (!m_selected.empty())
        m_which->addItem(tr("The selected ones (%1)").arg(countText(m_selected.size())),
                         static_cast<int>(Which::Selected));
    m_which->addItem(tr("Those in the list (%1)").arg(countText(static_cast<std::uint64_t>(m_model.rowCount()))),
                     static_cast<int>(Which::Shown));
    m_which->addItem(tr("The whole capture (%1)").arg(countText(m_model.store().size())), static_cast<int>(Which::All));
    m_timing = new QComboBox(group);
    m_timing->setObjectName(QStringLiteral("timing"));
    m_timing->addItems({tr("with the recorded pauses"), tr("with scaled pauses"), tr("without pauses")});
    m_speed = new QDoubleSpinBox(group);
    m_speed->setObjectName(QStringLiteral("speed"));
    m_speed->setRange(0.01, 1000);
    m_speed->setValue(2);
    m_speed->setSuffix(tr(" times as fast"));
    m_speed->setEnabled(false);
    connect(m_timing, &QComboBox::currentIndexChanged, this, [this](int index) { m_speed->setEnabled(index == 1); });
    m_timeout = new QSpinBox(group);
    m_timeout->setRange(1, 60'000);
    m_timeout->setValue(5000);
    m_timeout->setSuffix(tr(" ms"));
    m_claim = new QCheckBox(tr("&Claim the recorded senders"), group);
    m_claim->setToolTip(tr(
        "WM_COPYDATA names a window as its sender, which may get an answer from who handles it. Off: none is named."));
    m_stopAtFailure = new QCheckBox(tr("Stop at the first &failure"), group);
    auto *form = new QFormLayout(group);
    form->addRow(tr("&Which:"), m_which);
    form->addRow(tr("&Pace:"), m_timing);
    form->addRow(QString(), m_speed);
    form->addRow(tr("Wait at &most:"), m_timeout);
    form->addRow(QString(), m_claim);
    form->addRow(QString(), m_stopAtFailure);
    return group;
}

std::vector<MessageModel::Index> ReplayDialog::chosen() const
{
    std::vector<MessageModel::Index> indices;
    switch (static_cast<Which>(m_which->currentData().toInt())) {
    case Which::Selected:
        indices = m_selected;
        break;
    case Which::Shown:
        indices.resize(static_cast<std::size_t>(m_model.rowCount()));
        for (std::size_t row = 0; row < indices.size(); ++row)
            indices[row] = m_model.indexOfRow(static_cast<int>(row));
        break;
    case Which::All:
        indices.resize(m_model.store().size());
        std::iota(indices.begin(), indices.end(), m_model.store().begin());
        break;
    }
    if (!std::ranges::is_sorted(indices)) // a list may be sorted otherwise than by time
        std::ranges::sort(indices);
    return indices;
}

std::optional<ExplainTarget> ReplayDialog::targetToExplain() const
{
    const auto target = m_picker->target();
    return target ? explainWindow(target->window) : std::nullopt;
}

void ReplayDialog::start()
{
    m_error->clear();
    const auto target = m_picker->target();
    if (!target) {
        m_error->showError(target.error());
        m_picker->field()->setFocus(Qt::OtherFocusReason);
        return;
    }
    m_chosen = chosen();
    m_sent.clear();
    if (m_chosen.empty()) {
        m_error->showText(tr("There is no message to be sent."), ErrorBar::Level::Warning);
        return;
    }
    m_cut = 0;
    m_uncompared.clear();
    m_lateEqual = m_lateDifferent = 0;
    m_differences->clear();
    m_result->clear();
    StartSeries series{.target = *target,
                       .items = {},
                       .timing = m_timing->currentIndex() == 2 ? SeriesTiming::None : SeriesTiming::Recorded,
                       .speed = m_timing->currentIndex() == 1 ? m_speed->value() : 1,
                       .timeout = static_cast<std::uint32_t>(m_timeout->value()),
                       .stopAtFailure = m_stopAtFailure->isChecked()};
    m_since.start();
    m_series.start(std::move(series), [this, from = std::size_t{0}]() mutable { return nextItems(from); });
    if (m_series.isRunning()) {
        m_progress->setRange(0, 1000);
        m_progress->setValue(0);
        m_progress->show();
        m_result->setText(tr("Sending\u2026"));
    }
    updateButtons();
}

Result<std::vector<SeriesItem>> ReplayDialog::nextItems(std::size_t &from)
{
    std::vector<SeriesItem> items;
    std::size_t bytes = 0;
    for (; from < m_chosen.size() && items.size() < mostItems && bytes < mostBytes; ++from) {
        if (m_chosen[from] < m_model.store().begin() || m_chosen[from] >= m_model.store().end())
            return Failure(Error{.kind = ErrorKind::Missing,
                                 .operation = "replay",
                                 .object = "message " + std::to_string(from + 1) + " of those chosen",
                                 .meaning = "it is not kept any more",
                                 .hint = "Save the capture first, and replay the file"});
        const auto message = m_model.store().at(m_chosen[from]);
        auto item = replayItem(message, m_claim->isChecked());
        if (!item) {
            ++m_cut;
            continue;
        }
        bytes += message.payload.size();
        items.push_back(std::move(*item));
        m_sent.push_back(m_chosen[from]);
    }
    return items;
}

void ReplayDialog::updated(const SeriesUpdate &update)
{
    list(update.outcomes);
    for (const auto &outcome : update.outcomes)
        if (outcome.verdict == SeriesVerdict::Sent && m_uncompared.size() < ReplayModel::mostRows)
            m_uncompared.push_back(outcome);
    compareLate();
    showProgress(update);
    updateButtons();
}

// With results that were recorded only after the message was sent again.
void ReplayDialog::compareLate()
{
    const auto &store = m_model.store();
    std::vector<SeriesOutcome> different;
    for (auto &outcome : std::exchange(m_uncompared, {})) {
        if (outcome.item >= m_sent.size() || m_sent[outcome.item] < store.begin() ||
            m_sent[outcome.item] >= store.end())
            continue;
        const auto message = store.at(m_sent[outcome.item]);
        if (!message.isAnswered) {
            m_uncompared.push_back(std::move(outcome));
            continue;
        }
        if (message.failure)
            continue; // there is none
        const bool isEqual = message.result == outcome.result;
        ++(isEqual ? m_lateEqual : m_lateDifferent);
        outcome.verdict = isEqual ? SeriesVerdict::Equal : SeriesVerdict::Different;
        if (!isEqual)
            different.push_back(std::move(outcome));
    }
    list(different);
}

void ReplayDialog::list(std::span<const SeriesOutcome> outcomes)
{
    std::vector<ReplayModel::Row> rows;
    for (const auto &outcome : outcomes) {
        if (outcome.verdict != SeriesVerdict::Different && outcome.verdict != SeriesVerdict::Failed)
            continue;
        ReplayModel::Row row{.outcome = outcome};
        if (const auto item = outcome.item;
            item < m_sent.size() && m_sent[item] >= m_model.store().begin() && m_sent[item] < m_model.store().end()) {
            const auto &message = m_model.store().at(m_sent[item]);
            row.sequence = message.sequence;
            row.message = message.isCopied() ? tr("id %1: %2").arg(message.id).arg(fromUtf8(summary(message, 80)))
                                             : fromUtf8(summary(message, 80));
            if (message.isAnswered && !message.failure)
                row.recorded = message.result;
        }
        rows.push_back(std::move(row));
    }
    m_differences->append(std::move(rows));
}

void ReplayDialog::showProgress(const SeriesUpdate &update)
{
    const auto done = update.sent + update.failed;
    const auto all = m_chosen.size() - m_cut;
    m_progress->setValue(static_cast<int>(done * 1000 / std::max<std::uint64_t>(all, 1)));
    m_progress->setVisible(!update.finished);
    QStringList parts{tr("%1 of %2 sent").arg(countText(done), countText(all))};
    const auto equal = update.equal + m_lateEqual, different = update.different + m_lateDifferent;
    if (equal + different > 0)
        parts << tr("%1 with the recorded result, %2 with another").arg(countText(equal), countText(different));
    if (const auto uncompared = update.sent - std::min(update.sent, equal + different); uncompared > 0)
        parts << tr("%1 without a recorded result").arg(countText(uncompared));
    if (update.failed > 0)
        parts << tr("%1 failed").arg(countText(update.failed));
    if (m_cut > 0)
        parts << tr("%1 left out, because their payloads were cut when they were captured").arg(countText(m_cut));
    if (m_differences->isFull())
        parts << tr("the first %1 are listed").arg(countText(ReplayModel::mostRows));
    if (!update.finished && done > 0 && done < all && m_since.elapsed() > 2000)
        parts << tr("about %1 s to go")
                     .arg(m_since.elapsed() * static_cast<qint64>(all - done) / static_cast<qint64>(done) / 1000 + 1);
    if (update.finished && m_series.isStopping())
        parts << tr("stopped");
    m_result->setText(parts.join(QStringLiteral("; ")) + QLatin1Char('.'));
    if (update.finished && update.failure)
        showRefusal(*m_error, *update.failure, targetToExplain());
}

void ReplayDialog::updateButtons()
{
    const bool running = m_series.isRunning();
    m_start->setEnabled(!running);
    m_stop->setEnabled(running && !m_series.isStopping());
    for (QWidget *option : {static_cast<QWidget *>(m_which), static_cast<QWidget *>(m_picker)})
        option->setEnabled(!running);
}

} // namespace ipclens
