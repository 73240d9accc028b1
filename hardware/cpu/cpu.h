#pragma once

#include "hardware/cgroups.h"
#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string_view>

namespace firstlight {

/// The processors below \a root. The architecture is empty if nothing tells.
Cpu readCpu(const Root &root, const Cgroups &cgroups);

/// What a text of /proc/cpuinfo alone tells; nullopt if it is of no known family.
std::optional<Cpu> cpuFromText(std::string_view text);

} // namespace firstlight
