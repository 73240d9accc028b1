#include "hardware/accelerators/nodes.h"
#include "hardware/accelerators/vendor.h"

namespace firstlight {

namespace {

std::optional<std::string> kind(const PciDevice &device)
{
    if (device.isDisplay())
        return "gpu";
    if (!device.isProcessingAccelerator())
        return std::nullopt; // QuickAssist is class 0x0b40 and no AI device
    switch (device.device) { // Linux' ivpu driver
    case 0x7d1d:             // Meteor Lake
    case 0xad1d:             // Arrow Lake
    case 0x643e:             // Lunar Lake
    case 0xb03e:             // Panther Lake
    case 0xfd3e:             // Wildcat Lake
    case 0xd71d:             // Nova Lake
        return "npu";
    default:
        return device.driver == "intel_vpu" ? std::optional<std::string>("npu") : std::nullopt;
    }
}

// Blocks of ids that only cards have (Linux' i915 and xe drivers): Iris Xe MAX, Data Center GPU Max, Arc
// Alchemist and Flex, Arc Battlemage. Handed on to a virtual machine, a card can stand anywhere.
bool isCard(std::uint16_t device)
{
    switch (device >> 8) {
    case 0x49:
    case 0x0b:
    case 0x56:
    case 0xe2:
        return true;
    default:
        return false;
    }
}

// The xe driver shows memory by tile, in one of two places by kernel version; i915 on some kernels as one
// file. Both are answered from the driver's memory.
std::optional<std::uint64_t> localMemory(const Root &root, const std::string &folder)
{
    constexpr std::uint64_t largestBytes = std::uint64_t{1} << 50;
    if (const auto bytes = root.readNumber(folder + "/lmem_total_bytes");
        bytes && *bytes > 0 && *bytes <= largestBytes)
        return bytes;
    std::optional<std::uint64_t> total;
    for (int tile = 0; tile < 8; ++tile) {
        const std::string tileFolder = folder + "/tile" + std::to_string(tile);
        auto bytes = root.readNumber(tileFolder + "/physical_vram_size_bytes", 16);
        if (!bytes)
            bytes = root.readNumber(tileFolder + "/memory/physical_vram_size_bytes", 16);
        if (!bytes || *bytes > largestBytes)
            return total;
        if (*bytes > 0)
            total = total.value_or(0) + *bytes;
    }
    return total;
}

void describe(DeviceScan &scan, const PciDevice &device, int, Accelerator &accelerator)
{
    const bool isGpu = accelerator.kind == "gpu";
    // Intel's built-in graphics has always been device 2 of the first bus.
    const bool integrated = !isGpu || (device.address == "0000:00:02.0" && !isCard(device.device));
    accelerator.integrated = integrated;
    accelerator.memoryKind = integrated ? "unified" : "dedicated";
    if (!integrated)
        accelerator.memoryBytes = localMemory(scan.root(), device.folder());
    addKernelNodes(scan.root(), device.folder(), accelerator.nodes);
}

} // namespace

const AcceleratorVendor intelAccelerators{0x8086, "intel", kind, describe};

} // namespace firstlight
