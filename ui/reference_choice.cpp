#include "ui/reference_choice.h"

namespace ipclens {

ReferenceChoice::ReferenceChoice(QWidget *parent) : QComboBox(parent)
{
    setObjectName(QStringLiteral("references"));
    setAccessibleName(tr("What messages lead to"));
    setToolTip(tr("When a payload names a mapping, or a registered message carries a process id and an address there, "
                  "the first 4 KiB "
                  "of it are kept with the message: its sender may free them at once"));
    addItem(tr("Read it; process id in wParam, address in lParam"), static_cast<int>(Choice::PidInWParam));
    addItem(tr("Read it; process id in lParam, address in wParam"), static_cast<int>(Choice::PidInLParam));
    addItem(tr("Read only mappings that payloads name"), static_cast<int>(Choice::NamesOnly));
    addItem(tr("Read nothing"), static_cast<int>(Choice::Nothing));
}

Result<void> ReferenceChoice::apply(const std::vector<std::string> &messages, std::uint32_t &bytes,
                                    std::vector<PointerRule> &pointers) const
{
    pointers.clear();
    const auto choice = static_cast<Choice>(currentData().toInt());
    if (choice == Choice::Nothing)
        bytes = 0;
    if (choice == Choice::Nothing || choice == Choice::PidInWParam)
        return {};
    if (messages.empty())
        return invalidInput("what messages lead to", currentText().toStdString(),
                            "that holds for registered messages that are named above");
    for (const auto &name : messages)
        pointers.push_back(
            {.message = name, .place = choice == Choice::PidInLParam ? PointerPlace::PidInLParam : PointerPlace::None});
    return {};
}

std::vector<std::string> messageNames(const QString &text)
{
    std::vector<std::string> names;
    for (const auto &name : text.split(QLatin1Char(',')))
        if (const auto trimmed = name.trimmed(); !trimmed.isEmpty())
            names.push_back(trimmed.toStdString());
    return names;
}

} // namespace ipclens
