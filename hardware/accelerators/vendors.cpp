#include "hardware/accelerators/vendor.h"

namespace firstlight {

const AcceleratorVendor *acceleratorVendor(std::uint16_t id)
{
    for (const AcceleratorVendor *vendor :
         {&nvidiaAccelerators, &amdAccelerators, &amdNpus, &intelAccelerators}) {
        if (vendor->id == id)
            return vendor;
    }
    for (const AcceleratorVendor &vendor : otherAccelerators()) {
        if (vendor.id == id)
            return &vendor;
    }
    return nullptr;
}

std::optional<std::string> kindByClass(const PciDevice &device)
{
    if (device.isDisplay())
        return "gpu";
    if (device.isProcessingAccelerator() || device.isCoprocessor())
        return "accelerator";
    return std::nullopt;
}

} // namespace firstlight
