#include "ui/message_list.h"

#include "core/traffic/message_export.h"
#include "ui/number_text.h"
#include "ui/plain_text_delegate.h"
#include "ui/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QInputDialog>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QShortcut>

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

constexpr int mostCopiedRows = 100'000;
constexpr std::size_t mostCopiedBytes = 64 << 20; // of payloads
constexpr int longestComment = 10'000;
constexpr auto columnsKey = "traffic/list";
constexpr auto timeKey = "traffic/time";

const std::pair<TimeFormat, const char *> timeFormats[] = {{TimeFormat::Local, QT_TRANSLATE_NOOP("MessageList", "&Local time")},
                                                           {TimeFormat::Utc, QT_TRANSLATE_NOOP("MessageList", "&UTC")},
                                                           {TimeFormat::SinceFirst, QT_TRANSLATE_NOOP("MessageList", "Seconds since the &first")},
                                                           {TimeFormat::SincePrevious, QT_TRANSLATE_NOOP("MessageList", "Seconds since the row &above")},
                                                           {TimeFormat::Epoch, QT_TRANSLATE_NOOP("MessageList", "Seconds since &1970")}};

} // namespace

MessageList::MessageList(MessageModel &model, QWidget *parent)
    : QTableView(parent), m_model(model), m_newBelow(new QPushButton(this))
{
    setModel(&model);
    setItemDelegate(new PlainTextDelegate(this));
    QFont unkerned;
    unkerned.setKerning(false);
    setFont(unkerned);
    setAccessibleName(tr("Messages"));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    // Rows of one height, asked of nobody: a million rows cost no more than what is visible.
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(0);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 4);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setSectionsMovable(true);
    horizontalHeader()->setSectionsClickable(true);
    horizontalHeader()->setSortIndicatorShown(false);
    horizontalHeader()->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(horizontalHeader(), &QWidget::customContextMenuRequested, this, &MessageList::showHeaderMenu);
    connect(horizontalHeader(), &QHeaderView::sectionClicked, this, &MessageList::sortBy);
    setInitialWidths();
    restoreLayout();
    const auto shortcut = [this](const QKeySequence &keys, auto act) {
        auto *made = new QShortcut(keys, this);
        made->setContext(Qt::WidgetShortcut);
        connect(made, &QShortcut::activated, this, act);
    };
    shortcut(tr("Ctrl+Shift+M"), [this] { toggleMarks(); });
    shortcut(tr("Ctrl+Alt+C"), [this] { editComment(); });
    shortcut(tr("Ctrl+Shift+P"), [this] { togglePins(); });
    shortcut(tr("Alt+Down"), [this] { goToMarked(false); });
    shortcut(tr("Alt+Up"), [this] { goToMarked(true); });

    m_newBelow->setFocusPolicy(Qt::NoFocus); // End does the same
    m_newBelow->setToolTip(tr("Go to the newest message and stay there (End)"));
    m_newBelow->hide();
    connect(m_newBelow, &QPushButton::clicked, this, &MessageList::followTail);

    // After setModel(), so that the view has taken notice before.
    connect(&model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { rowsCame(last - first + 1); });
    connect(&model, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] {
        m_valueBefore = verticalScrollBar()->value();
        m_adjusting = true; // the bar may be pushed to its new end meanwhile, which is not the user going there
    });
    connect(&model, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { rowsWent(last - first + 1); });
    connect(&model, &QAbstractItemModel::modelAboutToBeReset, this, &MessageList::beforeReset);
    connect(&model, &QAbstractItemModel::modelReset, this, &MessageList::afterReset);
    connect(&model, &QAbstractItemModel::layoutChanged, this, [this] {
        if (!currentIndex().isValid())
            return;
        m_adjusting = true;
        executeDelayedItemsLayout();
        scrollTo(currentIndex(), QAbstractItemView::PositionAtCenter);
        m_adjusting = false;
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &MessageList::scrolled);
}

