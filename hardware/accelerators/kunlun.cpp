#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Baidu's guide to XPU in containers. All are cards with their own memory.
constexpr NodeNames nodeNames{{"/dev/xpuctrl", "", ""}, "/dev/xpu"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor kunlunAccelerators{0x1d22, "kunlun", npuByClass, describe};

} // namespace firstlight
