#include "ui/find_bar.h"

#include "core/text/byte_pattern.h"
#include "ui/error_bar.h"
#include "ui/job_line.h"
#include "ui/match_list.h"
#include "ui/match_model.h"
#include "ui/number_text.h"
#include "ui/region_choice_button.h"
#include "ui/said_label.h"
#include "ui/text_mark.h"
#include "ui/theme.h"
#include "ui/value_choice.h"
#include "ui/why.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QStackedWidget>
#include <QToolButton>

namespace ipclens {

namespace {

constexpr std::uint32_t mostInList = 100'000;
constexpr std::uint32_t mostMarked = 2'000;    // in sight
constexpr std::uint64_t markedBefore = 256;    // a match that begins so far before what is in sight is still marked
constexpr std::uint64_t largestMarked = 1 << 20; // bytes looked through to mark what is in sight
constexpr int longestHistory = 30;

enum Kind { Hex, Text, Number, Regex };

struct EncodingChoice {
    TextEncoding encoding;
    ByteOrder order;
    const char *title;
};
constexpr EncodingChoice encodings[] = {{TextEncoding::Utf8, ByteOrder::Little, "UTF-8"},
                                        {TextEncoding::Utf16, ByteOrder::Little, "UTF-16 LE"},
                                        {TextEncoding::Utf16, ByteOrder::Big, "UTF-16 BE"},
                                        {TextEncoding::Utf32, ByteOrder::Little, "UTF-32 LE"},
                                        {TextEncoding::Utf32, ByteOrder::Big, "UTF-32 BE"},
                                        {TextEncoding::Latin1, ByteOrder::Little, "Latin-1"},
                                        {TextEncoding::Ascii, ByteOrder::Little, "ASCII"}};

QToolButton *makeButton(QWidget *parent, const QString &text, const QString &tip)
{
    auto *button = new QToolButton(parent);
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    return button;
}

} // namespace

FindBar::FindBar(Client &client, std::function<Place()> place, QWidget *parent)
    : QWidget(parent), m_client(client), m_place(std::move(place)), m_kind(new QComboBox(this)),
      m_text(new QLineEdit(this)), m_options(new QStackedWidget(this)), m_where(new RegionChoiceButton(this)),
      m_next(makeButton(this, tr("Next"), tr("Find the next one (F3)"))),
      m_previous(makeButton(this, tr("Previous"), tr("Find the one before (Shift+F3)"))),
      m_all(makeButton(this, tr("All"), tr("List all (Alt+Return)"))), m_said(new QLabel(this)),
      m_refused(new ErrorBar(this)), m_job(new JobLine(client, this)), m_list(new MatchList(client, this))
{
    setObjectName(QStringLiteral("findBar"));
    m_text->setObjectName(QStringLiteral("findText"));
    m_text->setFont(theme::fixedFont());
    m_text->setAccessibleName(tr("What to find"));
    m_text->setClearButtonEnabled(true);
    m_text->setMinimumWidth(fontMetrics().averageCharWidth() * 14);
    m_text->installEventFilter(this);
    m_kind->setObjectName(QStringLiteral("findKind"));
    m_kind->setAccessibleName(tr("Kind of search"));
    m_kind->addItems({tr("Hex"), tr("Text"), tr("Number"), tr("Regex")});
    m_said->setObjectName(QStringLiteral("findSaid"));
    m_said->setTextFormat(Qt::PlainText);
    m_said->setWordWrap(true);
    m_said->setContentsMargins(8, 0, 8, 2);
    m_said->hide();
    m_list->hide();
    makeOptions();
    auto *close = makeButton(this, QStringLiteral("\u2715"), tr("Close the search (Escape)"));
    close->setAutoRaise(true);

    auto *row = new QHBoxLayout;
    row->setContentsMargins(4, 2, 4, 2);
    row->addWidget(m_kind);
    row->addWidget(m_text, 1);
    row->addWidget(m_options);
    row->addWidget(m_where);
    for (auto *button : {m_previous, m_next, m_all, close})
        row->addWidget(button);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(m_said);
    column->addWidget(m_refused);
    column->addWidget(m_job);

    connect(m_next, &QToolButton::clicked, this, &FindBar::findNext);
    connect(m_previous, &QToolButton::clicked, this, &FindBar::findPrevious);
    connect(m_all, &QToolButton::clicked, this, &FindBar::findAll);
    connect(close, &QToolButton::clicked, this, &FindBar::close);
    connect(m_text, &QLineEdit::textChanged, this, &FindBar::forgetMatches);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this](int kind) {
        m_options->setCurrentIndex(kind);
        static const char *const hints[] = {QT_TR_NOOP("Bytes: 4d ?? 79, 4? for half a byte"), QT_TR_NOOP("Text"),
                                            QT_TR_NOOP("A number: 42, 0x2a, 1.5"),
                                            QT_TR_NOOP("Regular expression over bytes: \\x4d[a-z]+")};
        m_text->setPlaceholderText(tr(hints[kind]));
        forgetMatches();
    });
    connect(m_where, &RegionChoiceButton::choiceChanged, this, &FindBar::forgetMatches);
    connect(m_where->onlySelection(), &QAction::toggled, this, [this](bool on) {
        m_selection = on ? m_place().selection : AddressRange{};
        if (on && m_selection.size == 0) {
            m_where->onlySelection()->setChecked(false);
            say(tr("Nothing is selected."), true);
        }
    });
    connect(m_list, &MatchList::chosen, this, [this](AddressRange match) {
        m_current = match;
        emit found(match);
        emit highlightsChanged();
    });
    connect(m_list, &MatchList::closed, m_list, &QWidget::hide);
    connect(m_job, &JobLine::runningChanged, this, [this] {
        for (auto *button : {m_next, m_previous, m_all})
            button->setEnabled(!m_job->isRunning());
    });
    emit m_kind->currentIndexChanged(0);
    restore();
    hide();
}

