#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// The GPUs of the 2K1000, the 7A1000 and 7A2000 chipsets and the 2K3000 (pci.ids; Linux' loongson DRM
// driver). The display controllers beside them only draw.
std::optional<std::string> gpu(const PciDevice &device)
{
    switch (device.device) {
    case 0x7a05:
    case 0x7a15:
    case 0x7a25:
    case 0x7a35:
        return "gpu";
    default:
        return std::nullopt;
    }
}

} // namespace

const AcceleratorVendor loongsonGpus{0x0014, "loongson", gpu, describeKernelNodes};

} // namespace firstlight
