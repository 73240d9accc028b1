#pragma once

#include "hardware/cpu/cpuinfo.h"
#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// Online CPUs of one design.
struct AlikeCpus {
    CoreType type;       ///< its kind is empty unless the kernel tells
    bool little = false; ///< the slow one wherever it stands beside others
};

/// The designs in one computer, by first CPU: by the kernel's lists for Intel's hybrids, the main ID
/// registers of Arm (/proc/cpuinfo, else sysfs), else cpu_capacity, else where the highest frequencies lie a
/// fifth apart, which turbo steps of one design never do. nullopt if \a cpu has no online CPUs, or is of a
/// hybrid model in a recording that shows none of these. Without \a root only the text tells.
std::optional<std::vector<AlikeCpus>> alikeCpus(const Root *root, const CpuInfo &info, const Cpu &cpu);

/// The same as the machine shows it, fastest first, once \a caches are known: Intel's low-power cores are
/// those without the L3 that the others have.
std::vector<CoreType> coreTypes(std::vector<AlikeCpus> designs,
                                const std::optional<std::vector<Cache>> &caches);

/// The governor of the first and last CPU of each type, joined by "+"; nullopt without frequency scaling.
std::optional<std::string> governor(const Root &root, const std::vector<CoreType> &types);

} // namespace firstlight
