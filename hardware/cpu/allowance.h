#pragma once

#include "hardware/cgroups.h"
#include "hardware/cpu_list.h"
#include "hardware/root.h"

#include <optional>

namespace firstlight {

/// \a online without what affinity and cpuset forbid. Told by /proc/self/status and the cpuset
/// files; a recording without either is nullopt.
std::optional<CpuList> allowedCpus(const Root &root, const Cgroups &cgroups, const CpuList &online);

/// CPU time that the tightest cgroup from the own one up allows, in CPUs; nullopt without a quota.
std::optional<double> quotaCpus(const Root &root, const Cgroups &cgroups);

} // namespace firstlight