void MessageList::setInitialWidths()
{
    const auto fits = [this](int column, const QString &sample) {
        const int text = std::max(fontMetrics().horizontalAdvance(sample), horizontalHeader()->sectionSizeHint(column));
        setColumnWidth(column, text + fontMetrics().averageCharWidth() * 2);
    };
    fits(MessageModel::Number, QStringLiteral("100,000"));
    fits(MessageModel::Time, QStringLiteral("00:00:00.000000"));
    fits(MessageModel::Delta, QStringLiteral("00.000000"));
    fits(MessageModel::Sender, QStringLiteral("ipclens-demo.exe 123"));
    fits(MessageModel::Receiver, QStringLiteral("ipclens-demo.exe 123"));
    fits(MessageModel::Result, QStringLiteral("0000"));
    fits(MessageModel::Duration, QStringLiteral("000.000 ms"));
    fits(MessageModel::Comment, QStringLiteral("a comment of some words"));
    setColumnHidden(MessageModel::Receiver, true);
    setColumnHidden(MessageModel::Comment, true);
    fits(MessageModel::Kind, QStringLiteral("WM_COPYDATA"));
    fits(MessageModel::Id, QStringLiteral("Mapped (0xC001)"));
    fits(MessageModel::Size, QStringLiteral("1,048,576"));
}

std::optional<MessageModel::Index> MessageList::current() const
{
    const auto index = currentIndex();
    return index.isValid() ? std::optional(m_model.indexOfRow(index.row())) : std::nullopt;
}

void MessageList::goToRow(int row)
{
    if (row < 0)
        return;
    setCurrentIndex(m_model.index(row, 0));
    scrollTo(m_model.index(row, 0), QAbstractItemView::PositionAtCenter);
}

void MessageList::followTail()
{
    setFollowing(true);
    scrollToBottom();
}

void MessageList::setFollowing(bool following)
{
    m_following = following;
    if (following)
        m_newCount = 0;
    updateButton();
}

void MessageList::scrolled(int value)
{
    if (!m_adjusting)
        setFollowing(value >= verticalScrollBar()->maximum());
}

void MessageList::rowsCame(int count)
{
    if (m_following) {
        m_adjusting = true;
        scrollToBottom();
        m_adjusting = false;
    } else {
        m_newCount += static_cast<std::uint64_t>(count);
        updateButton();
    }
}

// The oldest rows went: what the user looks at stays where it is.
void MessageList::rowsWent(int count)
{
    m_adjusting = true;
    executeDelayedItemsLayout();
    if (m_following)
        scrollToBottom();
    else
        verticalScrollBar()->setValue(std::max(m_valueBefore - count, 0));
    m_adjusting = false;
}

void MessageList::beforeReset()
{
    m_adjusting = true;
    m_currentBefore = current();
    const int top = rowAt(0);
    m_topTimeBefore = top >= 0 ? m_model.messageAt(top).time : 0;
}

void MessageList::afterReset()
{
    executeDelayedItemsLayout();
    const int row = m_currentBefore ? m_model.rowOfIndex(*m_currentBefore) : -1;
    if (row >= 0)
        setCurrentIndex(m_model.index(row, 0));
    if (m_following)
        scrollToBottom();
    else if (row >= 0)
        scrollTo(m_model.index(row, 0), QAbstractItemView::PositionAtCenter);
    else if (const int near = m_model.rowNearTime(m_topTimeBefore); near >= 0)
        scrollTo(m_model.index(near, 0), QAbstractItemView::PositionAtTop);
    m_adjusting = false;
    m_newCount = 0;
    scrolled(verticalScrollBar()->value());
    emit currentMessageChanged(); // a reset takes the current row away without saying so
}

void MessageList::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    if (!m_adjusting)
        emit currentMessageChanged();
}

void MessageList::updateButton()
{
    m_newBelow->setVisible(m_newCount > 0);
    if (m_newCount == 0)
        return;
    m_newBelow->setText(tr("\u2193 %1 new below").arg(countText(m_newCount)));
    m_newBelow->adjustSize();
    const QRect area = viewport()->geometry();
    m_newBelow->move(area.left() + (area.width() - m_newBelow->width()) / 2, area.bottom() - m_newBelow->height() - 4);
    m_newBelow->raise();
}

QString MessageList::newBelowText() const
{
    return m_newBelow->isHidden() ? QString() : m_newBelow->text();
}

void MessageList::resizeEvent(QResizeEvent *event)
{
    const bool adjusting = std::exchange(m_adjusting, true); // rows that go can resize the viewport
    QTableView::resizeEvent(event);
    if (m_following)
        scrollToBottom();
    m_adjusting = adjusting;
    updateButton();
}

