#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

// BlueField-1, -2 and -3 in pci.ids: network cards with processors of their own. They are named and
// compute nothing for us; the vendor is not "nvidia", so that nothing takes one for a GPU. Each port is a
// function: the first stands for the card.
std::optional<std::string> dpu(const PciDevice &device)
{
    const bool isBlueField = device.device == 0xa2d2 || device.device == 0xa2d6 || device.device == 0xa2dc;
    const bool isFirst = device.address.ends_with(".0");
    return isBlueField && isFirst && device.isNetwork() ? std::optional<std::string>("dpu") : std::nullopt;
}

} // namespace

const AcceleratorVendor blueFieldCards{0x15b3, "mellanox", dpu, describeKernelNodes};

} // namespace firstlight
