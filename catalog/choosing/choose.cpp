#include "catalog/choice.h"
#include "catalog/chooser.h"
#include "catalog/choosing/engine_check.h"
#include "catalog/choosing/fit.h"
#include "catalog/choosing/ranking.h"
#include "catalog/choosing/requirement_check.h"
#include "core/nearest.h"

#include <algorithm>
#include <atomic>
#include <thread>
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

JudgedVariant judgeOn(const Demo &demo, const Variant &variant, const Supply &supply, const Accelerator *only,
                      const ChoiceOptions &options)
{
    const Machine &machine = supply.machine;
    RequirementFinding required = checkRequirement(variant, machine, only);
    const Accelerator *device = variant.accelerated ? required.device : nullptr;
    const bool satisfied = isYes(required.obstacles);
    Fit fit = bestFit(demo, variant, supply, device, options);

    Obstacles obstacles = std::move(required.obstacles);
    append(obstacles, checkEngine(variant, machine));
    append(obstacles, std::move(fit.obstacles));
    dropMoot(obstacles);
    const Verdict verdict = verdictOf(obstacles);
    return {.variant = &variant,
            .choice = {.variant = variant.id,
                       .verdict = verdict,
                       .obstacles = std::move(obstacles),
                       .model = std::move(fit.model),
                       .contextTokens = fit.contextTokens,
                       .gpuLayers = fit.gpuLayers,
                       .placement = fit.placement,
                       .device = satisfied && device ? device->address : "",
                       .estimate = fit.estimate},
            .unified = device && device->integrated.value_or(false)};
}

auto worthOf(const JudgedVariant &judged)
{
    return std::tuple(rankOf(judged.choice.verdict), judged.unified, judged.choice.placement);
}

/// On the accelerator that comes nearest by what is required; if it does not do, on any other that does
/// better: what is too small must not hide what needs only a fix.
JudgedVariant judge(const Demo &demo, const Variant &variant, const Supply &supply,
                    const ChoiceOptions &options)
{
    const Machine &machine = supply.machine;
    JudgedVariant best = judgeOn(demo, variant, supply, nullptr, options);
    const bool several = variant.accelerated && machine.accelerators && machine.accelerators->size() > 1;
    if (!several || worthOf(best) == std::tuple(0, false, Placement::Accelerator))
        return best;
    for (const Accelerator &device : *machine.accelerators) {
        JudgedVariant other = judgeOn(demo, variant, supply, &device, options);
        if (worthOf(other) < worthOf(best))
            best = std::move(other);
    }
    return best;
}

/// Calls \a work for each index below \a count, on several threads if \a variants, in all of them, are many.
template <typename Work> void forEach(std::size_t count, std::size_t variants, const Work &work)
{
    constexpr std::size_t worthAThread = 4000; // variants: a few milliseconds
    if (variants < 2 * worthAThread) {
        for (std::size_t index = 0; index < count; ++index)
            work(index);
        return;
    }
    std::atomic<std::size_t> next = 0;
    const auto takeSome = [&] {
        constexpr std::size_t atOnce = 16;
        for (std::size_t begin = next.fetch_add(atOnce); begin < count; begin = next.fetch_add(atOnce)) {
            for (std::size_t index = begin; index < std::min(begin + atOnce, count); ++index)
                work(index);
        }
    };
    const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                                        variants / worthAThread);
    std::vector<std::jthread> others; // waits for them at the end
    for (std::size_t thread = 1; thread < threads; ++thread)
        others.emplace_back(takeSome);
    takeSome();
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

Error unknownModel(const Demo &demo, const std::string &wanted)
{
    std::vector<std::string> known;
    for (const auto &[id, model] : demo.models)
        known.push_back(id);
    return {.code = "model-unknown",
            .facts = {{"model", wanted}, {"demo", demo.id}, {"nearest", nearest(wanted, known)}},
            .kind = ErrorKind::BadInput};
}

} // namespace

const VariantChoice *Choice::chosen() const
{
    return !ranked.empty() && ranked.front().verdict == Verdict::RunsNow ? &ranked.front() : nullptr;
}

Chooser::Chooser(const Machine &machine, ChoiceOptions options)
    : m_options(std::move(options))
    , m_supply(std::make_unique<const Supply>(machine))
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
    if (!options.model.empty() && !demo.models.contains(options.model))
        return fail(unknownModel(demo, options.model));
    std::vector<JudgedVariant> judged(demo.variants.size());
    forEach(judged.size(), judged.size(), [&](std::size_t index) {
        judged[index] = judge(demo, demo.variants[index], *m_supply, options);
    });
    rank(judged);

    Choice choice{.demo = demo.id, .ranked = {}};
    choice.ranked.reserve(judged.size());
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

std::vector<Result<Choice>> Chooser::chooseAll(const std::vector<Demo> &demos) const
{
    std::size_t variants = 0;
    for (const Demo &demo : demos)
        variants += demo.variants.size();
    std::vector<Result<Choice>> choices(demos.size());
    forEach(demos.size(), variants, [&](std::size_t index) { choices[index] = choose(demos[index]); });
    return choices;
}

} // namespace firstlight
