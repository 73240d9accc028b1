#include "catalog/choosing/ranking.h"

#include "catalog/choosing/comparing.h"
#include "catalog/choosing/obstacles.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <queue>
#include <string_view>
#include <tuple>
#include <unordered_map>

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

/// Of the words alone: what sameWords() takes for equal has the same.
std::size_t hashOf(const Requirement &requirement)
{
    const auto mix = [](std::size_t &hash, std::size_t more) { hash = (hash ^ more) * 0x100000001b3; };
    std::size_t hash = static_cast<std::size_t>(requirement.kind) + 1;
    const std::hash<std::string_view> ofText;
    mix(hash, ofText(requirement.term.key));
    mix(hash, static_cast<std::size_t>(requirement.term.comparison));
    for (const std::string &value : requirement.term.values)
        mix(hash, ofText(value));
    for (const Requirement &child : requirement.children)
        mix(hash, hashOf(child));
    return hash;
}

auto groupOf(const JudgedVariant &judged)
{
    const Placement placement = judged.unified ? Placement::Cpu : judged.choice.placement;
    return std::tuple(rankOf(judged.choice.verdict), placement, -judged.pace);
}

/// Of what cannot run: how much is in the way.
std::size_t distanceOf(const JudgedVariant &judged)
{
    return judged.choice.verdict == Verdict::Cannot ? judged.choice.obstacles.size() : 0;
}

auto orderInGroup(const JudgedVariant &judged)
{
    constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();
    return std::tuple(distanceOf(judged), judged.variant->unlocked, -judged.variant->weight,
                      judged.choice.estimate.memoryBytes.value_or(unknown),
                      std::string_view(judged.variant->id));
}

using Group = std::vector<const JudgedVariant *>;

/// The variants of a group that ask for the same, best first.
struct Peers {
    Group members;
    std::size_t taken = 0;
    std::vector<std::size_t> covered; ///< peers that ask for less than these, by index
    std::size_t coveredBy = 0;        ///< how many that ask for more have members left
};

/// In the order of \a group, so that each of Peers is sorted as the group is.
std::vector<Peers> peersOf(const Group &group)
{
    std::vector<Peers> peers;
    std::unordered_multimap<std::size_t, std::size_t> known;
    for (const JudgedVariant *each : group) {
        const std::size_t hash = hashOf(each->variant->requires_);
        const auto [begin, end] = known.equal_range(hash);
        const auto same = std::find_if(begin, end, [&](const auto &entry) {
            return sameWords(peers[entry.second].members.front()->variant->requires_,
                             each->variant->requires_);
        });
        if (same != end) {
            peers[same->second].members.push_back(each);
            continue;
        }
        known.emplace(hash, peers.size());
        peers.push_back({.members = {each}});
    }
    return peers;
}

void findCovered(std::vector<Peers> &peers)
{
    const auto requirementOf = [&](std::size_t index) -> const Requirement & {
        return peers[index].members.front()->variant->requires_;
    };
    for (std::size_t a = 0; a < peers.size(); ++a) {
        for (std::size_t b = 0; b < peers.size(); ++b) {
            if (a == b || !implies(requirementOf(a), requirementOf(b))
                || implies(requirementOf(b), requirementOf(a)))
                continue;
            peers[a].covered.push_back(b);
            ++peers[b].coveredBy;
        }
    }
}

/// Inclusion is only a partial order: mixed into a pairwise comparison it would make circles. So the best is
/// taken again and again among those that nothing left over asks for more than: a topological order, in which
/// the rest of the order decides among what is free.
void rankGroup(const Group &group, std::vector<const JudgedVariant *> &ranked)
{
    std::vector<Peers> peers = peersOf(group);
    findCovered(peers);
    const auto later = [&](std::size_t a, std::size_t b) {
        return orderInGroup(*peers[b].members[peers[b].taken])
               < orderInGroup(*peers[a].members[peers[a].taken]);
    };
    std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(later)> open(later);
    for (std::size_t index = 0; index < peers.size(); ++index) {
        if (peers[index].coveredBy == 0)
            open.push(index);
    }
    while (!open.empty()) {
        const std::size_t index = open.top();
        open.pop();
        Peers &best = peers[index];
        ranked.push_back(best.members[best.taken++]);
        if (best.taken < best.members.size()) {
            open.push(index);
            continue;
        }
        for (const std::size_t less : best.covered) {
            if (--peers[less].coveredBy == 0)
                open.push(less);
        }
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

int paceOf(const VariantChoice &choice)
{
    if (!choice.estimate.speed)
        return std::numeric_limits<int>::min() / 2;
    // Faster than this nobody notices: reading, listening. Of pictures every second counts.
    static constexpr double enough[] = {20, 3, 1e9, 1e9};
    const Speed &speed = *choice.estimate.speed;
    const double felt = std::min(speed.perSecond, enough[static_cast<std::size_t>(speed.unit)]);
    return static_cast<int>(std::floor(std::log(felt) / std::log(1.1)));
}

void rank(std::vector<JudgedVariant> &variants)
{
    Group sorted;
    sorted.reserve(variants.size());
    for (JudgedVariant &variant : variants) {
        // Of what cannot run nobody asks how fast.
        variant.pace = variant.choice.verdict == Verdict::Cannot ? 0 : paceOf(variant.choice);
        sorted.push_back(&variant);
    }
    std::sort(sorted.begin(), sorted.end(), [](const JudgedVariant *a, const JudgedVariant *b) {
        const auto mine = groupOf(*a);
        const auto theirs = groupOf(*b);
        return mine != theirs ? mine < theirs : orderInGroup(*a) < orderInGroup(*b);
    });
    std::vector<const JudgedVariant *> order;
    order.reserve(sorted.size());
    for (auto begin = sorted.begin(); begin != sorted.end();) {
        const auto end = std::find_if(begin, sorted.end(), [&](const JudgedVariant *each) {
            return groupOf(*each) != groupOf(**begin);
        });
        // What cannot run competes with nobody: it is only listed.
        if (end - begin == 1 || (*begin)->choice.verdict == Verdict::Cannot)
            order.insert(order.end(), begin, end);
        else
            rankGroup(Group(begin, end), order);
        begin = end;
    }
    std::vector<JudgedVariant> ranked;
    ranked.reserve(order.size());
    for (const JudgedVariant *each : order)
        ranked.push_back(std::move(variants[static_cast<std::size_t>(each - variants.data())]));
    variants = std::move(ranked);
}

} // namespace firstlight
