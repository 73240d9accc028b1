#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"
#include "hardware/slow_facts.h"

#include <optional>
#include <vector>

namespace firstlight {

/// GPUs and NPUs by PCI address, then those of the platform bus. nullopt if neither PCI nor the driver
/// classes are there to look at. Display adapters that only draw (of virtual machines and server boards) are
/// left out.
/// \a facts keeps names that were looked up.
std::optional<std::vector<Accelerator>> readAccelerators(const Root &root, SlowFacts &facts);

} // namespace firstlight
