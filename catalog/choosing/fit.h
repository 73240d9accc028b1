#pragma once

#include "catalog/choosing/obstacles.h"
#include "catalog/demo.h"
#include "hardware/machine.h"

#include <optional>
#include <string>

namespace firstlight {

/// Which model with how much context a variant would run, and what that takes.
struct Fit {
    std::string model;
    std::optional<int> contextTokens;
    Estimate estimate;
    Obstacles obstacles; ///< of memory and disk
};

/// Of the variant's models, in the author's order, the first that fits, with the largest context that fits;
/// if none does, the one that comes nearest and needs least. \a device is the accelerator that the weights go
/// to, or null.
///
/// Memory is weights + KV cache + the runtime's own; it must leave max(512 MiB, 5 %) of the computer's free,
/// so that what else runs keeps running, and max(457 MiB, 5 %) of an accelerator's (what drivers and the
/// screen were seen to keep). Disk is image + model + build. A part that the catalog does not give makes the
/// estimate unknown; the check then goes by the parts that it gives.
Fit bestFit(const Demo &demo, const Variant &variant, const Machine &machine, const Accelerator *device,
            std::optional<int> wantedContext);

} // namespace firstlight
