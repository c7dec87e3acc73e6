// The part of the traffic tab that is about files, and about how much and in which colours is kept and shown.
#include "ui/capture_autosave.h"
#include "ui/capture_loader.h"
#include "ui/capture_saver.h"
#include "ui/error_bar.h"
#include "ui/filter_line.h"
#include "ui/job_line.h"
#include "ui/message_find_bar.h"
#include "ui/message_list.h"
#include "ui/number_text.h"
#include "ui/traffic_graph.h"
#include "ui/traffic_tab.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QSettings>
#include <QSpinBox>
#include <QToolButton>

#include <algorithm>
#include <numeric>
#include <utility>

namespace ipclens {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint64_t memoryLimit = std::uint64_t{1} << 30; // unless the user says otherwise
constexpr auto bytesKey = "traffic/limitBytes";
constexpr auto messagesKey = "traffic/limitMessages";
constexpr auto secondsKey = "traffic/limitSeconds";
constexpr auto folderKey = "traffic/folder";

QString ending(SaveFormat format)
{
    switch (format) {
    case SaveFormat::Capture:
        return QStringLiteral("pcapng");
    case SaveFormat::Csv:
        return QStringLiteral("csv");
    case SaveFormat::JsonLines:
        return QStringLiteral("jsonl");
    case SaveFormat::Sender:
        return QStringLiteral("cpp");
    }
    return {};
}

} // namespace

// Reading. ------------------------------------------------------------------------------------------------------------

void TrafficTab::openCapture(const QString &path)
{
    m_path = path;
    m_model.setLimits({}); // all of it was asked for
    m_graph->setSpan(0);
    m_list->stopFollowing();
    m_job = m_jobLine->begin(tr("Reading %1").arg(QFileInfo(path).fileName()));
    m_loader = std::make_unique<CaptureLoader>(path);
    connect(m_loader.get(), &CaptureLoader::loaded, this, [this](CaptureLoader::Piece &piece) {
        m_jobLine->show(piece.offset, piece.size, m_model.store().size());
        takePiece(std::move(piece.messages));
        m_unmatched += piece.unmatched + m_model.apply(piece.outcomes);
    });
    connect(m_loader.get(), &CaptureLoader::finished, this,
            [this](const std::optional<Error> &error, const std::map<std::uint64_t, std::string> &names) {
                m_inboxNames = names;
                m_loader.release()->deleteLater();
                loadingEnded(error);
            });
    updateState();
}

void TrafficTab::takePiece(MessageStore messages)
{
    const bool wasEmpty = m_model.store().isEmpty();
    m_model.append(std::move(messages));
    if (wasEmpty && !m_model.store().isEmpty())
        updateEmptyPage();
}

void TrafficTab::loadingEnded(const std::optional<Error> &error)
{
    if (m_job != 0)
        m_jobLine->end(std::exchange(m_job, 0));
    addLaterAnnotations();
    m_savedChanges = m_changes;
    m_graph->refresh();
    if (error) {
        m_error->showText(tr("Only the %1 messages up to here could be read. %2")
                              .arg(countText(m_model.store().size()), fromUtf8(toText(*error))),
                          ErrorBar::Level::Warning);
        emit errorShown();
    }
    updateState();
    updateLosses();
    emit fileFinished();
}

// What the user had said of messages when a capture that was kept for a crash had them already.
void TrafficTab::addLaterAnnotations()
{
    const auto later = CaptureAutosave::annotationsOf(m_path);
    const auto &store = m_model.store();
    const auto placeOf = [&store](MessageStore::Index index) { return index - store.begin(); };
    std::vector<MessageStore::Index> withdrawn;
    for (const auto &[index, annotation] : store.annotations())
        if (placeOf(index) < later.messages && !later.annotations.contains(placeOf(index)))
            withdrawn.push_back(index);
    for (const auto index : withdrawn)
        m_model.annotate(index, {});
    for (const auto &[place, annotation] : later.annotations)
        if (place < store.size())
            m_model.annotate(store.begin() + place, annotation);
}

void TrafficTab::endFileWork()
{
    m_job = 0; // the line has ended it
    if (m_saver) {
        m_saver.reset();
        emit fileFinished();
    }
    if (m_loader) {
        m_loader.reset();
        loadingEnded(Error{.kind = ErrorKind::Cancelled,
                           .operation = "read a capture",
                           .object = m_path.toStdString(),
                           .meaning = "was ended by you"});
    }
}

// Writing. ------------------------------------------------------------------------------------------------------------

