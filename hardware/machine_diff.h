#pragma once

#include "hardware/machine.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// One place where two profiles differ. nullopt: that side has nothing of the kind there at all; a JSON null:
/// it has the field and does not know its value.
struct MachineDifference {
    std::string pointer; ///< a JSON pointer, where the items of a list stand under their identity, see below
    std::optional<nlohmann::json> a;
    std::optional<nlohmann::json> b;

    bool operator==(const MachineDifference &) const = default;
};

/// All differences, sorted by pointer; none exactly if \a a and \a b are equal.
///
/// Things in a list are compared with the same thing of the other list, wherever it stands there:
/// accelerators by address, NUMA nodes by number, storage, device files and OCI runtimes by path or name,
/// caches by level and kind, CDI specifications and core types by kind, huge pages by size, libvirt's by URI:
/// "/accelerators/0000:03:00.0/memoryBytes", "/memory/numaNodes/1/memoryBytes", "/cpu/caches/2-unified/ways".
/// A second one of the same identity has "#2" behind it. Lists and sets of words (CPU flags) are one
/// difference: \c a holds what only \a a has, \c b what only \a b has; where only the order differs, both
/// hold all.
std::vector<MachineDifference> difference(const Machine &a, const Machine &b);

} // namespace firstlight