void FindBar::makeOptions()
{
    const auto page = [this](std::initializer_list<QWidget *> parts) {
        auto *widget = new QWidget(m_options);
        auto *row = new QHBoxLayout(widget);
        row->setContentsMargins(0, 0, 0, 0);
        for (auto *part : parts)
            row->addWidget(part);
        m_options->addWidget(widget);
    };
    m_encoding = new QComboBox(this);
    m_encoding->setAccessibleName(tr("Encoding"));
    for (const auto &choice : encodings)
        m_encoding->addItem(QLatin1String(choice.title));
    m_foldText = new QCheckBox(tr("Any case"), this);
    m_type = new ValueTypeBox(false, this);
    m_order = new ByteOrderBox(this);
    m_tolerance = new QLineEdit(this);
    m_tolerance->setPlaceholderText(tr("\u00b1 0"));
    m_tolerance->setToolTip(tr("Numbers that are up to this much away match, too"));
    m_tolerance->setAccessibleName(tr("Tolerance"));
    m_tolerance->setFixedWidth(fontMetrics().averageCharWidth() * 9);
    m_foldRegex = new QCheckBox(tr("Any case"), this);
    page({});
    page({m_encoding, m_foldText});
    page({m_type, m_order, m_tolerance});
    page({m_foldRegex});
    m_options->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    connect(m_options, &QStackedWidget::currentChanged, this, [this](int current) {
        // Only the page in sight asks for room.
        for (int i = 0; i < m_options->count(); ++i)
            m_options->widget(i)->setSizePolicy(i == current ? QSizePolicy::Preferred : QSizePolicy::Ignored,
                                                QSizePolicy::Fixed);
    });
    emit m_options->currentChanged(0);
    for (auto *box : std::initializer_list<QComboBox *>{m_encoding, m_type, m_order})
        connect(box, &QComboBox::currentIndexChanged, this, &FindBar::forgetMatches);
    for (auto *box : {m_foldText, m_foldRegex})
        connect(box, &QCheckBox::toggled, this, &FindBar::forgetMatches);
    connect(m_tolerance, &QLineEdit::textChanged, this, &FindBar::forgetMatches);
}

void FindBar::setSource(const SourceInfo &source)
{
    if (source.source != m_source.source)
        m_list->clear();
    m_source = source;
    forgetMatches();
}

