#pragma once

#include "hardware/cgroups.h"
#include "hardware/cpu_list.h"
#include "hardware/root.h"

#include <optional>

namespace firstlight {

/// \a online without what affinity and cpuset forbid. A recording tells by /proc/self/status or its cpuset
/// files; one without either is nullopt.
std::optional<CpuList> allowedCpus(const Root &root, const Cgroups &cgroups, const CpuList &online);

/// CPU time that the tightest cgroup from the own one up allows, in CPUs; nullopt without a quota.
std::optional<double> quotaCpus(const Root &root, const Cgroups &cgroups);

} // namespace firstlight
