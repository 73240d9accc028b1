#include "catalog/maintaining/explanation.h"

#include "catalog/choosing/ranking.h"
#include "catalog/choosing/requirement_check.h"

#include <algorithm>

namespace firstlight {

namespace {

std::string wordsOf(const Term &term)
{
    static constexpr const char *signs[] = {" = ", " ≠ ", " ≥ ", " ≤ ", " has ", " has one of "};
    std::string words = term.key + signs[static_cast<std::size_t>(term.comparison)];
    for (std::size_t index = 0; index < term.values.size(); ++index)
        words += (index == 0 ? "" : ", ") + term.values[index];
    return words;
}

ExplainedRequirement explained(const Variant &variant, const Requirement &requirement, const Machine &machine,
                               bool ofDevice)
{
    ExplainedRequirement node{.kind = requirement.kind, .position = requirement.position};
    if (requirement.kind == Requirement::Kind::Term)
        node.words = wordsOf(requirement.term);
    if (ofDevice) // judged by the device as a whole: all terms must hold of the same one
        return node;
    Variant alone = variant;
    alone.requires_ = requirement;
    node.obstacles = checkRequirement(alone, machine).obstacles;
    node.answer = isYes(node.obstacles)       ? Answer::Yes
                  : isUnknown(node.obstacles) ? Answer::Unknown
                                              : Answer::No;
    for (const Requirement &child : requirement.children)
        node.children.push_back(
            explained(variant, child, machine, requirement.kind == Requirement::Kind::Device));
    return node;
}

} // namespace

ExplainedRequirement explainRequirement(const Variant &variant, const Machine &machine)
{
    return explained(variant, variant.requires_, machine, false);
}

std::vector<ExplainedRank> explainRanking(const Demo &demo, const Choice &choice)
{
    std::vector<ExplainedRank> ranks;
    for (const VariantChoice &each : choice.ranked) {
        const auto variant
            = std::find_if(demo.variants.begin(), demo.variants.end(),
                           [&](const Variant &candidate) { return candidate.id == each.variant; });
        ranks.push_back({.variant = each.variant,
                         .verdict = each.verdict,
                         .placement = each.placement,
                         .pace = each.estimate.speed ? std::optional(paceOf(each)) : std::nullopt,
                         .weight = variant->weight,
                         .unlocked = variant->unlocked,
                         .memoryBytes = each.estimate.memoryBytes});
    }
    return ranks;
}

} // namespace firstlight
