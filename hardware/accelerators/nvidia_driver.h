#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <optional>
#include <string>
#include <vector>

namespace firstlight {

/// What NVIDIA's own kernel driver (open or not) tells under /proc/driver/nvidia.

/// Adds name, memory of a GPU whose memory is a NUMA node, and where no link tells it the driver. Returns
/// the number of its device file.
std::optional<int> takeNvidiaDriver(const Root &root, Accelerator &accelerator);

/// Adds the version of the driver, whether it is the open module, and the newest CUDA that it serves.
void takeNvidiaVersion(const Root &root, Accelerator &accelerator);

/// Addresses of the GPUs that the driver has.
std::vector<std::string> nvidiaDriverAddresses(const Root &root);

/// 550.54.14 → 12.4: by NVIDIA's release notes of the CUDA toolkit; nullopt for a branch that is not known.
std::optional<std::string> cudaOfDriver(const std::string &driverVersion);

} // namespace firstlight
