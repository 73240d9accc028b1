#include "catalog/maintaining/explanation.h"

#include "catalog/choosing/comparing.h"
#include "catalog/choosing/machine_terms.h"
#include "catalog/choosing/requirement_check.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace firstlight {

namespace {

Truth truthOf(const Obstacles &obstacles)
{
    return isYes(obstacles) ? Truth::Yes : isUnknown(obstacles) ? Truth::Unknown : Truth::No;
}

Truth opposite(Truth truth)
{
    return truth == Truth::Yes ? Truth::No : truth == Truth::No ? Truth::Yes : Truth::Unknown;
}

std::string operatorOf(Comparison comparison)
{
    return comparison == Comparison::AtLeast ? ">= " : "";
}

class Explaining {
public:
    Explaining(const Variant &variant, const Machine &machine)
        : m_variant(variant)
        , m_machine(machine)
    {
    }

    ExplainedRequirement explain(const Requirement &requirement) const
    {
        ExplainedRequirement explained = nodeOf(requirement);
        if (requirement.kind == Requirement::Kind::Term) {
            take(checkMachineTerm(requirement.term, m_machine), explained);
            return explained;
        }
        if (requirement.kind == Requirement::Kind::Device) {
            explainDevice(requirement, explained);
            return explained;
        }
        for (const Requirement &child : requirement.children)
            explained.children.push_back(explain(child));
        // Yes, unknown and no are in this order: `all` is as bad as its worst, `any` as good as its best.
        const auto less
            = [](const ExplainedRequirement &a, const ExplainedRequirement &b) { return a.truth < b.truth; };
        const auto &children = explained.children;
        if (requirement.kind == Requirement::Kind::Not)
            explained.truth = opposite(children.front().truth);
        else if (children.empty())
            explained.truth = Truth::Yes;
        else
            explained.truth = requirement.kind == Requirement::Kind::All
                                  ? std::max_element(children.begin(), children.end(), less)->truth
                                  : std::min_element(children.begin(), children.end(), less)->truth;
        return explained;
    }

private:
    static ExplainedRequirement nodeOf(const Requirement &requirement)
    {
        static const char *const names[] = {"all", "any", "not", "device", ""};
        ExplainedRequirement node{.what = names[static_cast<int>(requirement.kind)],
                                  .line = requirement.position.line,
                                  .column = requirement.position.column};
        if (requirement.kind == Requirement::Kind::Term) {
            node.what = requirement.term.key;
            node.needed = operatorOf(requirement.term.comparison) + neededBy(requirement.term, false, false);
        }
        return node;
    }

    static void take(const Obstacles &obstacles, ExplainedRequirement &into)
    {
        into.truth = truthOf(obstacles);
        for (const Obstacle &obstacle : obstacles)
            into.found += (into.found.empty() || obstacle.found.empty() ? "" : ", ") + obstacle.found;
    }

    void explainDevice(const Requirement &requirement, ExplainedRequirement &explained) const
    {
        const DeviceFinding nearest
            = checkDevice(requirement.children, m_variant.devices, m_variant.accelerated, m_machine);
        take(nearest.obstacles, explained);
        const Accelerator *device = nearest.device;
        if (device)
            explained.device = device->address;
        for (const Requirement &child : requirement.children) {
            ExplainedRequirement term = nodeOf(child);
            if (device)
                take(checkDeviceTerm(child.term, *device, m_machine), term);
            else
                term.truth = m_machine.accelerators ? Truth::No : Truth::Unknown;
            explained.children.push_back(std::move(term));
        }
    }

    const Variant &m_variant;
    const Machine &m_machine;
};

const Variant &variantOf(const Demo &demo, const std::string &id)
{
    return *std::find_if(demo.variants.begin(), demo.variants.end(),
                         [&](const Variant &each) { return each.id == id; });
}

std::string wordOf(Truth truth)
{
    return truth == Truth::Yes ? "yes" : truth == Truth::No ? "no" : "unknown";
}

nlohmann::json toJson(const ExplainedRequirement &explained)
{
    nlohmann::json children = nlohmann::json::array();
    for (const ExplainedRequirement &child : explained.children)
        children.push_back(toJson(child));
    return {{"what", explained.what},           {"needed", explained.needed},     {"found", explained.found},
            {"truth", wordOf(explained.truth)}, {"device", explained.device},     {"line", explained.line},
            {"column", explained.column},       {"children", std::move(children)}};
}

} // namespace

Result<std::vector<ExplainedVariant>> explainChoice(const Demo &demo, const Machine &machine,
                                                    const std::string &variant)
{
    ChoiceOptions insisted;
    insisted.variant = variant;
    if (const Result<Choice> known = choose(demo, machine, insisted); !known)
        return fail(known.error());
    const Result<Choice> choice = choose(demo, machine);
    if (!choice)
        return fail(choice.error());
    std::vector<ExplainedVariant> explained;
    for (const VariantChoice &each : choice->ranked) {
        const Variant &described = variantOf(demo, each.variant);
        const RankingKeys keys = rankingKeysOf(described, each, machine);
        if (!explained.empty())
            explained.back().beforeNext = decidingKey(variantOf(demo, explained.back().choice.variant),
                                                      explained.back().keys, described, keys);
        explained.push_back(
            {each, keys, std::nullopt, Explaining(described, machine).explain(described.requires_)});
    }
    if (!variant.empty())
        std::erase_if(explained,
                      [&](const ExplainedVariant &each) { return each.choice.variant != variant; });
    return explained;
}

std::string nameOf(RankingKey key)
{
    static const char *const names[]
        = {"verdict", "placement", "pace", "inclusion", "obstacles", "lock", "weight", "memory", "id"};
    return names[static_cast<int>(key)];
}

nlohmann::json toJson(const ExplainedVariant &explained)
{
    static const char *const verdicts[] = {"runs-now", "after-fix", "unknown", "cannot"};
    static const char *const placements[] = {"accelerator", "offload", "cpu"};
    const RankingKeys &keys = explained.keys;
    using nlohmann::json;
    return {{"variant", explained.choice.variant},
            {"keys",
             {{"verdict", verdicts[static_cast<int>(keys.verdict)]},
              {"placement", placements[static_cast<int>(keys.placement)]},
              {"pace", keys.pace ? json(*keys.pace) : json()},
              {"obstacles", keys.obstacles},
              {"unlocked", keys.unlocked},
              {"weight", keys.weight},
              {"memoryBytes", keys.memoryBytes ? json(*keys.memoryBytes) : json()}}},
            {"beforeNext", explained.beforeNext ? json(nameOf(*explained.beforeNext)) : json()},
            {"requirement", toJson(explained.requirement)}};
}

} // namespace firstlight
