#pragma once

#include "catalog/demo.h"
#include "hardware/machine.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace firstlight {

constexpr std::size_t precisionCount = 5; ///< of enum Precision

/// How fast one processor or accelerator reads its memory and multiplies, at best. An unknown is nullopt.
struct UnitSpeed {
    std::optional<double> bytesPerSecond;
    bool bandwidthMeasured = false;
    bool bandwidthKnown = false; ///< measured, or by width and clock; else what is usual
    /// Multiplications and additions a second, counted one by one, by Precision.
    std::array<std::optional<double>, precisionCount> operationsPerSecond;
    /// What engines reach, not the peak, where one vector is multiplied by weights of less than 8 bits: each token
    /// of a language model. nullopt: memory is what limits that, as on accelerators.
    std::optional<double> vectorOperationsPerSecond;
    bool clockAssumed = false; ///< nobody told the clock: a usual one was taken
    std::string instructions;  ///< that the figures are for: "avx512", "neon", "sm_89"
    double hertz = 0;
    double units = 0; ///< cores or multiprocessors; 0: not known
};

struct MachineSpeed {
    UnitSpeed cpu;
    std::vector<UnitSpeed> accelerators; ///< as in Machine::accelerators
};

/// Peaks of everything in \a machine. Operations a cycle and core are those of the vendors' optimisation
/// manuals (Intel's, AMD's, Arm's software optimisation guides; NVIDIA's and AMD's architecture papers);
/// where a recording does not tell the clock, 2.5 GHz is assumed for processors and 1.5 GHz for accelerators,
/// and where nobody measured the memory, what is usual in computers of that family and number of cores.
MachineSpeed machineSpeed(const Machine &machine);

} // namespace firstlight
