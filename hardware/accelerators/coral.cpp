#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Linux' gasket driver for the Edge TPU, which has no memory to speak of.
constexpr NodeNames nodeNames{{"", "", ""}, "/dev/apex_"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

// The vendor id is Global Unichip's; the gasket driver names the Edge TPU.
std::optional<std::string> npu(const PciDevice &device)
{
    return device.device == 0x089a ? std::optional<std::string>("npu") : std::nullopt;
}

} // namespace

const AcceleratorVendor coralAccelerators{0x1ac1, "coral", npu, describe};

} // namespace firstlight
