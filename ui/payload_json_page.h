// A payload that is JSON, as a tree.
#pragma once

#include "ui/payload_page.h"

class QLabel;
class QPushButton;

namespace ipclens {

class DecodedTree;

// Of a large document the beginning, and all of it when it is asked for. Lives on the GUI thread.
class PayloadJsonPage : public PayloadPage {
    Q_OBJECT
public:
    explicit PayloadJsonPage(QWidget *parent);

    bool isFor(const Message &message) const override;

protected:
    void fill() override;

private:
    void read(std::size_t most);

    DecodedTree *m_tree;
    QLabel *m_note;
    QPushButton *m_all;
};

} // namespace ipclens
