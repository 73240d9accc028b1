#include "catalog/choice.h"
#include "catalog/chooser.h"
#include "catalog/choosing/engine_check.h"
#include "catalog/choosing/fit.h"
#include "catalog/choosing/ranking.h"
#include "catalog/choosing/requirement_check.h"
#include "core/nearest.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace firstlight {

namespace {

/// Without a GPU there is nothing that the engine could lack a description of.
void dropMoot(Obstacles &obstacles)
{
    const bool noDevice = std::any_of(obstacles.begin(), obstacles.end(), [](const Obstacle &obstacle) {
        return obstacle.kind == ObstacleKind::NoDevice;
    });
    if (noDevice)
        std::erase_if(obstacles, [](const Obstacle &obstacle) { return obstacle.kind == ObstacleKind::Cdi; });
}

VariantChoice judgeOn(const Demo &demo, const Variant &variant, const Machine &machine,
                      const Accelerator *only, const ChoiceOptions &options)
{
    RequirementFinding required = checkRequirement(variant, machine, only);
    const Accelerator *device = variant.accelerated ? required.device : nullptr;
    const bool satisfied = isYes(required.obstacles);
    Fit fit = bestFit(demo, variant, machine, device, options.contextTokens);

    Obstacles obstacles = std::move(required.obstacles);
    append(obstacles, checkEngine(variant, machine));
    append(obstacles, std::move(fit.obstacles));
    dropMoot(obstacles);
    const Verdict verdict = verdictOf(obstacles);
    return {.variant = variant.id,
            .verdict = verdict,
            .obstacles = std::move(obstacles),
            .model = std::move(fit.model),
            .contextTokens = fit.contextTokens,
            .placement = variant.accelerated ? Placement::Accelerator : Placement::Cpu,
            .device = satisfied && device ? device->address : "",
            .estimate = std::move(fit.estimate)};
}

auto worthOf(const VariantChoice &choice)
{
    return std::tuple(rankOf(choice.verdict), choice.placement);
}

/// On the accelerator that comes nearest by what is required; if it does not do, on any other that does
/// better: what is too small must not hide what needs only a fix.
VariantChoice judge(const Demo &demo, const Variant &variant, const Machine &machine,
                    const ChoiceOptions &options)
{
    VariantChoice best = judgeOn(demo, variant, machine, nullptr, options);
    const bool several = variant.accelerated && machine.accelerators && machine.accelerators->size() > 1;
    if (!several || worthOf(best) == std::tuple(0, Placement::Accelerator))
        return best;
    for (const Accelerator &device : *machine.accelerators) {
        VariantChoice other = judgeOn(demo, variant, machine, &device, options);
        if (worthOf(other) < worthOf(best))
            best = std::move(other);
    }
    return best;
}

Error unknownVariant(const Demo &demo, const std::string &wanted)
{
    std::vector<std::string> known;
    for (const Variant &variant : demo.variants)
        known.push_back(variant.id);
    return {.code = "variant-unknown",
            .facts = {{"variant", wanted}, {"demo", demo.id}, {"nearest", nearest(wanted, known)}},
            .kind = ErrorKind::BadInput};
}

} // namespace

const VariantChoice *Choice::chosen() const
{
    return !ranked.empty() && ranked.front().verdict == Verdict::RunsNow ? &ranked.front() : nullptr;
}

struct Chooser::Supply { };

Chooser::Chooser(const Machine &machine, ChoiceOptions options)
    : m_machine(machine)
    , m_options(std::move(options))
    , m_supply(std::make_unique<const Supply>())
{
}

Chooser::~Chooser() = default;

Result<Choice> choose(const Demo &demo, const Machine &machine, const ChoiceOptions &options)
{
    return Chooser(machine, options).choose(demo);
}

Result<Choice> Chooser::choose(const Demo &demo) const
{
    const ChoiceOptions &options = m_options;
    std::vector<JudgedVariant> judged;
    judged.reserve(demo.variants.size());
    for (const Variant &variant : demo.variants)
        judged.push_back({&variant, judge(demo, variant, m_machine, options)});
    rank(judged);

    Choice choice{.demo = demo.id, .ranked = {}};
    for (JudgedVariant &each : judged)
        choice.ranked.push_back(std::move(each.choice));
    if (options.variant.empty())
        return choice;
    const auto wanted
        = std::find_if(choice.ranked.begin(), choice.ranked.end(),
                       [&](const VariantChoice &each) { return each.variant == options.variant; });
    if (wanted == choice.ranked.end())
        return fail(unknownVariant(demo, options.variant));
    std::rotate(choice.ranked.begin(), wanted, wanted + 1);
    return choice;
}

} // namespace firstlight
