// Messages as a sequence diagram in text.
#pragma once

#include "core/traffic/message_view.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace ipclens {

// Lifelines are processes, from left to right as they appear; a message is an arrow to its receiver, and its answer one
// back with the result and the time that it took. Comes line by line, for any number of messages. One thread.
class SequenceDiagram {
public:
    enum class Form { Text, Mermaid, PlantUml };
    static constexpr std::size_t mostLifelines = 50; // those after them share one

    explicit SequenceDiagram(Form form) : m_form(form) {}

    std::string begin() const;
    // `time` as it is to be shown; only the text form has a place for it.
    std::string add(const MessageView &message, std::string_view time);
    std::string end() const;

private:
    std::size_t lifelineOf(const ProcessKey &process, std::string_view name, bool isSender, std::string &added);
    std::string introduced(std::size_t lifeline) const;
    std::string arrow(std::size_t from, std::size_t to, std::string_view label, bool isAnswer,
                      std::string_view time) const;
    std::string textArrow(std::size_t from, std::size_t to, std::string_view label, bool isAnswer,
                          std::string_view time) const;

    const Form m_form;
    std::vector<std::string> m_names;
    std::unordered_map<std::string, std::size_t> m_places;
};

} // namespace ipclens