void TrafficTab::save(Which which, SaveFormat format, const QString &path)
{
    if (isBusy())
        return;
    const auto &store = m_model.store();
    std::vector<MessageStore::Index> messages;
    switch (which) {
    case Which::All:
        messages.resize(store.size());
        std::iota(messages.begin(), messages.end(), store.begin());
        break;
    case Which::Shown:
        messages.reserve(static_cast<std::size_t>(m_model.rowCount()));
        for (int row = 0; row < m_model.rowCount(); ++row)
            messages.push_back(m_model.indexOfRow(row));
        break;
    case Which::Selected:
        messages = m_list->selected();
        break;
    case Which::Marked:
        for (const auto &[index, annotation] : store.annotations())
            if (annotation.marked)
                messages.push_back(index);
        break;
    }
    if (m_model.sortColumn() >= 0 || which == Which::Selected)
        std::ranges::sort(messages); // a file is in order of arrival, however the list is sorted
    const bool savesAll = which == Which::All && format == SaveFormat::Capture;
    m_savingChanges = m_changes;
    m_job = m_jobLine->begin(tr("Saving %1").arg(QFileInfo(path).fileName()), JobLine::Unit::Messages);
    m_saver =
        std::make_unique<CaptureSaver>(store, std::move(messages), m_inboxNames, m_client.host().system, format, path);
    connect(m_saver.get(), &CaptureSaver::progressed, this,
            [this] { m_jobLine->show(m_saver->done(), m_saver->total()); });
    connect(m_saver.get(), &CaptureSaver::finished, this,
            [this, path, savesAll](const QString &error) { savingEnded(error, path, savesAll); });
}

void TrafficTab::savingEnded(const QString &error, const QString &path, bool savedAll)
{
    const auto missed = m_saver->missed();
    m_saver.release()->deleteLater();
    if (m_job != 0)
        m_jobLine->end(std::exchange(m_job, 0));
    const auto whenSaved = std::exchange(m_whenSaved, {});
    if (!error.isEmpty()) {
        m_error->showText(tr("Cannot save %1: %2").arg(QDir::toNativeSeparators(path), error), ErrorBar::Level::Error);
        emit errorShown();
    } else if (missed > 0) {
        m_error->showText(tr("%1 messages are not in %2: they were let go while it was written")
                              .arg(countText(missed), QDir::toNativeSeparators(path)),
                          ErrorBar::Level::Warning);
        emit errorShown();
    } else if (savedAll) {
        m_savedChanges = m_savingChanges;
        if (m_inboxes.isIdle())
            m_autosave->discard();
        if (isOfFile() && QFileInfo(m_path).dir() == QDir(CaptureAutosave::folder()))
            CaptureAutosave::remove(m_path); // it was recovered, and is safe now
    }
    emit fileFinished();
    if (whenSaved && error.isEmpty())
        whenSaved();
}

bool TrafficTab::isUnsaved() const
{
    return m_changes != m_savedChanges && !m_model.store().isEmpty();
}

