#include "hardware/accelerators/accelerators.h"

#include "hardware/accelerators/nvidia_driver.h"
#include "hardware/accelerators/pci.h"
#include "hardware/accelerators/pci_names.h"
#include "hardware/accelerators/platform.h"
#include "hardware/accelerators/vendor.h"
#include "hardware/text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

namespace firstlight {

namespace {

constexpr std::uint64_t mostNumaNodes = 1u << 16;

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

// Without runtime power management there is no such file, or it says "unsupported".
std::optional<bool> isSleeping(const Root &root, const PciDevice &device)
{
    const auto status = root.readTrimmed(device.folder() + "/power/runtime_status");
    return status ? std::optional(*status == "suspended" || *status == "suspending") : std::nullopt;
}

void addPlace(const Root &root, const PciDevice &device, Accelerator &accelerator)
{
    const auto node = root.readNumber(device.folder() + "/numa_node"); // -1: the firmware does not tell
    if (node && *node < mostNumaNodes)
        accelerator.numaNode = static_cast<int>(*node);
    accelerator.iommuGroup = parseInt(root.linkName(device.folder() + "/iommu_group").value_or(""));
}

// Who links are not kept from may still show what only a bound driver makes.
bool hasKernelNodes(const Root &root, const PciDevice &device)
{
    return root.exists(device.folder() + "/drm") || root.exists(device.folder() + "/accel");
}

Accelerator basics(const PciDevice &device, const AcceleratorVendor *vendor, std::string kind)
{
    Accelerator accelerator;
    accelerator.address = device.address;
    accelerator.kind = std::move(kind);
    accelerator.vendorId = fourHexDigits(device.vendor);
    if (device.device != 0)
        accelerator.deviceId = fourHexDigits(device.device);
    accelerator.vendor = vendor ? std::string(vendor->name) : "pci:" + accelerator.vendorId;
    accelerator.driver = device.driver;
    return accelerator;
}

void addPci(DeviceScan &scan, const std::vector<PciDevice> &devices, PciNames &names,
            std::vector<Accelerator> &found)
{
    std::optional<bool> linksAreKept;
    std::map<std::uint16_t, int> countByVendor;
    for (const PciDevice &device : devices) {
        const AcceleratorVendor *vendor = acceleratorVendor(device.vendor);
        auto kind = kindOf(device, vendor);
        if (!kind)
            continue;
        if (!linksAreKept)
            linksAreKept = driverLinksAreKept(scan.root());
        Accelerator accelerator = basics(device, vendor, std::move(*kind));
        if (device.driver || *linksAreKept)
            accelerator.driverBound = device.driver.has_value();
        accelerator.sleeping = isSleeping(scan.root(), device);
        addPlace(scan.root(), device, accelerator);
        auto *const describe = vendor ? vendor->describe : describeKernelNodes;
        describe(scan, device, countByVendor[device.vendor]++, accelerator);
        if (!accelerator.driverBound && hasKernelNodes(scan.root(), device))
            accelerator.driverBound = true;
        if (!accelerator.name)
            accelerator.name = names.name(device.vendor, device.device);
        found.push_back(std::move(accelerator));
    }
}

// What a driver lists and the bus does not have, as in recordings that hold no PCI ids: it still tells which
// GPUs there were.
void addDriverOnly(DeviceScan &scan, const AcceleratorVendor &vendor, const std::string &address,
                   std::uint16_t deviceId, std::vector<Accelerator> &found)
{
    if (std::ranges::find(found, address, &Accelerator::address) != found.end())
        return;
    const PciDevice device{.address = address,
                           .deviceClass = 0x038000,
                           .vendor = vendor.id,
                           .device = deviceId,
                           .driver = std::nullopt};
    Accelerator accelerator = basics(device, &vendor, "gpu");
    vendor.describe(scan, device, 0, accelerator);
    found.push_back(std::move(accelerator));
}

} // namespace

std::optional<std::vector<Accelerator>> readAccelerators(const Root &root, SlowFacts &facts)
{
    std::vector<Accelerator> found;
    DeviceScan scan(root);
    const auto devices = readPciDevices(root);
    if (devices) {
        PciNames names(root, facts);
        addPci(scan, *devices, names, found);
    } else {
        for (const KfdGpu &gpu : scan.kfdGpus())
            addDriverOnly(scan, amdAccelerators, gpu.address, gpu.device, found);
    }
    for (const std::string &address : nvidiaDriverAddresses(root))
        addDriverOnly(scan, nvidiaAccelerators, address, 0, found);
    std::ranges::stable_sort(found, {}, &Accelerator::address);
    std::ranges::move(readPlatformAccelerators(root), std::back_inserter(found));
    if (!devices && found.empty() && !root.exists("sys/class/drm"))
        return std::nullopt;
    return found;
}

} // namespace firstlight
