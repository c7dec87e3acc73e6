#include "ui/shared_data_tab.h"

#include "ui/number_text.h"
#include "ui/object_tab.h"
#include "ui/row_table.h"
#include "ui/theme.h"

#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBlock>
#include <QTreeView>
#include <QVBoxLayout>

namespace ipclens {

namespace {

constexpr int liveInterval = 1000; // milliseconds from an answer to the next question
constexpr int allEvery = 5;        // so many answers about one DLL, then all are looked for again
constexpr std::size_t perLine = 16;
constexpr int addressWidth = 10; // characters before the first byte

// The bytes of the one whose contents most others have; nullptr: none could be read.
const SharedDataUser *typical(const std::vector<SharedDataUser> &users)
{
    const auto found =
        std::ranges::find_if(users, [](const SharedDataUser &user) { return !user.differs && user.note.empty(); });
    return found == users.end() ? nullptr : &*found;
}

QString dumpText(const MemoryImage &image)
{
    QString text;
    for (std::size_t line = 0; line < image.bytes.size(); line += perLine) {
        text += QStringLiteral("%1  ").arg(line, 8, 16, QLatin1Char('0'));
        QString characters;
        for (std::size_t i = line; i < line + perLine; ++i) {
            if (i >= image.bytes.size()) {
                text += QStringLiteral("   ");
                continue;
            }
            const bool isReadable = image.isReadable(image.address + i);
            const auto value = std::to_integer<unsigned>(image.bytes[i]);
            text += isReadable ? QStringLiteral("%1 ").arg(value, 2, 16, QLatin1Char('0')) : QStringLiteral("?? ");
            characters += isReadable && value >= 0x20 && value < 0x7f ? QChar(value)
                          : isReadable                                ? QLatin1Char('.')
                                                                      : QLatin1Char('?');
        }
        text += QStringLiteral(" %1\n").arg(characters);
    }
    text.chop(1);
    return text;
}

} // namespace

SharedDataTab::SharedDataTab(Client &client, QWidget *parent)
    : SharingTab(client, parent), m_sections(new RowList<SharedData>(std::make_shared<const SharedDataTexts>())),
      m_variables(new RowList<SharedVariable>(std::make_shared<const SharedVariableTexts>())),
      m_users(new RowList<SharedDataUser>(std::make_shared<const SharedDataUserTexts>())),
      m_sectionTable(new RowTable(m_sections, tr("Sections marked SHARED"), QStringLiteral("sections"), this)),
      m_variableTable(new RowTable(m_variables, tr("Exports in it"), QStringLiteral("variables"), this)),
      m_userTable(new RowTable(m_users, tr("Processes"), QStringLiteral("users"), this)),
      m_contents(new QPlainTextEdit(this)), m_contentsTitle(new QLabel(this)), m_note(new QLabel(this))
{
    m_contents->setReadOnly(true);
    m_contents->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_contents->setFont(theme::fixedFont());
    m_contents->setFrameShape(QFrame::NoFrame);
    m_contents->setObjectName(QStringLiteral("contents"));
    m_contents->setAccessibleName(tr("Contents"));
    m_contents->setMinimumHeight(fontMetrics().lineSpacing() * 4);
    auto bold = m_contentsTitle->font();
    bold.setBold(true);
    m_contentsTitle->setFont(bold);
    m_contentsTitle->setContentsMargins(8, 6, 8, 6);
    m_contentsTitle->setTextFormat(Qt::PlainText);
    m_contentsTitle->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setContentsMargins(8, 4, 8, 4);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->hide();

    auto *bytes = new QWidget(this);
    auto *bytesColumn = new QVBoxLayout(bytes);
    bytesColumn->setContentsMargins(0, 0, 0, 0);
    bytesColumn->setSpacing(0);
    bytesColumn->addWidget(m_contentsTitle);
    bytesColumn->addWidget(m_contents, 1);
    auto *halves = new QSplitter(Qt::Horizontal, this);
    halves->setChildrenCollapsible(false);
    halves->addWidget(m_variableTable);
    halves->addWidget(bytes);
    auto *split = new QSplitter(Qt::Vertical, this);
    split->setChildrenCollapsible(false);
    for (auto *part : std::initializer_list<QWidget *>{m_sectionTable, m_userTable, halves})
        split->addWidget(part);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 2);
    split->setStretchFactor(2, 3);
    column()->addWidget(split, 1);
    column()->addWidget(m_note);
    setFocusProxy(m_sectionTable);
    m_sectionTable->setWhyEmpty(tr("Reading\u2026"));
    connectTables();
    showChosen();
    setLive(liveInterval);
}

void SharedDataTab::connectTables()
{
    connect(m_sectionTable, &RowTable::currentChanged, this, &SharedDataTab::showChosen);
    connect(m_sections, &RowListModel::arranged, this, [this] {
        if (m_wantedModule.isEmpty() && m_sectionTable->currentRow() < 0 && m_sections->rowCount() > 0)
            m_sectionTable->select(0);
        for (int row = 0; !m_wantedModule.isEmpty() && row < m_sections->rowCount(); ++row) {
            const auto &section = m_sections->row(row);
            if (fromUtf8(section.module).compare(m_wantedModule, Qt::CaseInsensitive) == 0 &&
                (m_wantedSection.isEmpty() || fromUtf8(section.section) == m_wantedSection)) {
                m_sectionTable->select(row);
                m_wantedModule.clear();
            }
        }
    });
    connect(m_userTable, &RowTable::currentChanged, this, &SharedDataTab::showContents);
    connect(m_userTable, &RowTable::activated, this, [this](int row) { openUser(m_users->row(row), 0); });
    connect(m_userTable, &RowTable::menuRequested, this, [this](QMenu *menu, int row) {
        if (row < 0)
            return;
        const auto user = m_users->row(row);
        menu->addAction(icon(Sign::Section), tr("Open its bytes"), this, [this, user] { openUser(user, 0); });
        addProcess(menu, user.process, processText(user.processName, user.process));
        addExplain(menu, {.kind = ExplainKind::Process, .process = user.process});
    });
    connect(m_variableTable, &RowTable::activated, this, [this](int row) {
        const auto offset = m_variables->row(row).symbol.offset;
        const int chosenUser = std::max(0, m_userTable->currentRow());
        if (chosenUser < m_users->rowCount())
            openUser(m_users->row(chosenUser), offset);
    });
}

