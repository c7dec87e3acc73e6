// What the bytes under the cursor mean, read as every common type; each value can be typed over.
#pragma once

#include "core/model/memory.h"
#include "core/model/value_type.h"
#include "core/text/typed_value.h"
#include "core/text/value_format.h"

#include <QWidget>

#include <optional>

class QLabel;
class QTableWidget;

namespace ipclens {

class Client;
class InspectorLookups;
struct SourceInfo;

// A table of types with little- and big-endian values. Lives on the GUI thread. What it cannot know from the bytes
// alone (where a pointer leads, whose window a number is, checksums of what is selected) it asks the session for while
// it is visible.
class Inspector : public QWidget {
    Q_OBJECT
public:
    explicit Inspector(QWidget *parent = nullptr);

    // What is looked at from now on; a client of nullptr: nothing can be asked.
    void setSource(Client *client, const SourceInfo &source);
    // `around` needs to hold the bytes from `at` on; what it lacks is said to be missing.
    void showBytes(Address at, const MemoryImage &around);
    void showSelection(const std::vector<AddressRange> &ranges);
    void clear();
    // Whether values can be typed over, and why not.
    void setWritable(bool writable);
    // Opens a line over a value, as F2 does; and closes it without writing anything.
    void edit(int row, int column);
    void endEdit();

    QSize sizeHint() const override;

signals:
    // Another value was typed. It shows when it is there.
    void editRequested(ipclens::Address at, const ipclens::Bytes &expected, const ipclens::Bytes &bytes);
    void followRequested(ipclens::Address to);
    // The value of the chosen row.
    void freezeRequested(ipclens::Address at, const ipclens::Bytes &bytes, std::optional<ipclens::ValueType> type,
                         ipclens::ByteOrder order);

protected:
    void changeEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    // One row of the table: a type in one or both byte orders, or something that was looked up.
    struct Row {
        QString name;
        std::optional<TypedKind> kind; // none: looked up, and not to be edited
        QString little;
        QString big;
        bool spans = false;          // one value in both columns
        ByteOrder order = ByteOrder::Little; // of a value that spans
    };
    struct Value {
        TypedKind kind;
        ByteOrder order;
        Bytes bytes; // as shown
    };

    void showRows();
    std::vector<Row> rows() const;
    void setCell(int row, int column, const QString &text);
    void fitColumns();
    void showDetail();
    std::optional<Value> valueAt(int row, int column) const;
    std::optional<Address> pointerAt(int row, int column) const;
    void beginEdit();
    void follow();
    void freeze();
    void copy();

    friend class TypedValueDelegate;
    void take(const Value &before, const Bytes &typed);

    QLabel *m_address;
    QTableWidget *m_table;
    QLabel *m_detail; // the chosen value in full
    InspectorLookups *m_lookups;
    bool m_writable = false;
    bool m_isNarrow = false; // one column of values
    Address m_at = 0;
    Address m_base = 0;
    MemoryImage m_around;
    std::vector<Row> m_rows;
};

} // namespace ipclens
