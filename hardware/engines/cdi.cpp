#include "hardware/engines/cdi.h"

#include "hardware/text.h"

#include <nlohmann/json.hpp>
#include <set>

namespace firstlight {

namespace {

constexpr std::size_t limitBytes = 8u << 20;

std::optional<std::string> checked(std::string_view kind)
{
    const std::size_t slash = kind.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == kind.size())
        return std::nullopt;
    if (kind.find_first_of(" \t\"'") != std::string_view::npos)
        return std::nullopt;
    return std::string(kind);
}

std::optional<std::string> kindOfJson(std::string_view text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("kind") || !json["kind"].is_string())
        return std::nullopt;
    return checked(json["kind"].get_ref<const std::string &>());
}

// The key stands unindented on a line of its own in every specification that a tool writes: no YAML parser
// needed.
std::optional<std::string> kindOfYaml(std::string_view text)
{
    std::optional<std::string> kind;
    forEachLine(text, [&](std::string_view line) {
        const auto pair = splitPair(line, ':');
        if (!pair || !line.starts_with('k') || pair->first != "kind" || kind)
            return;
        std::string_view value = trimmed(pair->second.substr(0, pair->second.find('#')));
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')
            && value.back() == value.front())
            value = value.substr(1, value.size() - 2);
        kind = checked(value);
    });
    return kind;
}

} // namespace

std::optional<std::string> cdiKind(std::string_view text)
{
    return trimmed(text).starts_with('{') ? kindOfJson(text) : kindOfYaml(text);
}

std::vector<CdiSpecification> readCdi(const Root &root)
{
    std::set<std::string> kinds;
    for (const std::string folder : {"etc/cdi", "var/run/cdi"}) {
        for (const std::string &name : root.entries(folder)) {
            if (!name.ends_with(".yaml") && !name.ends_with(".json"))
                continue;
            const auto text = root.read(folder + '/' + name, limitBytes);
            if (auto kind = text ? cdiKind(*text) : std::nullopt)
                kinds.insert(std::move(*kind));
        }
    }
    std::vector<CdiSpecification> specifications;
    for (const std::string &kind : kinds)
        specifications.push_back({.kind = kind, .version = {}, .devices = {}});
    return specifications;
}

} // namespace firstlight
