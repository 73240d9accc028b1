#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Tenstorrent's kernel driver (tt-kmd). All are cards with their own DRAM.
constexpr NodeNames nodeNames{{"", "", ""}, "/dev/tenstorrent/"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

} // namespace

const AcceleratorVendor tenstorrentAccelerators{0x1e52, "tenstorrent", npuByClass, describe};

} // namespace firstlight