void SharedDataTab::focusFilter()
{
    m_sectionTable->focusFilter();
}

void SharedDataTab::choose(const QString &module, const QString &section)
{
    m_wantedModule = module;
    m_wantedSection = section;
    emit m_sections->arranged(); // it may be there already
}

// Looking for all sections walks through every module of every process; what is shown needs but one DLL.
void SharedDataTab::ask()
{
    const auto *data = chosen();
    const bool isAll = !isQuiet() || !data || ++m_sinceAll >= allEvery;
    if (isAll)
        m_sinceAll = 0;
    call(tr("Looking through all modules"),
         ListSharedData{.module = isAll ? std::string() : data->module, .bytes = 1024},
         [this, isAll](Result<SharedDataList> &&reply) {
             if (reply) {
                 take(std::move(*reply), isAll);
                 return;
             }
             m_sectionTable->setWhyEmpty(tr("They could not be looked for."));
             fail(reply.error());
         });
}

void SharedDataTab::take(SharedDataList list, bool isAll)
{
    if (isAll) {
        const auto text = unseenText(list.unseen);
        m_note->setText(text);
        m_note->setVisible(!text.isEmpty());
        m_sectionTable->setWhyEmpty(
            tr("No DLL that a process has loaded has a section marked SHARED (#pragma data_seg with "
               "/SECTION:name,RWS)."));
        m_sections->merge(std::move(list.sections));
        return;
    }
    auto rows = m_sections->rows();
    for (auto &fresh : list.sections) {
        const auto same = std::ranges::find_if(
            rows, [&](const SharedData &row) { return row.path == fresh.path && row.section == fresh.section; });
        if (same != rows.end())
            *same = std::move(fresh);
    }
    m_sections->merge(std::move(rows));
}

const SharedData *SharedDataTab::chosen() const
{
    const int row = m_sectionTable->currentRow();
    return row < 0 ? nullptr : &m_sections->row(row);
}

void SharedDataTab::showChosen()
{
    const auto *data = chosen();
    m_variableTable->setWhyEmpty(data ? tr("The DLL exports nothing that lies in this section.")
                                      : tr("Choose a section to see what lies in it."));
    m_userTable->setWhyEmpty(data ? tr("No process has it loaded any more.")
                                  : tr("Choose a section to see who shares it."));
    m_variables->merge(data ? data->variables : std::vector<SharedVariable>());
    m_users->merge(data ? data->users : std::vector<SharedDataUser>());
    if (!data)
        showContents();
}

void SharedDataTab::showContents()
{
    int row = m_userTable->currentRow();
    // Of who was not chosen, the first whose contents could be read.
    for (int i = 0; row < 0 && i < m_users->rowCount(); ++i) {
        if (m_users->row(i).note.empty())
            row = i;
    }
    if (row < 0 && m_users->rowCount() > 0)
        row = 0;
    if (row < 0) {
        m_contentsTitle->setText(tr("Contents"));
        m_contents->clear();
        return;
    }
    const auto &user = m_users->row(row);
    const auto *most = typical(m_users->rows());
    const auto text = user.note.empty() ? dumpText(user.image) : fromUtf8(user.note);
    if (text != m_contents->toPlainText()) {
        const int place = m_contents->verticalScrollBar()->value();
        m_contents->setPlainText(text);
        m_contents->verticalScrollBar()->setValue(place);
    }
    QList<QTextEdit::ExtraSelection> marks;
    if (most && user.differs && user.note.empty()) {
        for (std::size_t i = 0; i < std::min(user.image.bytes.size(), most->image.bytes.size()); ++i) {
            if (user.image.bytes[i] == most->image.bytes[i])
                continue;
            QTextCursor cursor(m_contents->document()->findBlockByNumber(static_cast<int>(i / perLine)));
            cursor.movePosition(QTextCursor::Right, QTextCursor::MoveAnchor,
                                addressWidth + static_cast<int>(i % perLine) * 3);
            cursor.movePosition(QTextCursor::Right, QTextCursor::KeepAnchor, 2);
            QTextEdit::ExtraSelection mark;
            mark.cursor = cursor;
            mark.format.setBackground(theme::color(theme::Role::DifferentFill, palette()));
            mark.format.setFontUnderline(true); // not by colour alone
            marks << mark;
        }
    }
    m_contents->setExtraSelections(marks);
    const auto name = processText(user.processName, user.process);
    m_contentsTitle->setText(marks.isEmpty()
                                 ? tr("Contents in %1").arg(name)
                                 : tr("Contents in %1: %2 bytes differ (underlined)").arg(name).arg(marks.size()));
}

QString SharedDataTab::contentsText() const
{
    return m_contents->toPlainText();
}

void SharedDataTab::openUser(const SharedDataUser &user, Address at)
{
    if (const auto *data = chosen())
        emit openRequested({.kind = SourceKind::SharedSection,
                            .process = user.process,
                            .module = data->module,
                            .section = data->section},
                           at);
}

void SharedDataTab::changeEvent(QEvent *event)
{
    SharingTab::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showContents();
}

} // namespace ipclens
