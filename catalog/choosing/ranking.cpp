#include "catalog/choosing/ranking.h"

#include "catalog/choosing/comparing.h"
#include "catalog/choosing/obstacles.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace firstlight {

namespace {

/// The parts of a conjunction. `any` and `not` stay whole: they imply only their like.
void collectParts(const Requirement &requirement, std::vector<const Requirement *> &parts)
{
    if (requirement.kind != Requirement::Kind::All) {
        parts.push_back(&requirement);
        return;
    }
    for (const Requirement &child : requirement.children)
        collectParts(child, parts);
}

/// Equal but for where they stand in the file.
bool sameWords(const Requirement &a, const Requirement &b)
{
    return a.kind == b.kind && a.term == b.term
           && std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                         sameWords);
}

bool deviceImplies(const Requirement &stronger, const Requirement &weaker)
{
    return std::all_of(weaker.children.begin(), weaker.children.end(), [&](const Requirement &needed) {
        return std::any_of(stronger.children.begin(), stronger.children.end(),
                           [&](const Requirement &given) { return implies(given.term, needed.term, true); });
    });
}

bool partImplies(const Requirement &stronger, const Requirement &weaker)
{
    if (stronger.kind != weaker.kind)
        return false;
    if (stronger.kind == Requirement::Kind::Term)
        return implies(stronger.term, weaker.term, false);
    if (stronger.kind == Requirement::Kind::Device)
        return deviceImplies(stronger, weaker);
    return sameWords(stronger, weaker);
}

bool asksForMore(const JudgedVariant &a, const JudgedVariant &b)
{
    const Requirement &mine = a.variant->requires_;
    const Requirement &theirs = b.variant->requires_;
    return implies(mine, theirs) && !implies(theirs, mine);
}

auto groupOf(const JudgedVariant &judged)
{
    return std::tuple(rankOf(judged.choice.verdict), judged.choice.placement == Placement::Cpu);
}

auto orderInGroup(const JudgedVariant &judged)
{
    constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();
    return std::tuple(judged.variant->unlocked, -judged.variant->weight,
                      judged.choice.estimate.memoryBytes.value_or(unknown), judged.variant->id);
}

/// Inclusion is only a partial order: mixed into a pairwise comparison it would make circles. So the best is
/// taken again and again among those that nothing left over asks for more than.
void rankGroup(std::vector<JudgedVariant> &left, std::vector<JudgedVariant> &ranked)
{
    while (!left.empty()) {
        auto best = left.end();
        for (auto each = left.begin(); each != left.end(); ++each) {
            const bool covered = std::any_of(left.begin(), left.end(), [&](const JudgedVariant &other) {
                return asksForMore(other, *each);
            });
            if (!covered && (best == left.end() || orderInGroup(*each) < orderInGroup(*best)))
                best = each;
        }
        if (best == left.end()) // a circle would be a fault of implies(); nobody gets lost by it
            best = left.begin();
        ranked.push_back(std::move(*best));
        left.erase(best);
    }
}

} // namespace

bool implies(const Requirement &stronger, const Requirement &weaker)
{
    std::vector<const Requirement *> given;
    std::vector<const Requirement *> needed;
    collectParts(stronger, given);
    collectParts(weaker, needed);
    return std::all_of(needed.begin(), needed.end(), [&](const Requirement *each) {
        return std::any_of(given.begin(), given.end(),
                           [&](const Requirement *candidate) { return partImplies(*candidate, *each); });
    });
}

void rank(std::vector<JudgedVariant> &variants)
{
    std::stable_sort(variants.begin(), variants.end(),
                     [](const JudgedVariant &a, const JudgedVariant &b) { return groupOf(a) < groupOf(b); });
    std::vector<JudgedVariant> ranked;
    for (auto begin = variants.begin(); begin != variants.end();) {
        const auto end = std::find_if(begin, variants.end(), [&](const JudgedVariant &each) {
            return groupOf(each) != groupOf(*begin);
        });
        std::vector<JudgedVariant> group(std::make_move_iterator(begin), std::make_move_iterator(end));
        rankGroup(group, ranked);
        begin = end;
    }
    variants = std::move(ranked);
}

} // namespace firstlight
