#include "ui/address_line.h"

#include "ui/number_text.h"
#include "ui/text_mark.h"
#include "ui/theme.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QKeyEvent>
#include <QSettings>
#include <QStringListModel>

namespace ipclens {

namespace {

constexpr int longestHistory = 50;

} // namespace

AddressLine::AddressLine(QWidget *parent)
    : QLineEdit(parent), m_completer(new QCompleter(this)), m_completions(new QStringListModel(this))
{
    setPlaceholderText(tr("Address: 7ff61000, demo.exe+10, [rsp+8], +40"));
    setToolTip(tr("Go to an address (Ctrl+G). Numbers are hex, 0n10 is decimal; + - * and ( ); module and section "
                  "names; [address] "
                  "follows a pointer; a leading + or - counts from the cursor. Up and Down: earlier ones."));
    setAccessibleName(tr("Address"));
    setFont(theme::fixedFont());
    setClearButtonEnabled(true);
    m_completer->setModel(m_completions);
    m_completer->setWidget(this);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_completer->popup()->setFont(font());
    m_completer->popup()->setMinimumWidth(fontMetrics().averageCharWidth() * 36); // names are longer than a narrow line
    connect(m_completer, qOverload<const QString &>(&QCompleter::activated), this, &AddressLine::insertCompletion);
    connect(this, &QLineEdit::textEdited, this, [this] {
        m_recalled = -1;
        complete();
    });
    connect(this, &QLineEdit::textChanged, this, [this] {
        const auto parsed = expression();
        markProblem(*this, parsed || text().isEmpty() ? std::nullopt : std::optional(parsed.error()));
    });
    connect(this, &QLineEdit::returnPressed, this, [this] {
        m_completer->popup()->hide();
        if (!text().trimmed().isEmpty())
            emit submitted(text());
    });
}

Parsed<AddressExpression> AddressLine::expression() const
{
    return parseAddressExpression(text().toStdString());
}

void AddressLine::setHistoryKey(const QString &key)
{
    m_historyKey = key;
    if (!key.isEmpty())
        m_history = QSettings().value(key).toStringList();
}

void AddressLine::remember(const QString &text)
{
    const QString typed = text.trimmed();
    m_history.removeAll(typed);
    m_history.prepend(typed);
    m_history = m_history.mid(0, longestHistory);
    m_recalled = -1;
    if (!m_historyKey.isEmpty())
        QSettings().setValue(m_historyKey, m_history);
}

void AddressLine::setNames(std::vector<std::string> names)
{
    m_names = std::move(names);
}

void AddressLine::complete()
{
    const std::string typed = text().toStdString();
    const auto before = static_cast<std::size_t>(text().left(cursorPosition()).toUtf8().size());
    m_shown = completeAddress(typed, before, m_names);
    QStringList texts;
    for (const auto &completion : m_shown.texts)
        texts << fromUtf8(completion);
    for (const auto &earlier : m_history) { // whole lines that begin like this one
        if (!text().isEmpty() && earlier.startsWith(text(), Qt::CaseInsensitive) && earlier != text())
            texts << earlier;
    }
    m_completions->setStringList(texts);
    if (texts.isEmpty())
        m_completer->popup()->hide();
    else
        m_completer->complete();
}

void AddressLine::insertCompletion(const QString &completion)
{
    const bool isName = std::ranges::find(m_shown.texts, completion.toStdString()) != m_shown.texts.end();
    if (!isName) {
        setText(completion);
        return;
    }
    const auto letters = [this](std::size_t bytes) {
        return static_cast<int>(QString::fromUtf8(text().toUtf8().left(static_cast<qsizetype>(bytes))).size());
    };
    const int begin = letters(m_shown.offset);
    const int end = letters(m_shown.offset + m_shown.length);
    setText(text().left(begin) + completion + text().mid(end));
    setCursorPosition(begin + static_cast<int>(completion.size()));
}

void AddressLine::recall(int step)
{
    const int wanted = m_recalled + step;
    if (wanted < -1 || wanted >= m_history.size())
        return;
    if (m_recalled == -1)
        m_draft = text();
    m_recalled = wanted;
    setText(wanted == -1 ? m_draft : m_history[wanted]);
}

void AddressLine::keyPressEvent(QKeyEvent *event)
{
    if (m_completer->popup()->isVisible() && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter ||
                                              event->key() == Qt::Key_Escape || event->key() == Qt::Key_Tab)) {
        // Without a choice made in the list, Return means the line as it stands.
        const bool chose = m_completer->popup()->currentIndex().isValid();
        if (chose || event->key() == Qt::Key_Escape) {
            event->ignore(); // then the list takes it
            return;
        }
    }
    if (event->modifiers() == Qt::NoModifier && (event->key() == Qt::Key_Up || event->key() == Qt::Key_Down)) {
        recall(event->key() == Qt::Key_Up ? 1 : -1);
        return;
    }
    QLineEdit::keyPressEvent(event);
}

} // namespace ipclens
