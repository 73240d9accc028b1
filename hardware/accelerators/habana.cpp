#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Goya and Gaudi are cards with memory of their own; Linux' habanalabs driver makes accel nodes.
void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    describeKernelNodes(scan, device, index, accelerator);
}

} // namespace

const AcceleratorVendor habanaAccelerators{0x1da3, "habana", npuByClass, describe};

} // namespace firstlight
