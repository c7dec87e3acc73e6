#include "core/traffic/json_fields.h"

#include "core/traffic/filter_expression.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ipclens {
namespace {

using nlohmann::json;

constexpr std::size_t deepest = 100;
constexpr std::string_view valueTypes[] = {"text", "number", "truth", "null"};

// Told by the parser what comes, from left to right.
class Reading : public json::json_sax_t {
public:
    explicit Reading(std::size_t most) : m_left(most) { m_open.push_back({.field = &m_root}); }

    bool null() override { return value("null", "null"); }
    bool boolean(bool yes) override { return value("truth", yes ? "true" : "false"); }
    bool number_integer(number_integer_t number) override { return value("number", fmt::format("{}", number)); }
    bool number_unsigned(number_unsigned_t number) override { return value("number", fmt::format("{}", number)); }
    bool number_float(number_float_t, const string_t &text) override { return value("number", text); }
    bool string(string_t &text) override { return value("text", std::move(text)); }
    bool binary(binary_t &) override { return true; } // not in text

    bool start_object(std::size_t) override { return open("object"); }
    bool start_array(std::size_t) override { return open("array"); }
    bool key(string_t &name) override
    {
        m_key = std::move(name);
        return true;
    }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool parse_error(std::size_t position, const std::string &, const nlohmann::detail::exception &error) override
    {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ..."
        const std::string_view what = error.what();
        const auto begin = what.find("column");
        const auto colon = what.find(": ", begin == what.npos ? 0 : begin);
        problem = TextProblem{.offset = position > 0 ? position - 1 : 0,
                              .length = 1,
                              .meaning = std::string(colon == what.npos ? what : what.substr(colon + 2))};
        return false;
    }

    // What there is, also of what is still open.
    std::vector<DecodedField> take()
    {
        for (std::size_t i = 1; i < m_open.size(); ++i)
            m_open[i].field->value = "at least " + counted(m_open[i]);
        auto &all = m_root.children;
        const bool isDocument = all.size() == 1 && !isValue(all.front());
        return isDocument ? std::exchange(all.front().children, {}) : std::move(all);
    }

    static bool isValue(const DecodedField &field)
    {
        return std::ranges::find(valueTypes, field.type) != std::end(valueTypes);
    }

    std::optional<TextProblem> problem;

private:
    struct Open {
        DecodedField *field;
        std::size_t count = 0; // of its fields
        bool isObject = false;
    };

    static std::string counted(const Open &open)
    {
        return fmt::format("{} {}{}", open.count, open.isObject ? "field" : "element", open.count == 1 ? "" : "s");
    }

    // Where the next field goes; nullptr: it is left out, and what follows.
    DecodedField *add(std::string_view type)
    {
        Open &owner = m_open.back();
        const auto place = owner.count++;
        if (m_left == 0) {
            owner.field->children.push_back(fieldsLeftOut());
            return nullptr;
        }
        --m_left;
        return &owner.field->children.emplace_back(
            DecodedField{.name = owner.isObject ? std::move(m_key) : fmt::format("[{}]", place),
                         .type = std::string(type),
                         .value = {},
                         .bytes = {}});
    }

    bool value(std::string_view type, std::string text)
    {
        if (m_hidden > 0)
            return true;
        auto *const field = add(type);
        if (field)
            field->value = std::move(text);
        return field;
    }

    bool open(std::string_view type)
    {
        if (m_hidden > 0) {
            ++m_hidden;
            return true;
        }
        auto *const field = add(type);
        if (!field)
            return false;
        if (m_open.size() > deepest) {
            field->value = "deeper than is shown";
            m_hidden = 1;
            return true;
        }
        m_open.push_back({.field = field, .isObject = type == "object"});
        return true;
    }

    bool close()
    {
        if (m_hidden > 0) {
            --m_hidden;
            return true;
        }
        m_open.back().field->value = counted(m_open.back());
        m_open.pop_back();
        return true;
    }

    DecodedField m_root;
    std::vector<Open> m_open;
    std::string m_key;
    std::size_t m_left;
    std::size_t m_hidden = 0; // levels below the deepest
};

// A text that regular expressions take literally.
std::string literally(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos)
            escaped += '\\';
        escaped += c;
    }
    return escaped;
}

std::string dumped(const std::string &text)
{
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

JsonFields readJson(std::string_view text, std::size_t most)
{
    Reading reading(most);
    json::sax_parse(text.begin(), text.end(), &reading);
    return {.fields = reading.take(), .problem = reading.problem};
}

std::string jsonFilter(const DecodedField &field)
{
    if (!Reading::isValue(field))
        return {};
    const auto value = field.type == "text" ? dumped(field.value) : field.value;
    if (field.name.empty() || field.name.starts_with('['))
        return "payload contains " + quotedLiteral(value);
    // In a regular expression's literal two backslashes are one.
    const auto end = field.type == "text" ? "" : "\\b";
    return fmt::format(
        "payload matches {}",
        quotedLiteral(fmt::format("(?-i){}\\s*:\\s*{}{}", literally(dumped(field.name)), literally(value), end)));
}

} // namespace ipclens
