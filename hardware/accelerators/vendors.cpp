#include "hardware/accelerators/nodes.h"
#include "hardware/accelerators/vendor.h"

namespace firstlight {

const AcceleratorVendor *acceleratorVendor(std::uint16_t id)
{
    for (const AcceleratorVendor *vendor :
         {&nvidiaAccelerators, &amdAccelerators, &amdNpus, &intelAccelerators, &ascendAccelerators,
          &blueFieldCards, &cambriconAccelerators, &coralAccelerators, &enflameAccelerators,
          &habanaAccelerators, &hailoAccelerators, &hygonAccelerators, &iluvatarAccelerators,
          &kunlunAccelerators, &loongsonGpus, &metaxAccelerators, &mooreThreadsAccelerators,
          &qualcommAccelerators, &tenstorrentAccelerators}) {
        if (vendor->id == id)
            return vendor;
    }
    for (const AcceleratorVendor &vendor : classOnlyAccelerators()) {
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

std::optional<std::string> gpuByClass(const PciDevice &device)
{
    return kindByClass(device) ? std::optional<std::string>("gpu") : std::nullopt;
}

std::optional<std::string> npuByClass(const PciDevice &device)
{
    return kindByClass(device) ? std::optional<std::string>("npu") : std::nullopt;
}

void describeKernelNodes(DeviceScan &scan, const PciDevice &device, int, Accelerator &accelerator)
{
    addKernelNodes(scan.root(), device.folder(), accelerator.nodes);
}

void addVendorNodes(DeviceScan &scan, const PciDevice &device, const NodeNames &names, int index,
                    Accelerator &accelerator)
{
    addKernelNodes(scan.root(), device.folder(), accelerator.nodes);
    for (const std::string_view path : names.fixed) {
        if (!path.empty())
            addNode(scan.root(), std::string(path), accelerator.nodes);
    }
    if (!names.numbered.empty())
        addNode(scan.root(), std::string(names.numbered) + std::to_string(index), accelerator.nodes);
}

} // namespace firstlight
