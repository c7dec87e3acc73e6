#include "ui/help_dialog.h"

#include <QDialogButtonBox>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace ipclens {
namespace {

QString rowOf(const QString &keys, const QString &what)
{
    return QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;</td><td>%2</td></tr>")
        .arg(keys.toHtmlEscaped(), what.toHtmlEscaped());
}

QString sections()
{
    const std::pair<QString, QStringList> all[] = {
        {HelpDialog::tr("What one sees"),
         {HelpDialog::tr("The explorer lists what there is: processes, named objects, windows. A double-click opens "
                         "what it lists; "
                         "the right button shows everything that can be done with it."),
          HelpDialog::tr("A memory tab shows bytes as they are now. Bytes that just changed stand out and fade; what "
                         "cannot be read "
                         "is shown as unreadable, never as zero."),
          HelpDialog::tr(
              "The address line takes expressions: demo.exe+10, [[1000]+8]+4, +0n40. Find searches for bytes, text, "
              "numbers and regular expressions; a scan finds values and narrows them down while they change; compare "
              "marks what differs from a frozen frame. Layout says how the bytes are shown. The inspector's values can "
              "be "
              "typed over, and Enter follows its pointers.")}},
        {HelpDialog::tr("Writing"),
         {HelpDialog::tr(
             "Everything opens read-only. The padlock allows writing for one tab: then typing changes the target. Each "
             "write replaces only the bytes that were shown, is read back, and is listed in the journal, from where it "
             "can be undone. A frozen value is written again whenever the target changes it.")}},
        {HelpDialog::tr("Messages"),
         {HelpDialog::tr(
              "An inbox is a hidden window that programs find and send to. A relay stands before the real receiver, "
              "passes "
              "messages on and gives its answer back. A tap copies what a window of another program gets, by a DLL in "
              "that program. Any number of them can be open at once."),
          HelpDialog::tr(
              "The filter line speaks Wireshark's language: sender.exe matches \"^demo\" && size > 100. The button "
              "beside it "
              "lists all fields, functions and signs; a word alone is looked for everywhere. The menu of a row builds "
              "filters from it. A range dragged over the graph filters by time."),
          HelpDialog::tr(
              "A message's payload is shown as bytes, text, JSON, numbers, and as a C struct that you paste once for "
              "its "
              "sender and id. The Traffic menu has statistics, the sequence diagram, sending and replaying.")}},
        {HelpDialog::tr("Sessions"),
         {HelpDialog::tr(
             "A session is where the looking is done: in this program, inside Wine, on another machine or elevated. "
             "Session \u203a Connect starts a command and speaks to it over its standard input and output.")}}};
    QString text;
    for (const auto &[title, paragraphs] : all) {
        text += QStringLiteral("<h3>%1</h3>").arg(title.toHtmlEscaped());
        for (const auto &paragraph : paragraphs)
            text += QStringLiteral("<p>%1</p>").arg(paragraph.toHtmlEscaped());
    }
    return text;
}

} // namespace

HelpDialog::HelpDialog(const QList<QAction *> &actions, QWidget *parent) : QDialog(parent)
{
    setObjectName(QStringLiteral("help"));
    setWindowTitle(tr("Keyboard and help"));
    QString keys;
    for (const auto *action : actions)
        if (!action->shortcut().isEmpty())
            keys +=
                rowOf(action->shortcut().toString(QKeySequence::NativeText), action->text().remove(QLatin1Char('&')));
    const std::pair<const char *, QString> others[] = {
        {"Space", tr("Pause what the tab shows")},
        {"Ctrl+R", tr("List the regions")},
        {"Ctrl++ / Ctrl+-", tr("Larger, smaller bytes")},
        {"F2", tr("Type over the value at the cursor, or in the inspector")},
        {"Alt+Return", tr("In the find bar: list all")},
        {"Ctrl+/", tr("Messages: go to the filter")},
        {"F3 / Shift+F3", tr("Messages: find the next, the one before")},
        {"Ctrl+S", tr("Messages: save the capture")},
        {"Ctrl+Shift+M", tr("Messages: mark")},
        {"Alt+Down / Alt+Up", tr("Messages: go to the next marked, the one before")},
        {"Ctrl+Alt+C", tr("Messages: comment")},
        {"Ctrl+Shift+P", tr("Messages: pin, shown whatever the filter")},
        {"End", tr("Messages: go to the newest and stay there")},
        {"Esc", tr("Messages: show all times, then take the filter away")}};
    for (const auto &[key, what] : others)
        keys += rowOf(QLatin1String(key), what);
    auto *text = new QTextBrowser(this);
    text->setFrameShape(QFrame::NoFrame);
    text->setHtml(sections() + tr("<h3>Keyboard</h3>") + QStringLiteral("<table>%1</table>").arg(keys));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto *column = new QVBoxLayout(this);
    column->addWidget(text);
    column->addWidget(buttons);
    resize(fontMetrics().averageCharWidth() * 90, fontMetrics().lineSpacing() * 34);
}

} // namespace ipclens
