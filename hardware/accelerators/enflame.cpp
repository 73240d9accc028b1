#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Enflame's guide to GCUs in containers. All are cards with HBM.
constexpr NodeNames nodeNames{{"/dev/gcuctl", "", ""}, "/dev/gcu"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor enflameAccelerators{0x1e36, "enflame", npuByClass, describe};

} // namespace firstlight
