#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Iluvatar CoreX' device plugin for Kubernetes. All are cards with HBM.
constexpr NodeNames nodeNames{{"", "", ""}, "/dev/iluvatar"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor iluvatarAccelerators{0x1e3e, "iluvatar", gpuByClass, describe};

} // namespace firstlight
