#include "hardware/engines/named_list.h"

#include "hardware/text.h"

#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

bool isJson(std::string_view text)
{
    return trimmed(text).starts_with('{');
}

std::vector<std::string> namesOfJson(std::string_view text, std::string_view key)
{
    std::vector<std::string> names;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains(key) || !json[std::string(key)].is_array())
        return names;
    for (const auto &entry : json[std::string(key)]) {
        if (entry.is_object() && entry.contains("name") && entry["name"].is_string())
            names.push_back(entry["name"].get<std::string>());
    }
    return names;
}

/// Follows the lines of one block list of mappings.
class ListReader {
public:
    explicit ListReader(std::string_view key)
        : m_key(key)
    {
    }

    void take(std::string_view line)
    {
        const std::size_t indent = line.find_first_not_of(' ');
        if (indent == std::string_view::npos || line[indent] == '#' || trimmed(line).empty())
            return;
        const bool isItem = line[indent] == '-' && (indent + 1 == line.size() || line[indent + 1] == ' ');
        if (indent == 0 && !isItem) {
            const auto pair = splitPair(line, ':');
            m_inside = pair && yamlScalar(pair->first) == m_key;
            m_dash.reset();
            return;
        }
        if (!m_inside)
            return;
        if (isItem && (!m_dash || indent == *m_dash)) {
            m_dash = indent;
            const std::size_t key = line.find_first_not_of(' ', indent + 1);
            m_column = key;
            takeName(key == std::string_view::npos ? std::string_view() : line.substr(key));
        } else if (m_dash && m_column == std::string_view::npos && indent > *m_dash) {
            m_column = indent; // a dash alone on its line
            takeName(line.substr(indent));
        } else if (m_dash && indent == m_column) {
            takeName(line.substr(indent));
        }
    }

    std::vector<std::string> names;

private:
    void takeName(std::string_view text)
    {
        const auto pair = splitPair(text, ':');
        if (!pair || yamlScalar(pair->first) != "name")
            return;
        if (const std::string_view name = yamlScalar(pair->second); !name.empty())
            names.emplace_back(name);
    }

    std::string_view m_key;
    bool m_inside = false;
    std::optional<std::size_t> m_dash;             ///< column of the list's dashes
    std::size_t m_column = std::string_view::npos; ///< of the keys of the present entry
};

} // namespace

std::string_view yamlScalar(std::string_view value)
{
    value = trimmed(value);
    if (value.starts_with('"') || value.starts_with('\'')) {
        const std::size_t end = value.find(value.front(), 1);
        return end == std::string_view::npos ? std::string_view() : value.substr(1, end - 1);
    }
    if (value.starts_with('#'))
        return {};
    return trimmed(value.substr(0, value.find(" #")));
}

std::vector<std::string> namesInList(std::string_view text, std::string_view key)
{
    if (isJson(text))
        return namesOfJson(text, key);
    ListReader reader(key);
    forEachLine(text, [&](std::string_view line) { reader.take(line); });
    return std::move(reader.names);
}

std::string topLevelScalar(std::string_view text, std::string_view key)
{
    if (isJson(text)) {
        const auto json = nlohmann::json::parse(text, nullptr, false);
        if (!json.is_object() || !json.contains(key) || !json[std::string(key)].is_string())
            return {};
        return json[std::string(key)].get<std::string>();
    }
    std::string value;
    forEachLine(text, [&](std::string_view line) {
        const bool topLevel = !line.empty() && line.front() != ' ' && line.front() != '-';
        const auto pair = topLevel && value.empty() ? splitPair(line, ':') : std::nullopt;
        if (pair && yamlScalar(pair->first) == key)
            value = yamlScalar(pair->second);
    });
    return value;
}

} // namespace firstlight
