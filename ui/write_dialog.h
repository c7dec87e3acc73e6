// Filling, pasting and loading a file: many bytes at once, with a look at what will be written where.
#pragma once

#include "ui/memory_editor.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;

namespace ipclens {

class ByteOrderBox;
class ValueTypeBox;

// GUI thread. Writes nothing itself: edits() is what it was accepted for, with the bytes that it showed as the expected
// ones.
class WriteDialog : public QDialog {
    Q_OBJECT
public:
    enum class Kind { Fill, Paste, File };

    // `ranges`: what is selected, or the one byte at the cursor. `link` outlives it.
    WriteDialog(Kind kind, SourceLink &link, std::vector<AddressRange> ranges, QWidget *parent = nullptr);

    void setPastedText(const QString &text);
    void setFile(const QString &path);
    void setRaw(const QString &name, const QByteArray &bytes);
    std::vector<MemoryEditor::Edit> edits() const;

private:
    QWidget *makeFillPage();
    void makeFrom(QWidget *page);
    void makeOnlySelection(QWidget *page);
    QWidget *makePastePage();
    QWidget *makeFilePage();
    void update();
    std::optional<Bytes> pattern();
    std::vector<AddressRange> targets(std::size_t bytes);
    void readBefore();
    void showPreview();
    void say(const QString &text, bool isError);

    const Kind m_kind;
    SourceLink &m_link;
    const std::vector<AddressRange> m_selected;
    QLineEdit *m_from = nullptr;
    QLineEdit *m_size = nullptr;       // fill
    ValueTypeBox *m_type = nullptr;    // fill
    ByteOrderBox *m_order = nullptr;   // fill, paste
    QLineEdit *m_value = nullptr;      // fill
    QComboBox *m_form = nullptr;       // paste
    QComboBox *m_encoding = nullptr;   // paste
    QPlainTextEdit *m_text = nullptr;  // paste
    QLabel *m_path = nullptr;          // file
    QCheckBox *m_onlySelection = nullptr; // paste, file
    QLabel *m_said;
    QPlainTextEdit *m_preview;
    QDialogButtonBox *m_buttons;

    Bytes m_file;
    std::vector<AddressRange> m_targets; // what will be written
    Bytes m_bytes;                       // to it, one target after the other
    std::vector<MemoryImage> m_before;   // of the targets, as far as it was read
    quint64 m_reading = 0;
};

} // namespace ipclens
