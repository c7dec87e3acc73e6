#include "ui/scan_dock.h"

#include "ui/error_bar.h"
#include "ui/job_line.h"
#include "ui/number_text.h"
#include "ui/region_choice_button.h"
#include "ui/scan_model.h"
#include "ui/source_names.h"
#include "ui/text_mark.h"
#include "ui/theme.h"
#include "ui/why.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTableView>

namespace ipclens {

namespace {

constexpr int refreshInterval = 500; // milliseconds

struct ComparisonText {
    ScanComparison comparison;
    const char *text;
};
constexpr ComparisonText ofFirst[] = {
    {ScanComparison::Exact, QT_TRANSLATE_NOOP("ScanDock", "is exactly")},
    {ScanComparison::NotEqual, QT_TRANSLATE_NOOP("ScanDock", "is not")},
    {ScanComparison::Between, QT_TRANSLATE_NOOP("ScanDock", "is between")},
    {ScanComparison::Greater, QT_TRANSLATE_NOOP("ScanDock", "is greater than")},
    {ScanComparison::Less, QT_TRANSLATE_NOOP("ScanDock", "is less than")},
    {ScanComparison::Unknown, QT_TRANSLATE_NOOP("ScanDock", "is anything (unknown)")}};
constexpr ComparisonText ofNext[] = {{ScanComparison::Changed, QT_TRANSLATE_NOOP("ScanDock", "has changed")},
                                     {ScanComparison::Unchanged, QT_TRANSLATE_NOOP("ScanDock", "has not changed")},
                                     {ScanComparison::Increased, QT_TRANSLATE_NOOP("ScanDock", "has increased")},
                                     {ScanComparison::Decreased, QT_TRANSLATE_NOOP("ScanDock", "has decreased")},
                                     {ScanComparison::IncreasedBy, QT_TRANSLATE_NOOP("ScanDock", "has increased by")},
                                     {ScanComparison::DecreasedBy, QT_TRANSLATE_NOOP("ScanDock", "has decreased by")}};

bool needsValue(ScanComparison comparison)
{
    switch (comparison) {
    case ScanComparison::Unknown:
    case ScanComparison::Changed:
    case ScanComparison::Unchanged:
    case ScanComparison::Increased:
    case ScanComparison::Decreased: return false;
    default: return true;
    }
}

// Bytes have no more and less.
bool fitsBytes(ScanComparison comparison)
{
    return comparison == ScanComparison::Exact || comparison == ScanComparison::NotEqual ||
           comparison == ScanComparison::Changed || comparison == ScanComparison::Unchanged;
}

} // namespace

ScanDock::ScanDock(Client &client, QWidget *parent)
    : QWidget(parent), m_client(client), m_model(new ScanModel(this)), m_said(new QLabel(this)),
      m_error(new ErrorBar(this)), m_job(new JobLine(client, this)), m_view(new QTableView(this))
{
    setObjectName(QStringLiteral("scan"));
    auto *form = new QGridLayout;
    form->setContentsMargins(6, 4, 6, 4);
    form->setSpacing(4);
    makeForm(form);
    auto *left = new QVBoxLayout;
    left->addLayout(form);
    left->addStretch();

    m_view->setModel(m_model);
    m_view->setObjectName(QStringLiteral("scanMatches"));
    m_view->setAccessibleName(tr("Matches of the scan"));
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setDefaultSectionSize(QFontMetrics(theme::fixedFont()).height() + 4);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setWordWrap(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    const int cell = QFontMetrics(theme::fixedFont()).horizontalAdvance(QLatin1Char('0'));
    m_view->setColumnWidth(ScanModel::Place, 18 * cell);
    m_view->setColumnWidth(ScanModel::Now, 20 * cell);
    m_view->setColumnWidth(ScanModel::Before, 20 * cell);
    m_said->setObjectName(QStringLiteral("scanSaid"));
    m_said->setTextFormat(Qt::PlainText);
    m_said->setWordWrap(true);
    m_said->setContentsMargins(6, 4, 6, 4);

    auto *right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(m_error);
    right->addWidget(m_said);
    right->addWidget(m_job);
    right->addWidget(m_view, 1);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addLayout(left);
    row->addLayout(right, 1);

    m_refresh.setInterval(refreshInterval);
    connect(&m_refresh, &QTimer::timeout, this, &ScanDock::readVisible);
    connect(m_job, &JobLine::runningChanged, this, &ScanDock::updateButtons);
    connect(&m_client, &Client::stateChanged, this, [this] {
        if (m_client.state() == Client::State::Lost)
            sourceGone(m_source.source);
        updateButtons();
    });
    connect(m_view, &QTableView::activated, this, [this] {
        if (const auto row = chosen())
            emit goToRequested(row->source, row->address);
    });
    connect(m_view, &QTableView::doubleClicked, this, [this](const QModelIndex &index) {
        if (index.column() == ScanModel::Now)
            m_view->edit(index);
    });
    connect(m_view, &QTableView::customContextMenuRequested, this, &ScanDock::showMenu);
    connect(m_model, &ScanModel::editRequested, this, [this](Address at, const Bytes &expected, const Bytes &bytes) {
        emit editRequested(m_source.source, at, expected, bytes);
    });
    connect(m_model, &ScanModel::inputRefused, this,
            [this](const QString &why) { m_error->showText(why, ErrorBar::Level::Error); });
    offerComparisons();
    showStatus();
    updateButtons();
}

ScanDock::~ScanDock()
{
    closeScan();
}

void ScanDock::makeForm(QGridLayout *form)
{
    const auto line = [this](const char *name, const QString &hint, const QString &said) {
        auto *edit = new QLineEdit(this);
        edit->setObjectName(QLatin1String(name));
        edit->setPlaceholderText(hint);
        edit->setAccessibleName(said);
        edit->setFont(theme::fixedFont());
        connect(edit, &QLineEdit::textChanged, this, [edit] { markProblem(*edit, {}); });
        connect(edit, &QLineEdit::returnPressed, this, [this] { m_status.scan != 0 ? narrow() : firstScan(); });
        return edit;
    };
    m_type = new ValueTypeBox(true, this);
    m_order = new ByteOrderBox(this);
    m_alignment = new QComboBox(this);
    m_alignment->setAccessibleName(tr("Alignment"));
    m_alignment->setToolTip(tr("Only addresses that are a multiple of this"));
    m_alignment->addItem(tr("aligned"), 0);
    for (const int bytes : {1, 2, 4, 8})
        m_alignment->addItem(bytes == 1 ? tr("every byte") : tr("every %1").arg(bytes), bytes);
    m_comparison = new QComboBox(this);
    m_comparison->setObjectName(QStringLiteral("scanComparison"));
    m_comparison->setAccessibleName(tr("What the value must be like"));
    m_value = line("scanValue", tr("value"), tr("Value"));
    m_upper = line("scanUpper", tr("to"), tr("Largest value"));
    m_tolerance = line("scanTolerance", tr("\u00b1 0"), tr("Tolerance"));
    m_tolerance->setToolTip(tr("Floating-point values that are up to this much away count as equal"));
    m_where = new RegionChoiceButton(this);
    m_first = new QPushButton(this);
    m_narrow = new QPushButton(tr("&Narrow"), this);
    m_undo = new QPushButton(tr("&Undo"), this);
    m_first->setObjectName(QStringLiteral("firstScan"));
    m_narrow->setObjectName(QStringLiteral("narrowScan"));
    m_undo->setObjectName(QStringLiteral("undoScan"));
    m_narrow->setToolTip(tr("Keep of the matches those that are like this now"));
    m_undo->setToolTip(tr("Take the last narrowing back"));

    form->addWidget(m_type, 0, 0);
    form->addWidget(m_order, 0, 1);
    form->addWidget(m_alignment, 0, 2);
    form->addWidget(m_comparison, 1, 0, 1, 2);
    form->addWidget(m_tolerance, 1, 2);
    form->addWidget(m_value, 2, 0, 1, 3);
    form->addWidget(m_upper, 3, 0, 1, 3);
    form->addWidget(m_where, 4, 0, 1, 3);
    form->addWidget(m_first, 5, 0);
    form->addWidget(m_narrow, 5, 1);
    form->addWidget(m_undo, 5, 2);
    m_where->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    for (auto *button : {m_first, m_narrow, m_undo})
        button->setMinimumWidth(fontMetrics().averageCharWidth() * 10);

    connect(m_type, &QComboBox::currentIndexChanged, this, &ScanDock::offerComparisons);
    connect(m_comparison, &QComboBox::currentIndexChanged, this, &ScanDock::showFields);
    connect(m_first, &QPushButton::clicked, this, [this] {
        if (m_status.scan == 0) {
            firstScan();
            return;
        }
        closeScan();
        showStatus();
        offerComparisons();
        updateButtons();
        m_value->setFocus();
    });
    connect(m_narrow, &QPushButton::clicked, this, &ScanDock::narrow);
    connect(m_undo, &QPushButton::clicked, this, &ScanDock::undo);
}

// Which comparisons there are depends on whether there is something to compare with.
void ScanDock::offerComparisons()
{
    const auto before = m_comparison->currentData();
    const QSignalBlocker blocker(m_comparison);
    m_comparison->clear();
    const auto offer = [this](const ComparisonText &each) {
        if (m_type->type() || fitsBytes(each.comparison))
            m_comparison->addItem(tr(each.text), static_cast<int>(each.comparison));
    };
    for (const auto &each : ofFirst) {
        if (m_status.scan == 0 || each.comparison != ScanComparison::Unknown)
            offer(each);
    }
    if (m_status.scan != 0) {
        for (const auto &each : ofNext)
            offer(each);
    }
    m_comparison->setCurrentIndex(std::max(0, m_comparison->findData(before)));
    showFields();
}

void ScanDock::showFields()
{
    const auto comparison = static_cast<ScanComparison>(m_comparison->currentData().toInt());
    m_value->setVisible(needsValue(comparison));
    m_upper->setVisible(comparison == ScanComparison::Between);
    const bool isFloat = m_type->type() == ValueType::F32 || m_type->type() == ValueType::F64;
    m_tolerance->setVisible(isFloat && comparison != ScanComparison::Unknown);
    m_order->setEnabled(m_status.scan == 0 && m_type->type() && sizeOf(*m_type->type()) > 1);
    m_value->setPlaceholderText(m_type->type() ? tr("value") : tr("bytes, as 4d 5a 90"));
}

bool ScanDock::check(QLineEdit *line)
{
    const auto parsed = parseValue(m_type->type(), m_order->order(), line->text());
    markProblem(*line, parsed ? std::nullopt : std::optional(parsed.error()));
    if (parsed)
        return true;
    m_error->showText(
        tr("%1 \"%2\": %3").arg(line->accessibleName(), line->text(), problemText(parsed.error(), line->text())),
        ErrorBar::Level::Error);
    line->setFocus();
    return false;
}

std::optional<ScanTerms> ScanDock::terms()
{
    m_error->clear();
    ScanTerms terms{.comparison = static_cast<ScanComparison>(m_comparison->currentData().toInt())};
    if (needsValue(terms.comparison)) {
        if (!check(m_value))
            return {};
        terms.value = m_value->text().trimmed().toStdString();
    }
    if (terms.comparison == ScanComparison::Between) {
        if (!check(m_upper))
            return {};
        terms.upper = m_upper->text().trimmed().toStdString();
    }
    if (!m_tolerance->isHidden() && !m_tolerance->text().isEmpty()) {
        bool isNumber = false;
        terms.tolerance = m_tolerance->text().toDouble(&isNumber);
        if (!isNumber || terms.tolerance < 0) {
            m_error->showText(tr("The tolerance \"%1\" is not a number from 0 up.").arg(m_tolerance->text()),
                              ErrorBar::Level::Error);
            return {};
        }
    }
    return terms;
}

void ScanDock::setSource(const SourceInfo &source, AddressRange selection)
{
    m_front = source;
    m_selection = selection;
    if (m_status.scan == 0)
        showStatus();
    updateButtons();
}

void ScanDock::sourceGone(SourceId source)
{
    if (m_status.scan == 0 || source != m_source.source)
        return;
    const QString name = titleOf(m_source);
    m_status = {}; // scans end with their source
    m_model->setMatches(0, {}, {}, 0);
    offerComparisons();
    showStatus();
    updateButtons();
    m_error->showText(tr("The scan of %1 is gone: it was closed, or its session ended.").arg(name),
                      ErrorBar::Level::Warning);
}

void ScanDock::firstScan()
{
    if (m_job->isRunning())
        return;
    auto wanted = terms();
    if (!wanted)
        return;
    if (m_front.source == 0) {
        m_error->showText(tr("Open a mapping or a process first: the scan looks through what is in front."),
                          ErrorBar::Level::Error);
        return;
    }
    if (m_where->onlySelection()->isChecked() && m_selection.size == 0) {
        m_error->showText(tr("Only the selection is to be scanned, but nothing is selected."), ErrorBar::Level::Error);
        return;
    }
    closeScan();
    m_source = m_front;
    StartScan start{.source = m_source.source,
                    .type = m_type->type(),
                    .order = m_order->order(),
                    .alignment = m_alignment->currentData().toUInt(),
                    .terms = std::move(*wanted),
                    .range = m_where->onlySelection()->isChecked() ? m_selection : AddressRange{},
                    .regions = m_where->choice()};
    m_job->run(tr("Scanning"), std::move(start), this, [this](const Result<ScanStatus> &reply) { take(reply, true); });
}

void ScanDock::narrow()
{
    if (m_job->isRunning() || m_status.scan == 0)
        return;
    if (auto wanted = terms()) {
        NarrowScan next{.scan = m_status.scan, .terms = std::move(*wanted)};
        m_job->run(tr("Narrowing"), std::move(next), this,
                   [this](const Result<ScanStatus> &reply) { take(reply, false); });
    }
}

void ScanDock::undo()
{
    if (m_job->isRunning() || m_status.steps < 2)
        return;
    m_error->clear();
    m_client.call(UndoScan{m_status.scan}, this, [this](const Result<ScanStatus> &reply) { take(reply, false); });
}

void ScanDock::take(const Result<ScanStatus> &reply, bool isFirst)
{
    if (reply) {
        m_status = *reply;
        m_model->setMatches(m_status.matches, m_type->type(), m_order->order(), m_source.base);
        if (isFirst)
            offerComparisons();
        readVisible();
    } else if (reply.error().kind == ErrorKind::Cancelled) {
        m_error->showText(isFirst ? tr("The scan was cancelled; nothing is left of it.")
                                  : tr("Narrowing was cancelled; the matches are as before."),
                          ErrorBar::Level::Warning);
    } else {
        markProblem(*m_value, problemIn(reply.error(), m_value->text()));
        showRefusal(*m_error, reply.error(), explainTarget(m_source.spec));
    }
    showStatus();
    updateButtons();
}

void ScanDock::showStatus()
{
    if (m_status.scan == 0) {
        m_said->setText(m_front.source == 0
                            ? tr("Open a mapping or a process to scan its memory.")
                            : tr("Scans %1: say what the value is like, or that it is unknown, and narrow down "
                                 "what was found while it changes.")
                                  .arg(titleOf(m_front)));
        return;
    }
    QString text = m_status.matches == 1 ? tr("1 match") : tr("%1 matches").arg(countText(m_status.matches));
    if (m_status.matches > ScanModel::mostRows)
        text += tr(" (the first %1 are listed)").arg(countText(ScanModel::mostRows));
    text +=
        tr(" in %1, step %2. %3 scanned").arg(titleOf(m_source)).arg(m_status.steps).arg(sizeText(m_status.scanned));
    text += m_status.unreadable > 0 ? tr(", %1 unreadable.").arg(sizeText(m_status.unreadable)) : tr(", all readable.");
    text += tr(" Holds %1 of memory").arg(sizeText(m_status.memory));
    text += m_status.disk > 0 ? tr(" and %1 on disk.").arg(sizeText(m_status.disk)) : QStringLiteral(".");
    m_said->setText(text);
}

void ScanDock::updateButtons()
{
    const bool isFree = !m_job->isRunning() && m_client.state() == Client::State::Connected;
    const bool hasScan = m_status.scan != 0;
    m_first->setText(hasScan ? tr("New &scan") : tr("First &scan"));
    m_first->setEnabled(isFree && (hasScan || m_front.source != 0));
    m_narrow->setEnabled(isFree && hasScan);
    m_undo->setEnabled(isFree && m_status.steps > 1);
    // What the matches are cannot change below them.
    m_type->setEnabled(!hasScan && isFree);
    m_alignment->setEnabled(!hasScan && isFree);
    m_where->setEnabled(!hasScan && isFree);
    m_order->setEnabled(!hasScan && isFree && m_type->type() && sizeOf(*m_type->type()) > 1);
}

void ScanDock::closeScan()
{
    if (m_status.scan != 0 && m_client.state() == Client::State::Connected) // nobody is left to be told of a failure
        m_client.call(CloseScan{m_status.scan}, &m_client, [](const Result<Done> &) {});
    m_status = {};
    m_model->setMatches(0, {}, {}, 0);
}

void ScanDock::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_refresh.start();
}

void ScanDock::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_refresh.stop();
}

