// Where a snapshot is saved, or opened from: a path on the session's side.
#pragma once

#include "ui/client.h"

#include <QDialog>

class QCheckBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace ipclens {

class JobLine;

// Turns a path of this machine into what the session calls it; none: its files cannot be chosen from here.
using PathToSession = std::function<QString(const QString &path)>;
// For a session in this process or under Wine on this machine; empty for any other.
PathToSession pathToSession(const Client &client, const QString &command);

// GUI thread. Saving is done in the dialog, with progress; opening is up to who asked.
class SnapshotDialog : public QDialog {
    Q_OBJECT
public:
    enum class Purpose { Save, Open };

    // `source` and `selected`: what is saved. Nothing selected: all of it.
    SnapshotDialog(Purpose purpose, Client &client, const SourceInfo &source, const std::vector<AddressRange> &selected,
                   PathToSession toSession, QWidget *parent = nullptr);

    QString path() const;
    void setPath(const QString &path);

public slots:
    void accept() override;
    void reject() override;

signals:
    void saved(const ipclens::SnapshotSaved &snapshot);

private:
    void browse();
    void save(bool replace);
    void say(const QString &text, bool isError);

    const Purpose m_purpose;
    Client &m_client;
    const SourceInfo m_source;
    const std::vector<AddressRange> m_selected;
    const PathToSession m_toSession;
    QLineEdit *m_path;
    QCheckBox *m_onlySelection;
    QCheckBox *m_replace;
    QLabel *m_said;
    JobLine *m_job;
    QDialogButtonBox *m_buttons;
};

} // namespace ipclens
