#include "hardware/accelerators/kfd.h"
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

std::optional<std::string> gpuKind(const PciDevice &device)
{
    // MI accelerators are of class 0x1200, older ones 0x0380.
    return kindByClass(device) ? std::optional<std::string>("gpu") : std::nullopt;
}

void describeGpu(const Root &root, const PciDevice &device, int, Accelerator &accelerator)
{
    if (const auto bytes = root.readNumber(device.folder() + "/mem_info_vram_total"); bytes && *bytes > 0)
        accelerator.memoryBytes = bytes;
    accelerator.name = root.readTrimmed(device.folder() + "/product_name");
    accelerator.driverVersion = root.readTrimmed("sys/module/amdgpu/version");
    addNode(root, "/dev/kfd", accelerator.nodes);
    addKernelNodes(root, device.folder(), accelerator.nodes);

    const auto nodes = readKfdNodes(root);
    const auto node = std::ranges::find(nodes, device.address, &KfdNode::address);
    if (node == nodes.end())
        return;
    accelerator.compute = node->gfxTarget;
    if (!accelerator.memoryBytes)
        accelerator.memoryBytes = node->memoryBytes;
    if (node->gfxTarget) {
        accelerator.integrated
            = std::ranges::find(integratedTargets, *node->gfxTarget) != integratedTargets.end();
    }
}

std::optional<std::string> npuKind(const PciDevice &device)
{
    // Phoenix and Hawk Point (XDNA), Strix and later (XDNA 2); Linux' amdxdna driver.
    return device.device == 0x1502 || device.device == 0x17f0 ? std::optional<std::string>("npu")
                                                              : std::nullopt;
}

void describeNpu(const Root &root, const PciDevice &device, int, Accelerator &accelerator)
{
    accelerator.integrated = true;
    addKernelNodes(root, device.folder(), accelerator.nodes);
}

} // namespace

const AcceleratorVendor amdAccelerators{0x1002, "amd", gpuKind, describeGpu};
const AcceleratorVendor amdNpus{0x1022, "amd", npuKind, describeNpu};

} // namespace firstlight
