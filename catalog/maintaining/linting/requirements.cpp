#include "catalog/choosing/comparing.h"
#include "catalog/choosing/inclusion.h"
#include "catalog/maintaining/linting/rules.h"
#include "catalog/quantities.h"
#include "catalog/requirement_keys.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace firstlight {

namespace {

using Parts = std::vector<const Requirement *>;

/// Two terms that no computer satisfies at once.
struct Contradiction {
    const Requirement *first;
    const Requirement *second;
};

std::string architectureOf(const Term &term)
{
    if (term.key != "isa")
        return {};
    if (const IsaLevel *level = isaLevel(term.values.front()))
        return level->architecture;
    const IsaSet *set = isaSet(term.values.front());
    return set ? set->architecture : "";
}

bool sizesDisagree(const Term &a, const Term &b)
{
    if (a.comparison == b.comparison)
        return false;
    const Term &least = a.comparison == Comparison::AtLeast ? a : b;
    const Term &most = a.comparison == Comparison::AtLeast ? b : a;
    if (least.comparison != Comparison::AtLeast || most.comparison != Comparison::AtMost)
        return false;
    if (a.key == "memory")
        return parseSize(least.values.front()).value_or(0) > parseSize(most.values.front()).value_or(0);
    return compareVersions(least.values.front(), most.values.front()).value_or(0) > 0;
}

/// Of two terms about the same thing.
bool disagree(const Term &a, const Term &b)
{
    const std::string left = architectureOf(a);
    const std::string right = architectureOf(b);
    if (!left.empty() && !right.empty())
        return left != right;
    if (!left.empty() && b.key == "arch")
        return !matchesWord(b, left);
    if (!right.empty() && a.key == "arch")
        return !matchesWord(a, right);
    if (a.key != b.key || a.key == "cdi" || a.key == "flags")
        return false;
    const bool words
        = a.key == "arch" || a.key == "platform" || a.key == "vendor" || a.key == "kind" || a.key == "module";
    const auto noneMatches = [&](const Term &listed, const Term &other) {
        return std::none_of(listed.values.begin(), listed.values.end(), [&](const std::string &value) {
            return words ? matchesWord(other, value) : matchesVersion(other, value).value_or(true);
        });
    };
    if (a.comparison == Comparison::Equal && a.key != "memory")
        return noneMatches(a, b);
    if (b.comparison == Comparison::Equal && b.key != "memory")
        return noneMatches(b, a);
    return sizesDisagree(a, b);
}

std::optional<Contradiction> amongTerms(const Parts &terms)
{
    for (std::size_t a = 0; a < terms.size(); ++a) {
        for (std::size_t b = a + 1; b < terms.size(); ++b) {
            if (disagree(terms[a]->term, terms[b]->term))
                return Contradiction{terms[a], terms[b]};
        }
    }
    return std::nullopt;
}

/// The parts of the conjunction below \a requirement.
void collect(const Requirement &requirement, Parts &parts)
{
    if (requirement.kind != Requirement::Kind::All)
        return parts.push_back(&requirement);
    for (const Requirement &child : requirement.children)
        collect(child, parts);
}

std::optional<Contradiction> contradictionIn(Parts parts);

/// That no branch of \a any can be satisfied beside \a others: then the contradiction of the first.
std::optional<Contradiction> inEveryBranch(const Requirement &any, const Parts &others)
{
    std::optional<Contradiction> first;
    for (const Requirement &branch : any.children) {
        Parts parts = others;
        collect(branch, parts);
        const std::optional<Contradiction> found = contradictionIn(std::move(parts));
        if (!found)
            return std::nullopt;
        first = first ? first : found;
    }
    return first;
}

std::optional<Contradiction> contradictionIn(Parts parts)
{
    Parts terms;
    Parts choices;
    for (const Requirement *part : parts) {
        if (part->kind == Requirement::Kind::Term)
            terms.push_back(part);
        if (part->kind == Requirement::Kind::Any)
            choices.push_back(part);
        if (part->kind == Requirement::Kind::Device) {
            Parts ofDevice;
            for (const Requirement &child : part->children)
                ofDevice.push_back(&child);
            if (const std::optional<Contradiction> found = amongTerms(ofDevice))
                return found;
        }
    }
    if (const std::optional<Contradiction> found = amongTerms(terms))
        return found;
    // The negation of what is asked for in the same breath.
    for (const Requirement *part : parts) {
        for (const Requirement *other : parts) {
            if (part->kind == Requirement::Kind::Not && other != part
                && implies(*other, part->children.front()))
                return Contradiction{other, part};
        }
    }
    for (const Requirement *choice : choices) {
        Parts others;
        std::copy_if(parts.begin(), parts.end(), std::back_inserter(others),
                     [&](const Requirement *part) { return part != choice; });
        if (const std::optional<Contradiction> found = inEveryBranch(*choice, others))
            return found;
    }
    return std::nullopt;
}

std::string inWords(const Requirement &requirement)
{
    switch (requirement.kind) {
    case Requirement::Kind::Term:
        return requirement.term.key + ": " + neededBy(requirement.term, false, false);
    case Requirement::Kind::Not:
        return "not { " + inWords(requirement.children.front()) + " }";
    case Requirement::Kind::Device:
        return "device { " + inWords(requirement.children.front()) + ", … }";
    case Requirement::Kind::Any:
        return "any [ … ]";
    case Requirement::Kind::All:
        break;
    }
    return "all [ … ]";
}

bool same(const Variant &a, const Variant &b)
{
    return implies(a.requires_, b.requires_) && implies(b.requires_, a.requires_);
}

/// Image without tag and digest, or recipe.
std::string programOf(const Variant &variant)
{
    if (!variant.recipe.empty())
        return "build:" + variant.recipe;
    const std::string name = variant.image.substr(0, variant.image.find('@'));
    const std::size_t colon = name.rfind(':');
    return colon == std::string::npos || colon < name.rfind('/') ? name : name.substr(0, colon);
}

/// Whatever both need and give is equal, so that only the last keys of the ranking tell them apart.
bool competeAlike(const Variant &a, const Variant &b)
{
    return a.accelerated == b.accelerated && a.models == b.models && a.precision == b.precision
           && a.tuning == b.tuning && a.devices == b.devices && a.resources == b.resources
           && a.interface == b.interface && a.architectures == b.architectures;
}

/// Whether \a a comes before \a b on every computer.
bool alwaysBefore(const Variant &a, const Variant &b)
{
    return same(a, b) && competeAlike(a, b)
           && std::tuple(a.unlocked, -a.weight, std::string_view(a.id))
                  < std::tuple(b.unlocked, -b.weight, std::string_view(b.id));
}

void checkContradiction(const LintedDemo &linted, std::size_t index, LintFindings &findings)
{
    Parts parts;
    collect(linted.demo.variants[index].requires_, parts);
    const std::optional<Contradiction> found = contradictionIn(std::move(parts));
    if (!found)
        return;
    LintFinding finding
        = findingIn(linted, Severity::Error, "requirement-contradictory", {"variants", index, "requires"},
                    {{"first", inWords(*found->first)}, {"second", inWords(*found->second)}});
    finding.line = found->second->position.line;
    finding.column = found->second->position.column;
    findings.push_back(std::move(finding));
}

/// Whether no computer without an accelerator satisfies \a requirement.
bool needsDevice(const Requirement &requirement)
{
    const std::vector<Requirement> &children = requirement.children;
    if (requirement.kind == Requirement::Kind::All)
        return std::any_of(children.begin(), children.end(), needsDevice);
    if (requirement.kind == Requirement::Kind::Any)
        return std::all_of(children.begin(), children.end(), needsDevice);
    return requirement.kind == Requirement::Kind::Device;
}

/// The architectures of the recipe against those that the variant asks for.
void checkRecipe(const LintInput &input, const LintedDemo &linted, std::size_t index, LintFindings &findings)
{
    const Variant &variant = linted.demo.variants[index];
    const auto recipe
        = std::find_if(input.recipes.begin(), input.recipes.end(), [&](const LintedRecipe &each) {
              return !variant.recipe.empty() && each.id == variant.recipe;
          });
    if (recipe == input.recipes.end())
        return;
    Requirement built{.kind = Requirement::Kind::Term,
                      .term = {"arch", Comparison::Equal, recipe->text.architectures}};
    Parts parts{&built};
    collect(variant.requires_, parts);
    if (const std::optional<Contradiction> found = contradictionIn(std::move(parts));
        found && found->first == &built)
        findings.push_back(findingIn(linted, Severity::Error, "requirement-contradictory",
                                     {"variants", index, "requires"},
                                     {{"first", inWords(built)}, {"second", inWords(*found->second)}}));
}

} // namespace

void lintRequirements(const LintInput &input, const LintedDemo &linted, LintFindings &findings)
{
    const std::vector<Variant> &variants = linted.demo.variants;
    for (std::size_t index = 0; index < variants.size(); ++index) {
        checkContradiction(linted, index, findings);
        if (variants[index].accelerated && !needsDevice(variants[index].requires_))
            findings.push_back(
                findingIn(linted, Severity::Warning, "accelerator-missing", {"variants", index, "requires"}));
        checkRecipe(input, linted, index, findings);
        for (std::size_t other = 0; other < variants.size(); ++other) {
            const Facts facts{{"other", variants[other].id}};
            if (other != index && alwaysBefore(variants[other], variants[index]))
                findings.push_back(
                    findingIn(linted, Severity::Warning, "variant-unreachable", {"variants", index}, facts));
            if (other < index && programOf(variants[other]) == programOf(variants[index])
                && variants[other].accelerated == variants[index].accelerated
                && same(variants[other], variants[index]))
                findings.push_back(findingIn(linted, Severity::Warning, "requirements-same",
                                             {"variants", index, "requires"}, facts));
        }
    }
}

} // namespace firstlight
