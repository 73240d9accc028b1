#include "catalog/reading/requirement_reader.h"

#include "catalog/quantities.h"
#include "catalog/requirement_keys.h"
#include "core/nearest.h"

#include <regex>

namespace firstlight {

namespace {

std::vector<std::string> keyNames(KeyScope scope)
{
    std::vector<std::string> names;
    for (const RequirementKey &key : requirementKeys()) {
        if (key.scope == scope)
            names.push_back(key.name);
    }
    return names;
}

std::vector<std::string> isaNames()
{
    std::vector<std::string> names;
    for (const IsaLevel &level : isaLevels())
        names.push_back(level.name);
    for (const IsaSet &set : isaSets())
        names.push_back(set.name);
    return names;
}

std::string joined(const std::vector<std::string> &words)
{
    std::string line;
    for (const std::string &word : words)
        line += (line.empty() ? "" : ", ") + word;
    return line;
}

bool isVersion(const std::string &value)
{
    static const std::regex version("[0-9]+(\\.[0-9]+)*");
    return value.size() < 64 && std::regex_match(value, version);
}

bool isWord(const std::string &value)
{
    static const std::regex word("[A-Za-z0-9][A-Za-z0-9_.:/-]*");
    return value.size() < 200 && std::regex_match(value, word);
}

Result<void> checkWord(const RequirementKey &key, const std::string &value, const Place &place)
{
    if (!isWord(value))
        return fail(wrongValue(place, "[A-Za-z0-9_.:/-]"));
    if (!key.words.empty() && std::find(key.words.begin(), key.words.end(), value) == key.words.end())
        return fail(wrongValue(place, joined(key.words), nearest(value, key.words)));
    return {};
}

Result<void> checkIsaLevel(const std::string &value, const Place &place)
{
    if (!isaLevel(value) && !isaSet(value))
        return fail(wrongValue(place, joined(isaNames()), nearest(value, isaNames())));
    return {};
}

bool isOrdered(Comparison comparison)
{
    return comparison == Comparison::AtLeast || comparison == Comparison::AtMost;
}

/// Whether \a compared is a value that a key of this type can be compared with in this way.
Result<void> checkValue(const RequirementKey &key, const ComparedValue &compared, const Place &place)
{
    const std::string &value = compared.value;
    switch (key.type) {
    case KeyType::Words:
        return isOrdered(compared.comparison) ? fail(wrongValue(place, "= !="))
                                              : checkWord(key, value, place);
    case KeyType::Flags:
        return compared.comparison != Comparison::Equal ? fail(wrongValue(place, "[A-Za-z0-9_]"))
                                                        : checkWord(key, value, place);
    case KeyType::IsaLevel:
        return compared.comparison != Comparison::Equal ? fail(wrongValue(place, joined(isaNames())))
                                                        : checkIsaLevel(value, place);
    case KeyType::Size: // an exact amount of memory is never what an author means
        return parseSize(value) && isOrdered(compared.comparison) ? Result<void>{}
                                                                  : fail(wrongValue(place, ">= 4 GiB"));
    case KeyType::Version:
        return isVersion(value) ? Result<void>{} : fail(wrongValue(place, ">= 7.5"));
    case KeyType::Target:
        if (isVersion(value) || (!isOrdered(compared.comparison) && isWord(value)))
            return {};
        return fail(wrongValue(place, ">= 7.5"));
    }
    return {};
}

/// A list stands only where any of its values, or all flags, may match: its items have no comparison of their
/// own.
bool mayBeList(KeyType type)
{
    return type != KeyType::Size && type != KeyType::IsaLevel;
}

Result<std::vector<Place>> valuesOf(const RequirementKey &key, const Place &place)
{
    if (place.value->kind != YamlValue::Kind::List || !mayBeList(key.type))
        return std::vector<Place>{place};
    Result<std::vector<Place>> items = listItems(place);
    if (items && items->empty())
        return fail(wrongValue(place, "[ … ]"));
    return items;
}

Result<Requirement> readTerm(const RequirementKey &key, const Place &place)
{
    const Result<std::vector<Place>> values = valuesOf(key, place);
    if (!values)
        return fail(values.error());
    Requirement requirement{.kind = Requirement::Kind::Term,
                            .children = {},
                            .term = {key.name, {}, {}},
                            .position = place.position};
    for (const Place &value : *values) {
        const Result<std::string> text = readScalar(value);
        if (!text)
            return fail(text.error());
        const std::optional<ComparedValue> compared = splitComparison(*text);
        if (!compared || (values->size() > 1 && compared->comparison != Comparison::Equal))
            return fail(wrongValue(value, ">= <= = !="));
        if (Result<void> checked = checkValue(key, *compared, value); !checked)
            return fail(checked.error());
        requirement.term.comparison = compared->comparison;
        requirement.term.values.push_back(compared->value);
    }
    if (key.type == KeyType::IsaLevel)
        requirement.term.comparison = Comparison::AtLeast;
    if (key.type == KeyType::Flags)
        requirement.term.comparison = Comparison::HasAll;
    return requirement;
}

/// The terms of `device:` or `engine:`.
Result<std::vector<Requirement>> readTerms(KeyScope scope, const Place &place)
{
    if (Result<void> keys = checkKeys(place, keyNames(scope)); !keys)
        return fail(keys.error());
    std::vector<Requirement> terms;
    FirstFault fault;
    for (const YamlEntry &entry : place.value->entries) {
        Result<Requirement> term
            = readTerm(*requirementKey(scope, entry.key.text), *entryNamed(place, entry.key.text));
        if (term)
            terms.push_back(*std::move(term));
        else if (fault.ends(term.error()))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    if (terms.empty())
        return fail(wrongValue(place, joined(keyNames(scope))));
    return terms;
}

Result<Requirement> readGroup(Requirement::Kind kind, KeyScope scope, const Place &place)
{
    Result<std::vector<Requirement>> terms = readTerms(scope, place);
    if (!terms)
        return fail(terms.error());
    return Requirement{.kind = kind, .children = *std::move(terms), .term = {}, .position = place.position};
}

Result<Requirement> readList(Requirement::Kind kind, const Place &place)
{
    Result<std::vector<Requirement>> children = listOf(readRequirement)(place);
    if (!children)
        return fail(children.error());
    if (children->empty())
        return fail(wrongValue(place, "[ … ]"));
    return Requirement{
        .kind = kind, .children = *std::move(children), .term = {}, .position = place.position};
}

Result<Requirement> readNot(const Place &place)
{
    Result<Requirement> child = readRequirement(place);
    if (!child)
        return child;
    return Requirement{.kind = Requirement::Kind::Not,
                       .children = {*std::move(child)},
                       .term = {},
                       .position = place.position};
}

Result<Requirement> readEntry(const std::string &key, const Place &place)
{
    if (key == "all")
        return readList(Requirement::Kind::All, place);
    if (key == "any")
        return readList(Requirement::Kind::Any, place);
    if (key == "not")
        return readNot(place);
    if (key == "device")
        return readGroup(Requirement::Kind::Device, KeyScope::Device, place);
    if (key == "engine")
        return readGroup(Requirement::Kind::All, KeyScope::Engine, place);
    return readTerm(*requirementKey(KeyScope::Machine, key), place);
}

} // namespace

Result<Requirement> readRequirement(const Place &place)
{
    std::vector<std::string> known = keyNames(KeyScope::Machine);
    known.insert(known.end(), {"all", "any", "not", "device", "engine"});
    if (Result<void> keys = checkKeys(place, known); !keys)
        return fail(keys.error());
    Requirement all{.kind = Requirement::Kind::All, .children = {}, .term = {}, .position = place.position};
    FirstFault fault;
    for (const YamlEntry &entry : place.value->entries) {
        Result<Requirement> child = readEntry(entry.key.text, *entryNamed(place, entry.key.text));
        if (child)
            all.children.push_back(*std::move(child));
        else if (fault.ends(child.error()))
            break;
    }
    if (fault.error)
        return fail(*std::move(fault.error));
    if (all.children.size() == 1)
        return std::move(all.children.front());
    return all;
}

} // namespace firstlight