void TrafficTab::askBeforeClosing(std::function<void()> close)
{
    if (!isUnsaved())
        return close();
    auto *box = new QMessageBox(
        QMessageBox::Question, tr("Close the capture"),
        isOfFile() ? tr("Save what you have said of the messages of %1?").arg(QFileInfo(m_path).fileName())
                   : tr("Save the %1 messages of this capture?").arg(countText(m_model.store().size())),
        QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, this);
    box->setObjectName(QStringLiteral("unsaved"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("Without that they are gone."));
    box->setDefaultButton(QMessageBox::Save);
    connect(box, &QMessageBox::buttonClicked, this, [this, box, close = std::move(close)](QAbstractButton *button) {
        const auto allow = [this, close] {
            m_savedChanges = m_changes; // what has come since is not wanted
            close();
        };
        switch (box->standardButton(button)) {
        case QMessageBox::Save:
            m_whenSaved = allow;
            askWhereToSave(Which::All, SaveFormat::Capture);
            break;
        case QMessageBox::Discard:
            allow();
            break;
        default:
            break;
        }
    });
    box->open();
}

void TrafficTab::askWhereToSave(Which which, SaveFormat format)
{
    if (isBusy() || m_model.store().isEmpty())
        return;
    auto *dialog = new QFileDialog(this, tr("Save messages"), QSettings().value(QLatin1String(folderKey)).toString());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(ending(format));
    dialog->setNameFilter(QStringLiteral("*.%1").arg(ending(format)));
    connect(dialog, &QDialog::rejected, this, [this] { m_whenSaved = {}; });
    connect(dialog, &QFileDialog::fileSelected, this, [this, which, format](const QString &path) {
        QSettings().setValue(QLatin1String(folderKey), QFileInfo(path).path());
        save(which, format, path);
    });
    dialog->open();
}

void TrafficTab::discardAutosave()
{
    m_autosave->setRunning(false);
    m_autosave->discard();
}

// The menu. -----------------------------------------------------------------------------------------------------------

void TrafficTab::fillCaptureMenu()
{
    auto *menu = m_capture->menu();
    menu->clear();
    const bool any = !m_model.store().isEmpty() && !isBusy();
    const bool anyMarked =
        std::ranges::any_of(m_model.store().annotations(), [](const auto &entry) { return entry.second.marked; });
    const std::tuple<Which, QString, bool> parts[] = {
        {Which::All, tr("&All messages\u2026"), any},
        {Which::Shown, tr("Messages s&hown\u2026"), any && m_model.rowCount() > 0},
        {Which::Selected, tr("&Selected messages\u2026"), any && m_list->selectionModel()->hasSelection()},
        {Which::Marked, tr("&Marked messages\u2026"), any && anyMarked}};
    const std::pair<SaveFormat, QString> formats[] = {
        {SaveFormat::Capture, tr("&Save")},
        {SaveFormat::Csv, tr("Export as &CSV")},
        {SaveFormat::JsonLines, tr("Export as &JSON lines")},
        {SaveFormat::Sender, tr("Export as C++ &program that sends them")}};
    for (const auto &[format, title] : formats) {
        auto *part = menu->addMenu(title);
        part->setEnabled(any);
        for (const auto &[which, text, isOn] : parts) {
            auto *action =
                part->addAction(text, this, [this, which = which, format = format] { askWhereToSave(which, format); });
            action->setEnabled(isOn);
        }
    }
    menu->addSeparator();
    menu->addAction(tr("&Find\u2026"), this, &TrafficTab::find)->setEnabled(any);
    menu->addAction(tr("C&olours of rows\u2026"), this, &TrafficTab::editColours);
    if (!isOfFile())
        menu->addAction(tr("&Limits\u2026"), this, &TrafficTab::askLimits);
}

void TrafficTab::find()
{
    if (m_model.store().isEmpty())
        focusFilter();
    else
        m_find->open();
}

void TrafficTab::focusFilter()
{
    m_filter->setFocus(Qt::ShortcutFocusReason);
}

void TrafficTab::editColours()
{
    auto *dialog = new ColourRulesDialog(ColourRules::load(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const auto rules = dialog->rules();
        rules.save();
        m_model.setColourRules(rules);
        for (auto *other : window()->findChildren<TrafficTab *>()) // they are the same for all captures
            other->m_model.setColourRules(rules);
    });
    dialog->open();
}

MessageStore::Limits TrafficTab::savedLimits()
{
    const QSettings settings;
    return {.bytes = settings.value(QLatin1String(bytesKey), static_cast<qulonglong>(memoryLimit)).toULongLong(),
            .messages = settings.value(QLatin1String(messagesKey)).toULongLong(),
            .age = settings.value(QLatin1String(secondsKey)).toLongLong() * second};
}

void TrafficTab::askLimits()
{
    auto *dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("limits"));
    dialog->setWindowTitle(tr("Limits of the capture"));
    const auto limits = m_model.store().limits();
    const auto box = [dialog](std::uint64_t value, int most, const QString &unit) {
        auto *made = new QSpinBox(dialog);
        made->setRange(0, most);
        made->setSpecialValueText(TrafficTab::tr("no limit"));
        made->setSuffix(unit);
        made->setGroupSeparatorShown(true);
        made->setValue(static_cast<int>(std::min<std::uint64_t>(value, static_cast<std::uint64_t>(most))));
        return made;
    };
    auto *bytes = box(limits.bytes >> 20, 1 << 20, tr(" MiB"));
    auto *messages = box(limits.messages, 1'000'000'000, tr(" messages"));
    auto *seconds = box(static_cast<std::uint64_t>(limits.age / second), 30 * 86'400, tr(" s"));
    messages->setObjectName(QStringLiteral("messages"));
    auto *note = new QLabel(
        tr("The oldest messages go when one of these is passed; how many went is shown. Age is counted back from the "
           "newest message: what is there stays while nothing comes."),
        dialog);
    note->setWordWrap(true);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, dialog);
    auto *form = new QFormLayout(dialog);
    form->addRow(note);
    form->addRow(tr("&Memory:"), bytes);
    form->addRow(tr("M&essages:"), messages);
    form->addRow(tr("&Age:"), seconds);
    form->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    connect(dialog, &QDialog::accepted, this, [this, bytes, messages, seconds] {
        QSettings settings;
        settings.setValue(QLatin1String(bytesKey), static_cast<qulonglong>(bytes->value()) << 20);
        settings.setValue(QLatin1String(messagesKey), messages->value());
        settings.setValue(QLatin1String(secondsKey), seconds->value());
        m_model.setLimits(savedLimits());
        updateLosses();
    });
    dialog->open();
}

// What the payload view compares a message with: the one before it of the same sender and name that led to something,
// too. Looks back a little way only.
std::optional<Message> TrafficTab::previousOf(MessageStore::Index index) const
{
    constexpr MessageStore::Index farthest = 20'000;
    const auto &store = m_model.store();
    const auto message = store.at(index);
    if (message.references.empty())
        return {};
    const auto end = index - std::min(index - store.begin(), farthest);
    for (auto at = index; at-- > end;) {
        const auto other = store.at(at);
        if (!other.references.empty() && other.sender == message.sender && other.kind == message.kind &&
            other.name == message.name && other.id == message.id)
            return other.toMessage();
    }
    return {};
}

} // namespace ipclens
