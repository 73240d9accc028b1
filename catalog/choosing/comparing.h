#pragma once

#include "catalog/demo.h"

#include <cstdint>
#include <optional>
#include <string>

namespace firstlight {

/// Whether \a found is what \a term says. nullopt: the two cannot be compared, so it is not known.
bool matchesWord(const Term &term, const std::string &found);
std::optional<bool> matchesVersion(const Term &term, const std::string &found);
bool matchesSize(const Term &term, std::uint64_t foundBytes);

/// The needed side of an Obstacle: see there. \a negated: the opposite is what is needed.
std::string neededBy(const Term &term, bool isSize, bool negated);

/// Whether whatever satisfies \a stronger also satisfies \a weaker (terms about the same thing).
bool implies(const Term &stronger, const Term &weaker, bool aboutDevice);

} // namespace firstlight
