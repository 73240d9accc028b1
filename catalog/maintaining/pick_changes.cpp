#include "catalog/maintaining/catalog_diff.h"

#include <algorithm>

namespace firstlight {

namespace {

using Reason = PickChange::Reason;

const VariantChoice *judgedIn(const Choice &choice, const std::string &variant)
{
    const auto found = std::find_if(choice.ranked.begin(), choice.ranked.end(),
                                    [&](const VariantChoice &each) { return each.variant == variant; });
    return found == choice.ranked.end() ? nullptr : &*found;
}

const Variant &variantOf(const Demo &demo, const std::string &id)
{
    return *std::find_if(demo.variants.begin(), demo.variants.end(),
                         [&](const Variant &each) { return each.id == id; });
}

/// Why the variant that ran before is not the one that runs after.
void explainLoss(PickChange &change, const Demo &demo, const Choice &after, const Machine &machine)
{
    const VariantChoice *old = judgedIn(after, change.before);
    if (!old) {
        change.reason = Reason::OnlyBefore;
        return;
    }
    if (old->verdict != Verdict::RunsNow) {
        change.reason = Reason::Obstacle;
        if (!old->obstacles.empty())
            change.obstacle = old->obstacles.front();
        return;
    }
    const Variant &winner = variantOf(demo, change.after);
    const Variant &loser = variantOf(demo, change.before);
    change.key = decidingKey(winner, rankingKeysOf(winner, *after.chosen(), machine), loser,
                             rankingKeysOf(loser, *old, machine));
}

/// Why nothing ran before.
void explainGain(PickChange &change, const Choice &before)
{
    const VariantChoice *old = judgedIn(before, change.after);
    change.reason = old ? Reason::Obstacle : Reason::OnlyAfter;
    if (old && !old->obstacles.empty())
        change.obstacle = old->obstacles.front();
}

std::optional<PickChange> comparePicks(const Demo &before, const Demo &after, const RecordedMachine &recorded)
{
    const Result<Choice> old = choose(before, recorded.machine);
    const Result<Choice> now = choose(after, recorded.machine);
    if (!old || !now)
        return std::nullopt;
    const VariantChoice *ran = old->chosen();
    const VariantChoice *runs = now->chosen();
    PickChange change{.machine = recorded.name,
                      .demo = before.id,
                      .before = ran ? ran->variant : "",
                      .after = runs ? runs->variant : "",
                      .modelBefore = ran ? ran->model : "",
                      .modelAfter = runs ? runs->model : ""};
    if (change.before == change.after && change.modelBefore == change.modelAfter)
        return std::nullopt;
    if (change.before == change.after)
        change.reason = Reason::Model;
    else if (ran)
        explainLoss(change, after, *now, recorded.machine);
    else
        explainGain(change, *old);
    return change;
}

} // namespace

std::vector<PickChange> pickChanges(const std::vector<Demo> &before, const std::vector<Demo> &after,
                                    const std::vector<RecordedMachine> &machines)
{
    std::vector<PickChange> changes;
    for (const RecordedMachine &recorded : machines) {
        for (const Demo &old : before) {
            const auto now = std::find_if(after.begin(), after.end(),
                                          [&](const Demo &demo) { return demo.id == old.id; });
            if (now == after.end())
                continue;
            if (std::optional<PickChange> change = comparePicks(old, *now, recorded))
                changes.push_back(*std::move(change));
        }
    }
    return changes;
}

} // namespace firstlight
