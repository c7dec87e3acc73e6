// One of the forms in which a payload view shows a message.
#pragma once

#include "core/session/commands.h"

#include <QWidget>

namespace ipclens {

// The message that a payload view shows, and the one that its references are compared with.
struct ShownMessage {
    Message message;
    std::optional<Message> previous;
};

// Reads a message only when it is seen. Lives on the GUI thread.
class PayloadPage : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

    // Has it something to show of the message? Asked for every message: looks at little of it.
    virtual bool isFor(const Message &message) const = 0;

    // nullptr: none. Must stay until the next one.
    void setShown(const ShownMessage *shown)
    {
        m_shown = shown;
        m_isFilled = false;
    }
    void fillOnce()
    {
        if (m_shown && !m_isFilled) {
            m_isFilled = true;
            fill();
        }
    }

signals:
    // What FilterLine::join() takes.
    void filterRequested(const QString &sign, const QString &test);
    void plotRequested(const QString &number); // as GraphPanel::plotNumber() takes it
    // Bytes of the payload are to be selected.
    void bytesChosen(ipclens::AddressRange bytes);
    // Something that the payload leads to: a mapping by its name, or memory of a process.
    void openRequested(const ipclens::SourceSpec &source, std::optional<ipclens::Address> at);

protected:
    virtual void fill() = 0;
    const ShownMessage *shown() const { return m_shown; }

private:
    const ShownMessage *m_shown = nullptr;
    bool m_isFilled = false;
};

} // namespace ipclens
