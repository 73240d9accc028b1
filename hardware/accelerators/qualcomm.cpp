#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// Cloud AI cards have their own DRAM; Linux' qaic driver makes accel nodes.
void describe(DeviceScan &scan, const PciDevice &device, int index, Accelerator &accelerator)
{
    accelerator.memoryKind = "dedicated";
    describeKernelNodes(scan, device, index, accelerator);
}

// Qualcomm's other PCI devices are modems and radios. Linux' qaic driver names the Cloud AI 80 and 100.
std::optional<std::string> npu(const PciDevice &device)
{
    return device.device == 0xa080 || device.device == 0xa100 ? std::optional<std::string>("npu")
                                                              : std::nullopt;
}

} // namespace

const AcceleratorVendor qualcommAccelerators{0x17cb, "qualcomm", npu, describe};

} // namespace firstlight
