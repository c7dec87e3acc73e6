// What the menus of the list of messages offer: copies, filters, columns.
#include "ui/message_list.h"

#include "core/text/hex.h"
#include "core/traffic/message_export.h"
#include "ui/number_text.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QDateTime>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QMenu>

#include <algorithm>
#include <utility>

namespace ipclens {
namespace {

constexpr std::size_t mostCopiedRows = 100'000;
constexpr std::size_t mostCopiedBytes = 64 << 20; // of payloads
constexpr std::size_t mostBytesInTest = 16;       // of a payload, in a filter

const std::pair<TimeFormat, const char *> timeFormats[] = {
    {TimeFormat::Local, QT_TRANSLATE_NOOP("MessageList", "&Local time")},
    {TimeFormat::Utc, QT_TRANSLATE_NOOP("MessageList", "&UTC")},
    {TimeFormat::SinceFirst, QT_TRANSLATE_NOOP("MessageList", "Seconds since the &first")},
    {TimeFormat::SincePrevious, QT_TRANSLATE_NOOP("MessageList", "Seconds since the one &before")},
    {TimeFormat::Epoch, QT_TRANSLATE_NOOP("MessageList", "Seconds since &1970")}};

} // namespace

void MessageList::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    addCopies(menu);
    addMarks(menu);
    const auto clicked = indexAt(viewport()->mapFromGlobal(event->globalPos()));
    const auto index = clicked.isValid() ? clicked : currentIndex();
    if (index.isValid())
        addFilters(menu, index);
    auto *columns = menu.addMenu(tr("Co&lumns, order and times"));
    addColumns(*columns);
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

// Tests that the message of a row passes; the ones of the clicked column first.
void MessageList::addFilters(QMenu &menu, const QModelIndex &index)
{
    const auto message = m_model.messageAt(index.row());
    const bool copied = message.kind == MessageKind::CopyData;
    std::vector<std::pair<int, QString>> tests;
    if (!message.senderName.empty())
        tests.emplace_back(MessageModel::Sender,
                           QStringLiteral("sender.exe == %1").arg(fromUtf8(quotedLiteral(message.senderName))));
    if (message.sender.pid != 0)
        tests.emplace_back(MessageModel::Sender, QStringLiteral("sender.pid == %1").arg(message.sender.pid));
    if (message.receiverWindow != 0)
        tests.emplace_back(MessageModel::Receiver,
                           QStringLiteral("receiver.window == 0x%1").arg(message.receiverWindow, 0, 16));
    if (message.isAnswered) {
        tests.emplace_back(MessageModel::Result, QStringLiteral("result == %1").arg(message.result));
        tests.emplace_back(
            MessageModel::Duration,
            QStringLiteral("duration >= %1").arg(static_cast<double>(message.duration) / 1e6, 0, 'f', 6));
    }
    tests.emplace_back(MessageModel::Id,
                       copied ? QStringLiteral("data.id == %1").arg(message.id)
                              : QStringLiteral("message.name == %1").arg(fromUtf8(quotedLiteral(message.name))));
    tests.emplace_back(MessageModel::Kind, QStringLiteral("kind == \"%1\"").arg(fromUtf8(toText(message.kind))));
    if (copied)
        tests.emplace_back(MessageModel::Size, QStringLiteral("size == %1").arg(message.size));
    const auto time =
        QDateTime::fromMSecsSinceEpoch(message.time / 1'000'000).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss.")) +
        QStringLiteral("%1").arg(message.time % 1'000'000'000, 9, 10, QLatin1Char('0'));
    for (const auto *sign : {">=", "<="}) {
        tests.emplace_back(MessageModel::Number,
                           QStringLiteral("number %1 %2").arg(QLatin1String(sign)).arg(message.sequence));
        tests.emplace_back(MessageModel::Time, QStringLiteral("time %1 \"%2\"").arg(QLatin1String(sign), time));
    }
    if (!message.payload.empty()) {
        const auto bytes = message.payload.first(std::min<std::size_t>(message.payload.size(), mostBytesInTest));
        tests.emplace_back(MessageModel::Summary,
                           QStringLiteral("payload contains %1").arg(fromUtf8(toHex(bytes, ":"))));
    }
    if (!message.comment().empty())
        tests.emplace_back(MessageModel::Comment,
                           QStringLiteral("comment == %1").arg(fromUtf8(quotedLiteral(message.comment()))));
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
    const auto id = message.isCopied()
                        ? QStringLiteral("data.id == %1").arg(message.id)
                        : QStringLiteral("message.name == %1").arg(fromUtf8(quotedLiteral(message.name)));
    const auto sender = message.sender.pid, receiver = message.receiver.pid;
    if (sender != 0 && receiver != 0)
        return QStringLiteral(
                   "(sender.pid == %1 && receiver.pid == %2 || sender.pid == %2 && receiver.pid == %1) && %3")
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

// As text with tabs, for a spreadsheet or an issue, or for a program.
void MessageList::copyRows(CopyForm form)
{
    auto messages = selected();
    if (messages.empty())
        return; // what is in the clipboard stays there
    m_copying = {.form = form, .messages = std::move(messages)};
    if (copyPiece())
        m_copyWork.start();
}

QString MessageList::rowText(int row) const
{
    QStringList cells;
    for (int place = 0; place < MessageModel::ColumnCount; ++place) {
        const int column = horizontalHeader()->logicalIndex(place);
        if (!isColumnHidden(column))
            cells += m_model.index(row, column).data().toString();
    }
    return cells.join(QLatin1Char('\t'));
}

// True: there is more to copy.
bool MessageList::copyPiece()
{
    QElapsedTimer timer;
    timer.start();
    auto &[form, messages, done, bytes, text] = m_copying;
    const auto most = std::min(messages.size(), mostCopiedRows);
    for (; done < most && bytes <= mostCopiedBytes; ++done) {
        if (timer.elapsed() >= IdleWork::pieceMilliseconds)
            return true;
        const int row = m_model.rowOfIndex(messages[done]);
        if (row < 0)
            continue; // it was let go meanwhile
        const auto message = m_model.messageAt(row);
        switch (form) {
        case CopyForm::Row:
            text += rowText(row);
            break;
        case CopyForm::Struct:
            text += fromUtf8(cStructOf(message, messages.size() > 1 ? done + 1 : 0));
            break;
        case CopyForm::Json:
            text += fromUtf8(jsonOf(message));
            break;
        case CopyForm::Command:
            if (const auto command = commandOf(message, m_sendContext ? m_sendContext(message) : SendContext{})) {
                text += fromUtf8(*command);
                break;
            } else {
                emit noticed(fromUtf8(toText(command.error())));
                continue;
            }
        }
        if (form != CopyForm::Struct) // which ends its lines itself
            text += QLatin1Char('\n');
        bytes += form == CopyForm::Row ? 0 : message.payload.size();
    }
    if (done < messages.size())
        emit noticed(tr("Only the first %1 of %2 rows were copied: save or export them instead")
                         .arg(countText(done), countText(messages.size())));
    QApplication::clipboard()->setText(std::exchange(text, {}));
    m_copying = {};
    return false;
}

// Which there are, how times are written and what the rows are sorted by.
void MessageList::addColumns(QMenu &menu)
{
    const int shown = MessageModel::ColumnCount - horizontalHeader()->hiddenSectionCount();
    auto *sorts = new QMenu(tr("&Sort by"), &menu);
    const auto addSort = [this, sorts](const QString &title, int column, Qt::SortOrder order) {
        auto *action = sorts->addAction(title, this, [this, column, order] { sortBy(column, order); });
        action->setCheckable(true);
        action->setChecked(m_model.sortColumn() == column && (column < 0 || m_model.sortOrder() == order));
    };
    addSort(tr("Order of &arrival"), -1, Qt::AscendingOrder);
    for (int column = 0; column < MessageModel::ColumnCount; ++column) {
        const auto title = m_model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        auto *action = menu.addAction(title, this, [this, column](bool on) { setColumnHidden(column, !on); });
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(column));
        action->setEnabled(shown > 1 || isColumnHidden(column));
        addSort(tr("%1 \u2191").arg(title), column, Qt::AscendingOrder);
        addSort(tr("%1 \u2193").arg(title), column, Qt::DescendingOrder);
    }
    menu.addSeparator();
    auto *times = menu.addMenu(tr("&Times"));
    for (const auto &[format, title] : timeFormats) {
        auto *action = times->addAction(tr(title), this, [this, format = format] { m_model.setTimeFormat(format); });
        action->setCheckable(true);
        action->setChecked(m_model.timeFormat() == format);
    }
    menu.addMenu(sorts);
}

} // namespace ipclens
