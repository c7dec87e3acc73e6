#include "ui/graph_panel.h"

#include "ui/curve_filters.h"
#include "ui/number_text.h"
#include "ui/text_mark.h"
#include "ui/theme.h"
#include "ui/traffic_graph.h"

#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSaveFile>
#include <QSettings>
#include <QToolButton>
#include <QVBoxLayout>

namespace ipclens {
namespace {

QString settingsKey(const char *name)
{
    return QStringLiteral("traffic/graph/") + QLatin1String(name);
}

QToolButton *textButton(const QString &text, const QString &toolTip, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setText(text);
    button->setToolTip(toolTip);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setAutoRaise(true);
    return button;
}

} // namespace

GraphPanel::GraphPanel(const MessageModel &model, QWidget *parent)
    : QWidget(parent), m_model(model),
      m_feed(new MessageFeed(
          model, [this](MessageStore::Index, const MessageView &message) { m_curves.add(message); }, this)),
      m_graph(new TrafficGraph(m_curves, this))
{
    m_curves.plot({});
    m_mistake = new QLabel(this);
    m_mistake->setWordWrap(true);
    m_mistake->setTextFormat(Qt::PlainText);
    m_mistake->setContentsMargins(8, 0, 8, 2);
    m_mistake->hide();
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeBar());
    column->addWidget(m_mistake);
    column->addWidget(m_graph, 1);

    connect(m_feed, &MessageFeed::restarted, this, [this] { m_curves.clear(); });
    connect(&model, &MessageModel::answered, this, &GraphPanel::answered);
    connect(m_feed, &MessageFeed::gave, this, [this] {
        updateProgress();
        if (m_graph->isRunning())
            m_graph->hasMore();
        else if (m_model.isShowing())
            m_graph->refresh();
    });
    connect(m_graph, &TrafficGraph::followingChanged, this, [this] { m_hold->setChecked(!m_graph->isFollowing()); });
    restore();
    m_feed->setOn(true);
}

GraphPanel::~GraphPanel() = default;

QWidget *GraphPanel::makeBar()
{
    auto *bar = new QWidget(this);
    m_value = new QComboBox(bar);
    m_value->setAccessibleName(tr("What is plotted"));
    m_value->setToolTip(tr("What is plotted"));
    m_value->addItems({tr("Messages/s"), tr("Bytes/s"), tr("Size"), tr("Handler time"), tr("Value of\u2026")});
    m_field = new QLineEdit(bar);
    m_field->setObjectName(QStringLiteral("plottedField"));
    m_field->setPlaceholderText(tr("u32(payload, 4)"));
    m_field->setToolTip(
        tr("A number of the message, as filters name it: u32(payload, 4), data.id, wparam, len(payload)"));
    m_field->setAccessibleName(tr("Value to plot"));
    m_split = new QComboBox(bar);
    m_split->setAccessibleName(tr("A curve for"));
    m_split->setToolTip(tr("A curve for each of these; the ten with most messages, the others as one"));
    m_split->addItems({tr("all in one"), tr("by sender"), tr("by id"), tr("by filter")});
    m_edit = textButton(tr("Filters\u2026"), tr("Which filters have a curve"), bar);
    m_progress = new QLabel(bar);
    m_log = textButton(tr("Log"), tr("Logarithmic scale; zero is not shown"), bar);
    m_log->setCheckable(true);
    m_hold = textButton(tr("Hold"),
                        tr("Hold the graph still while messages go on to come (End goes back to the newest)"), bar);
    m_hold->setCheckable(true);
    m_export = textButton(tr("Export"), tr("Save what the graph shows"), bar);
    m_export->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(m_export);
    menu->addAction(tr("As a picture (&PNG)\u2026"), this, [this] { exportAs(QStringLiteral("png")); });
    menu->addAction(tr("As a document (P&DF)\u2026"), this, [this] { exportAs(QStringLiteral("pdf")); });
    menu->addAction(tr("As numbers (&CSV)\u2026"), this, [this] { exportAs(QStringLiteral("csv")); });
    m_export->setMenu(menu);

    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(6, 1, 6, 1);
    row->setSpacing(4);
    row->addWidget(m_value);
    row->addWidget(m_field, 1);
    row->addWidget(m_split);
    row->addWidget(m_edit);
    row->addWidget(m_progress);
    row->addStretch(1);
    row->addWidget(m_log);
    row->addWidget(m_hold);
    row->addWidget(m_export);

    connect(m_value, &QComboBox::currentIndexChanged, this, &GraphPanel::choose);
    connect(m_field, &QLineEdit::textChanged, this, &GraphPanel::choose);
    connect(m_split, &QComboBox::activated, this, [this](int index) {
        if (index == static_cast<int>(CurveSplit::Filter) && m_filters.empty())
            editFilters();
    });
    connect(m_split, &QComboBox::currentIndexChanged, this, &GraphPanel::choose);
    connect(m_edit, &QToolButton::clicked, this, &GraphPanel::editFilters);
    connect(m_log, &QToolButton::toggled, this, [this](bool on) {
        m_graph->setLogarithmic(on);
        QSettings().setValue(settingsKey("log"), on);
    });
    connect(m_hold, &QToolButton::clicked, this, [this](bool held) {
        if (held)
            m_graph->hold();
        else
            m_graph->followLiveEdge();
    });
    return bar;
}

Plotted GraphPanel::chosen() const
{
    return {.value = static_cast<PlottedValue>(m_value->currentIndex()),
            .field = m_field->text().trimmed().toStdString(),
            .split = static_cast<CurveSplit>(m_split->currentIndex()),
            .filters = m_filters};
}

void GraphPanel::choose()
{
    updateBar();
    plot(chosen());
}