void MessageList::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (m_model.rowCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(theme::color(theme::Role::Muted, palette()));
    const QString text = m_model.unfiltered() > 0 ? tr("Filtering\u2026")
                         : m_model.store().isEmpty() || m_model.filter().isEmpty()
                             ? tr("No message yet")
                             : tr("None of %1 messages matches the filter").arg(countText(m_model.store().size()));
    painter.drawText(viewport()->rect().adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, text);
}

void MessageList::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyRows(CopyForm::Row);
        return;
    }
    if (event->matches(QKeySequence::Find)) {
        emit findRequested();
        return;
    }
    QTableView::keyPressEvent(event);
    if (event->key() == Qt::Key_End)
        followTail();
}

void MessageList::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    addCopies(menu);
    addMarks(menu);
    const auto clicked = indexAt(viewport()->mapFromGlobal(event->globalPos()));
    const auto index = clicked.isValid() ? clicked : currentIndex();
    if (index.isValid())
        addFilters(menu, index);
    menu.addAction(tr("Go to the &newest"), this, &MessageList::followTail);
    emit menuRequested(&menu, index);
    menu.exec(event->globalPos());
}

void MessageList::addCopies(QMenu &menu)
{
    const bool any = selectionModel()->hasSelection();
    auto *copy = menu.addAction(tr("&Copy rows"), this, [this] { copyRows(CopyForm::Row); });
    copy->setShortcut(QKeySequence::Copy);
    copy->setEnabled(any);
    auto *as = menu.addMenu(tr("Copy a&s"));
    as->setEnabled(any);
    as->addAction(tr("&C declarations"), this, [this] { copyRows(CopyForm::Struct); });
    as->addAction(tr("&JSON lines"), this, [this] { copyRows(CopyForm::Json); });
    as->addAction(tr("Co&mmand that sends it again"), this, [this] { copyRows(CopyForm::Command); });
}

void MessageList::addMarks(QMenu &menu)
{
    menu.addSeparator();
    const auto add = [&](const QString &text, const QString &keys, auto act) {
        auto *action = menu.addAction(text, this, act);
        action->setShortcut(keys);
        action->setEnabled(currentIndex().isValid());
        return action;
    };
    add(tr("&Mark"), tr("Ctrl+Shift+M"), [this] { toggleMarks(); });
    add(tr("C&omment\u2026"), tr("Ctrl+Alt+C"), [this] { editComment(); });
    add(tr("&Pin: show whatever the filter"), tr("Ctrl+Shift+P"), [this] { togglePins(); });
    add(tr("Ne&xt marked"), tr("Alt+Down"), [this] { goToMarked(false); });
    add(tr("Pre&vious marked"), tr("Alt+Up"), [this] { goToMarked(true); });
}

// Tests that the message of a row passes; the one of the clicked column first.
void MessageList::addFilters(QMenu &menu, const QModelIndex &index)
{
    const auto message = m_model.messageAt(index.row());
    const bool copied = message.kind == MessageKind::CopyData;
    std::vector<std::pair<int, QString>> tests;
    if (message.sender.pid != 0)
        tests.emplace_back(MessageModel::Sender, QStringLiteral("sender.pid == %1").arg(message.sender.pid));
    if (!message.senderName.empty())
        tests.emplace_back(MessageModel::Sender,
                           QStringLiteral("sender.exe == %1").arg(fromUtf8(quotedLiteral(message.senderName))));
    if (message.receiverWindow != 0)
        tests.emplace_back(MessageModel::Receiver, QStringLiteral("receiver.window == 0x%1").arg(message.receiverWindow, 0, 16));
    if (message.isAnswered)
        tests.emplace_back(MessageModel::Result, QStringLiteral("result == %1").arg(message.result));
    tests.emplace_back(MessageModel::Id,
                       copied ? QStringLiteral("data.id == %1").arg(message.id)
                              : QStringLiteral("message.name == %1").arg(fromUtf8(quotedLiteral(message.name))));
    const auto kind = toText(message.kind);
    tests.emplace_back(MessageModel::Kind, QStringLiteral("kind == \"%1\"").arg(fromUtf8(kind)));
    if (copied)
        tests.emplace_back(MessageModel::Size, QStringLiteral("size == %1").arg(message.size));
    std::ranges::stable_partition(tests, [&](const auto &test) { return test.first == index.column(); });

    const std::pair<QString, std::pair<QString, QString>> ways[] = {
        {tr("&Show only"), {{}, QStringLiteral("%1")}},
        {tr("Show &also only"), {QStringLiteral("&&"), QStringLiteral("%1")}},
        {tr("&Or show"), {QStringLiteral("||"), QStringLiteral("%1")}},
        {tr("&Hide"), {QStringLiteral("&&"), QStringLiteral("!(%1)")}}};
    menu.addSeparator();
    menu.addAction(tr("&Follow this conversation"), this,
                   [this, filter = conversation(message)] { emit filterRequested(QString(), filter); });
    for (const auto &[title, way] : ways) {
        auto *part = menu.addMenu(title);
        for (const auto &[column, test] : tests) {
            const QString shown = QString(test).replace(QLatin1Char('&'), QLatin1String("&&"));
            part->addAction(shown, this, [this, sign = way.first, filter = way.second.arg(test)] {
                emit filterRequested(sign, filter);
            });
        }
    }
    menu.addSeparator();
}

