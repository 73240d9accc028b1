#pragma once

#include "catalog/choice.h"
#include "catalog/demo.h"

#include <cstddef>
#include <optional>
#include <string>

namespace firstlight {

/// What decides between two variants, in the order in which rank() asks.
enum class RankingKey { Verdict, Placement, Pace, Inclusion, Obstacles, Lock, Weight, Memory, Id };

/// The values of one variant that rank() compares, for who asks why.
struct RankingKeys {
    Verdict verdict = Verdict::Unknown;
    Placement placement = Placement::Cpu; ///< of graphics in main memory: that of the processor
    std::optional<int> pace;              ///< see paceOf(); nullopt: not known, or it cannot run
    std::size_t obstacles = 0;            ///< of what cannot run
    bool unlocked = false;
    int weight = 0;
    std::optional<std::uint64_t> memoryBytes;

    bool operator==(const RankingKeys &) const = default;
};

RankingKeys rankingKeysOf(const Variant &variant, const VariantChoice &choice, const Machine &machine);

/// Why \a before stands right before \a after in a Choice: the first key in which they differ. Inclusion:
/// \a before asks for all that \a after asks for, and more.
RankingKey decidingKey(const Variant &before, const RankingKeys &keysBefore, const Variant &after,
                       const RankingKeys &keysAfter);

} // namespace firstlight
