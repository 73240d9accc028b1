#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Hailo's kernel driver.
constexpr NodeNames nodeNames{{"", "", ""}, "/dev/hailo"};

void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    addVendorNodes(scan, device, nodeNames, index, accelerator);
}

// Hailo-8 and Hailo-10H, in Hailo's kernel driver.
std::optional<std::string> npu(const PciDevice &device)
{
    return device.device == 0x2864 || device.device == 0x45c4 ? std::optional<std::string>("npu")
                                                              : std::nullopt;
}

} // namespace

const AcceleratorVendor hailoAccelerators{0x1e60, "hailo", npu, describe};

} // namespace firstlight