// Whatever went between the two ends of this message, either way, under the same id or name.
QString MessageList::conversation(const MessageView &message) const
{
    const auto id = message.isCopied() ? QStringLiteral("data.id == %1").arg(message.id)
                                       : QStringLiteral("message.name == %1").arg(fromUtf8(quotedLiteral(message.name)));
    const auto sender = message.sender.pid, receiver = message.receiver.pid;
    if (sender != 0 && receiver != 0)
        return QStringLiteral("(sender.pid == %1 && receiver.pid == %2 || sender.pid == %2 && receiver.pid == %1) && %3")
            .arg(sender)
            .arg(receiver)
            .arg(id);
    QStringList tests;
    if (sender != 0)
        tests += QStringLiteral("sender.pid == %1").arg(sender);
    if (message.receiverWindow != 0)
        tests += QStringLiteral("receiver.window == 0x%1").arg(message.receiverWindow, 0, 16);
    else
        tests += QStringLiteral("inbox == %1").arg(message.inbox);
    return (tests += id).join(QStringLiteral(" && "));
}

std::vector<MessageModel::Index> MessageList::selected() const
{
    auto ranges = selectionModel()->selection();
    std::ranges::sort(ranges, {}, [](const QItemSelectionRange &range) { return range.top(); });
    std::vector<MessageModel::Index> indices;
    for (const auto &range : ranges)
        for (int row = range.top(); row <= range.bottom(); ++row)
            indices.push_back(m_model.indexOfRow(row));
    return indices;
}

// As text with tabs, for a spreadsheet or an issue, or for a program.
void MessageList::copyRows(CopyForm form)
{
    auto ranges = selectionModel()->selection();
    std::ranges::sort(ranges, {}, [](const QItemSelectionRange &range) { return range.top(); });
    QString text;
    int copied = 0;
    std::size_t bytes = 0;
    bool all = true;
    for (const auto &range : ranges) {
        for (int row = range.top(); row <= range.bottom(); ++row) {
            const auto message = m_model.messageAt(row);
            bytes += form == CopyForm::Row ? 0 : message.payload.size();
            if (copied == mostCopiedRows || (bytes > mostCopiedBytes && copied > 0)) {
                all = false;
                break;
            }
            ++copied;
            switch (form) {
            case CopyForm::Row: {
                QStringList cells;
                for (int place = 0; place < MessageModel::ColumnCount; ++place) {
                    const int column = horizontalHeader()->logicalIndex(place);
                    if (!isColumnHidden(column))
                        cells += m_model.index(row, column).data().toString();
                }
                text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
                break;
            }
            case CopyForm::Struct: text += fromUtf8(cStructOf(message)); break;
            case CopyForm::Json: text += fromUtf8(jsonOf(message)) + QLatin1Char('\n'); break;
            case CopyForm::Command: text += fromUtf8(commandOf(message)) + QLatin1Char('\n'); break;
            }
        }
    }
    if (!all)
        text += tr("(only the first %1 rows)\n").arg(countText(static_cast<std::uint64_t>(copied)));
    QApplication::clipboard()->setText(text);
}

// What the user says of messages. ------------------------------------------------------------------------------------

void MessageList::annotate(const std::function<void(Annotation &)> &change)
{
    auto indices = selected();
    if (indices.empty() && current())
        indices.push_back(*current());
    for (const auto index : indices) {
        auto annotation = m_model.annotation(index);
        change(annotation);
        m_model.annotate(index, std::move(annotation));
    }
    emit currentMessageChanged();
}

void MessageList::toggleMarks()
{
    if (!current())
        return;
    const bool on = !m_model.annotation(*current()).marked;
    annotate([on](Annotation &annotation) { annotation.marked = on; });
}

