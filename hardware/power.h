#pragma once

#include "hardware/root.h"

#include <optional>

namespace firstlight {

/// Whether this computer runs on its battery, by /sys/class/power_supply: false while a mains or USB supply
/// is online, else true while a battery (or UPS) discharges. A computer with an empty folder has nothing but
/// its socket: false. Batteries of mice and headsets (scope "Device") do not count. nullopt: no such folder
/// (a recording without it, a kernel without the class), or supplies that tell neither.
std::optional<bool> onBattery(const Root &root);

} // namespace firstlight
