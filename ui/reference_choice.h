// What is to be read of what messages lead to.
#pragma once

#include "core/os/system.h"

#include <QComboBox>

namespace ipclens {

// A payload that names a mapping leads there, a registered message with a process id and an address leads into that
// process. Which of its two parameters is which, programs decide. GUI thread.
class ReferenceChoice : public QComboBox {
    Q_OBJECT
public:
    explicit ReferenceChoice(QWidget *parent = nullptr);

    // Fills in the fields of a request that takes `messages` (empty: all). An error where the choice needs their names.
    template <class Request>
    Result<void> apply(Request &request) const
    {
        return apply(request.messages, request.referenceBytes, request.pointers);
    }

private:
    enum class Choice { PidInWParam, PidInLParam, NamesOnly, Nothing };

    Result<void> apply(const std::vector<std::string> &messages, std::uint32_t &bytes,
                       std::vector<PointerRule> &pointers) const;
};

// Names with commas between them, as people type them.
std::vector<std::string> messageNames(const QString &text);

} // namespace ipclens
