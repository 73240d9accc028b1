#pragma once

#include "hardware/machine.h"
#include "hardware/root.h"

#include <string>
#include <vector>

namespace firstlight {

/// Adds the device file \a path (absolute, "/dev/kfd") with what this user may do with it. A recording with a
/// dev/ folder tells what is there, and all of that counts as usable; one without adds nothing, since nobody
/// knows.
void addNode(const Root &root, const std::string &path, std::vector<DeviceNode> &nodes);

/// Adds the render nodes (drm/renderD*) and compute nodes (accel/accel*) that the kernel made for a device of
/// sysfs.
void addKernelNodes(const Root &root, const std::string &deviceFolder, std::vector<DeviceNode> &nodes);

} // namespace firstlight
