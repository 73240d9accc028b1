#include "hardware/accelerators/accelerators.h"

#include "hardware/accelerators/kfd.h"
#include "hardware/accelerators/nodes.h"
#include "hardware/accelerators/pci.h"
#include "hardware/accelerators/pci_names.h"
#include "hardware/accelerators/platform.h"
#include "hardware/accelerators/vendor.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

namespace firstlight {

namespace {

// Makers of display adapters that only draw: virtual ones (Bochs and QEMU 1234, virtio 1af4, QXL 1b36, VMware
// 15ad, VirtualBox 80ee, Hyper-V 1414, Parallels 1ab8, Cirrus 1013, Xen 5853) and server boards (ASPEED 1a03,
// Matrox 102b, XGI 18ca, Silicon Motion 126f, Hisilicon 19e5 by its own rule, ATI ES1000 by none).
constexpr std::array<std::uint16_t, 13> drawOnly{0x1234, 0x1af4, 0x1b36, 0x15ad, 0x80ee, 0x1414, 0x1ab8,
                                                 0x1013, 0x5853, 0x1a03, 0x102b, 0x18ca, 0x126f};

std::optional<std::string> kindOf(const PciDevice &device, const AcceleratorVendor *vendor)
{
    if (vendor)
        return vendor->kind(device);
    if (std::ranges::find(drawOnly, device.vendor) != drawOnly.end() || device.isCoprocessor())
        return std::nullopt; // an unknown maker's co-processor is more often cryptography than AI
    return kindByClass(device);
}

Accelerator basics(const PciDevice &device, const AcceleratorVendor *vendor, std::string kind)
{
    Accelerator accelerator;
    accelerator.address = device.address;
    accelerator.kind = std::move(kind);
    accelerator.vendorId = fourHexDigits(device.vendor);
    accelerator.deviceId = fourHexDigits(device.device);
    accelerator.vendor = vendor ? std::string(vendor->name) : "pci:" + accelerator.vendorId;
    accelerator.driver = device.driver;
    return accelerator;
}

void addPci(const Root &root, const std::vector<PciDevice> &devices, std::vector<Accelerator> &found)
{
    PciNames names(root);
    std::map<std::uint16_t, int> countByVendor;
    for (const PciDevice &device : devices) {
        const AcceleratorVendor *vendor = acceleratorVendor(device.vendor);
        auto kind = kindOf(device, vendor);
        if (!kind)
            continue;
        Accelerator accelerator = basics(device, vendor, std::move(*kind));
        if (vendor)
            vendor->describe(root, device, countByVendor[device.vendor]++, accelerator);
        else
            addKernelNodes(root, device.folder(), accelerator.nodes);
        if (!accelerator.name)
            accelerator.name = names.name(device.vendor, device.device);
        found.push_back(std::move(accelerator));
    }
}

// A recording of the compute driver's topology alone still tells which GPUs there were.
void addKfdOnly(const Root &root, std::vector<Accelerator> &found)
{
    for (const KfdNode &node : readKfdNodes(root)) {
        PciDevice device{
            .address = node.address, .deviceClass = 0x038000, .vendor = 0x1002, .driver = "amdgpu"};
        device.device = node.device;
        Accelerator accelerator = basics(device, &amdAccelerators, "gpu");
        amdAccelerators.describe(root, device, 0, accelerator);
        found.push_back(std::move(accelerator));
    }
    std::ranges::stable_sort(found, {}, &Accelerator::address);
}

} // namespace

std::optional<std::vector<Accelerator>> readAccelerators(const Root &root)
{
    std::vector<Accelerator> found;
    const auto devices = readPciDevices(root);
    if (devices)
        addPci(root, *devices, found);
    else
        addKfdOnly(root, found);
    std::ranges::move(readPlatformAccelerators(root), std::back_inserter(found));
    if (!devices && found.empty() && !root.exists("sys/class/drm"))
        return std::nullopt;
    return found;
}

} // namespace firstlight
