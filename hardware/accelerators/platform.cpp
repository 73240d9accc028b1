#include "hardware/accelerators/platform.h"

#include "hardware/accelerators/nodes.h"

#include <algorithm>
#include <array>

namespace firstlight {

namespace {

struct PlatformDriver {
    std::string_view driver;
    std::string_view vendor;
    std::string_view kind;
};

// By driver, Linux' own and (RKNPU) Rockchip's.
constexpr std::array drivers{
    PlatformDriver{"asahi", "apple", "gpu"},         PlatformDriver{"ethosu", "arm", "npu"},
    PlatformDriver{"msm_dpu", "qualcomm", "gpu"},    PlatformDriver{"adreno", "qualcomm", "gpu"},
    PlatformDriver{"panfrost", "arm", "gpu"},        PlatformDriver{"panthor", "arm", "gpu"},
    PlatformDriver{"powervr", "imagination", "gpu"}, PlatformDriver{"rocket", "rockchip", "npu"},
    PlatformDriver{"v3d", "broadcom", "gpu"},        PlatformDriver{"RKNPU", "rockchip", "npu"},
};

struct TegraGpu {
    std::string_view compatible; ///< in the device tree
    std::string_view capability;
};

// NVIDIA's list of CUDA GPUs: Jetson TK1, TX1 and Nano, TX2, Xavier, Orin.
constexpr std::array tegraGpus{
    TegraGpu{"nvidia,gk20a", "3.2"}, TegraGpu{"nvidia,gm20b", "5.3"}, TegraGpu{"nvidia,gp10b", "6.2"},
    TegraGpu{"nvidia,gv11b", "7.2"}, TegraGpu{"nvidia,ga10b", "8.7"},
};

void readClass(const Root &root, const std::string &folder, std::string_view prefix,
               const std::string &nodeFolder, std::vector<Accelerator> &found)
{
    for (const std::string &name : root.entries(folder)) {
        if (!name.starts_with(prefix))
            continue;
        const std::string device = folder + '/' + name + "/device";
        const auto driver = root.linkName(device + "/driver");
        const auto *known = std::ranges::find(drivers, driver.value_or(""), &PlatformDriver::driver);
        if (known == drivers.end())
            continue;
        Accelerator accelerator;
        accelerator.address = root.linkName(device).value_or(name);
        accelerator.kind = known->kind;
        accelerator.vendor = known->vendor;
        accelerator.driver = driver;
        accelerator.driverBound = true;
        accelerator.integrated = true;
        accelerator.memoryKind = "unified";
        addNode(root, nodeFolder + name, accelerator.nodes);
        found.push_back(std::move(accelerator));
    }
}

// Tegra's GPU is no DRM device: NVIDIA's module nvgpu registers the platform driver "gk20a".
void readTegra(const Root &root, std::vector<Accelerator> &found)
{
    const std::string folder = "sys/bus/platform/drivers/gk20a";
    for (const std::string &name : root.entries(folder)) {
        const auto compatible = root.readTrimmed(folder + '/' + name + "/of_node/compatible");
        if (!compatible)
            continue; // bind, uevent, …
        Accelerator accelerator;
        accelerator.address = name;
        accelerator.kind = "gpu";
        accelerator.vendor = "nvidia";
        accelerator.driver = "nvgpu";
        accelerator.driverBound = true;
        accelerator.integrated = true;
        accelerator.memoryKind = "unified";
        for (const TegraGpu &gpu : tegraGpus) {
            if (compatible->starts_with(gpu.compatible))
                accelerator.compute = gpu.capability;
        }
        addNode(root, "/dev/nvmap", accelerator.nodes);
        found.push_back(std::move(accelerator));
    }
}

} // namespace

std::vector<Accelerator> readPlatformAccelerators(const Root &root)
{
    std::vector<Accelerator> found;
    readClass(root, "sys/class/drm", "renderD", "/dev/dri/", found);
    readClass(root, "sys/class/accel", "accel", "/dev/accel/", found);
    readTegra(root, found);
    std::ranges::stable_sort(found, {}, &Accelerator::address);
    return found;
}

} // namespace firstlight
