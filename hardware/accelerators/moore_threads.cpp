#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// The MUSA driver's nodes. All are cards with GDDR memory.
constexpr NodeNames nodeNames{{"", "", ""}, "/dev/mtgpu."};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor mooreThreadsAccelerators{0x1ed5, "moore-threads", gpuByClass, describe};

} // namespace firstlight
