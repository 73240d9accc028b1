#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <vector>

namespace firstlight {

/// The memory nodes by number, also those without a CPU (memory of GPUs, CXL). Their CPUs are the online ones
/// among \a online. nullopt if the kernel has none in sysfs (built without NUMA, or a recording without).
std::optional<std::vector<NumaNode>> readNumaNodes(const Root &root, const std::optional<CpuList> &online);

} // namespace firstlight
