// What a message leads to: mappings that its payload names, memory that it points to, as they were at arrival.
#pragma once

#include "ui/payload_page.h"

class QVBoxLayout;

namespace ipclens {

// Lives on the GUI thread.
class PayloadReferencesPage : public PayloadPage {
    Q_OBJECT
public:
    explicit PayloadReferencesPage(QWidget *parent);

    bool isFor(const Message &message) const override { return !message.references.empty(); }

protected:
    void fill() override;

private:
    void add(const MessageReference &reference);
    QWidget *makeBytes(const MessageReference &reference, QString &note);

    QWidget *m_list;
    QVBoxLayout *m_rows;
};

} // namespace ipclens
