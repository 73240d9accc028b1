#include "catalog/choosing/ranking_keys.h"

#include "catalog/choosing/inclusion.h"
#include "catalog/choosing/ranking.h"

#include <algorithm>

namespace firstlight {

namespace {

/// As choose() has it: graphics without memory of their own compete with the processor.
bool isUnified(const VariantChoice &choice, const Machine &machine)
{
    return machine.accelerators && !choice.device.empty()
           && std::any_of(machine.accelerators->begin(), machine.accelerators->end(),
                          [&](const Accelerator &device) {
                              return device.address == choice.device && device.integrated.value_or(false);
                          });
}

} // namespace

RankingKeys rankingKeysOf(const Variant &variant, const VariantChoice &choice, const Machine &machine)
{
    const bool cannot = choice.verdict == Verdict::Cannot;
    return {.verdict = choice.verdict,
            .placement = isUnified(choice, machine) ? Placement::Cpu : choice.placement,
            .pace = cannot || !choice.estimate.speed ? std::nullopt : std::optional(paceOf(choice)),
            .obstacles = cannot ? choice.obstacles.size() : 0,
            .unlocked = variant.unlocked,
            .weight = variant.weight,
            .memoryBytes = choice.estimate.memoryBytes};
}

RankingKey decidingKey(const Variant &before, const RankingKeys &keysBefore, const Variant &after,
                       const RankingKeys &keysAfter)
{
    if (keysBefore.verdict != keysAfter.verdict)
        return RankingKey::Verdict;
    if (keysBefore.placement != keysAfter.placement)
        return RankingKey::Placement;
    if (keysBefore.pace != keysAfter.pace)
        return RankingKey::Pace;
    if (keysBefore.verdict != Verdict::Cannot && implies(before.requires_, after.requires_)
        && !implies(after.requires_, before.requires_))
        return RankingKey::Inclusion;
    if (keysBefore.obstacles != keysAfter.obstacles)
        return RankingKey::Obstacles;
    if (keysBefore.unlocked != keysAfter.unlocked)
        return RankingKey::Lock;
    if (keysBefore.weight != keysAfter.weight)
        return RankingKey::Weight;
    return keysBefore.memoryBytes != keysAfter.memoryBytes ? RankingKey::Memory : RankingKey::Id;
}

} // namespace firstlight