void FindBar::open(const QString &hex)
{
    show();
    if (!hex.isEmpty() && m_text->text().isEmpty()) {
        m_kind->setCurrentIndex(Hex);
        m_text->setText(hex);
    }
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

void FindBar::close()
{
    m_job->cancel();
    hide();
    m_list->hide();
    forgetMatches();
    emit closed();
}

BytePattern FindBar::pattern() const
{
    BytePattern pattern{.kind = static_cast<PatternKind>(m_kind->currentIndex()), .text = m_text->text().toStdString()};
    switch (m_kind->currentIndex()) {
    case Text: {
        const auto &choice = encodings[std::max(0, m_encoding->currentIndex())];
        pattern.encoding = choice.encoding;
        pattern.order = choice.order;
        pattern.foldCase = m_foldText->isChecked();
        break;
    }
    case Number:
        pattern.type = m_type->type().value_or(ValueType::U32);
        pattern.order = m_order->order();
        pattern.tolerance = m_tolerance->text().toDouble();
        break;
    case Regex: pattern.foldCase = m_foldRegex->isChecked(); break;
    default: break;
    }
    return pattern;
}

AddressRange FindBar::scope() const
{
    return m_where->onlySelection()->isChecked() ? m_selection : AddressRange{};
}

FindBytes FindBar::command() const
{
    return {.source = m_source.source, .pattern = pattern(), .range = scope(), .regions = m_where->choice()};
}

bool FindBar::canSearch()
{
    if (m_text->text().isEmpty()) {
        open();
        say(tr("Type what is to be found."));
        return false;
    }
    bool isNumber = true;
    const double tolerance = m_tolerance->text().isEmpty() ? 0 : m_tolerance->text().toDouble(&isNumber);
    if (m_kind->currentIndex() == Number && (!isNumber || tolerance < 0)) {
        markProblem(*m_tolerance, TextProblem{0, static_cast<std::size_t>(m_tolerance->text().toUtf8().size()),
                                              tr("the tolerance is a number from 0 up").toStdString()});
        say(tr("The tolerance \"%1\" is not a number from 0 up.").arg(m_tolerance->text()), true);
        return false;
    }
    markProblem(*m_tolerance, {});
    // The session says the same, but later.
    if (const auto matcher = makeMatcher(pattern()); !matcher) {
        showError(matcher.error());
        return false;
    }
    if (m_client.state() != Client::State::Connected || m_source.source == 0) {
        say(tr("There is no connection to search through."), true);
        return false;
    }
    return !m_job->isRunning();
}

void FindBar::find(bool backwards)
{
    if (!canSearch())
        return;
    if (!isVisible())
        show();
    keep();
    const Place place = m_place();
    // Standing on a match, the next one is another; else one that begins right at the cursor counts.
    const bool isOnMatch = m_current.size != 0 && place.selection == m_current;
    Address from = place.selection.size != 0 ? place.selection.begin : place.cursor;
    if (isOnMatch && !backwards)
        ++from;
    search(from, backwards, false);
}

void FindBar::search(Address from, bool backwards, bool wrapped)
{
    say({});
    FindBytes wanted = command();
    wanted.from = from;
    wanted.backwards = backwards;
    m_job->run(
        tr("Searching"), std::move(wanted), this,
        [this, from, backwards, wrapped](const Result<FindReply> &reply) { take(reply, from, backwards, wrapped); });
}

void FindBar::take(const Result<FindReply> &reply, Address from, bool backwards, bool wrapped)
{
    if (!reply) {
        showError(reply.error());
        return;
    }
    const AddressRange whole = scope().size != 0 ? scope() : m_source.extent;
    if (reply->matches.empty()) {
        const bool wasAll = backwards ? from >= whole.end() : from <= whole.begin;
        if (!wrapped && !wasAll) {
            search(backwards ? whole.end() : whole.begin, backwards, true);
            return;
        }
        m_current = {};
        m_hasSearched = true;
        QString text = tr("Not found in %1 of memory.").arg(sizeText(reply->searched));
        if (reply->unreadable > 0)
            text += tr(" %1 of it could not be read.").arg(sizeText(reply->unreadable));
        say(text, true);
        emit highlightsChanged();
        return;
    }
    m_current = reply->matches.front();
    m_hasSearched = true;
    if (wrapped)
        say(backwards ? tr("Went on from the end.") : tr("Went on from the beginning."));
    emit found(m_current);
    emit highlightsChanged();
    followView();
}

void FindBar::findAll()
{
    if (!canSearch())
        return;
    keep();
    say({});
    FindBytes wanted = command();
    wanted.from = scope().size != 0 ? scope().begin : m_source.extent.begin;
    wanted.limit = mostInList;
    m_job->run(tr("Searching"), std::move(wanted), this,
               [this](Result<FindReply> reply) { takeAll(std::move(reply)); });
}

void FindBar::takeAll(Result<FindReply> reply)
{
    if (!reply) {
        showError(reply.error());
        return;
    }
    const auto count = reply->matches.size();
    QString title = count == 1 ? tr("1 match of \"%1\"").arg(m_text->text())
                               : tr("%1 matches of \"%2\"").arg(countText(count), m_text->text());
    if (reply->more)
        title = tr("The first %1").arg(title) + tr("; there are more");
    title += tr(", %1 searched").arg(sizeText(reply->searched));
    if (reply->unreadable > 0)
        title += tr(", %1 unreadable").arg(sizeText(reply->unreadable));
    if (count == 0)
        say(tr("Not found: %1 searched, %2 unreadable.").arg(sizeText(reply->searched), sizeText(reply->unreadable)),
            true);
    m_hasSearched = true;
    m_list->show(title, std::move(reply->matches), m_source, m_regions);
    m_list->setVisible(count > 0);
    followView();
}

void FindBar::followView()
{
    if (!m_hasSearched || !isVisible() || m_text->text().isEmpty())
        return;
    if (m_isLooking) {
        m_lookAgain = true;
        return;
    }
    AddressRange visible = m_place().visible;
    const Address begin = std::max(m_source.extent.begin, visible.begin - std::min(visible.begin, markedBefore));
    visible = intersect({begin, visible.end() - begin}, m_source.extent);
    if (scope().size != 0)
        visible = intersect(visible, scope());
    // Across a hole the two ends of what is in sight are far apart.
    if (visible.size == 0 || visible.size > largestMarked)
        return;
    FindBytes wanted = command();
    wanted.range = visible;
    wanted.from = visible.begin;
    wanted.limit = mostMarked;
    m_isLooking = true;
    m_client.call(std::move(wanted), this, [this, text = m_text->text()](Result<FindReply> reply) {
        m_isLooking = false;
        if (reply && m_hasSearched && text == m_text->text()) { // a failure is told where the user searches
            m_near = std::move(reply->matches);
            emit highlightsChanged();
        }
        if (std::exchange(m_lookAgain, false))
            followView();
    });
}

std::vector<Highlight> FindBar::highlights() const
{
    std::vector<Highlight> all;
    for (const auto &match : m_near) {
        if (match != m_current)
            all.push_back({match, HighlightRole::SearchHit, {}});
    }
    if (m_current.size != 0)
        all.push_back({m_current, HighlightRole::CurrentHit, {}});
    return all;
}

void FindBar::forgetMatches()
{
    markProblem(*m_text, {});
    say({});
    m_hasSearched = false;
    m_current = {};
    if (!std::exchange(m_near, {}).empty() || isVisible())
        emit highlightsChanged();
}

void FindBar::say(const QString &text, bool isError)
{
    ipclens::say(*m_said, text, isError);
    m_said->setVisible(!text.isEmpty());
    m_refused->clear();
}

void FindBar::showError(const Error &error)
{
    if (error.kind == ErrorKind::Cancelled) {
        say(tr("Cancelled."));
        return;
    }
    show();
    const auto problem = problemIn(error, m_text->text());
    markProblem(*m_text, problem);
    if (problem || error.kind == ErrorKind::Invalid) { // of what was typed
        say(fromUtf8(problem ? problem->meaning : toText(error)), true);
        return;
    }
    say({});
    showRefusal(*m_refused, error, explainTarget(m_source.spec));
}

void FindBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        if (m_job->isRunning())
            m_job->cancel();
        else
            close();
    } else {
        QWidget::keyPressEvent(event);
    }
}

