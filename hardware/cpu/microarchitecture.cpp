#include "hardware/cpu/microarchitecture.h"

#include "hardware/text.h"

#include <bit>

namespace firstlight {

namespace {

constexpr std::size_t tableLimit = 64; // one bit each

struct Lineage {
    std::array<std::uint64_t, tableLimit> ancestors{}; ///< of each design, as bits of the table
    std::uint64_t visible = 0;                         ///< designs whose every feature is here
};

std::size_t indexOf(std::span<const Design> table, std::string_view name)
{
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].name == name)
            return i;
    }
    return tableLimit;
}

std::uint64_t bit(std::size_t index)
{
    return index < tableLimit ? std::uint64_t(1) << index : 0;
}

std::uint64_t ancestorsOf(std::span<const Design> table, std::size_t index, const Lineage &lineage)
{
    std::uint64_t ancestors = 0;
    for (const std::string_view parent : table[index].parents) {
        const std::size_t at = parent.empty() ? tableLimit : indexOf(table.first(index), parent);
        if (at < tableLimit)
            ancestors |= bit(at) | lineage.ancestors[at];
    }
    return ancestors;
}

void addMissing(const Design &design, const std::set<std::string> &flags, std::set<std::string> &missing)
{
    for (const std::string_view word : words(design.adds)) {
        if (std::string flag(word); !flags.contains(flag))
            missing.insert(std::move(flag));
    }
}

Lineage lineageOf(std::span<const Design> table, const std::set<std::string> &flags)
{
    Lineage lineage;
    for (std::size_t i = 0; i < table.size(); ++i) {
        lineage.ancestors[i] = ancestorsOf(table, i, lineage);
        std::set<std::string> missing;
        if ((lineage.ancestors[i] & ~lineage.visible) == 0)
            addMissing(table[i], flags, missing);
        if ((lineage.ancestors[i] & ~lineage.visible) == 0 && missing.empty())
            lineage.visible |= bit(i);
    }
    return lineage;
}

/// Of the designs in \a among the one with most ancestors, the last of equals; tableLimit if there is none.
std::size_t mostSpecial(const Lineage &lineage, std::uint64_t among)
{
    std::size_t best = tableLimit;
    int most = -1;
    for (std::size_t i = 0; i < tableLimit; ++i) {
        const int count = std::popcount(lineage.ancestors[i]);
        if ((among & bit(i)) != 0 && count >= most) {
            best = i;
            most = count;
        }
    }
    return best;
}

std::size_t bestVisible(std::span<const Design> table, const Lineage &lineage, std::string_view vendor)
{
    std::uint64_t generic = 0;
    std::uint64_t own = 0;
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (table[i].vendor.empty())
            generic |= bit(i) & lineage.visible;
        else if (table[i].vendor == vendor && !table[i].byNameOnly)
            own |= bit(i) & lineage.visible;
    }
    const std::size_t bestGeneric = mostSpecial(lineage, generic);
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (bestGeneric < tableLimit && (lineage.ancestors[i] & bit(bestGeneric)) == 0)
            own &= ~bit(i);
    }
    const std::size_t bestOwn = mostSpecial(lineage, own);
    return bestOwn < tableLimit ? bestOwn : bestGeneric;
}

} // namespace

std::optional<Microarchitecture> nameDesign(std::span<const Design> table, const DesignQuery &query)
{
    table = table.first(std::min(table.size(), tableLimit));
    const Lineage lineage = lineageOf(table, query.flags);
    Microarchitecture result;
    std::size_t best = tableLimit;
    if (query.name) {
        result.name = *query.name;
        const std::size_t own = indexOf(table, *query.name);
        const std::uint64_t needed = own < tableLimit ? bit(own) | lineage.ancestors[own] : 0;
        for (std::size_t i = 0; i < table.size(); ++i) {
            if ((needed & bit(i)) != 0)
                addMissing(table[i], query.flags, result.missing);
        }
        if (own < tableLimit && result.missing.empty())
            best = own;
    }
    if (best == tableLimit)
        best = bestVisible(table, lineage, query.vendor);
    if (best < tableLimit)
        result.compatible = table[best].name;
    if (!query.name)
        result.name = result.compatible.value_or("");
    return result.name.empty() ? std::nullopt : std::optional(std::move(result));
}

} // namespace firstlight
