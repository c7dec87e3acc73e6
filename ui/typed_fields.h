// Bytes put together from typed values, as a C struct without padding.
#pragma once

#include "core/model/bytes.h"
#include "core/model/error.h"
#include "core/model/value_type.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QVBoxLayout;

namespace ipclens {

// Rows of a type and a value, one behind the other. GUI thread.
class TypedFields : public QWidget {
    Q_OBJECT
public:
    explicit TypedFields(QWidget *parent = nullptr);

    Result<Bytes> bytes() const;              // the error names the row and what is wrong in it
    QWidget *wrongField() const;              // of that error; nullptr: none is wrong
    void add(int type, const QString &value); // index into typedTypes()
    int count() const { return static_cast<int>(m_rows.size()); }

signals:
    void changed();

private:
    struct Row {
        QWidget *widget;
        QComboBox *type;
        QLineEdit *value;
    };

    ByteOrder order() const;
    void check();

    QComboBox *m_order;
    QLabel *m_size;
    QVBoxLayout *m_list;
    std::vector<Row> m_rows;
};

} // namespace ipclens