void MessageList::togglePins()
{
    if (!current())
        return;
    const bool on = !m_model.annotation(*current()).pinned;
    annotate([on](Annotation &annotation) { annotation.pinned = on; });
}

void MessageList::editComment()
{
    if (!current())
        return;
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QInputDialog::UsePlainTextEditForTextInput);
    dialog->setWindowTitle(tr("Comment"));
    dialog->setLabelText(tr("Comment of message %1:").arg(countText(m_model.store().at(*current()).sequence)));
    dialog->setTextValue(fromUtf8(m_model.annotation(*current()).comment));
    const auto index = *current();
    connect(dialog, &QInputDialog::textValueSelected, this, [this, index](const QString &text) {
        auto annotation = m_model.annotation(index);
        annotation.comment = text.trimmed().left(longestComment).toStdString();
        if (!annotation.comment.empty())
            setColumnHidden(MessageModel::Comment, false);
        m_model.annotate(index, std::move(annotation));
        emit currentMessageChanged();
    });
    dialog->open();
}

void MessageList::goToMarked(bool backwards)
{
    const auto &annotations = m_model.store().annotations();
    std::vector<int> rows;
    for (const auto &[index, annotation] : annotations)
        if (const int row = annotation.marked ? m_model.rowOfIndex(index) : -1; row >= 0)
            rows.push_back(row);
    if (rows.empty())
        return;
    std::ranges::sort(rows);
    const int from = currentIndex().isValid() ? currentIndex().row() : -1;
    const auto next = std::ranges::upper_bound(rows, from);
    const auto before = std::ranges::lower_bound(rows, from);
    if (backwards)
        goToRow(before == rows.begin() ? rows.back() : *std::prev(before));
    else
        goToRow(next == rows.end() ? rows.front() : *next);
}

// Columns. ------------------------------------------------------------------------------------------------------------

// Upwards, downwards, and in order of arrival again.
void MessageList::sortBy(int column)
{
    auto *header = horizontalHeader();
    if (m_model.sortColumn() != column)
        m_model.sort(column, Qt::AscendingOrder);
    else if (m_model.sortOrder() == Qt::AscendingOrder)
        m_model.sort(column, Qt::DescendingOrder);
    else
        m_model.sort(-1);
    header->setSortIndicatorShown(m_model.sortColumn() >= 0);
    header->setSortIndicator(m_model.sortColumn(), m_model.sortOrder());
    if (m_model.sortColumn() >= 0)
        setFollowing(false);
}

void MessageList::showHeaderMenu(QPoint at)
{
    QMenu menu(this);
    const int shown = MessageModel::ColumnCount - horizontalHeader()->hiddenSectionCount();
    for (int column = 0; column < MessageModel::ColumnCount; ++column) {
        auto *action = menu.addAction(m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString(), this,
                                      [this, column](bool on) { setColumnHidden(column, !on); });
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        action->setEnabled(shown > 1 || isColumnHidden(column));
    }
    menu.addSeparator();
    auto *times = menu.addMenu(tr("&Times"));
    for (const auto &[format, title] : timeFormats) {
        auto *action = times->addAction(tr(title), this, [this, format = format] { m_model.setTimeFormat(format); });
        action->setCheckable(true);
        action->setChecked(m_model.timeFormat() == format);
    }
    if (m_model.sortColumn() >= 0)
        menu.addAction(tr("In order of &arrival"), this, [this] {
            m_model.sort(-1);
            horizontalHeader()->setSortIndicatorShown(false);
        });
    menu.exec(horizontalHeader()->mapToGlobal(at));
}

void MessageList::saveLayout() const
{
    QSettings settings;
    settings.setValue(QLatin1String(columnsKey), horizontalHeader()->saveState());
    settings.setValue(QLatin1String(timeKey), static_cast<int>(m_model.timeFormat()));
}

void MessageList::restoreLayout()
{
    const QSettings settings;
    horizontalHeader()->restoreState(settings.value(QLatin1String(columnsKey)).toByteArray());
    horizontalHeader()->setSortIndicatorShown(false);
    const int format = settings.value(QLatin1String(timeKey)).toInt();
    if (format >= 0 && format <= static_cast<int>(TimeFormat::Epoch))
        m_model.setTimeFormat(static_cast<TimeFormat>(format));
}

} // namespace ipclens
