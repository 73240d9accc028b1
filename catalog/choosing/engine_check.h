#pragma once

#include "catalog/choosing/obstacles.h"
#include "catalog/demo.h"
#include "hardware/machine.h"

namespace firstlight {

/// What every variant in a container needs, written or not: podman, an OCI runtime that works or was not
/// tried, subordinate ids when rootless, and an architecture that the recipe builds for.
Obstacles checkEngine(const Variant &variant, const Machine &machine);

} // namespace firstlight
