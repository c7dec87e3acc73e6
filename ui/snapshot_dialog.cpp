#include "ui/snapshot_dialog.h"

#include "core/session/editing_commands.h"
#include "ui/job_line.h"
#include "ui/number_text.h"
#include "ui/said_label.h"
#include "ui/source_names.h"
#include "ui/theme.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSysInfo>

namespace ipclens {

namespace {

constexpr const char *ending = ".ipcsnap";
constexpr const char *folderKey = "snapshots/folder";

} // namespace

PathToSession pathToSession(const Client &client, const QString &command)
{
    if (command.isEmpty())
        return [](const QString &path) { return QDir::toNativeSeparators(path); };
    const Host &host = client.host();
    const bool isHere = QString::compare(fromUtf8(host.machine), QSysInfo::machineHostName(), Qt::CaseInsensitive) == 0;
    if (client.state() != Client::State::Connected || !isHere)
        return {};
    if (!host.wine.empty()) // Wine shows the whole machine as drive Z:
        return [](const QString &path) {
            return QStringLiteral("Z:") + QString(path).replace(QLatin1Char('/'), QLatin1Char('\\'));
        };
    return [](const QString &path) { return QDir::toNativeSeparators(path); };
}

SnapshotDialog::SnapshotDialog(Purpose purpose, Client &client, const SourceInfo &source,
                               const std::vector<AddressRange> &selected, PathToSession toSession, QWidget *parent)
    : QDialog(parent), m_purpose(purpose), m_client(client), m_source(source), m_selected(selected),
      m_toSession(std::move(toSession)), m_path(new QLineEdit(this)),
      m_onlySelection(new QCheckBox(tr("Only the &selection"), this)),
      m_replace(new QCheckBox(tr("&Replace the file that is there"), this)), m_said(new QLabel(this)),
      m_job(new JobLine(client, this)), m_buttons(new QDialogButtonBox(this))
{
    const bool isSave = purpose == Purpose::Save;
    setWindowTitle(isSave ? tr("Save a snapshot of %1").arg(titleOf(source)) : tr("Open a snapshot"));
    m_path->setObjectName(QStringLiteral("snapshotPath"));
    m_path->setMinimumWidth(fontMetrics().averageCharWidth() * 60);
    m_path->setPlaceholderText(tr("Path where the session is"));
    auto *browse = new QPushButton(tr("&Browse\u2026"), this);
    browse->setEnabled(static_cast<bool>(m_toSession));
    browse->setToolTip(m_toSession ? QString() : tr("The session is on another machine: type a path of that machine."));
    auto *row = new QHBoxLayout;
    row->addWidget(m_path, 1);
    row->addWidget(browse);
    m_onlySelection->setVisible(isSave && !m_selected.empty());
    m_replace->setVisible(false);
    m_said->setObjectName(QStringLiteral("snapshotSaid"));
    m_said->setTextFormat(Qt::PlainText);
    m_said->setWordWrap(true);
    say(isSave ? tr("Saves what can be read now, with the table of regions. The file is written by the session of %1.")
                     .arg(client.name())
               : tr("A file that a session has saved. It is opened read-only."),
        false);
    auto *ok = m_buttons->addButton(isSave ? tr("&Save") : tr("&Open"), QDialogButtonBox::AcceptRole);
    m_buttons->addButton(QDialogButtonBox::Cancel);
    auto *form = new QFormLayout(this);
    auto *file = new QLabel(tr("&File:"), this); // a layout cannot be the buddy of its label
    file->setBuddy(m_path);
    form->addRow(file, row);
    form->addRow(QString(), m_onlySelection);
    form->addRow(QString(), m_replace);
    form->addRow(m_said);
    form->addRow(m_job);
    form->addRow(m_buttons);
    if (isSave) {
        const QString name =
            QString(titleOf(source)).replace(QRegularExpression(QStringLiteral("[^\\w.-]+")), QStringLiteral("-"));
        const QString folder = QSettings().value(QLatin1String(folderKey), QDir::homePath()).toString();
        if (m_toSession)
            m_path->setText(m_toSession(QDir(folder).filePath(name + QLatin1String(ending))));
    }
    const auto check = [this, ok] { ok->setEnabled(!m_path->text().trimmed().isEmpty() && !m_job->isRunning()); };
    connect(m_path, &QLineEdit::textChanged, this, check);
    connect(m_path, &QLineEdit::textChanged, this, [this] {
        m_replace->setChecked(false);
        m_replace->hide();
    });
    connect(m_job, &JobLine::runningChanged, this, check);
    connect(browse, &QPushButton::clicked, this, &SnapshotDialog::browse);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &SnapshotDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &SnapshotDialog::reject);
    check();
    m_path->setFocus();
}

QString SnapshotDialog::path() const
{
    return m_path->text().trimmed();
}

void SnapshotDialog::setPath(const QString &path)
{
    m_path->setText(path);
}

void SnapshotDialog::browse()
{
    const QString folder = QSettings().value(QLatin1String(folderKey), QDir::homePath()).toString();
    auto *dialog =
        new QFileDialog(this, windowTitle(), folder, tr("Snapshots (*%1);;All files (*)").arg(QLatin1String(ending)));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(m_purpose == Purpose::Save ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
    dialog->setFileMode(m_purpose == Purpose::Save ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
    dialog->setDefaultSuffix(QLatin1String(ending + 1));
    dialog->setOption(QFileDialog::DontConfirmOverwrite); // asked for where the file is written
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &file) {
        QSettings().setValue(QLatin1String(folderKey), QFileInfo(file).path());
        m_path->setText(m_toSession(file));
    });
    dialog->open();
}

void SnapshotDialog::accept()
{
    if (path().isEmpty() || m_job->isRunning())
        return;
    if (m_purpose == Purpose::Open)
        QDialog::accept();
    else
        save(m_replace->isChecked());
}

void SnapshotDialog::reject()
{
    if (m_job->isRunning())
        m_job->cancel();
    else
        QDialog::reject();
}

void SnapshotDialog::save(bool replace)
{
    say({}, false);
    SaveSnapshot save{.source = m_source.source,
                      .path = path().toStdString(),
                      .replace = replace,
                      .ranges = m_onlySelection->isChecked() ? m_selected : std::vector<AddressRange>()};
    m_job->run(tr("Saving"), std::move(save), this, [this](const Result<SnapshotSaved> &reply) {
        if (reply) {
            emit saved(*reply);
            QDialog::accept();
            return;
        }
        if (reply.error().kind == ErrorKind::Exists)
            m_replace->show();
        if (reply.error().kind == ErrorKind::Cancelled)
            say(tr("Cancelled: nothing was saved."), false);
        else
            say(fromUtf8(toText(reply.error())), true);
    });
}

void SnapshotDialog::say(const QString &text, bool isError)
{
    ipclens::say(*m_said, text, isError);
}

} // namespace ipclens
