#include "catalog/maintaining/catalog_diff.h"

#include "catalog/reading/yaml_value.h"
#include "core/files.h"

#include <algorithm>
#include <map>

namespace firstlight {

namespace {

using Fields = std::map<std::string, std::string>;

std::string idOf(const YamlValue &value)
{
    for (const YamlEntry &entry : value.entries) {
        if (entry.key.text == "id")
            return entry.value.text;
    }
    return {};
}

/// In one line, as a person would write it.
std::string inLine(const YamlValue &value)
{
    std::string line;
    switch (value.kind) {
    case YamlValue::Kind::Nothing:
        return "";
    case YamlValue::Kind::Scalar:
        return value.text;
    case YamlValue::Kind::List:
        for (const YamlValue &item : value.items)
            line += (line.empty() ? "" : ", ") + inLine(item);
        return "[ " + line + " ]";
    case YamlValue::Kind::Map:
        for (const YamlEntry &entry : value.entries)
            line += (line.empty() ? "" : ", ") + entry.key.text + ": " + inLine(entry.value);
        return "{ " + line + " }";
    }
    return line;
}

/// Every value by its path; a list of things with ids by those, any other list as one value.
void flatten(const YamlValue &value, const std::string &path, Fields &fields)
{
    const std::string prefix = path.empty() ? "" : path + ".";
    if (value.kind == YamlValue::Kind::Map) {
        for (const YamlEntry &entry : value.entries)
            flatten(entry.value, prefix + entry.key.text, fields);
        return;
    }
    const bool named = value.kind == YamlValue::Kind::List && !value.items.empty()
                       && std::all_of(value.items.begin(), value.items.end(),
                                      [](const YamlValue &item) { return !idOf(item).empty(); });
    if (!named) {
        fields[path] = inLine(value);
        return;
    }
    for (const YamlValue &item : value.items)
        flatten(item, prefix + idOf(item), fields);
}

Result<Fields> fieldsOf(const Demo &demo)
{
    const Result<std::string> text = readFile(demo.file, yamlLimitBytes);
    if (!text)
        return fail(text.error());
    const Result<YamlValue> document = readYaml(*text, demo.file);
    if (!document)
        return fail(document.error());
    Fields fields;
    flatten(*document, {}, fields);
    return fields;
}

/// "variants.cpu" of "variants.cpu.image", for what came or went as a whole.
std::string thingOf(const std::string &path)
{
    if (!path.starts_with("variants.") && !path.starts_with("models."))
        return {};
    const std::size_t begin = path.find('.') + 1;
    // The id of a model may have dots; its own fields never have.
    const std::size_t end = path.starts_with("models.") ? path.rfind('.') : path.find('.', begin);
    return end == std::string::npos || end <= begin ? "" : path.substr(0, end);
}

bool hasThing(const Fields &fields, const std::string &thing)
{
    const auto at = fields.lower_bound(thing + ".");
    return at != fields.end() && at->first.starts_with(thing + ".");
}

void compare(const std::string &demo, const Fields &before, const Fields &after,
             std::vector<CatalogChange> &changes)
{
    using Kind = CatalogChange::Kind;
    std::map<std::string, CatalogChange> found;
    const auto look = [&](const Fields &mine, const Fields &theirs, Kind kind) {
        for (const auto &[path, value] : mine) {
            const std::string thing = thingOf(path);
            const auto other = theirs.find(path);
            if (!thing.empty() && !hasThing(theirs, thing))
                found[thing] = {kind, demo, thing, {}, {}};
            else if (other == theirs.end())
                found[path] = kind == Kind::Added ? CatalogChange{kind, demo, path, {}, value}
                                                  : CatalogChange{kind, demo, path, value, {}};
            else if (other->second != value && kind == Kind::Removed)
                found[path] = {Kind::Changed, demo, path, value, other->second};
        }
    };
    look(before, after, Kind::Removed);
    look(after, before, Kind::Added);
    for (auto &[path, change] : found)
        changes.push_back(std::move(change));
}

} // namespace

Result<std::vector<CatalogChange>> changesBetween(const std::vector<Demo> &before,
                                                  const std::vector<Demo> &after)
{
    using Kind = CatalogChange::Kind;
    std::map<std::string, std::pair<const Demo *, const Demo *>> pairs;
    for (const Demo &demo : before)
        pairs[demo.id].first = &demo;
    for (const Demo &demo : after)
        pairs[demo.id].second = &demo;
    std::vector<CatalogChange> changes;
    for (const auto &[id, pair] : pairs) {
        if (!pair.first || !pair.second) {
            changes.push_back({pair.first ? Kind::Removed : Kind::Added, id, {}, {}, {}});
            continue;
        }
        const Result<Fields> old = fieldsOf(*pair.first);
        const Result<Fields> now = fieldsOf(*pair.second);
        if (!old || !now)
            return fail(old ? now.error() : old.error());
        compare(id, *old, *now, changes);
    }
    return changes;
}

} // namespace firstlight
