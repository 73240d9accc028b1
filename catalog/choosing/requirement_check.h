#pragma once

#include "catalog/choosing/device_check.h"

namespace firstlight {

struct RequirementFinding {
    Obstacles obstacles;
    const Accelerator *device
        = nullptr; ///< of the first `device` in it that has one, also if that is only a near miss
};

/// What keeps \a machine from \a variant's own requirement. \a only: what the variant uses must be this
/// accelerator; null: the one that comes nearest.
RequirementFinding checkRequirement(const Variant &variant, const Machine &machine,
                                    const Accelerator *only = nullptr);

} // namespace firstlight
