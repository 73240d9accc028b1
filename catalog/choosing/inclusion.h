#pragma once

#include "catalog/demo.h"

#include <cstdint>
#include <vector>

namespace firstlight {

/// A requirement taken apart, so that many can be compared with many. Points into the Requirement.
class Conjunction {
public:
    explicit Conjunction(const Requirement &requirement);

    /// Whether every computer that satisfies this satisfies \a weaker too, as far as the terms show it.
    bool implies(const Conjunction &weaker) const;
    /// False: this cannot imply what has \a topics, whatever the values are.
    bool touches(std::uint64_t topics) const { return (topics & ~m_topics) == 0; }
    std::uint64_t topics() const { return m_topics; }

private:
    std::vector<const Requirement *> m_parts;
    std::uint64_t m_topics = 0; ///< one bit for each thing that a term is about; several may share one
};

/// Whether every computer that satisfies \a stronger satisfies \a weaker too, as far as the terms show it.
bool implies(const Requirement &stronger, const Requirement &weaker);

/// Equal but for where they stand in the file; what is has the same hash.
bool sameWords(const Requirement &a, const Requirement &b);
std::uint64_t hashOf(const Requirement &requirement);

} // namespace firstlight
