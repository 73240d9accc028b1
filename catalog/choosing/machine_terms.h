#pragma once

#include "catalog/choosing/obstacles.h"
#include "catalog/demo.h"
#include "hardware/machine.h"

namespace firstlight {

/// A term about the computer or its engines (arch, isa, flags, memory, cdi, podman).
Obstacles checkMachineTerm(const Term &term, const Machine &machine);

/// A term about one accelerator (vendor, kind, module, compute, driver, memory). The memory of one that is
/// part of the processor is the computer's.
Obstacles checkDeviceTerm(const Term &term, const Accelerator &device, const Machine &machine);

/// What a term that holds looks like when it must not hold.
Obstacle forbiddenBy(const Term &term, bool aboutDevice, const std::string &found);

/// The memory that the device can use, if it is known.
std::optional<std::uint64_t> usableMemoryOf(const Accelerator &device, const Machine &machine);

} // namespace firstlight
