// The bytes at the cursor of a payload as numbers.
#pragma once

#include "ui/payload_page.h"

namespace ipclens {

class DecodedTree;

// Lives on the GUI thread.
class PayloadNumbersPage : public PayloadPage {
    Q_OBJECT
public:
    explicit PayloadNumbersPage(QWidget *parent);

    bool isFor(const Message &message) const override { return !message.payload.empty(); }
    void setCursor(Address cursor); // place in the payload

protected:
    void fill() override;

private:
    DecodedTree *m_tree;
    Address m_cursor = 0;
};

} // namespace ipclens
