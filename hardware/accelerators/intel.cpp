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
    switch (device.device) {
    case 0x7d1d: // Meteor Lake
    case 0xad1d: // Arrow Lake
    case 0x643e: // Lunar Lake
    case 0xb03e: // Panther Lake
        return "npu";
    default:
        return device.driver == "intel_vpu" ? std::optional<std::string>("npu") : std::nullopt;
    }
}

// The xe driver shows memory by tile, in one of two places by kernel version; i915 on some kernels as one
// file.
std::optional<std::uint64_t> localMemory(const Root &root, const std::string &folder)
{
    if (const auto bytes = root.readNumber(folder + "/lmem_total_bytes"); bytes && *bytes > 0)
        return bytes;
    std::optional<std::uint64_t> total;
    for (int tile = 0; tile < 8; ++tile) {
        const std::string tileFolder = folder + "/tile" + std::to_string(tile);
        auto bytes = root.readNumber(tileFolder + "/physical_vram_size_bytes", 16);
        if (!bytes)
            bytes = root.readNumber(tileFolder + "/memory/physical_vram_size_bytes", 16);
        if (!bytes)
            return total;
        if (*bytes > 0)
            total = total.value_or(0) + *bytes;
    }
    return total;
}

void describe(const Root &root, const PciDevice &device, int, Accelerator &accelerator)
{
    const bool isGpu = accelerator.kind == "gpu";
    // Intel's built-in graphics has always been device 2 of the first bus.
    accelerator.integrated = !isGpu || device.address == "0000:00:02.0";
    if (isGpu && accelerator.integrated == false)
        accelerator.memoryBytes = localMemory(root, device.folder());
    addKernelNodes(root, device.folder(), accelerator.nodes);
}

} // namespace

const AcceleratorVendor intelAccelerators{0x8086, "intel", kind, describe};

} // namespace firstlight
