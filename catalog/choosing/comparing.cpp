#include "catalog/choosing/comparing.h"

#include "catalog/quantities.h"
#include "catalog/requirement_keys.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace firstlight {

using namespace std::string_view_literals; // compares lengths first

namespace {

bool contains(const std::vector<std::string> &values, const std::string &value)
{
    return std::find(values.begin(), values.end(), value) != values.end();
}

bool holds(Comparison comparison, int order)
{
    switch (comparison) {
    case Comparison::AtLeast:
        return order >= 0;
    case Comparison::AtMost:
        return order <= 0;
    case Comparison::NotEqual:
        return order != 0;
    case Comparison::Equal:
    case Comparison::HasAll:
    case Comparison::HasAny:
        break;
    }
    return order == 0;
}

Comparison opposite(Comparison comparison)
{
    switch (comparison) {
    case Comparison::AtLeast:
        return Comparison::AtMost; // without the value itself, which nobody has exactly
    case Comparison::AtMost:
        return Comparison::AtLeast;
    case Comparison::NotEqual:
        return Comparison::Equal;
    default:
        return Comparison::NotEqual;
    }
}

std::string_view prefixOf(Comparison comparison)
{
    switch (comparison) {
    case Comparison::AtMost:
        return "<= ";
    case Comparison::NotEqual:
        return "!= ";
    default:
        return {};
    }
}

/// Of a version or size, -1, 0 or 1.
std::optional<int> orderOf(const std::string &a, const std::string &b, bool sizes)
{
    if (!sizes)
        return compareVersions(a, b);
    const std::uint64_t left = parseSize(a).value_or(0);
    const std::uint64_t right = parseSize(b).value_or(0);
    return left < right ? -1 : left > right ? 1 : 0;
}

/// Of a level or set.
std::string architectureOf(const std::string &isa)
{
    if (const IsaLevel *level = isaLevel(isa))
        return level->architecture;
    const IsaSet *set = isaSet(isa);
    return set ? set->architecture : "";
}

bool isaImplies(const Term &stronger, const Term &weaker)
{
    if (const IsaLevel *level = isaLevel(stronger.values.front()))
        return contains(level->includes, weaker.values.front());
    const IsaSet *set = isaSet(stronger.values.front());
    const IsaSet *part = isaSet(weaker.values.front());
    return set && part && set->architecture == part->architecture
           && std::all_of(part->flags.begin(), part->flags.end(),
                          [&](const std::string &flag) { return contains(set->flags, flag); });
}

/// Every one of the values that \a stronger allows satisfies \a weaker.
bool eachSatisfies(const Term &stronger, const Term &weaker, bool words)
{
    return std::all_of(stronger.values.begin(), stronger.values.end(), [&](const std::string &value) {
        return words ? matchesWord(weaker, value) : matchesVersion(weaker, value).value_or(false);
    });
}

} // namespace

bool matchesWord(const Term &term, const std::string &found)
{
    return contains(term.values, found) == (term.comparison != Comparison::NotEqual);
}

std::optional<bool> matchesVersion(const Term &term, const std::string &found)
{
    bool any = false;
    for (const std::string &value : term.values) {
        const std::optional<int> order = compareVersions(found, value);
        if (!order && (term.comparison == Comparison::AtLeast || term.comparison == Comparison::AtMost))
            return std::nullopt;
        any = any || (order ? *order == 0 : found == value);
        if (order && holds(term.comparison, *order) && term.comparison != Comparison::NotEqual)
            return true;
    }
    return term.comparison == Comparison::NotEqual ? !any : term.comparison == Comparison::Equal && any;
}

bool matchesSize(const Term &term, std::uint64_t foundBytes)
{
    const std::uint64_t needed = parseSize(term.values.front()).value_or(0);
    return holds(term.comparison, foundBytes < needed ? -1 : foundBytes > needed ? 1 : 0);
}

std::string neededBy(const Term &term, bool isSize, bool negated)
{
    std::string line(prefixOf(negated ? opposite(term.comparison) : term.comparison));
    bool first = true;
    for (const std::string &value : term.values) {
        if (!first)
            line += ", ";
        first = false;
        line += isSize ? std::to_string(parseSize(value).value_or(0)) : value;
    }
    return line;
}

bool implies(const Term &stronger, const Term &weaker, bool aboutDevice)
{
    if (stronger.key == "isa"sv && weaker.key == "arch"sv) {
        const std::string architecture = architectureOf(stronger.values.front());
        return !architecture.empty() && matchesWord(weaker, architecture);
    }
    if (stronger.key != weaker.key)
        return false;
    if (stronger == weaker)
        return true;
    const RequirementKey *key
        = requirementKey(aboutDevice ? KeyScope::Device : KeyScope::Machine, stronger.key);
    if (!key)
        key = requirementKey(KeyScope::Engine, stronger.key);
    if (!key)
        return false;
    if (key->type == KeyType::IsaLevel)
        return isaImplies(stronger, weaker);
    if (key->type == KeyType::Flags) {
        return std::all_of(weaker.values.begin(), weaker.values.end(),
                           [&](const std::string &flag) { return contains(stronger.values, flag); });
    }
    if (stronger.comparison == Comparison::Equal)
        return eachSatisfies(stronger, weaker, key->type == KeyType::Words);
    const std::optional<int> order
        = orderOf(stronger.values.front(), weaker.values.front(), key->type == KeyType::Size);
    if (stronger.comparison != weaker.comparison || !order)
        return false;
    return (stronger.comparison == Comparison::AtLeast && *order >= 0)
           || (stronger.comparison == Comparison::AtMost && *order <= 0);
}

} // namespace firstlight
