#include "catalog/choosing/ranking.h"

#include "catalog/choosing/inclusion.h"
#include "catalog/choosing/obstacles.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <queue>
#include <string_view>
#include <tuple>
#include <utility>

namespace firstlight {

namespace {

/// Verdict, placement and pace in one number: smaller is better, and whoever has the same competes.
std::uint64_t groupOf(const JudgedVariant &judged)
{
    const Placement placement = judged.unified ? Placement::Cpu : judged.choice.placement;
    // Of what cannot run nobody asks how fast.
    const int pace = judged.choice.verdict == Verdict::Cannot ? 0 : paceOf(judged.choice);
    constexpr int bitsOfPace = 32;
    constexpr int bitsOfPlacement = 2;
    const auto slowness = static_cast<std::uint64_t>(std::int64_t{std::numeric_limits<int>::max()} - pace);
    const std::uint64_t kind
        = static_cast<std::uint64_t>(rankOf(judged.choice.verdict)) << bitsOfPlacement | static_cast<std::uint64_t>(placement);
    return kind << bitsOfPace | slowness;
}

/// Of what cannot run: how much is in the way.
std::size_t distanceOf(const JudgedVariant &judged)
{
    return judged.choice.verdict == Verdict::Cannot ? judged.choice.obstacles.size() : 0;
}

using Order = std::tuple<std::size_t, bool, int, std::uint64_t, std::string_view>;

Order orderInGroup(const JudgedVariant &judged)
{
    constexpr std::uint64_t unknown = std::numeric_limits<std::uint64_t>::max();
    return {distanceOf(judged), judged.variant->unlocked, -judged.variant->weight,
            judged.choice.estimate.memoryBytes.value_or(unknown), judged.variant->id};
}

using Group = std::vector<const JudgedVariant *>;

/// What is sorted, beside each other in memory.
struct Place {
    std::uint64_t group;
    Order order;
    const JudgedVariant *judged;
};

/// The variants of a group that ask for the same, best first.
struct Peers {
    explicit Peers(const JudgedVariant *first)
        : asked(first->variant->requires_)
        , members{first}
    {
    }

    Conjunction asked;
    Group members;
    std::size_t taken = 0;
    std::vector<std::size_t> covered; ///< peers that ask for less than these, by index
    std::size_t coveredBy = 0;        ///< how many that ask for more have members left
};

/// In the order of \a group, so that the members of each are sorted as the group is.
std::vector<Peers> peersOf(const Group &group)
{
    std::vector<std::pair<std::uint64_t, const JudgedVariant *>> hashed;
    hashed.reserve(group.size());
    for (const JudgedVariant *each : group)
        hashed.emplace_back(hashOf(each->variant->requires_), each);
    std::stable_sort(hashed.begin(), hashed.end(),
                     [](const auto &a, const auto &b) { return a.first < b.first; });
    std::vector<Peers> peers;
    peers.reserve(group.size());
    std::size_t firstOfHash = 0;
    for (std::size_t index = 0; index < hashed.size(); ++index) {
        const auto &[hash, each] = hashed[index];
        if (index > 0 && hash != hashed[index - 1].first)
            firstOfHash = peers.size();
        const auto same = std::find_if(peers.begin() + static_cast<std::ptrdiff_t>(firstOfHash), peers.end(),
                                       [&, wanted = each](const Peers &known) {
                                           return sameWords(known.members.front()->variant->requires_,
                                                            wanted->variant->requires_);
                                       });
        if (same == peers.end())
            peers.emplace_back(each);
        else
            same->members.push_back(each);
    }
    return peers;
}

/// Of many, most are about other things altogether: only those with fitting topics are compared.
void findCovered(std::vector<Peers> &peers)
{
    std::vector<std::pair<std::uint64_t, std::size_t>> byTopics;
    byTopics.reserve(peers.size());
    for (std::size_t index = 0; index < peers.size(); ++index)
        byTopics.emplace_back(peers[index].asked.topics(), index);
    std::sort(byTopics.begin(), byTopics.end());
    for (Peers &more : peers) {
        for (auto entry = byTopics.begin(); entry != byTopics.end();) {
            if (!more.asked.touches(entry->first)) {
                entry = std::upper_bound(entry, byTopics.end(),
                                         std::pair(entry->first, std::numeric_limits<std::size_t>::max()));
                continue;
            }
            Peers &less = peers[entry->second];
            if (&less != &more && more.asked.implies(less.asked) && !less.asked.implies(more.asked)) {
                more.covered.push_back(entry->second);
                ++less.coveredBy;
            }
            ++entry;
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
    std::vector<Place> places;
    places.reserve(variants.size());
    for (const JudgedVariant &variant : variants)
        places.push_back({groupOf(variant), orderInGroup(variant), &variant});
    std::sort(places.begin(), places.end(), [](const Place &a, const Place &b) {
        return a.group != b.group ? a.group < b.group : a.order < b.order;
    });
    Group order;
    order.reserve(places.size());
    for (auto begin = places.begin(); begin != places.end();) {
        const auto end = std::find_if(begin, places.end(),
                                      [&](const Place &place) { return place.group != begin->group; });
        Group group;
        std::transform(begin, end, std::back_inserter(group), [](const Place &place) { return place.judged; });
        // What cannot run competes with nobody: it is only listed.
        if (group.size() == 1 || group.front()->choice.verdict == Verdict::Cannot)
            order.insert(order.end(), group.begin(), group.end());
        else
            rankGroup(group, order);
        begin = end;
    }
    std::vector<JudgedVariant> ranked;
    ranked.reserve(order.size());
    for (const JudgedVariant *each : order)
        ranked.push_back(std::move(variants[static_cast<std::size_t>(each - variants.data())]));
    variants = std::move(ranked);
}

} // namespace firstlight
