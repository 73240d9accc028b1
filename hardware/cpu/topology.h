#pragma once

#include "hardware/cpu/cpuinfo.h"
#include "hardware/cpu_list.h"
#include "hardware/root.h"

#include <optional>
#include <vector>

namespace firstlight {

/// Online CPUs by sysfs, else those that /proc/cpuinfo lists. A recorded text with one processor is often
/// only the first of many and says nothing: nullopt.
std::optional<CpuList> onlineCpus(const Root *root, const CpuInfo &info);

/// SMT siblings of each physical core, online CPUs only, ordered by first CPU. Reads one file a core, none
/// where SMT is off; without sysfs, x86's "physical id" and "core id" tell.
std::optional<std::vector<CpuList>> physicalCores(const Root *root, const CpuInfo &info,
                                                  const CpuList &online);

/// Online CPUs of each socket, ordered by first CPU. Reads one file a socket.
std::optional<std::vector<CpuList>> packages(const Root *root, const CpuInfo &info, const CpuList &online);

/// Online CPUs of each die, ordered by first CPU. Reads one file a die; nullopt where the kernel (before 5.2,
/// or of an architecture without them) does not tell.
std::optional<std::vector<CpuList>> dies(const Root &root, const CpuList &online);

} // namespace firstlight
