#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <vector>

namespace firstlight {

/// GPUs and NPUs that are no PCI devices, as boards with Arm and RISC-V have: what the kernel lists under
/// /sys/class/drm and /sys/class/accel with a driver that is known to compute, and Tegra's GPU. Ordered by
/// address.
std::vector<Accelerator> readPlatformAccelerators(const Root &root);

} // namespace firstlight
