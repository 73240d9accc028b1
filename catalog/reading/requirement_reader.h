#pragma once

#include "catalog/reading/fields.h"

namespace firstlight {

/// Reads `requires:`. A map is the conjunction of its entries:
///   all: [ … ], any: [ … ]      of such maps; not: { … }
///   arch, isa, flags, memory    terms about the computer
///   device: { … }               vendor, kind, module, compute, driver, memory, all of one accelerator
///   engine: { … }               cdi, podman
Result<Requirement> readRequirement(const Place &place);

} // namespace firstlight
