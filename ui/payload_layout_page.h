// A payload, or what a message points to, by the C struct that the user has pasted for it.
#pragma once

#include "ui/layout_dialog.h"
#include "ui/payload_page.h"

class QComboBox;
class QLabel;

namespace ipclens {

class DecodedTree;

// Lives on the GUI thread.
class PayloadLayoutPage : public PayloadPage {
    Q_OBJECT
public:
    explicit PayloadLayoutPage(QWidget *parent);

    bool isFor(const Message &message) const override;
    // The struct for what is chosen of messages like the one that is shown.
    void setUserLayout(const UserLayout &layout);

signals:
    void layoutChanged(); // of this message and those like it

protected:
    void fill() override;

private:
    // Whose bytes are read: the payload's, or those of a reference.
    struct Source {
        QString title;
        LayoutOf of = LayoutOf::Payload;
        std::span<const std::byte> bytes;
        const char *filterName = "payload";
    };
    std::vector<Source> sources() const;
    Source chosen() const;
    QString owner() const;
    void showFields();
    void edit();

    QComboBox *m_source;
    DecodedTree *m_tree;
    QLabel *m_note;
};

} // namespace ipclens
