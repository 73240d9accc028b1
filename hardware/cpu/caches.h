#pragma once

#include "hardware/cpu/cpuinfo.h"
#include "hardware/machine.h"
#include "hardware/root.h"

#include <vector>

namespace firstlight {

/// The caches of the online CPUs in \a alike, lists of CPUs of one design each. Of the two levels next to
/// the cores only the first and the last CPU of a design are asked whether each physical core (\a cores) has
/// its own; what is shared more widely is read once for each group that shares. Sources: cpuN/cache of
/// sysfs, and on s390x /proc/cpuinfo for what sysfs leaves out, where it is not known who shares. nullopt if
/// neither tells.
std::optional<std::vector<Cache>> readCaches(const Root &root, const CpuInfo &info,
                                             const std::vector<CpuList> &alike,
                                             const std::vector<CpuList> &cores);

} // namespace firstlight