void ScanDock::readVisible()
{
    const int total = m_model->rowCount();
    // While it runs, the scan's own command would be waited for.
    if (total == 0 || m_isReading || m_job->isRunning() || m_client.state() != Client::State::Connected)
        return;
    const int first = std::max(0, m_view->rowAt(0));
    const int height = std::max(1, m_view->verticalHeader()->defaultSectionSize());
    const int count = std::min(total - first, m_view->viewport()->height() / height + 2);
    m_isReading = true;
    m_client.call(ReadScan{m_status.scan, static_cast<std::uint64_t>(first), static_cast<std::uint32_t>(count)}, this,
                  [this, scan = m_status.scan, steps = m_status.steps](const Result<ScanRows> &reply) {
                      m_isReading = false;
                      if (scan != m_status.scan || steps != m_status.steps)
                          return;
                      if (reply)
                          m_model->put(*reply);
                      else
                          showRefusal(*m_error, reply.error(), explainTarget(m_source.spec));
                  });
}

std::optional<ScanDock::Chosen> ScanDock::chosen() const
{
    const auto index = m_view->currentIndex();
    const ScanRow *row = index.isValid() ? m_model->row(index.row()) : nullptr;
    if (row == nullptr)
        return {};
    return Chosen{m_source.source, row->address, row->now ? *row->now : row->before, m_model->type(), m_model->order()};
}

void ScanDock::showMenu(const QPoint &position)
{
    m_view->setCurrentIndex(m_view->indexAt(position));
    const auto row = chosen();
    if (!row)
        return;
    QMenu menu(this);
    menu.addAction(tr("&Go there"), this, [this, row] { emit goToRequested(row->source, row->address); });
    menu.addAction(tr("&Edit the value"), this,
                   [this] { m_view->edit(m_model->index(m_view->currentIndex().row(), ScanModel::Now)); });
    menu.addAction(tr("&Freeze"), this, [this, row] { emit freezeRequested(*row); });
    menu.addAction(tr("Add &bookmark\u2026"), this, [this, row] { emit bookmarkRequested(*row); });
    menu.addSeparator();
    menu.addAction(tr("&Copy address"), this,
                   [this, row] { QGuiApplication::clipboard()->setText(addressText(row->address + m_source.base)); });
    menu.exec(m_view->viewport()->mapToGlobal(position));
}

} // namespace ipclens
