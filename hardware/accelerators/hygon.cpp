#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Hygon's guide to DCUs in containers: the DTK stack has the nodes of ROCm, and one of its own. All
// DCUs are cards with HBM; the processors' own functions are of other classes.
constexpr NodeNames nodeNames{{"/dev/kfd", "/dev/mkfd", ""}, ""};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor hygonAccelerators{0x1d94, "hygon", gpuByClass, describe};

} // namespace firstlight
