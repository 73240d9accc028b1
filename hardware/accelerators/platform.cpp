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

constexpr std::array drivers{
    PlatformDriver{"asahi", "apple", "gpu"},         PlatformDriver{"ethosu", "arm", "npu"},
    PlatformDriver{"msm_dpu", "qualcomm", "gpu"},    PlatformDriver{"adreno", "qualcomm", "gpu"},
    PlatformDriver{"panfrost", "arm", "gpu"},        PlatformDriver{"panthor", "arm", "gpu"},
    PlatformDriver{"powervr", "imagination", "gpu"}, PlatformDriver{"rocket", "rockchip", "npu"},
    PlatformDriver{"v3d", "broadcom", "gpu"},
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
        accelerator.integrated = true;
        addNode(root, nodeFolder + name, accelerator.nodes);
        found.push_back(std::move(accelerator));
    }
}

} // namespace

std::vector<Accelerator> readPlatformAccelerators(const Root &root)
{
    std::vector<Accelerator> found;
    readClass(root, "sys/class/drm", "renderD", "/dev/dri/", found);
    readClass(root, "sys/class/accel", "accel", "/dev/accel/", found);
    std::ranges::stable_sort(found, {}, &Accelerator::address);
    return found;
}

} // namespace firstlight
