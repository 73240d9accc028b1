#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Huawei's guide to Ascend in containers. Its PCI cards carry their own memory.
constexpr NodeNames nodeNames{{"/dev/davinci_manager", "/dev/devmm_svm", "/dev/hisi_hdc"}, "/dev/davinci"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

// Huawei's server boards carry a plain display, 19e5:1711.
std::optional<std::string> npuButNoDisplay(const PciDevice &device)
{
    return device.isDisplay() ? std::nullopt : npuByClass(device);
}

} // namespace

const AcceleratorVendor ascendAccelerators{0x19e5, "ascend", npuButNoDisplay, describe};

} // namespace firstlight