// Return, and the arrows through what was looked for earlier.
bool FindBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_text || event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
        if (key->modifiers() & Qt::AltModifier)
            findAll();
        else
            find(key->modifiers() & Qt::ShiftModifier);
        return true;
    }
    if (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down) {
        const int wanted = std::clamp(m_recalled + (key->key() == Qt::Key_Up ? 1 : -1), -1, int(m_history.size()) - 1);
        if (wanted != m_recalled) {
            m_recalled = wanted;
            m_text->setText(wanted < 0 ? QString() : m_history[wanted]);
        }
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void FindBar::keep()
{
    m_history.removeAll(m_text->text());
    m_history.prepend(m_text->text());
    m_history = m_history.mid(0, longestHistory);
    m_recalled = 0;
    QSettings settings;
    settings.beginGroup(QStringLiteral("find"));
    settings.setValue(QStringLiteral("history"), m_history);
    settings.setValue(QStringLiteral("kind"), m_kind->currentIndex());
    settings.setValue(QStringLiteral("encoding"), m_encoding->currentIndex());
    settings.setValue(QStringLiteral("type"), m_type->currentIndex());
    settings.setValue(QStringLiteral("order"), m_order->currentIndex());
    settings.setValue(QStringLiteral("anyCase"), m_foldText->isChecked());
}

void FindBar::restore()
{
    QSettings settings;
    settings.beginGroup(QStringLiteral("find"));
    m_history = settings.value(QStringLiteral("history")).toStringList();
    const auto choose = [&](QComboBox *box, const QString &key) {
        const int index = settings.value(key, box->currentIndex()).toInt();
        if (index >= 0 && index < box->count())
            box->setCurrentIndex(index);
    };
    choose(m_kind, QStringLiteral("kind"));
    choose(m_encoding, QStringLiteral("encoding"));
    choose(m_type, QStringLiteral("type"));
    choose(m_order, QStringLiteral("order"));
    m_foldText->setChecked(settings.value(QStringLiteral("anyCase")).toBool());
}

} // namespace ipclens