bool GraphPanel::plotNumber(const QString &number)
{
    Plotted plotted = m_curves.plotted();
    plotted.value = PlottedValue::Field;
    plotted.field = number.toStdString();
    return plot(plotted);
}

bool GraphPanel::plot(const Plotted &plotted)
{
    const auto problem = TrafficCurves::problemOf(plotted);
    showProblem(problem);
    if (problem)
        return false;
    {
        const QSignalBlocker value(m_value), field(m_field), split(m_split);
        m_value->setCurrentIndex(static_cast<int>(plotted.value));
        m_split->setCurrentIndex(static_cast<int>(plotted.split));
        if (m_field->text().trimmed() != fromUtf8(plotted.field))
            m_field->setText(fromUtf8(plotted.field));
        m_filters = plotted.filters;
    }
    updateBar();
    QSettings settings;
    settings.setValue(settingsKey("value"), static_cast<int>(plotted.value));
    settings.setValue(settingsKey("field"), m_field->text());
    settings.setValue(settingsKey("split"), static_cast<int>(plotted.split));
    QStringList filters;
    for (const auto &filter : plotted.filters)
        filters << QStringLiteral("%1 %2").arg(filter.colour).arg(fromUtf8(filter.text));
    settings.setValue(settingsKey("filters"), filters);
    if (m_curves.plotted() == plotted)
        return true;
    m_curves.plot(plotted);
    m_feed->restart();
    m_graph->refresh();
    return true;
}

void GraphPanel::answered(quint64 index)
{
    if (index < m_feed->next() && index >= m_model.store().begin())
        m_curves.answered(m_model.store().at(index));
}

void GraphPanel::showProblem(const std::optional<TrafficCurves::Problem> &problem)
{
    const bool ofField = problem && !problem->filter;
    markProblem(*m_field, ofField ? std::optional(problem->problem) : std::nullopt);
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText, theme::color(theme::Role::ErrorText, colours));
    m_mistake->setPalette(colours);
    m_mistake->setVisible(problem.has_value());
    if (ofField)
        m_mistake->setText(problemText(problem->problem, m_field->text()));
    else if (problem)
        m_mistake->setText(tr("Filter %1: %2").arg(*problem->filter + 1).arg(fromUtf8(problem->problem.meaning)));
}

void GraphPanel::editFilters()
{
    if (m_editor) {
        m_editor->raise();
        m_editor->activateWindow();
        return;
    }
    auto *editor = new CurveFilters(m_filters, this);
    m_editor = editor;
    editor->setAttribute(Qt::WA_DeleteOnClose);
    connect(editor, &CurveFilters::changed, this, [this, editor] {
        m_filters = editor->filters();
        choose();
    });
    editor->show();
}

void GraphPanel::updateBar()
{
    m_field->setVisible(m_value->currentIndex() == static_cast<int>(PlottedValue::Field));
    m_edit->setVisible(m_split->currentIndex() == static_cast<int>(CurveSplit::Filter));
}

void GraphPanel::updateProgress()
{
    const auto behind = m_feed->behind();
    const auto all = m_curves.messages() + behind;
    const bool isLong = behind > 10'000;
    m_progress->setVisible(isLong);
    if (isLong)
        m_progress->setText(tr("sorting %1 %").arg(all == 0 ? 0 : m_curves.messages() * 100 / all));
}

void GraphPanel::exportAs(const QString &suffix)
{
    auto *dialog = new QFileDialog(this, tr("Save the graph"), QStringLiteral("traffic.%1").arg(suffix),
                                   tr("%1 files (*.%2)").arg(suffix.toUpper(), suffix));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    connect(dialog, &QFileDialog::fileSelected, this, [this, suffix](const QString &path) { save(path, suffix); });
    dialog->open();
}

void GraphPanel::save(const QString &path, const QString &suffix)
{
    bool saved = false;
    QString why = tr("the file cannot be written");
    if (suffix == QLatin1String("png")) {
        saved = m_graph->savePng(path);
    } else if (suffix == QLatin1String("pdf")) {
        saved = m_graph->savePdf(path);
    } else {
        QSaveFile file(path);
        const auto csv = m_graph->toCsv();
        saved = file.open(QIODevice::WriteOnly) && file.write(csv) == csv.size() && file.commit();
        why = file.errorString();
    }
    QPalette colours = palette();
    colours.setColor(QPalette::WindowText,
                     theme::color(saved ? theme::Role::GoodText : theme::Role::ErrorText, colours));
    m_mistake->setPalette(colours);
    m_mistake->setText(saved ? tr("Saved %1").arg(path) : tr("Cannot save %1: %2").arg(path, why));
    m_mistake->show();
}

void GraphPanel::restore()
{
    const QSettings settings;
    Plotted last{.value = static_cast<PlottedValue>(std::clamp(settings.value(settingsKey("value"), 0).toInt(), 0, 4)),
                 .field = settings.value(settingsKey("field")).toString().trimmed().toStdString(),
                 .split = static_cast<CurveSplit>(std::clamp(settings.value(settingsKey("split"), 0).toInt(), 0, 3)),
                 .filters = {}};
    for (const auto &filter : settings.value(settingsKey("filters")).toStringList()) {
        const auto space = filter.indexOf(QLatin1Char(' '));
        last.filters.push_back(
            {.text = filter.mid(space + 1).toStdString(), .colour = std::max(0, filter.left(space).toInt())});
    }
    if (TrafficCurves::problemOf(last)) // of another version, perhaps
        last = {};
    plot(last);
    m_log->setChecked(settings.value(settingsKey("log"), false).toBool());
    updateProgress();
}

void GraphPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_mistake && m_mistake->isVisible())
        showProblem(TrafficCurves::problemOf(chosen()));
}

} // namespace ipclens
