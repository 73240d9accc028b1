#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// MetaX' guide to MACA in containers: this one and the render nodes. All are cards with HBM.
constexpr NodeNames nodeNames{{"/dev/mxcd", "", ""}, ""};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor metaxAccelerators{0x9999, "metax", gpuByClass, describe};

} // namespace firstlight
