#include "hardware/accelerators/nodes.h"
#include "hardware/accelerators/vendor.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

// LLVM's AMDGPU processor table: targets that are only built into processors.
constexpr std::array integratedTargets{"gfx902",  "gfx909",  "gfx90c",  "gfx1013", "gfx1033",
                                       "gfx1035", "gfx1036", "gfx1037", "gfx1103", "gfx1150",
                                       "gfx1151", "gfx1152", "gfx1153"};

// Their PCI ids (pci.ids), where no compute driver tells the target: Raven, Picasso, Renoir, Lucienne,
// Cezanne, Barcelo, Van Gogh, Rembrandt, Mendocino, Raphael, Granite Ridge, Phoenix, Hawk Point, Strix Point,
// Krackan, Strix Halo; and the MI300A, whose HBM is the computer's main memory.
constexpr std::array<std::uint16_t, 18> integratedDevices{0x15dd, 0x15d8, 0x1636, 0x164c, 0x1638, 0x15e7,
                                                          0x163f, 0x1681, 0x1506, 0x164e, 0x13c0, 0x15bf,
                                                          0x15c8, 0x1900, 0x150e, 0x1114, 0x1586, 0x74a0};

std::optional<bool> isIntegrated(std::uint16_t device, const std::optional<std::string> &target)
{
    if (std::ranges::find(integratedDevices, device) != integratedDevices.end())
        return true;
    if (!target)
        return std::nullopt;
    return std::ranges::find(integratedTargets, *target) != integratedTargets.end();
}

void takeKfd(const Root &root, const KfdGpu &gpu, Accelerator &accelerator)
{
    if (!accelerator.driver) { // a recording without the link: only this driver makes such a node
        accelerator.driver = "amdgpu";
        accelerator.driverBound = true;
    }
    accelerator.compute = gpu.gfxTarget;
    accelerator.computeUnits = gpu.computeUnits;
    accelerator.linkedTo = gpu.linkedTo;
    accelerator.memoryBytesPerSecond = gpu.memoryBytesPerSecond;
    if (!accelerator.memoryBytes)
        accelerator.memoryBytes = gpu.memoryBytes;
    for (const int minor : gpu.renderMinors) {
        const std::string path = "/dev/dri/renderD" + std::to_string(minor);
        if (std::ranges::find(accelerator.nodes, path, &DeviceNode::path) == accelerator.nodes.end())
            addNode(root, path, accelerator.nodes); // partitions have nodes beside the PCI device's own
    }
}

// All of these files are answered from the driver's memory (amdgpu's gmc, FRU and KFD topology attributes);
// its clocks, busy percentages and sensors would resume a sleeping device.
void describeGpu(DeviceScan &scan, const PciDevice &device, int, Accelerator &accelerator)
{
    const Root &root = scan.root();
    if (const auto bytes = root.readNumber(device.folder() + "/mem_info_vram_total"); bytes && *bytes > 0)
        accelerator.memoryBytes = bytes;
    if (!accelerator.driver && accelerator.memoryBytes) { // a recording without links: amdgpu's own file
        accelerator.driver = "amdgpu";
        accelerator.driverBound = true;
    }
    accelerator.name = root.readTrimmed(device.folder() + "/product_name");
    addNode(root, "/dev/kfd", accelerator.nodes);
    addKernelNodes(root, device.folder(), accelerator.nodes);

    const auto &gpus = scan.kfdGpus();
    const auto gpu = std::ranges::find(gpus, device.address, &KfdGpu::address);
    if (gpu != gpus.end())
        takeKfd(root, *gpu, accelerator);
    if (accelerator.driver == "amdgpu")
        accelerator.driverVersion = root.readTrimmed("sys/module/amdgpu/version");
    accelerator.integrated = isIntegrated(device.device, accelerator.compute);
    if (accelerator.integrated)
        accelerator.memoryKind = *accelerator.integrated ? "unified" : "dedicated";
}

std::optional<std::string> npuKind(const PciDevice &device)
{
    // Phoenix and Hawk Point (XDNA), Strix and later (XDNA 2); Linux' amdxdna driver.
    return device.device == 0x1502 || device.device == 0x17f0 ? std::optional<std::string>("npu")
                                                              : std::nullopt;
}

void describeNpu(DeviceScan &scan, const PciDevice &device, int, Accelerator &accelerator)
{
    accelerator.integrated = true;
    accelerator.memoryKind = "unified";
    addKernelNodes(scan.root(), device.folder(), accelerator.nodes);
}

} // namespace

// MI accelerators are of class 0x1200, older ones 0x0380.
const AcceleratorVendor amdAccelerators{0x1002, "amd", gpuByClass, describeGpu};
const AcceleratorVendor amdNpus{0x1022, "amd", npuKind, describeNpu};

} // namespace firstlight
