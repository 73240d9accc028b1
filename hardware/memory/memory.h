#pragma once

#include "hardware/cgroups.h"
#include "hardware/machine.h"
#include "hardware/root.h"

namespace firstlight {

/// /proc/meminfo, tightened by the memory cgroups from the own one up. What a cgroup leaves is its limit
/// without its use, where file cache that the kernel drops first (inactive_file) does not count as use.
/// NUMA nodes and huge pages are added. \a online: the online CPUs.
Memory readMemory(const Root &root, const Cgroups &cgroups, const std::optional<CpuList> &online);

} // namespace firstlight
