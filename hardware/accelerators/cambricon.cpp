#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Cambricon's device plugin for Kubernetes (Apache-2.0).
constexpr NodeNames nodeNames{{"/dev/cambricon_ctl", "", ""}, "/dev/cambricon_dev"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor cambriconAccelerators{0xcabc, "cambricon", npuByClass, describe};

} // namespace firstlight
